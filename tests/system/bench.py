#!/usr/bin/env python3
"""bench.py - the benches work, and are honest: their arithmetic with known numbers,
and a tiny run of one."""
import json, os, pathlib, signal, subprocess, sys, tempfile
from xml.etree import ElementTree

from harness import BUILD, SOURCE, NotHere, eventually, main, run, test

sys.path.append(str(SOURCE / "tests" / "bench"))

import bars, benches, contender, measure, plot, table
from run import merged

PROGRAM = SOURCE / "tests" / "bench" / "run.py"


def results_of(more=True, **values):
    """Results of one figure, "figure", with these values, one a round."""
    results = table.Results("ack", "ack: known numbers")
    results.kinds = {"fil": "ours", "peer": "peer", "slow": "reference", "c": "limit",
                     "thread": "minimal"}
    for name, numbers in values.items():
        for results.round, value in enumerate(numbers):
            (results.more if more else results.less)("figure", name, value)
    return results


def judged(bar, **values):
    return table.judge(bar, results_of(**values))


@test
def a_ratio_is_the_median_of_the_rounds_own_ratios():
    """One slow round slows both; medians of each alone would pair a fast round of
    one with a slow round of the other, and say 10 / 30."""
    assert table.paired({0: 10, 1: 2, 2: 30}, {0: 5, 1: 1, 2: 60}, True) == 2.0
    assert table.paired({0: 1, 2: 9}, {1: 5, 2: 3}, True) == 3.0, "rounds that both had"
    assert table.paired({0: 1}, {1: 1}, True) is None
    assert table.paired({0: 0}, {0: 1}, True) is None, "nothing came: no ratio"


@test
def above_one_is_better_for_times_too():
    """Who reads 2.0 must not have to know what was measured."""
    assert table.paired({0: 5}, {0: 10}, False) == 2.0
    assert table.paired({0: 5}, {0: 10}, True) == 0.5


@test
def the_best_peer_is_no_limit_and_not_ours():
    """A limit is what the machine gives: beside it, nobody is a winner."""
    known = {"fil": [9, 9], "peer": [5, 5], "slow": [4, 6.5], "c": [20, 20]}
    assert results_of(**known).figures["figure"].best(results_of().kinds) == "slow"
    less = results_of(more=False, **known).figures["figure"]
    assert less.best(results_of().kinds) == "peer"


@test
def a_bar_is_met_or_within_five_percent_or_missed():
    """Within 5 % counts as met, and is said; where exactness is promised it is not."""
    known = [(1.2, 1.2, "met"), (1.15, 1.2, "within 5 %"), (1.13, 1.2, "missed"),
             (None, 1.0, "not measured")]
    for ratio, least, word in known:
        assert table.verdict(ratio, least) == word, (ratio, least)
    assert table.verdict(0.99, 1.0, exact=True) == "missed"


@test
def a_bar_is_judged_against_whom_it_names():
    """best, limit, a contender, or a number; the direction is the figure's."""
    known = {"fil": [10, 10], "peer": [5, 5], "slow": [2, 2], "c": [12.5, 12.5]}
    assert judged(table.Bar("fil", "ack", "figure", 1.5), **known) == ("met", "2.00 x peer")
    assert judged(table.Bar("fil", "ack", "figure", 3.0), **known)[0] == "missed"
    assert judged(table.Bar("fil", "ack", "figure", 5.0, "slow"), **known)[0] == "met"
    assert judged(table.Bar("fil", "ack", "figure", 0.7, "limit"), **known) == (
        "met", "0.80 x c")
    assert judged(table.Bar("fil", "ack", "figure", at_most=9.8), **known)[0] == "within 5 %"
    assert judged(table.Bar("fil", "ack", "figure", at_least=10, exact=True), **known)[0] == "met"
    known["c"] = [9, 9]
    less = table.judge(table.Bar("fil", "ack", "figure"), results_of(more=False, **known))
    assert less == ("missed", "0.20 x slow"), "in less time"


@test
def a_bar_that_is_missed_tells_what_a_minimal_program_does():
    """So the price of a thread for each client is told apart from our own; it is
    missed all the same."""
    known = {"fil": [10, 10], "peer": [20, 20], "thread": [8, 8]}
    bar = table.Bar("fil", "ack", "figure")
    assert judged(bar, **known) == ("missed", "0.50 x peer, 1.25 x thread (minimal)")
    known["peer"] = [9, 9]
    assert judged(bar, **known) == ("met", "1.11 x peer"), "it is no peer"


@test
def what_was_not_measured_is_never_met():
    """A peer that is missing, or ours: the list says so, with the reason."""
    results = results_of(fil=[10])
    results.leave_out("peer", "peer is not installed")
    bar = table.Bar("fil", "ack", "figure", 1.0, "peer")
    assert table.judge(bar, results) == ("not measured",
                                         "no peer here: peer is not installed")
    assert judged(bar, peer=[1])[0] == "not measured"
    for text in (table.terminal(results), table.markdown(results, [], "")):
        assert "left out: peer: peer is not installed" in text


