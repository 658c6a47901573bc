"""conns.py - thousands of clients who say nothing, then all at once."""
from measure import Holding, LoadError

NAME, TITLE = "conns", "conns: idle clients"
CLIENTS = (100, 1000, 2500, 5000, 10000)


def run(bench):
    bench.need_descriptors(10100)
    bench.each(one)


def one(bench, server, who):
    counts = [n for n in CLIENTS if n <= who.get("most", n)] or [who.get("most")]
    with bench.noting(who, "idle clients"):
        hold(bench, server, who, counts)


def hold(bench, server, who, counts):
    empty = server.memory()
    with Holding("connload", server.port, "hold", *map(bench.many, counts)) as clients:
        for count in counts:
            said = clients.said()
            if said["failed"] or said["open"] != bench.many(count):
                raise LoadError(f"of {bench.many(count)} clients {said['open']} got in")
            grown = server.memory() - empty
            bench.results.less(f"{count:,} idle clients: memory", who.name,
                               (empty + grown) / 1024, "MiB")
            if count == counts[-1]:
                summary(bench, who, count, said, grown)
            clients.go_on()
        said = clients.said()
    if count != CLIENTS[-1]:
        return
    bench.results.more("all idle clients, pinged again: answered", who.name,
                       100 * said["answered"] / bench.many(count), "%", 2)
    bench.results.less("all idle clients, pinged again: p99", who.name, said["p99_us"], "us", 0)


def summary(bench, who, count, said, grown):
    bench.results.less(f"{count:,} idle clients: a client", who.name,
                       grown / said["open"], "KiB", 2)
    if count == CLIENTS[-1]:
        bench.results.more("clients taken, with a first ping", who.name, said["conn_s"], "/s")
