#!/usr/bin/env python3
"""mixed_hostile.py - what real clients never send, and what real networks do."""
import contextlib, os, random, re, resource, signal, socket, struct, subprocess, time

from harness import (Server, Skip, eventually, main, need, program, run, spoken,
                     tcp, test, udp)

TCP_ANSWER = "Message reçu via TCP".encode()
UDP_ANSWER = "Message reçu via UDP".encode()
BUSY = "Serveur occupé".encode()


def server(*options, lines=2, **popen):
    return Server("fil-mixedd", "--port", "0", "--udp-port", "0", "--bind",
                  "127.0.0.1", *options, lines=lines, **popen)


def ask_tcp(port):
    with tcp(port) as sock:
        sock.sendall(b"ping")
        return sock.recv(1024)


def ask_udp(port, source=None):
    """Several tries, as every honest UDP client: a full queue drops some."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if source:
            sock.bind(source)
        sock.settimeout(0.5)
        for _ in range(20):
            sock.sendto(b"ping", ("127.0.0.1", port))
            with contextlib.suppress(TimeoutError):
                return sock.recv(1024)
    raise AssertionError("no answer over UDP")


@test
def out_of_descriptors_it_neither_spins_nor_ends():
    """EMFILE leaves the connection in the queue, so select reports it again at
    once: a naive loop burns a whole core, a hasty one exits."""
    limit = 24
    s = server(preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (limit, limit)))
    begin = s.descriptors()
    socks = [tcp(s.ports["tcp"]) for _ in range(2 * limit)]
    s.says("accept: ")
    eventually(lambda: s.descriptors() == limit, "all descriptors in use")
    cpu, then = s.cpu_seconds(), time.monotonic()
    while time.monotonic() - then < 1.0:     # a window to measure, not a hope
        assert ask_udp(s.ports["udp"]) == UDP_ANSWER
        time.sleep(0.1)
    used = s.cpu_seconds() - cpu
    assert used < 0.5, f"{used} s of processor time in 1 s: it spins"
    assert s.stderr.count("accept: ") == 1, "one complaint is enough"
    for sock in socks:
        sock.close()
    s.settles(begin)
    assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
    assert s.stop() == 0


@test
def a_client_beyond_max_clients_is_told_and_closed():
    """spec 00: the protocol's own "busy"; and a place that is free again is
    given again."""
    s = server("--max-clients", "2")
    first, second = tcp(s.ports["tcp"]), tcp(s.ports["tcp"])
    eventually(lambda: s.clients() == 2, "two clients")
    with tcp(s.ports["tcp"]) as third:
        assert third.recv(1024) == BUSY
        assert third.recv(1024) == b""
    s.says("--max-clients")
    first.close()
    eventually(lambda: s.clients() == 1, "a free place")
    assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
    second.sendall(b"x")
    assert second.recv(1024) == TCP_ANSWER


@test
def max_per_host_counts_one_host_and_leaves_the_others():
    """Loopback is exempt unless the option is given; 127.0.0.2 is another."""
    s = server("--max-per-host", "3")
    socks = [tcp(s.ports["tcp"]) for _ in range(3)]
    eventually(lambda: s.clients() == 3, "three clients")
    with tcp(s.ports["tcp"]) as fourth:
        assert fourth.recv(1024) == BUSY
    other = socket.create_connection(("127.0.0.1", s.ports["tcp"]), 10,
                                     source_address=("127.0.0.2", 0))
    other.sendall(b"x")
    assert other.recv(1024) == TCP_ANSWER
    del socks


@test
def loopback_is_exempt_from_the_default_limit_per_host():
    """A class of one machine opens more than 200 connections."""
    s = server("-q")
    socks = [tcp(s.ports["tcp"]) for _ in range(250)]
    for sock in socks:
        sock.sendall(b"x")
    assert all(sock.recv(1024) == TCP_ANSWER for sock in socks)


@test
def a_silent_client_is_closed_and_a_talking_one_is_not():
    """--idle-timeout; otherwise laptops that were closed fill the server."""
    s = server("--idle-timeout", "0.6")
    silent, talking = tcp(s.ports["tcp"]), tcp(s.ports["tcp"])
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        talking.sendall(b"x")
        assert talking.recv(1024) == TCP_ANSWER
        time.sleep(0.05)
    assert silent.recv(10) == b""
    s.says(spoken("idle", "inactif"))


@test
def without_a_time_out_a_silent_client_may_stay():
    """--idle-timeout 0: a terminal in a classroom is silent for an hour."""
    s = server("--idle-timeout", "0")
    silent = tcp(s.ports["tcp"])
    assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
    silent.sendall(b"at last")
    assert silent.recv(100) == TCP_ANSWER


@test
def a_listener_that_select_cannot_watch_is_refused():
    """FD_SET beyond FD_SETSIZE writes into other memory.  Whoever starts the
    server may have left a thousand descriptors open."""
    def many():
        for _ in range(1100):
            os.set_inheritable(os.open("/dev/null", os.O_RDONLY), True)
    status, out, err = run([program("fil-mixedd"), "--port", "0", "--udp-port", "0",
                            "--bind", "127.0.0.1", "--bind", "127.0.0.2"],
                           preexec_fn=many, close_fds=False)
    assert (status, out) == (1, b"") and b"select: " in err, (status, err)


@test
def garbage_on_both_ports_changes_nothing():
    """Random bytes, empty and largest datagrams: still served, log still safe."""
    s = server("--udp-rate", "0")
    dice = random.Random(20261121)
    begin = s.descriptors()
    with tcp(s.ports["tcp"]) as sock:
        for _ in range(200):
            sock.sendall(dice.randbytes(dice.randrange(1, 5000)))
            sock.recv(65536)
    with udp(s.ports["udp"]) as sock:
        sock.send(b"")
        sock.send(bytes(65507))
        for _ in range(500):
            sock.send(dice.randbytes(dice.randrange(0, 1500)))
    assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
    assert ask_udp(s.ports["udp"]) == UDP_ANSWER
    s.settles(begin)
    log = s.stderr
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]",
                         log), "a control character in the log"
    assert all(line.startswith("fil-mixedd: ") for line in log.splitlines())


@test
def an_empty_datagram_gets_no_answer():
    """spec 01: a datagram of at least one byte is answered."""
    s = server()
    with udp(s.ports["udp"]) as sock:
        sock.send(b"")
        sock.send(b"x")
        assert sock.recv(100) == UDP_ANSWER
        sock.settimeout(0.2)
        try:
            raise AssertionError(sock.recv(100))
        except TimeoutError:
            pass


@test
def a_thousand_connections_that_vanish_leave_nothing_behind():
    """A reset at every moment of a connection's life: before accept, before
    the first byte, before the answer is read."""
    s = server("-q")
    begin = s.descriptors()
    reset = struct.pack("ii", 1, 0)
    for n in range(1000):
        sock = tcp(s.ports["tcp"])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        if n % 3:
            sock.send(b"x" * n)
        if n % 3 == 2:
            sock.recv(1)
        sock.close()
    s.settles(begin)
    assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER


@test
def a_client_that_half_closes_still_gets_its_answer():
    """printf salut | nc -N: the end of what it sends is no wish to leave."""
    need("nc")
    s = server()
    _, out, _ = run(["nc", "-N", "127.0.0.1", s.ports["tcp"]], b"salut")
    assert out == TCP_ANSWER, out


@test
def a_client_that_sends_byte_by_byte_holds_up_nobody():
    """Each byte that arrives alone is a chunk; the others are served."""
    s = server()
    with tcp(s.ports["tcp"]) as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(20):
            slow.send(b"x")
            assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
            assert ask_udp(s.ports["udp"]) == UDP_ANSWER
            assert slow.recv(1024) == TCP_ANSWER


@test
def a_datagram_from_a_services_port_gets_no_answer():
    """CVE-2024-2169: two servers that answer each other never stop.  Ports
    below 1024, 2049, and those of fil's own UDP services."""
    s = server("-v")
    refused = [12345, 12346, 2049, 1313, 6969]
    refused += [7, 19, 53] if os.geteuid() == 0 else []
    for port in refused:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind(("127.0.0.3", port))
            except OSError as error:
                raise Skip(f"port {port} of 127.0.0.3 is in use") from error
            sock.sendto(b"loop", ("127.0.0.1", s.ports["udp"]))
    assert ask_udp(s.ports["udp"]) == UDP_ANSWER
    s.signal(signal.SIGUSR1)
    s.says(rf"\b{len(refused)} " + spoken("of a bad source",
                                         "de source refusée"))
    assert "127.0.0.3:12346" in s.stderr


