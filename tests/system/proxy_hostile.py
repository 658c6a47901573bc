#!/usr/bin/env python3
"""proxy_hostile.py - what clients, servers and readers of fil-proxy do that they should not."""
import contextlib, os, pathlib, random, re, resource, signal, socket, subprocess, threading
import time

from conversations import (LOOPBACK, MIB, accept, chained, connect, connect_tls, fill_queue,
    listen_tls, listener, noise, port_of, proxy, proxy_port, read_to_end, receive, reset, whole)
from faultrules import hits, preload
from harness import (BUILD, DEADLINE, NotHere, Server, Skip, eventually, main, need,
    program, run, spoken, test)

CLOSED = spoken("closed by", "fermée par")
STOPPED = spoken("closed, the server stops", "fermée, le serveur s'arrête")


def resident_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Rss:\s+(\d+) kB$", text, re.M)[1])


def sanitized():
    """A sanitizer keeps what is freed: memory says nothing there."""
    text = (BUILD / "Makefile").read_text()
    return "-fsanitize" in re.search(r"^FIL_CFLAGS = (.*)$", text, re.M)[1]


def has_splice():
    return "#define HAVE_SPLICE 1" in (BUILD / "config.h").read_text()


# --- readers ------------------------------------------------------------------

def push(sock, most=1 << 30):
    """Send until the other end takes no more; how much that was."""
    sock.setblocking(False)
    block, sent, still = bytes(MIB), 0, 0
    while sent < most and still < 20:
        try:
            sent += sock.send(block)
            still = 0
        except BlockingIOError:
            still += 1
            time.sleep(0.01)
    sock.settimeout(DEADLINE)
    return sent


@test
def a_gigabyte_to_a_reader_that_never_reads_costs_no_memory():
    """spec/03, memory: at most 256 KiB a direction; the writer is pushed back."""
    ways = {"quiet": [("--quiet",)], "printing": [("--hex",)],
            "delay": [("--delay", "50", "-q")],
            "tls": [(*listen_tls(), "--quiet"), (*connect_tls(), "--quiet")]}
    for name, chain in ways.items():
        with chained(*chain) as (client, upstream, servers):
            client.sendall(b"x")
            receive(upstream, 1)
            before = [resident_kib(server.pid) for server in servers]
            assert push(client) < 64 * MIB, name
            assert push(upstream) < 64 * MIB, name
            grown = max(resident_kib(server.pid) - was
                for server, was in zip(servers, before))
            # 512 KiB of the relay, and what the display may hold back
            allowed = 1024 + (20 * 1024 if name == "printing" else 0)
            assert sanitized() or grown < allowed, (name, grown)


@test
def a_reader_of_standard_output_that_stops_holds_up_nobody():
    """fil-proxy | less, paused: the relay goes on, memory is bounded, and when
    the reader is back a line tells how many blocks it has missed."""
    reader, writer = os.pipe()
    with listener() as where:
        child = subprocess.Popen([program("fil-proxy"), "--bind", LOOPBACK, "--hex", "0",
                                  LOOPBACK, str(port_of(where))], stdout=writer,
                                 stderr=subprocess.DEVNULL)
        try:
            os.close(writer)
            said = b""
            while b"\n" not in said:
                said += os.read(reader, 1000)
            port = int(said.split(b"\n")[0].rsplit(b":", 1)[1])
            with connect(port) as client, accept(where) as upstream:
                before = resident_kib(child.pid)
                writes = threading.Thread(target=lambda: (client.sendall(noise(64 * MIB)),
                    client.shutdown(socket.SHUT_WR)))
                writes.start()
                assert read_to_end(upstream) == whole(64 * MIB)
                writes.join()
                if not sanitized():
                    assert resident_kib(child.pid) - before < 20 * 1024
            while not re.search(rb"^\.\.\. \d[^\n]*\n", said, re.M):
                said = said[-1000:] + os.read(reader, 1 << 20)
            # it goes on after the gap
            with connect(port) as client, accept(where) as upstream:
                client.sendall(b"after the gap\n")
                receive(upstream, 14)
            while b"|after the gap" not in said:
                said += os.read(reader, 1 << 20)
            child.send_signal(signal.SIGTERM)
            assert child.wait(DEADLINE) == 0
        finally:
            os.close(reader)
            child.kill()
            child.wait()


