"""daytime.py - the date over UDP, beside a bare echo."""
from benches import udp

NAME, TITLE = "daytime", "daytime: the date over UDP, beside a bare echo"


def run(bench):
    bench.each(udp.one, kind="udp")
