"""udp.py - datagrams of 20 bytes, each with an answer."""
from measure import load

NAME, TITLE = "udp", "udp: datagrams of 20 bytes and their answers"


def run(bench):
    bench.each(one, kind="udp")


def one(bench, server, who):
    for window in (1, 32):
        with bench.noting(who, f"window {window}"):
            before = server.cpu()
            said = load("udpload", server.port, window, bench.seconds(1.0))
            used = server.cpu() - before
            title, results = f"{window} under way", bench.results
            results.more(f"{title}: datagrams", who.name, said["dgram_s"], "/s")
            results.less(f"{title}: p99", who.name, said["p99_us"], "us")
            results.less(f"{title}: server CPU", who.name,
                         used * 1e6 / max(1, said["total"]), "us/datagram", 2)
            if said["lost"]:
                results.note(f"{who.name}: {title}: {said['lost']} answers are missing")