@test
def with_wait_display_the_relay_waits_and_loses_no_block():
    """--wait-display: everything is shown, at the reader's pace."""
    reader, writer = os.pipe()
    with listener() as where:
        child = subprocess.Popen([program("fil-proxy"), "--bind", LOOPBACK, "--text",
                                  "--wait-display", "0", LOOPBACK, str(port_of(where))],
                                 stdout=writer, stderr=subprocess.DEVNULL)
        try:
            os.close(writer)
            said = b""
            while b"\n" not in said:
                said += os.read(reader, 1000)
            port = int(said.split(b"\n")[0].rsplit(b":", 1)[1])
            data = b"a line of the file\n" * 1600000		# 29 MiB
            with connect(port) as client, accept(where) as upstream:
                count = [0]
                def hear():
                    while chunk := upstream.recv(1 << 16):
                        count[0] += len(chunk)
                hears = threading.Thread(target=hear)
                speaks = threading.Thread(target=lambda: (client.sendall(data),
                    client.shutdown(socket.SHUT_WR)))
                hears.start()
                speaks.start()
                time.sleep(0.5)
                assert count[0] < len(data), "it did not wait"
                shown = 0
                while not re.search(rb"^#1 \D", said[-200:], re.M):
                    said = os.read(reader, 1 << 20)
                    shown += said.count(b"| a line of the file\n")
                    if hears.is_alive() is False:
                        upstream.close()
                    assert b"\n... " not in said
                    if count[0] == len(data):
                        break
                hears.join(DEADLINE)
                assert count[0] == len(data)
            child.send_signal(signal.SIGTERM)
            assert child.wait(DEADLINE) == 0
        finally:
            os.close(reader)
            child.kill()
            child.wait()


@test
def a_reader_of_standard_output_that_goes_away_does_not_end_it():
    """fil-proxy | head: the conversations are not the reader's."""
    with listener() as where:
        child = subprocess.Popen([program("fil-proxy"), "--bind", LOOPBACK, "0", LOOPBACK,
                                  str(port_of(where))], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        try:
            port = int(child.stdout.readline().rsplit(b":", 1)[1])
            child.stdout.close()
            for _ in range(3):
                with connect(port) as client, accept(where) as upstream:
                    client.sendall(b"hello\n")
                    assert upstream.recv(10) == b"hello\n"
            child.send_signal(signal.SIGTERM)
            assert child.wait(DEADLINE) == 0
            assert b"write: Broken pipe" in child.stderr.read()
        finally:
            child.kill()
            child.wait()
            child.stderr.close()


# --- clients and servers ------------------------------------------------------

@test
def a_client_that_is_gone_before_the_connection_stands_is_passed_on_as_such():
    """Its last words, and its end or its reset: the server sees what it would
    have seen.  The server's queue is full, as on a busy machine."""
    for leaves, seen in ((socket.socket.close, "end"), (reset, "reset")):
        with socket.socket() as where:
            where.bind((LOOPBACK, 0))
            where.listen(0)
            fillers = fill_queue(where)
            server = proxy(port_of(where), "--quiet")
            begin = server.descriptors()
            client = connect(proxy_port(server))
            client.sendall(b"last words")
            leaves(client)
            time.sleep(0.2)
            for filler in fillers:
                accept(where).close()
                filler.close()
            with accept(where) as upstream:
                length, _, how = read_to_end(upstream)
                assert how == seen and length <= 10, (length, how)
                assert length == 10 or how == "reset"
            server.settles(begin)


@test
def a_thousand_connections_that_vanish_leave_nothing_behind():
    """A reset at every moment of a conversation's life, from either side."""
    with listener(1024) as where:
        server = proxy(port_of(where), "--quiet")
        begin = server.descriptors()
        dice = random.Random(20261121)
        for n in range(1000):
            client = connect(proxy_port(server))
            if n % 2:
                client.sendall(noise(dice.randrange(1, 200000)))
            upstream = accept(where) if n % 3 else None
            if upstream and n % 5 == 0:
                upstream.sendall(b"x" * 1000)
            for sock in dice.sample([client, upstream], 2):
                if sock:
                    dice.choice((reset, socket.socket.close))(sock)
            if upstream is None:
                accept(where).close()
        server.settles(begin)
        with connect(proxy_port(server)) as client, accept(where) as upstream:
            client.sendall(b"x")
            assert upstream.recv(1) == b"x"


@test
def five_thousand_connections_at_once_are_cheap_and_all_alive():
    """spec/03: under ulimit -n 20000, at most 40 KiB each; two descriptors."""
    many, limit = 5000, 20000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < limit:
        raise Skip(f"at most {hard} descriptors here")
    if sanitized():
        raise NotHere("a sanitizer's threads are not cheap")
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        with listener(4096) as where, contextlib.ExitStack() as stack:
            server = proxy(port_of(where), "--max-clients", "0", "--max-per-host", "0",
                "--quiet", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE,
                    (limit, limit)))
            before, begin = resident_kib(server.pid), server.descriptors()
            pairs = []
            for _ in range(many):
                client = stack.enter_context(connect(proxy_port(server)))
                pairs.append((client, stack.enter_context(accept(where))))
            for client, upstream in pairs:
                client.sendall(b"hello")
                assert receive(upstream, 5) == b"hello"
                upstream.sendall(b"world")
                assert receive(client, 5) == b"world"
            each = (resident_kib(server.pid) - before) / many
            assert each <= 40, f"{each} KiB a connection"
            assert server.descriptors() - begin <= 2 * many
            status = server.stop(deadline=2.5)
            assert status == 0
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@test
def a_thousand_connections_that_were_busy_keep_no_pipes():
    """DESIGN: a pipe is taken while bytes stream and given back."""
    with listener(256) as where, contextlib.ExitStack() as stack:
        server = proxy(port_of(where), "--quiet")
        begin = server.descriptors()
        pairs = []
        for _ in range(50):
            client = stack.enter_context(connect(proxy_port(server)))
            pairs.append((client, stack.enter_context(accept(where))))
        for client, upstream in pairs:
            speaks = threading.Thread(target=client.sendall, args=(noise(MIB),))
            speaks.start()
            receive(upstream, MIB)
            speaks.join()
        eventually(lambda: server.descriptors() <= begin + 100, "the pipes to be closed")
        for client, upstream in pairs:
            client.sendall(b"x")
            assert upstream.recv(1) == b"x"


