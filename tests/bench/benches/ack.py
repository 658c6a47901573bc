"""ack.py - TCP ping-pong of 20-byte messages."""
from measure import LoadError, load

NAME, TITLE = "ack", "ack: TCP ping-pong of 20-byte messages"
CONNECTIONS = (1, 8, 64, 256, 1000)
NAMES = {1: "1 connection", **{n: f"{n:,} connections" for n in CONNECTIONS[1:]}}


def run(bench):
    bench.each(one)


def one(bench, server, who):
    for count in CONNECTIONS:
        if count <= who.get("most", count):
            ping_pong(bench, server, who, count)
    with bench.noting(who, "connections"):
        said = load("connload", server.port, "rate", 8, bench.seconds(0.5))
        bench.results.more("connect, ping, close", who.name, said["conn_s"], "/s")


def ping_pong(bench, server, who, count):
    before = server.cpu()
    with bench.noting(who, NAMES[count]):
        said = load("ackload", server.port, bench.many(count), bench.seconds(0.5))
        if said["errors"]:
            raise LoadError(f"{said['errors']} connections broke")
        used = server.cpu() - before
        title, results = NAMES[count], bench.results
        results.more(f"{title}: requests", who.name, said["req_s"], "/s")
        results.less(f"{title}: p50", who.name, said["p50_us"], "us")
        results.less(f"{title}: p99", who.name, said["p99_us"], "us")
        results.less(f"{title}: server CPU", who.name, used * 1e6 / said["total"],
                     "us/request", 2)
