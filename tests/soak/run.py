#!/usr/bin/env python3
"""run.py - every server for a set time under honest and hostile load.

    make soak SOAK_SECONDS=600 SOAK_SERVERS='fil-ftpd fil-chatd' SOAK_SEED=7

FIL_SOAK_SECONDS is the time of load that each server gets (10 without it, for
.ci/run), FIL_SOAK_SERVERS which of them (all), FIL_SOAK_SEED repeats what chance
chose.  load_X.py says who comes to fil-X.  tests/system/soak.py is another thing:
a given number of connections to one server.

The time has two halves, and each of them quiet hours, rough ones, in which
calls are interrupted or move a part of the bytes, scarce ones, in which
descriptors, threads and memory are not to be had, and quiet ones again
(tests/fault).  After each half all clients have left.  Then:
- descriptors and threads are what they were before the first client;
- the second half has not cost memory that the first had not (ALLOWANCE_KIB);
- nobody honest was refused or got a wrong answer, but for refusals, never
  wrong answers, in scarce hours;
- the server serves on, and ends with status 0 when it is told to.
"""
import collections, os, pathlib, random, shutil, signal, subprocess, sys, time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "system"))

from crowd import QUIET, ROUGH, SCARCE, Hours, come, honest
from faultrules import fault_knows, hits, preload
from harness import DEADLINE, NotHere, eventually, main, test
import load_chatd, load_daytimed, load_ftpd, load_mixedd, load_proxy, load_proxy_tls, load_tftpd
from memory import measures_memory
from watch import Figures

SECONDS = float(os.environ.get("FIL_SOAK_SECONDS") or 10)
WANTED = os.environ.get("FIL_SOAK_SERVERS", "").split()
SEED = int(os.environ.get("FIL_SOAK_SEED") or time.time())
SETTLING = 3 * DEADLINE			# what is left may be given up by timers

# What part of a half each phase is.
TIMETABLE = ((QUIET, 0.2), (ROUGH, 0.3), (SCARCE, 0.3), (QUIET, 0.2))

# Calls that are interrupted, or move a part of the bytes: nobody may notice.
ROUGH_RULES = ("recv=EINTR:percent=10", "recv=short:3:percent=10",
               "send=EINTR:percent=10", "send=short:5:percent=10",
               "select=EINTR:percent=10", "poll=EINTR:percent=10",
               "accept=EINTR:percent=5", "close=EINTR:percent=5")

# What is not to be had: some are refused.
SCARCE_RULES = ("accept=EMFILE:percent=2", "accept=ECONNABORTED:percent=5",
                "pthread_create=EAGAIN:percent=5", "calloc=ENOMEM:own:percent=5",
                "malloc=ENOMEM:own:percent=5", "setsockopt=ENOPROTOOPT:percent=10")

# What is freed goes back to the system where it can, so that memory tells a leak
# from what an allocator keeps; and it is overwritten, so that nobody reads it.
ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "16384",
             "MALLOC_TRIM_THRESHOLD_": "16384", "MALLOC_PERTURB_": "165"}

# What memory may differ by between two halves: what an allocator keeps for the
# threads of a moment, which goes up and down by more than a megabyte; and ten bytes
# a contact, less than any leak.  So a small leak is seen by a long run alone.
ALLOWANCE_KIB = 3072


def rules(load):
    """{phase: its rules}, without those that this build cannot have."""
    return {phase: [rule for rule in some if fault_knows(rule.split("=", maxsplit=1)[0])]
            for phase, some in ((ROUGH, (*ROUGH_RULES, *load.ROUGH)),
                                (SCARCE, (*SCARCE_RULES, *load.SCARCE)))}


