"""proxy.py - a client, a proxy, a target.  Three on two processors: nothing is
pinned here, the scheduler decides."""
import measure
from measure import Holding, load

NAME, TITLE = "proxy", "proxy: TCP, nothing pinned"
IDLE = 5000


def run(bench):
    bench.need_descriptors(2 * IDLE + 100)
    kept, measure.Pins.apart = measure.Pins.apart, False
    try:
        with bench.target() as port:
            bench.each(one, upstream=port)
    finally:
        measure.Pins.apart = kept


def one(bench, server, who):
    for way, name in (("up", "upload"), ("down", "download")):
        with bench.noting(who, name):
            bulk(bench, server, who, way, name)
    with bench.noting(who, "16 streams"):
        said = load("bulkload", server.port, "down", mib(bench, who), 16)
        bench.results.more("download, 16 streams", who.name, said["gb_s"], "GB/s", 2)
    with bench.noting(who, "connections"):
        said = load("connload", server.port, "rate", 8, bench.seconds(0.5))
        bench.results.more("connect, ping, close", who.name, said["conn_s"], "/s")
    with bench.noting(who, "ping-pong"):
        ping_pong(bench, server, who)
    if who.kind != "limit" and who.get("most") is None:
        with bench.noting(who, "idle connections"):
            idle(bench, server, who)


def mib(bench, who):
    return bench.mib(who.get("mib", 1024))


def bulk(bench, server, who, way, name):
    before = server.cpu()
    said = load("bulkload", server.port, way, mib(bench, who), 1)
    used = server.cpu() - before
    bench.results.more(f"{name}, 1 stream", who.name, said["gb_s"], "GB/s", 2)
    if who.kind != "limit":
        bench.results.less(f"{name}, 1 stream: proxy CPU", who.name,
                           used / (mib(bench, who) / 1024), "s/GiB", 3)


def ping_pong(bench, server, who):
    """What the proxy adds, to the target asked directly a moment before."""
    alone = load("ackload", server.place.upstream, 1, bench.seconds(0.3))
    said = load("ackload", server.port, 1, bench.seconds(0.3))
    if who.kind != "limit":
        bench.results.less("ping-pong: added time (p50)", who.name,
                           max(said["p50_us"] - alone["p50_us"], 0.01), "us")
    bench.results.less("ping-pong: p99", who.name, said["p99_us"], "us")


def idle(bench, server, who):
    empty = server.memory()
    with Holding("connload", server.port, "hold", bench.many(IDLE)) as clients:
        said = clients.said()
        grown = server.memory() - empty
    if said["failed"]:
        bench.results.note(f"{who.name}: of {bench.many(IDLE)} connections "
                           f"{said['failed']} failed")
        return
    bench.results.less(f"{IDLE:,} idle connections: each", who.name,
                       grown / said["open"], "KiB", 2)