@test
def out_of_descriptors_it_refuses_and_goes_on():
    """EMFILE for the second socket of a conversation: that client is reset."""
    limit = 24
    with listener() as where:
        server = proxy(port_of(where), preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (limit, limit)))
        begin = server.descriptors()
        socks = []
        with contextlib.suppress(OSError):
            for _ in range(limit):
                socks.append(connect(proxy_port(server)))
        server.says("socket: |accept: ")
        for sock in socks:
            sock.close()
        where.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            while True:
                where.accept()[0].close()
        server.settles(begin)
        with connect(proxy_port(server)) as client, accept(where) as upstream:
            client.sendall(b"x")
            assert upstream.recv(1) == b"x"


@test
def it_stops_in_a_second_whatever_its_conversations_do():
    """spec/00: 50 idle ones, some with readers that have stopped on both sides,
    one half-closed, one stalled on purpose, one that delays."""
    for options in ((), ("--quiet",), ("--delay", "5000"), ("--stall-after", "up:10"),
            ("--rate", "10")):
        with listener() as where, contextlib.ExitStack() as stack:
            server = proxy(port_of(where), *options)
            pairs = []
            for _ in range(50):
                client = stack.enter_context(connect(proxy_port(server)))
                pairs.append((client, stack.enter_context(accept(where))))
            for client, upstream in pairs[:3]:
                push(client, 16 * MIB)
                push(upstream, 16 * MIB)
            pairs[3][0].sendall(b"said")
            pairs[3][0].shutdown(socket.SHUT_WR)
            pairs[4][1].shutdown(socket.SHUT_WR)
            assert server.stop() == 0
            # cut in the middle: told so, and not by an ordinary end
            assert read_to_end(pairs[10][0])[2] == "reset"
            assert read_to_end(pairs[10][1])[2] == "reset"


@test
def whoever_is_cut_off_by_the_end_is_shown_with_what_was_said():
    """The display used to end before the conversations did."""
    with chained(()) as (client, upstream, servers):
        client.sendall(b"said")
        assert receive(upstream, 4) == b"said"
        assert servers[0].stop() == 0
        assert re.search(f"^#1 {STOPPED}: 4 .* 0 ", servers[0].stdout, re.M)


@test
def it_stops_while_a_name_is_looked_up_or_a_server_does_not_answer():
    """A thread that nothing can wake must not hold up the end."""
    with socket.socket() as where:
        where.bind((LOOPBACK, 0))
        where.listen(0)
        fillers = fill_queue(where)
        server = proxy(port_of(where))
        with connect(proxy_port(server)) as client:
            client.sendall(b"x")
            eventually(lambda: server.clients() == 1, "the client's thread")
            assert server.stop() == 0
        del fillers