class Soak:
    """One server, and what has come to it so far."""

    def __init__(self, load):
        self.load, self.dice = load, random.Random(f"{SEED} {load.NAME}")
        self.hours, self.rules = Hours(), rules(load)
        faults = [f"seed={self.dice.randrange(1 << 20)}"] + [
            f"{rule}:phase={phase}" for phase, some in self.rules.items() for rule in some]
        env, self.report = preload(",".join(faults), self.hours.path)
        self.server, self.place = load.start(env={**env, **ALLOCATOR})
        self.place.phase = self.hours.path
        self.good, self.bad = collections.defaultdict(collections.Counter), collections.Counter()
        self.first = None
        # what is made for the first who needs it is made
        for work in load.HONEST:
            work(self.place, self.dice)
        self.first = self.settled()
        self.peak = Figures(self.server)

    def settled(self):
        """Everybody has left, and no thread waits for another one's work."""
        now = None

        def alone():
            nonlocal now
            now = Figures(self.server)
            return not set(now.names) & {"client-", "idle"} and (
                self.first is None or now.descriptors <= self.first.descriptors)
        try:
            eventually(alone, "all to have left", SETTLING)
        except AssertionError as late:
            self.server.signal(signal.SIGUSR1)
            raise AssertionError(f"{late}: {now.descriptors} descriptors, {now.names}") from None
        return now

    def half(self):
        """Half of the time; the figures after it."""
        begin = time.monotonic()
        turns, at = [], begin
        for phase, part in TIMETABLE:
            turns.append((at, phase))
            at += part * SECONDS / 2
        operator = [begin]

        def meanwhile():
            status = self.server.popen.poll()
            assert status is None, f"{self.load.NAME} has ended with {status}"
            now = time.monotonic()
            while turns and turns[0][0] <= now:
                self.hours.turn(turns.pop(0)[1])
            if operator[0] <= now:		# who looks after it
                self.server.signal(self.dice.choice((signal.SIGUSR1, signal.SIGHUP)))
                operator[0] = now + max(0.5, SECONDS / 50)
            self.peak.raise_to(Figures(self.server))
            time.sleep(0.1)
        good, bad = come(self.load, self.place, self.dice, at, meanwhile)
        self.hours.turn(QUIET)			# however late it has become
        for name, tally in good.items():
            self.good[name] += tally
        self.bad += bad
        return self.settled()

    def end(self):
        """It serves on, and ends well when it is told to."""
        for work in self.load.HONEST:
            work(self.place, self.dice)
        self.server.signal(signal.SIGTERM)
        assert self.server.wait(2 * DEADLINE) == 0, self.server.stderr[-2000:]
        return hits(self.report)

    def table(self, one, two, struck):
        def row(name, *cells):
            print(f"#   {name:36}" + "".join(f"{cell!s:>10}" for cell in cells))
        row("honest clients", "jobs", "refused")
        for name, tally in self.good.items():
            row(name.replace("_", " "), tally["done"], tally["refused"])
        row("hostile clients", "contacts")
        for name, number in sorted(self.bad.items()):
            row(name.replace("_", " "), number)
        row("faults")
        for rule, number in struck.items():
            if number:
                row(rule, number)
        row("", "before", "peak", "half", "end")
        for name in ("descriptors", "threads", "resident"):
            row("KiB resident" if name == "resident" else name, *(
                getattr(figures, name) for figures in (self.first, self.peak, one, two)))
        sys.stdout.flush()


def soak(load):
    if WANTED and load.NAME not in WANTED:
        raise NotHere("not asked for")
    print(f"# {load.NAME}: seed {SEED}, {SECONDS:g} s of load", flush=True)
    signal.alarm(int(SECONDS + 10 * DEADLINE))
    it = Soak(load)
    one = it.half()
    two = it.half()
    struck = it.end()
    it.table(one, two, struck)
    contacts = sum(it.bad.values()) + sum(sum(tally.values()) for tally in it.good.values())
    allowed = ALLOWANCE_KIB + contacts // 100
    for figures in (one, two):
        assert figures.descriptors == it.first.descriptors, "descriptors are lost"
        # who watches slow readers begins with the first of them, and stays
        more = figures.names - it.first.names
        assert not more - collections.Counter(["late"]), f"threads are left: {more}"
    grown = two.resident - one.resident
    assert not measures_memory() or grown <= allowed, f"{grown} KiB are lost"
    assert all(tally["done"] for tally in it.good.values()), it.good
    for name, some in (("rough", it.rules[ROUGH]), ("scarce", it.rules[SCARCE])):
        assert sum(struck[rule.split(":")[0]] for rule in some), f"nothing was {name}: {struck}"


@test
def fil_mixedd_is_as_it_was_after_a_bad_day():
    soak(load_mixedd)


@test
def fil_chatd_is_as_it_was_after_a_bad_day():
    soak(load_chatd)


@test
def fil_proxy_is_as_it_was_after_a_bad_day():
    soak(load_proxy)


@test
def fil_proxy_with_tls_is_as_it_was_after_a_bad_day():
    soak(load_proxy_tls)


@test
def fil_daytimed_is_as_it_was_after_a_bad_day():
    soak(load_daytimed)


@test
def fil_ftpd_is_as_it_was_after_a_bad_day():
    soak(load_ftpd)


@test
def fil_tftpd_is_as_it_was_after_a_bad_day():
    soak(load_tftpd)


def in_a_namespace():
    """As root the file runs once more where the loopback interface is its own:
    thousands of connections leave thousands of ports in TIME_WAIT behind."""
    apart = ["unshare", "--user", "--map-root-user", "--net"]
    if "--apart" in sys.argv:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    elif os.geteuid() == 0 and shutil.which("unshare") and shutil.which("ip") and \
            subprocess.run([*apart, "true"], stderr=subprocess.DEVNULL).returncode == 0:
        os.execvp("unshare", [*apart, sys.executable, __file__, "--apart"])


in_a_namespace()
main()
