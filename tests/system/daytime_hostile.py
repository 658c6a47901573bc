"""daytime_hostile.py - floods, forged sources, and daytime servers that lie."""
import contextlib, os, pty, re, signal, socket, subprocess, sys, threading

from harness import (DEADLINE, Server, alone, eventually, in_namespace, main, program, run,
                     spoken, tcp, test, udp)


def server(*options, lines=2, **popen):
    return Server("fil-daytimed", "--port", "0", "--udp-port", "0", "--bind", "127.0.0.1",
                  *options, lines=lines, **popen)


def daytime(*arguments, **options):
    return run([program("fil-daytime"), *arguments], **options)


def is_told(port, host="127.0.0.1", tries=40):
    """Is a datagram from this address answered?  As an honest client: several
    tries."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        sock.settimeout(0.5)
        for _ in range(tries):
            sock.sendto(b"", ("127.0.0.1", port))
            with contextlib.suppress(TimeoutError):
                return sock.recv(1000).endswith(b"\r\n")
    return False


def counters(s):
    """(received, answered) of its datagrams, by SIGUSR1."""
    pattern = spoken(r"^UDP: (\d+) received \(\d+ bytes\), (\d+)",
                     r"^UDP\s: datagrammes\s: (\d+) reçus \(\d+ octets\), (\d+)")

    def lines():
        return re.findall(pattern, s.stderr, re.M)
    before = len(lines())
    s.signal(signal.SIGUSR1)
    eventually(lambda: len(lines()) > before, "the table")
    return tuple(int(number) for number in lines()[-1])


def services_are_not_answered():
    """In a namespace, as root: ports below 1024 can be bound."""
    s = server("-v", lines=2)
    silent = []
    for port in 7, 13, 19, 37, 53, 123, 1023, 1313, 2049, 6969:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", port))
        sock.sendto(b"", ("127.0.0.1", s.ports["udp"]))
        silent.append(sock)
    # Datagrams keep their order here: once this one is answered, the others
    # have been judged.
    assert is_told(s.ports["udp"])
    for sock in silent:
        sock.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            raise AssertionError(f"port {sock.getsockname()[1]} got {sock.recv(1000)}")
    assert re.search(r"127\.0\.0\.1:7\b", s.stderr), s.stderr


def two_servers_stay_silent():
    """The loop itself: each is told that the other one asks."""
    a = Server("fil-daytimed", "--port", "0", "--udp-port", "1313", "--bind", "127.0.0.1",
               lines=2)
    b = Server("fil-daytimed", "--port", "0", "--udp-port", "1313", "--bind", "127.0.0.2",
               lines=2)
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    raw.bind(("127.0.0.1", 0))
    datagram = (1313).to_bytes(2, "big") * 2 + (8).to_bytes(2, "big") + b"\0\0"
    raw.sendto(datagram, ("127.0.0.2", 0))	# "from" a's port, to b
    assert is_told(1313)
    eventually(lambda: counters(b)[0] >= 1, "the forged datagram")
    assert counters(b)[1] == 0, b.stderr


@test
def datagrams_from_the_ports_of_services_get_no_answer():
    """CVE-2024-2169, spec/00: two servers that answer each other never stop.
    Ports 7, 13, 19 and 53 are those of echo, daytime, chargen and DNS."""
    in_namespace("services")


@test
def two_daytime_servers_do_not_answer_each_other():
    """The attack itself, with one forged datagram."""
    in_namespace("loop")


@test
def a_flood_from_one_address_leaves_another_served():
    """Issue 7: the bucket is a source's own."""
    s = server("--udp-rate", "20", "-q")
    stop = threading.Event()

    def flood():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.9", 0))
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    sock.sendto(b"", ("127.0.0.1", s.ports["udp"]))
    thread = threading.Thread(target=flood)
    thread.start()
    try:
        for n in range(10, 20):
            assert is_told(s.ports["udp"], f"127.0.0.{n}"), f"127.0.0.{n} is not served"
        eventually(lambda: counters(s)[0] > 1000, "a flood")
    finally:
        stop.set()
        thread.join()
    received, answered = counters(s)
    assert answered < received / 2, (received, answered)


@test
def a_flood_of_connections_leaves_nothing_behind():
    """Threads and descriptors end where they began; clients that stay silent are
    sent away, and those that reset cost nothing."""
    s = server("-q")
    begin = s.descriptors()
    for _ in range(200):
        sock = tcp(s.ports["tcp"])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
    idle = [tcp(s.ports["tcp"]) for _ in range(50)]
    eventually(lambda: s.clients() == 0 and s.descriptors() == begin,
               "every client's thread to end though the clients stay")
    for sock in idle:
        assert sock.recv(1000).endswith(b"\r\n")
        sock.close()