@test
def a_flood_from_one_address_leaves_another_served():
    """--udp-rate: a token bucket a source; a second's worth at once."""
    s = server("-v", "--udp-rate", "10")
    with udp(s.ports["udp"]) as sock:
        for _ in range(2000):
            sock.send(b"x")
        assert ask_udp(s.ports["udp"], ("127.0.0.2", 0)) == UDP_ANSWER
        sock.settimeout(0.3)
        answers = 0
        begin = time.monotonic()
        try:
            while sock.recv(100) == UDP_ANSWER:
                answers += 1
        except TimeoutError:
            pass
        allowed = 10 + 10 * (time.monotonic() - begin + 1)
        assert 10 <= answers <= allowed, answers


@test
def a_log_that_nobody_reads_holds_up_nothing():
    """fil-mixedd 2>&1 | less, paused; Ctrl-S on a terminal.  The main thread
    writes log lines too: it must neither wait for a reader nor miss SIGTERM."""
    reader, writer = os.pipe()
    child = subprocess.Popen([program("fil-mixedd"), "--bind", "127.0.0.1",
                              "--port", "0", "--udp-port", "0", "--udp-rate", "0"],
                             stdout=subprocess.PIPE, stderr=writer)
    try:
        os.close(writer)
        ports = [int(child.stdout.readline().rsplit(b":", 1)[1]) for _ in range(2)]
        with udp(ports[1]) as sock:
            for n in range(1000):               # far more than a pipe holds
                sock.send(b"x" * 500)
                if n % 50 == 0:
                    assert ask_udp(ports[1]) == UDP_ANSWER
        assert ask_tcp(ports[0]) == TCP_ANSWER
        said = b""
        while b"lost" not in said and b"perdues" not in said:
            said += os.read(reader, 65536)      # the reader is back
            ask_udp(ports[1])
        assert re.search(rb"\.\.\. \d+ ", said)
        for _ in range(1000):
            ask_tcp(ports[0])
        child.send_signal(signal.SIGTERM)
        assert child.wait(3) == 0
    finally:
        os.close(reader)
        child.kill()
        child.wait()
        child.stdout.close()


