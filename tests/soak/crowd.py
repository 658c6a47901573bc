"""crowd.py - processes of clients that come to a server until it is time to stop.

An honest one does its job over and over, and each answer is checked: a wrong
one, or none, ends the soak, and so does a refusal, but for the hours in which
the server itself is denied memory, threads and descriptors.  A hostile process
is many guests at once, each a generator of hostile.py or of the server's own
file: a random one goes a step on.  What becomes of them is their own affair.
"""
import collections, ftplib, gc, multiprocessing, os, random, tempfile, time

import filprotocol

QUIET, ROUGH, SCARCE = range(3)
GUESTS = 24				# of one hostile process at the same time
PAUSE = 0.001				# between two of its steps


class Refused(Exception):
    """The server would not, and said so."""


# What an honest client may meet in the hours of scarcity.  A TimeoutError is an
# OSError, and never allowed: the server is to say no, not to say nothing.
REFUSALS = (Refused, OSError, EOFError, ftplib.Error, filprotocol.Refused,
            filprotocol.Truncated)


class Hours:
    """Which phase it is, in the file that tests/fault reads, too.  Its second
    character tells how often scarcity has begun."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="fil-phase-")
        self.path = self.file.name
        self.scarcities = 0
        self.turn(QUIET)

    def turn(self, phase):
        self.scarcities += phase == SCARCE
        os.pwrite(self.file.fileno(), b"%d%d" % (phase, self.scarcities % 10), 0)


def phase_now(path):
    with open(path, "rb") as file:
        return file.read(2)


def was_scarce(path, before):
    """Was there scarcity at any time since phase_now said before?"""
    now = phase_now(path)
    return before[:1] == b"%d" % SCARCE or now[1:] != before[1:]


def honest(job):
    """One process: its name, how many jobs are done, how many were refused."""
    work, place, seed, until = job
    dice, tally = random.Random(seed), collections.Counter()
    while time.monotonic() < until:
        before = phase_now(place.phase)
        try:
            work(place, dice)
            tally["done"] += 1
        except REFUSALS as error:
            if isinstance(error, TimeoutError) or not was_scarce(place.phase, before):
                raise AssertionError(f"an honest client was refused: {work.__name__}, "
                                     f"seed {seed}: {error!r}") from error
            tally["refused"] += 1
    return work.__name__, tally


def hostile(job):
    """One process: how many contacts it has made, by their kinds."""
    kinds, place, seed, until = job
    dice, tally, guests = random.Random(seed), collections.Counter(), []
    while time.monotonic() < until:
        if len(guests) < GUESTS:
            kind = dice.choice(kinds)
            tally[kind.__name__] += 1
            guests.append(kind(place, dice))
        n = dice.randrange(len(guests))
        try:
            next(guests[n])
        except (StopIteration, OSError):
            guests[n].close()
            guests[n] = guests[-1]
            guests.pop()
        time.sleep(PAUSE)
    for guest in guests:
        guest.close()
    return tally


def come(load, place, dice, until, meanwhile):
    """All of them at once; meanwhile() is called again and again.  Returns the
    tallies of the honest, {job: Counter}, and of the hostile."""
    def jobs(works):
        return [(work, place, dice.randrange(1 << 32), until) for work in works]
    gc.collect()			# a file that is garbage here is removed by one process
    kinds = [load.HOSTILE] * load.HOSTILE_PROCESSES
    fork = multiprocessing.get_context("fork")
    with fork.Pool(len(load.HONEST) + len(kinds)) as pool:
        good = pool.map_async(honest, jobs(load.HONEST), 1)
        bad = pool.map_async(hostile, jobs(kinds), 1)
        while not (good.ready() and bad.ready()):
            meanwhile()
            if good.ready() and not good.successful():
                break
        return dict(good.get()), sum(bad.get(), collections.Counter())
