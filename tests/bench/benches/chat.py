"""chat.py - fan-out: a line of one member to all others."""
from measure import Holding, LoadError, closing, load

NAME, TITLE = "chat", "chat: fan-out of lines of 64 bytes"
CROWDS = ((10, 1), (10, 4), (30, 1), (100, 1), (100, 4), (300, 1), (1000, 1), (1000, 4))
MEMBERS = 10000
SLOW_ROUNDS = 3				# of the two loads that take long
STOPPED = "one stopped reader among 100"


def run(bench):
    bench.need_descriptors(10100)
    bench.each(one)


def one(bench, server, who):
    crowds = [c for c in CROWDS if sum(c) <= who.get("most", MEMBERS)]
    for receivers, senders in crowds:
        with bench.noting(who, title(receivers, senders)):
            flood(bench, server, who, receivers, senders)
    for receivers in (n for n, senders in crowds if senders == 1 and n in (10, 100, 1000)):
        with bench.noting(who, f"paced, {receivers}"):
            # 400 lines: of a hundred, the p99 is what happened to one of them
            said = chat(bench, server, who, "paced", receivers, 1, 64, bench.seconds(2))
            bench.results.less(f"{title(receivers, 1)}, paced: p99", who.name,
                               said["p99_us"], "us", 0)
    if bench.results.round >= SLOW_ROUNDS:
        return
    with bench.noting(who, STOPPED):
        stopped_reader(bench, server, who)
    if who.kind in ("ours", "limit"):
        with bench.noting(who, "members"):
            members(bench, server, who)


def title(receivers, senders):
    return f"{receivers:,} receivers, {senders} sender{'s' * (senders > 1)}"


def arguments(bench, server, who, mode, *rest):
    receivers, *rest = rest
    return ("chatload", server.port, mode, bench.many(receivers), *rest,
            who.get("protocol", "line"))


def chat(bench, server, who, *rest):
    if who.get("fresh"):
        server.restart()
    said = load(*arguments(bench, server, who, *rest))
    if not said["deliv_s"]:
        raise LoadError("no line was delivered in time")
    return said


def flood(bench, server, who, receivers, senders):
    seconds = bench.seconds(0.4 if receivers < 1000 else 0.8)
    said = chat(bench, server, who, "flood", receivers, senders, 64, seconds)
    if said["stuck"] or said["closed"]:
        raise LoadError(f"stuck: {said['stuck']}, members lost: {said['closed']}")
    name, results = title(receivers, senders), bench.results
    results.more(f"{name}: lines delivered", who.name, said["deliv_s"], "/s")
    results.less(f"{name}: p99 under load", who.name, said["p99_us"], "us", 0)


def stopped_reader(bench, server, who):
    """The same lines, 8 MiB of them, without and with a member who never reads."""
    amount = bench.mib(8)
    usual = chat(bench, server, who, "amount", 100, 1, 400, amount)
    with Holding(*arguments(bench, server, who, "stall", 100, 1, 400, amount)) as load_:
        said = load_.said()
        dropped = said["dropped"] or closing(server.port)
    if said["stuck"]:
        bench.results.note(f"{who.name}: {STOPPED}: everybody stopped, after "
                           f"{said['heard']} of {said['expected']} lines")
        return
    results = bench.results
    results.more(f"{STOPPED}: p99 as without", who.name,
                 usual["p99_us"] / max(said["p99_us"], 0.1), "x", 2)
    results.less(f"{STOPPED}: longest silence", who.name, said["silence_ms"], "ms")
    fate = "was let go" if dropped else "stayed"
    results.note(f"{who.name}: {STOPPED}: the stopped reader {fate}")


def members(bench, server, who):
    empty = server.memory()
    with Holding(*arguments(bench, server, who, "members", MEMBERS, 1, 64, 0)) as load_:
        said = load_.said()
        grown = server.memory() - empty
    wanted = bench.many(MEMBERS)
    results = bench.results
    results.more(f"{MEMBERS:,} members: who heard a line", who.name,
                 100 * said["members"] / wanted, "%", 2)
    results.less(f"{MEMBERS:,} members: memory of each", who.name, grown / wanted, "KiB", 2)