@test
def garbage_both_ways_shows_nothing_but_what_can_be_read():
    """Random bytes in every form; the relay does not care, the display is safe."""
    for options in ((), ("--text",), ("--hex",)):
        with listener() as where:
            server = proxy(port_of(where), "--wait-display", *options)
            with connect(proxy_port(server)) as client, accept(where) as upstream:
                for n in range(60):
                    part = noise(random.Random(n).randrange(1, 3000), n)
                    client.sendall(part)
                    assert receive(upstream, len(part)) == part
            server.says(rf"^#1 {CLOSED}", "stdout")
            shown = pathlib.Path(server._out.name).read_bytes().decode("utf-8")
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]",
                                 shown)
            for line in shown.splitlines()[1:]:
                assert re.match(r"#1 |\|[ ~]|  [0-9a-f]{8}  ", line), line


# --- calls that fail ----------------------------------------------------------

def faulty(where, rules, *options):
    """A proxy whose calls fail by rule (tests/fault)."""
    env, report = preload(rules)
    server = proxy(port_of(where), *options, env=env)
    server.report = report
    return server


def stopped(server):
    """Stop it; every rule must have struck."""
    assert server.stop(deadline=2.0) == 0
    struck = hits(server.report)
    assert struck and all(struck.values()), struck


@test
def interrupted_and_short_calls_change_nothing():
    """EINTR and short counts are normal: not a byte is lost, doubled or late."""
    rough = "recv=EINTR:every=5,recv=short:1000:every=4,send=EINTR:every=5,send=short:700:every=3"
    cases = [(rough, ("--hex",)), (rough + ",poll=EINTR:every=3", ("--delay", "5", "-q"))]
    if has_splice():
        cases.append(("splice=EINTR:every=5,splice=short:5000:every=3,poll=EINTR:every=2",
            ("--quiet",)))
    for rules, options in cases:
        with listener() as where:
            server = faulty(where, rules, *options)
            with connect(proxy_port(server)) as client, accept(where) as upstream:
                for sock, other, seed in (client, upstream, 1), (upstream, client, 2):
                    speaks = threading.Thread(target=lambda: (sock.sendall(
                        noise(2 * MIB, seed)), sock.shutdown(socket.SHUT_WR)))
                    speaks.start()
                    assert read_to_end(other) == whole(2 * MIB, seed), options
                    speaks.join()
            if "--hex" in options:		# what it still shows at the end is cut off
                server.says(rf"^#1 {CLOSED}", "stdout")
            stopped(server)


@test
def what_cannot_be_had_refuses_one_client_and_no_more():
    """No thread, no socket, no memory, no pipe: each once, and the next client
    is served."""
    for rule, said in (("pthread_create=EAGAIN:after=2:times=1", "pthread_create: "),
            ("socket=EMFILE:after=2:times=1", "socket: "),
            ("getaddrinfo=EAI_AGAIN:after=1:times=1", "getaddrinfo: ")):
        with listener() as where:
            server = faulty(where, rule)
            # A sanitizer has a thread of its own: what is refused is then the
            # client's first thread, and nobody is there to reset.
            ends = {"reset", "end"} if sanitized() else {"reset"}
            for _ in range(3):			# it strikes once, here or there
                how = fate_of_one(server, where)
                if how in ends:
                    break
            assert how in ends, rule
            server.says(said)
            assert fate_of_one(server, where) == "served"
            stopped(server)


def fate_of_one(server, where):
    """Is a client served, or reset?"""
    try:
        with connect(proxy_port(server)) as client:
            client.sendall(b"x")
            where.settimeout(2)
            with contextlib.suppress(TimeoutError):
                while True:		# one that was refused before may still wait here
                    with where.accept()[0] as upstream, \
                            contextlib.suppress(ConnectionError):
                        upstream.settimeout(DEADLINE)
                        if upstream.recv(1) == b"x":
                            return "served"
            return read_to_end(client)[2]
    except ConnectionError:
        return "reset"


@test
def without_splice_or_pipes_bytes_are_copied():
    """The portable path, when the kernel says no."""
    if not has_splice():
        raise NotHere("built without splice")
    for rule in ("splice=EINVAL", "pipe2=EMFILE"):
        with listener() as where:
            server = faulty(where, rule, "--quiet")
            with connect(proxy_port(server)) as client, accept(where) as upstream:
                speaks = threading.Thread(target=lambda: (client.sendall(noise(4 * MIB)),
                    client.shutdown(socket.SHUT_WR)))
                speaks.start()
                assert read_to_end(upstream) == whole(4 * MIB), rule
                speaks.join()
            stopped(server)


if __name__ == "__main__":
    main()