@test
def every_bar_names_a_bench_and_contenders_that_exist():
    """A misspelt bar would be "not measured" for ever, and nobody would look."""
    for bar in bars.BARS:
        assert bar.bench in benches.ALL, bar
        names = {c.name for c in contender.CONTENDERS[bar.bench]} | {"best", "limit"}
        assert {bar.against, bar.ours} <= names, bar
    for _, _, where in bars.ELSEWHERE:
        for name in where.split(", "):
            assert (SOURCE / "tests" / "system" / name).exists(), name


@test
def every_round_has_another_order():
    """Who always runs after the same neighbour inherits what he leaves."""
    names = list("abcd")
    orders = [measure.order(names, number) for number in range(4)]
    assert all(sorted(order) == names for order in orders)
    assert len({order[0] for order in orders}) > 2 and len(set(map(tuple, orders))) == 4


@test
def one_bench_leaves_the_others_where_they_stand():
    """make bench-udp must not take the section of ftpd out of results.md."""
    first = merged("", "ftpd", "## ftpd: servers\n\nfigures\n")
    both = merged(first, "udp", "## udp: datagrams\n\nold\n")
    again = merged(both, "udp", "## udp: datagrams\n\nnew\n")
    assert "figures" in again and "new" in again and "old" not in again
    titles = [line for line in again.splitlines() if line.startswith("## ")]
    assert [title.split(":")[0] for title in titles] == ["## udp", "## ftpd", "## besides"]
    assert merged(again, "udp", "## udp: datagrams\n\nnew\n") == again


@test
def a_plot_is_well_formed_and_its_labels_stand_apart():
    """Two names upon each other are no names."""
    results = table.Results("ack", "ack: known")
    results.kinds = {"fil": "ours", "a<b": "peer", "c": "limit"}
    for count, title in ((1, "1 connection"), (64, "64 connections")):
        for name in results.kinds:
            results.more(f"{title}: requests", name, 1000 * count)
    drawing = plot.of(results)["throughput.svg"]
    texts = [node for node in ElementTree.fromstring(drawing).iter()
             if node.tag.endswith("text")]
    named = {node.text: float(node.get("y")) for node in texts}
    heights = sorted(named[name] for name in ("fil", "a<b", "c (limit)"))
    assert all(b - a >= plot.LABEL_GAP for a, b in zip(heights, heights[1:])), heights
    assert plot.ticks(253000)[-1] >= 253000 and plot.log_ticks(3, 70) == [2, 5, 10, 20, 50, 100]


def tiny(*options):
    """The command of a tiny run: its results stay in the build tree."""
    if not measure.PROGRAMS.joinpath("load", "ackload").exists():
        raise NotHere("no load generators: this system has no epoll")
    return [sys.executable, PROGRAM, "--tiny", *options]


@test
def a_tiny_run_measures_compares_and_judges():
    """The whole way: start, load, stop, table, bars, JSON.  A peer that is not there
    is named."""
    before = (SOURCE / "tests/bench/results.md").exists()
    status, out, err = run(tiny("--rounds", "2", "--only", "fil,c-thread,stunnel", "ack", "tls"),
                           env={"FIL_PEERS": "/nonexistent", "CI": ""},
                           deadline=120)
    text = out.decode()
    assert status == 0, text + err.decode()
    assert "left out: stunnel: stunnel4: CI=true fetches and unpacks it" in text, text
    assert "1 connection: requests" in text and "fil: x " in text, text
    found = text.partition("\nBars\n")[2]
    assert " x c-thread (bar: 0.95 x c-thread)" in found, found
    assert "not measured fil-mixedd, ack: 1 connection: requests: no py-asyncio" in found
    told = json.loads((BUILD / "tests/bench/results/tiny/ack.json").read_text())
    figure = next(f for f in told["figures"] if f["name"] == "1 connection: requests")
    assert len(figure["values"]["fil"]) == 2 == len(figure["values"]["c-thread"])
    assert (SOURCE / "tests/bench/results.md").exists() == before, "a tiny run is no result"


@test
def an_interrupted_run_leaves_nothing_behind():
    """Ctrl-C after an hour: no server that listens, no folder, no control group."""
    with tempfile.TemporaryDirectory() as place:
        child = subprocess.Popen(tiny("--rounds", "1000", "--only", "fil,c-thread", "udp", "ack"),
                                 env={**os.environ, "TMPDIR": place, "CI": ""}, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 start_new_session=True)
        try:
            for line in child.stdout:
                if "round 2" in line:
                    break
            os.killpg(child.pid, signal.SIGINT)
            child.stdout.read()
            assert child.wait(60) != 0
        finally:
            child.kill()
        assert not os.listdir(place)
    eventually(lambda: not any(map(measure.alive, measure.session_of(child.pid))),
               "all that the run has started to end")
    groups = [g for top in measure.GROUPS
              for g in pathlib.Path(top).glob(f"fil-bench-{child.pid}")]
    assert not groups, groups


main()