@test
def it_stops_while_clients_keep_sending():
    """A client that never pauses must not keep the server alive."""
    s = server("-q")
    pid = os.fork()
    if pid == 0:
        with tcp(s.ports["tcp"]) as sock:
            try:
                while True:
                    sock.sendall(b"x" * 1000)
                    sock.recv(1000)
            except OSError:
                os._exit(0)
    eventually(lambda: s.clients() == 1, "the client")
    try:
        assert s.stop(deadline=2.0) == 0
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@test
def a_reader_of_its_log_that_goes_away_does_not_end_it():
    """fil-mixedd 2>&1 | head -1: writing to the closed pipe raises SIGPIPE,
    which ends a program that does not ignore it."""
    reader, writer = os.pipe()
    child = subprocess.Popen([program("fil-mixedd"), "--bind", "127.0.0.1",
                              "--port", "0", "--no-udp"],
                             stdout=writer, stderr=writer)
    try:
        os.close(writer)
        said = b""
        while b"\n" not in said:
            said += os.read(reader, 4096)
        os.close(reader)
        port = int(re.search(rb"127.0.0.1:(\d+)", said).group(1))
        assert ask_tcp(port) == TCP_ANSWER
        assert ask_tcp(port) == TCP_ANSWER
        child.send_signal(signal.SIGTERM)
        assert child.wait(5) == 0
    finally:
        child.kill()
        child.wait()


main()
