#!/usr/bin/env python3
"""chat_hostile.py - members who stop reading, flood, vanish, or come by thousands.

FIL_SOAK=100000 is how many come and go, and then 10,000 are there together;
less of both without it."""
import contextlib, os, random, re, resource, selectors, signal, socket, struct
import tempfile, threading, time

from chatmembers import ROOM, Member, chat, members
from faultrules import fault_knows, hits, preload
from harness import DEADLINE, NotHere, Skip, eventually, main, spoken, tcp, test
from memory import measures_memory, resident_kib

ASKED = int(os.environ.get("FIL_SOAK") or 0)
VISITS = ASKED or 2000			# joins and leaves
TOGETHER = 10000 if ASKED else 1000	# members at the same time
EACH_KIB = 24				# spec/02, Bar
RESET = struct.pack("ii", 1, 0)		# SO_LINGER: close with a reset


def still_well(s):
    """Two more members hear each other, and then nobody is left behind."""
    with members(s, "well1", "well2") as (one, two):
        one.says("are you well?")
        two.hears("<well1> are you well\\?$")


class Crowd:
    """Many connections, read by one thread; each keeps what came."""

    def __init__(self, s, number, keep=True):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < number + 100:
            raise Skip(f"at most {hard} descriptors here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.selector, self.keep = selectors.DefaultSelector(), keep
        self.socks, self.heard, self.closed, self.waiting = [], [], 0, {}
        for n in range(number):
            sock = tcp(s.ports["tcp"])
            sock.setblocking(False)
            self.selector.register(sock, selectors.EVENT_READ, n)
            self.socks.append(sock)
            self.heard.append(b"")
            if n % 100 == 99:
                self.pump(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock in self.socks:
            sock.close()
        self.selector.close()

    def pump(self, timeout):
        """Read and write what can be; returns how many bytes came."""
        came = 0
        for key, events in self.selector.select(timeout):
            n = key.data
            if events & selectors.EVENT_WRITE:
                self.waiting[n] = self.waiting[n][key.fileobj.send(self.waiting[n]):]
                if not self.waiting[n]:
                    self.selector.modify(key.fileobj, selectors.EVENT_READ, n)
            if not events & selectors.EVENT_READ:
                continue
            try:
                data = key.fileobj.recv(1 << 18)
            except ConnectionError:
                data = b""
            if not data:
                self.selector.unregister(key.fileobj)
                self.closed += 1
            came += len(data)
            self.heard[n] = self.heard[n] + data if self.keep else \
                (self.heard[n] + data)[-400:]
        return came

    def sends(self, n, data):
        """Later, as the connection takes it."""
        self.waiting[n] = data
        self.selector.modify(self.socks[n],
            selectors.EVENT_READ | selectors.EVENT_WRITE, n)

    def arrive(self):
        """All are in the room: each has been told who is there."""
        self.until(lambda: all(b"*** here: " in h for h in self.heard), "all to join")

    def until(self, condition, what, deadline=DEADLINE):
        end = time.monotonic() + deadline
        while not condition():
            assert time.monotonic() < end, f"still waiting after {deadline} s: {what}"
            self.pump(0.05)


# --- the bar of spec/02

@test
def ten_thousand_lines_of_sixteen_senders_are_heard_alike_by_all():
    """spec/02: one total order: every member's transcript is identical.  Two
    students would have heard two different discussions."""
    lines = 625
    s = chat("-q")
    with Crowd(s, 24) as crowd:
        crowd.arrive()
        for n in range(16):
            crowd.sends(n, "".join(f"{n}:{k}\r\n" for k in range(lines)).encode())
        last = lambda h: all(f"> {n}:{lines - 1}\r\n".encode() in h for n in range(16))
        crowd.until(lambda: all(map(last, crowd.heard)), "the last line of each", 60)
        said = [re.findall(rb"^<guest\d+> \d+:\d+\r$", h, re.M) for h in crowd.heard]
        assert crowd.closed == 0
    assert len(said[0]) == 16 * lines, len(said[0])
    assert all(transcript == said[0] for transcript in said)
    for n in range(16):			# and each speaker's lines are in his order
        own = [int(line.split(b":")[1]) for line in said[0] if b"> %d:" % n in line]
        assert own == list(range(lines)), n


@test
def a_stopped_reader_among_a_hundred_delays_nobody():
    """spec/02, Bar, by order: while lines wait for the one who does not read, each
    reaches the hundred others before the next is said, until its queue is full
    and it is dropped.  One closed laptop would freeze a whole class."""
    s = chat("-q", "--queue-bytes", "65536")
    with Crowd(s, 100) as crowd:
        crowd.arrive()
        stopped = Member(s, "stopped", receive_buffer=2304)
        waited, told = 0, set()
        while len(told) < 100:
            crowd.heard = [b""] * 100
            mark = b"mark %d.\r\n" % waited
            crowd.sends(1, (b"y" * 1000 + b"\r\n") * 20 + mark)
            crowd.until(lambda: all(mark in heard for heard in crowd.heard), "all to hear")
            told |= {n for n, heard in enumerate(crowd.heard)
                if b"*** stopped left (too slow)" in heard}
            waited += 1
            assert waited < 2000, "it is never dropped"
        # its queue alone holds more than sixty such lines
        assert waited > 3, "it was dropped before anything waited for it"
        assert crowd.closed == 0
    stopped.sock.close()
    still_well(s)


@test
def who_does_not_read_is_dropped_and_the_room_is_told():
    """spec/02: past --queue-bytes the member is dropped and the room told `*** pc4
    left (too slow)`; the others lose nothing, and do not hear the line that it
    was typing: the end of the stream is the server's, not the member's."""
    s = chat("-q", "--queue-bytes", "65536")
    begin = resident_kib(s.pid)
    with members(s, "pc3", "pc5") as (pc3, pc5):
        pc4 = Member(s, "pc4", receive_buffer=2304)
        pc3.hears(r"\*\*\* \S+ is now known as pc4$")
        pc4.sends(b"half a sentence")
        count = 0
        while "*** pc4 left (too slow)" not in pc5.lines:
            pc3.sends(b"".join(b"%d %s\r\n" % (n, b"x" * 900)
                for n in range(count, count + 50)))
            count += 50
            pc3.hears(f"<pc3> {count - 1} ")
            pc5.hears(f"<pc3> {count - 1} ")
            assert count < 20000, "it is never dropped"
        told = [int(line.split()[1]) for line in pc5.lines if line.startswith("<pc3>")]
        assert told == list(range(count)), "lines are missing"
        assert not any("half" in line for line in pc5.lines), "it is said"
        grown = resident_kib(s.pid) - begin
        assert not measures_memory() or grown < 1024, f"{grown} KiB for one slow reader"
        pc4.hears_end()
    still_well(s)


@test
def thousands_of_members_all_hear_one_line_and_cost_little_memory():
    """spec/02, Bar: 10,000 members; a line reaches all; at most 24 KiB each (a
    thousand of them here, unless FIL_SOAK is set)."""
    s = chat("-q", "--max-clients", "0", "--max-per-host", "0",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE,
            (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2))
    before = resident_kib(s.pid)
    with Crowd(s, TOGETHER, keep=False) as crowd:
        begin = time.monotonic()
        # silence: all have been told of all
        while crowd.pump(1.0):
            assert time.monotonic() - begin < 120
        took = time.monotonic() - begin
        each = (resident_kib(s.pid) - before) / TOGETHER
        crowd.socks[0].send(b"tout le monde ?\r\n")
        begin = time.monotonic()
        crowd.until(lambda: all(b"tout le monde ?" in h for h in crowd.heard), "all")
        print(f"# {TOGETHER} members after {took:.1f} s, {each:.1f} KiB each; a line "
              f"reached all after {time.monotonic() - begin:.2f} s")
        assert crowd.closed == 0
        assert not measures_memory() or each <= EACH_KIB, f"{each:.1f} KiB each"
        begin = time.monotonic()
        assert s.stop(deadline=1.5) == 0
        crowd.until(lambda: crowd.closed == TOGETHER, "all to be let go")
        said = sum(b"*** goodbye: the server stops\r\n" in h for h in crowd.heard)
        assert said == TOGETHER, f"{said} of {TOGETHER} were told goodbye"


def visits(s, number):
    """number joins and leaves, 32 at a time; every third half-closes, every
    third is reset."""
    for first in range(0, number, 32):
        socks = [tcp(s.ports["tcp"]) for _ in range(min(32, number - first))]
        for sock in socks:
            sock.sendall(b"hi\r\n")
        for n, sock in enumerate(socks):
            if n % 3 == 0:
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass
            elif n % 3 == 1:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            sock.close()
    eventually(lambda: s.clients() == 0, "all to have left", 60)


@test
def a_hundred_thousand_joins_and_leaves_leave_nothing_behind():
    """spec/02, Bar: 32 at a time: no growth (some thousands here, unless FIL_SOAK
    is set).  A server that runs for a term would fill the machine."""
    s = chat("-q", "--history", "20")
    descriptors = s.descriptors()
    visits(s, 1000)
    s.settles(descriptors)
    before, threads = resident_kib(s.pid), s.threads()
    visits(s, VISITS)
    s.settles(descriptors)
    grown = resident_kib(s.pid) - before
    print(f"# {VISITS} joins and leaves: {grown:+} KiB, {s.threads()} threads")
    assert s.threads() <= threads + 1, "threads are left"	# the late one
    assert not measures_memory() or grown <= 256 + VISITS // 200, f"{grown} KiB are lost"
    still_well(s)


# --- bad members

@test
def who_sends_commands_and_reads_no_answers_stops_itself():
    """Each /who is a long answer to a short line: answers must not pile up, and
    the one who does not read them is not read from."""
    s = chat("-q")
    with members(s, "pc3", "pc4") as (pc3, pc4):
        greedy = tcp(s.ports["tcp"])
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.settimeout(1.0)
        begin = resident_kib(s.pid)
        sent = 0
        with contextlib.suppress(TimeoutError, ConnectionError):
            while sent < 64 << 20:
                sent += greedy.send(b"/who\r\n/help\r\n" * 1000)
        assert sent < 64 << 20, "it is read for ever"
        grown = resident_kib(s.pid) - begin
        assert not measures_memory() or grown < 2048, f"{grown} KiB for answers"
        pc3.says("still here?")
        pc4.hears("<pc3> still here\\?$")
        greedy.close()
    still_well(s)


@test
def who_moves_about_and_reads_nothing_stops_itself():
    """What a room shows to who joins it is an answer, too, and a long one: it waits
    until the ones before are read, and nobody is dropped for asking."""
    moves = 600
    s = chat("--queue-bytes", "65536")
    with members(s, "pc3", "pc4") as (pc3, pc4):
        for room, member in ("a", pc3), ("b", pc4):
            member.says(f"/join {room}", *["x" * 700] * 20)
            member.since()
        with Member(s, "greedy", receive_buffer=2304) as greedy:
            greedy.sends(b"/join a\n/join b\n" * (moves // 2))

            def stuck():
                s.signal(signal.SIGUSR1)
                return re.search(r"^client-3 .* " + spoken("sending", "émission"), s.stderr, re.M)
            eventually(stuck, "it to wait")
            for _ in range(moves):
                greedy.hears(r"\*\*\* here: pc")


@test
def private_messages_to_one_who_does_not_read_end_it_and_not_the_sender():
    """The bound of a queue is everybody's, whoever fills it."""
    s = chat("-q", "--queue-bytes", "65536")
    with members(s, "pc3", "pc4") as (pc3, pc4):
        deaf = Member(s, "deaf", receive_buffer=2304)
        pc4.hears(r"\*\*\* \S+ is now known as deaf$")
        for n in range(10000):
            pc3.says(f"/msg deaf {n} {'x' * 900}")
            pc3.hears(rf"-pc3 -> deaf- {n} |\*\*\* nobody is deaf$")
            if pc3.lines[-1] == "*** nobody is deaf":
                break
        else:
            raise AssertionError("it is never dropped")
        pc4.hears(r"\*\*\* deaf left \(too slow\)$")
        deaf.hears_end()


@test
def a_private_message_from_one_who_reads_nothing_delays_nobody():
    """DESIGN rule 8: who does not read waits for its own answers; the receiver of
    its message must not wait with it.  Else whoever presses Ctrl-Z freezes whom
    it wrote to, and as soon as enough waits there, everybody."""
    s = chat("-q", "--queue-bytes", "65536")
    with members(s, "pc3", "pc4") as (pc3, pc4):
        deaf = Member(s, "deaf", receive_buffer=2304)
        deaf.sock.setblocking(False)
        for n in range(20000):
            # it is answered until half of its queue is full; then it is stuck
            # in a message, until all of it is
            with contextlib.suppress(BlockingIOError, ConnectionError):
                deaf.sock.send((b"x" * 1000 + b"\r\n") * 2 + b"/msg pc4 psst\r\n")
            pc3.says(f"mark {n}")
            pc4.hears(f"<pc3> mark {n}$")
            if "*** deaf left (too slow)" in pc4.lines:
                break
        else:
            raise AssertionError("it is never dropped")
        assert "-deaf- psst" in pc4.lines
        deaf.sock.close()
    still_well(s)


@test
def members_who_vanish_at_any_moment_leave_nothing_behind():
    """A reset before the welcome, after a nick, in a room, in the middle of a
    line: threads, names and rooms are given back."""
    s = chat("-q")
    descriptors = s.descriptors()
    words = [b"", b"/ni", b"/nick pc%d\r\n", b"/join room%d\r\n", b"hi %d", b"/who\r\n" * 9,
        b"/login pc%d\r\n", b"/time on\r\n/ignore guest1\r\n"]
    for n in range(400):
        sock = tcp(s.ports["tcp"])
        word = words[n % len(words)]
        with contextlib.suppress(ConnectionError):
            sock.sendall(word % n if b"%d" in word else word)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        sock.close()
    s.settles(descriptors)
    with Member(s) as member:
        assert member.asks("/rooms", ROOM) == ["lobby"], member.lines
        assert member.asks("/rooms", r"\*\*\* lobby +(\d+)$") == ["1"], member.lines
        assert member.asks("/who", r"\*\*\* (\d+) in all$") == ["1"], member.lines
        member.be("pc2").be("pc10")		# nobody has these names


@test
def garbage_is_words_and_nothing_else():
    """Random bytes in random pieces: what the others hear is valid, harmless
    text in whole lines, each with its speaker."""
    dice = random.Random(20261121)
    s = chat("-q")
    with members(s, "pc3", "pc4") as (pc3, pc4):
        for n in range(300):
            data = bytes(dice.choice(b"\n\r/ \t\xc3\xa9\xe2\x80\xae\x1b\x00*<>-abc\xff")
                for _ in range(dice.randrange(1, 400)))
            # no command that ends the session, and no long line
            pc3.sends(data.replace(b"/q", b"/x") + b"\n")
            if n % 20 == 19:
                pc3.since()
        for line in pc4.since():
            assert re.match(r"<pc3> |\* pc3 |-pc3- ", line), line
            assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e]", line), line
    still_well(s)


@test
def a_browser_says_nothing():
    """A page from anywhere can have the browser of whoever reads it post to a
    port of his own machine: a chat that takes any line would say it aloud."""
    s = chat("-q")
    with Member(s, "pc3") as pc3:
        for request in b"GET / HTTP/1.1", b"POST /x HTTP/1.0", b"OPTIONS * HTTP/1.1":
            with tcp(s.ports["tcp"]) as sock:
                sock.sendall(request + b"\r\nHost: localhost\r\n\r\n/nick prof\r\nspam\r\n")
                heard = b""
                while data := sock.recv(4096):
                    heard += data
            assert heard.endswith(b"*** goodbye: no web server\r\n"), heard
            pc3.hears(r"\*\*\* \S+ left \(no web server\)$")
        pc3.says("GET / HTTP/1.1 is the first line")
        pc3.says("GET / HTTP/1.1")		# a member may say it later
        pc3.hears("<pc3> GET / HTTP/1.1$")
        assert not any("spam" in line or "Host" in line for line in pc3.lines)


@test
def who_speaks_of_http_at_once_is_no_browser():
    """The first line is somebody's question, or an answer."""
    s = chat("-q")
    with Member(s, "pc3") as pc3:
        for line in ("who knows HTTP/1.1", "GET is a method of HTTP/1.1",
                     "/me reads about HTTP/1.1"):
            with Member(s) as pc4:
                pc4.says(line)
                pc3.hears(rf".*{line.removeprefix('/me ')}$")


@test
def a_client_of_tls_at_the_wrong_port_says_nothing():
    """openssl s_client -connect HOST:4000, for 4001: its greeting would be said to
    the class, line by line, and shown to each newcomer."""
    s = chat("-q")
    with Member(s, "pc3") as pc3:
        hello = b"\x16\x03\x01\x01\x24\x01\x00\x01 \x03\x03" + b"random\n" * 9 + b"\x00"
        # also where it has no newline, or has it late
        for greeting in (hello, hello.replace(b"\n", b""),
                         hello.replace(b"\n", b"", 1).replace(b"\n", b"k" * 1100, 1)):
            with tcp(s.ports["tcp"]) as sock:
                sock.sendall(greeting)
                sock.shutdown(socket.SHUT_WR)
                heard = b""
                while data := sock.recv(4096):
                    heard += data
            assert heard.endswith(b"*** goodbye: TLS has a port of its own\r\n"), heard
            pc3.hears(r"\*\*\* \S+ left \(TLS has a port of its own\)$")
        assert not any("random" in line for line in pc3.lines)


@test
def a_member_who_sends_byte_by_byte_holds_up_nobody():
    """Half a line is nobody's business until it is whole."""
    s = chat("-q")
    with members(s, "slow", "pc4", "pc5") as (slow, pc4, pc5):
        slow.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"one byte at a time":
            slow.sends(bytes([byte]))
            pc4.says("quick")
            pc5.hears("<pc4> quick$")
        slow.sends(b"\r\n")
        pc5.hears("<slow> one byte at a time$")


@test
def a_log_that_nobody_reads_holds_up_nothing():
    """--log on a named pipe whose reader is paused: the rooms go on, what does
    not fit is counted, and the server stops in time."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = os.path.join(folder, "pipe")
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        try:
            s = chat("-q", "--log", pipe)
            with members(s, "pc3", "pc4") as (pc3, pc4):
                for n in range(2500):		# a line a run: the log counts them
                    pc3.sends(b"%d %s\r\n" % (n, b"x" * 200))
                    pc3.hears(f"<pc3> {n} ")
                    pc4.hears(f"<pc3> {n} ")
                # the reader is back for a while: it learns what it has missed
                said = b""
                end = time.monotonic() + DEADLINE
                while b"lines are lost here" not in said and time.monotonic() < end:
                    with contextlib.suppress(BlockingIOError):
                        said += os.read(reader, 1 << 20)
                    pc3.says("more")
                assert re.search(rb"^\*\*\* \d+ lines are lost here$", said, re.M), said[-300:]
                for n in range(500):		# and it is full again
                    pc3.sends(b"%d %s\r\n" % (n, b"x" * 200))
                    pc3.hears(f"<pc3> {n} ")
            assert s.stop(deadline=2.0) == 0
        finally:
            os.close(reader)


@test
def it_stops_while_members_flood():
    """Who never pauses must not keep the server alive."""
    s = chat("-q")
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(OSError):
            with tcp(s.ports["tcp"]) as sock:
                sock.setblocking(True)
                threading.Thread(target=lambda: [0 for _ in iter(
                    lambda: sock.recv(1 << 20), b"")], daemon=True).start()
                while True:
                    sock.sendall(b"flood\r\n/who\r\n" * 100)
        os._exit(0)
    try:
        eventually(lambda: s.clients() == 1, "the flood")
        assert s.stop(deadline=2.0) == 0
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@test
def members_who_do_everything_at_once_disturb_no_order():
    """Twelve members speak, rename, move, ignore, leave and come back as chance
    has it.  Under ThreadSanitizer this is where races would show; for all,
    whoever stays hears each speaker's lines in order."""
    s = chat("-q", "--history", "5")
    end = time.monotonic() + 4
    failures = []

    def wander(seed):
        dice, visit = random.Random(seed), 0
        acts = ("/nick w%d", "/join room%d", "/me moves %d", "/msg w%d psst", "/ignore w%d",
            "/time on", "/time off", "/history %d", "/who", "/rooms", "/help", "/join lobby")
        try:
            while time.monotonic() < end:
                visit += 1
                with Member(s) as member:
                    for spoken in range(dice.randrange(5, 40)):
                        act = dice.choice(acts)
                        number = dice.randrange(12 if "w%d" in act else 4)
                        member.says(act % number if "%d" in act else act, f"{seed}.{visit} {spoken}")
                        if dice.random() < 0.3:
                            member.since()
                    if dice.random() < 0.5:
                        member.leaves()
        except BaseException as error:
            failures.append(error)

    with Member(s, "witness") as witness:
        walkers = [threading.Thread(target=wander, args=(n,)) for n in range(12)]
        for walker in walkers:
            walker.start()
        while any(walker.is_alive() for walker in walkers):
            witness.since()
        for walker in walkers:
            walker.join()
        witness.since()
        assert not failures, failures
        order = {}
        for line in witness.lines:
            said = re.match(r"<\S+> ([\d.]+) (\d+)$", line)
            if said:
                assert int(said[2]) > order.get(said[1], -1), line
                order[said[1]] = int(said[2])
        assert {visit.split(".")[0] for visit in order} == set(map(str, range(12)))
    still_well(s)


# --- calls that fail

@test
def rough_calls_change_no_transcript():
    """Interrupted and short calls, sockets that say they are full: all hear the
    same, whole lines."""
    env, report = preload("seed=7,recv=EINTR:percent=10,recv=short:7:percent=70,"
        "sendmsg=EINTR:percent=10,sendmsg=EAGAIN:percent=10,sendmsg=short:3:percent=20,"
        "poll=EINTR:percent=30")
    s = chat("-q", env=env)
    with Crowd(s, 8) as crowd:
        crowd.arrive()
        for n in range(4):
            crowd.sends(n, "".join(f"{n}:{k} é€\r\n" for k in range(1000)).encode())
        last = lambda h: all(f"> {n}:999 é€\r\n".encode() in h for n in range(4))
        crowd.until(lambda: all(map(last, crowd.heard)), "the last line of each")
        said = [re.findall("^<guest\\d+> \\d+:\\d+ é€\r$".encode(), h, re.M)
            for h in crowd.heard]
        assert len(said[0]) == 4000 and all(t == said[0] for t in said)
    assert s.stop(deadline=2.0) == 0
    assert all(hits(report).values()), hits(report)


@test
def without_memory_one_session_ends_and_the_server_goes_on():
    """STYLE: out of memory ends one session, never the server."""
    if not fault_knows("malloc"):
        raise NotHere("a sanitizer has an allocator of its own")
    # so few that they are over at the end: libgcov dies without memory at exit
    env, report = preload("seed=5,malloc=ENOMEM:after=400:percent=10:times=20,"
        "calloc=ENOMEM:after=100:percent=10:times=20,"
        "pthread_mutex_init=ENOMEM:after=10:percent=10:times=20")
    s = chat("-q", env=env)
    descriptors = s.descriptors()
    for n in range(400):
        with contextlib.suppress(ConnectionError):
            with tcp(s.ports["tcp"]) as sock:
                sock.sendall(b"hi\r\n/nick pc%d\r\n/join room%d\r\n/ignore guest1\r\n/who\r\n"
                    b"/msg pc1 x\r\n/time on\r\nhello\r\n/quit\r\n" % (n % 7, n % 3))
                while sock.recv(65536):
                    pass
    s.settles(descriptors)
    still_well(s)
    assert s.stop(deadline=2.0) == 0
    assert set(hits(report).values()) == {20}, hits(report)


main()