# --- servers that lie to fil-daytime

def answered(over, *pieces, ending="close"):
    """What fil-daytime makes of a server that sends these pieces."""
    kind = socket.SOCK_STREAM if over == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        done = threading.Event()

        def serve():
            with contextlib.suppress(OSError):
                if over == "udp":
                    _, peer = sock.recvfrom(1000)
                    for piece in pieces:
                        sock.sendto(piece, peer)
                    return
                sock.listen(1)
                client, _ = sock.accept()
                with client:
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    for piece in pieces:
                        client.sendall(piece)
                    if ending == "open":
                        done.wait(DEADLINE)
                    if ending == "reset":
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                          b"\1\0\0\0\0\0\0\0")
        if over == "tcp":
            sock.listen(1)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        options = ["--udp"] if over == "udp" else []
        said = daytime(*options, "--timeout", "5", "-p", port, "127.0.0.1")
        done.set()
        thread.join(DEADLINE)
        return said


@test
def the_first_line_is_enough_and_a_line_has_256_bytes_at_most():
    """spec/04.  A server that sends without end must not fill memory, nor one
    that stays open keep us."""
    for over in "tcp", "udp":
        assert answered(over, b"now\r\n")[:2] == (0, b"now\n")
        assert answered(over, b"now")[:2] == (0, b"now\n")
        assert answered(over, b"\nnow\n")[:2] == (0, b"now\n")		# as NIST's servers
        assert answered(over, b"now\r\nmore\r\n")[:2] == (0, b"now\n")
        assert answered(over, b"x" * 256)[:2] == (0, b"x" * 256 + b"\n")
        for wrong in (b"x" * 257, b"x" * 100000 if over == "tcp" else b"x" * 9000):
            status, out, err = answered(over, wrong)
            assert (status, out) == (1, b"") and spoken("too long", "trop longue").encode() in err
    assert answered("tcp", *[b"%c" % c for c in b"by bytes\r\n"])[1] == b"by bytes\n"
    assert answered("tcp", b"now\r\n", ending="open")[:2] == (0, b"now\n")
    assert answered("tcp", b"now\r\n" + b"x" * 1000000)[:2] == (0, b"now\n")


@test
def no_line_is_an_error():
    """An empty answer is not printed as a date."""
    for over in "tcp", "udp":
        for nothing in (b"", b"\r\n"):
            status, out, err = answered(over, nothing)
            assert (status, out) == (1, b"") and err, (over, nothing, err)
    assert answered("tcp", b"half a da", ending="reset")[0] in (0, 1)
    assert answered("tcp", b"half a da", ending="open")[0] == 1


@test
def nobody_there_is_told_and_a_wrong_command_line_is_2():
    """spec/00."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for options in ((), ("--udp",)):
        status, out, err = daytime(*options, "-p", port, "127.0.0.1")
        assert (status, out) == (1, b"") and f"127.0.0.1:{port}".encode() in err, err
    for arguments in ((), ("",), ("a", "b"), ("a\r\nb",), ("-p", "65536", "a")):
        assert daytime(*arguments)[0] == 2, arguments


@test
def a_lost_datagram_is_sent_again():
    """spec/04: three tries; UDP does not tell that one was lost."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(DEADLINE)
        client = subprocess.Popen([program("fil-daytime"), "--udp", "-p",
                                   str(sock.getsockname()[1]), "127.0.0.1"],
                                  stdout=subprocess.PIPE)
        for _ in range(3):
            _, peer = sock.recvfrom(1000)
        sock.sendto(b"at last\r\n", peer)
        assert client.communicate(timeout=DEADLINE)[0] == b"at last\n"


@test
def a_line_is_made_safe_for_a_terminal_and_exact_in_a_pipe():
    """spec/00: an escape sequence instead of a date."""
    evil = "\x1b]0;owned\x07 caf\u00e9 \u202e".encode() + b"\xff\x9b\r\n"
    assert answered("tcp", evil)[:2] == (0, evil[:-2] + b"\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            client, _ = listener.accept()
            client.sendall(evil)
            client.close()
        threading.Thread(target=serve, daemon=True).start()
        master, slave = pty.openpty()
        status = subprocess.run([program("fil-daytime"), "-p", str(listener.getsockname()[1]),
                                 "127.0.0.1"], stdout=slave, timeout=DEADLINE).returncode
        os.close(slave)
        seen = os.read(master, 1000)
        os.close(master)
    assert status == 0 and b"\x1b" not in seen and b"\x07" not in seen, seen
    assert "café".encode() in seen and rb"\x1b]0;owned\x07" in seen, seen


if sys.argv[1:] == ["services"]:
    alone(services_are_not_answered)
elif sys.argv[1:] == ["loop"]:
    alone(two_servers_stay_silent)
else:
    main()
