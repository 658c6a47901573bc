#!/usr/bin/env python3
"""faults.py - fil-mixedd and fil-mixed while calls fail and come short.

The preloaded library tests/fault/libfault.so makes them; each test says by its
report that the faults have happened."""
import contextlib, os, re, resource, signal, socket, sys, tempfile

from faultrules import fault_knows, hits, preload
from harness import BUILD, NotHere, Server, eventually, main, program, run, spoken, tcp, test

TCP_ANSWER = "Message reçu via TCP".encode()
UDP_ANSWER = "Message reçu via UDP".encode()


def server(rules, *options):
    env, report = preload(rules)
    s = Server("fil-mixedd", "--port", "0", "--udp-port", "0", "--bind",
               "127.0.0.1", *options, lines=2, env=env)
    s.report = report
    return s


def stopped(s):
    """Stop it; every rule must have struck."""
    assert s.stop(deadline=2.0) == 0
    struck = hits(s.report)
    assert struck and all(struck.values()), struck


def ask_tcp(port, text=b"ping"):
    answer = b""
    # one that is turned away may be reset after the word that says so
    with tcp(port) as sock, contextlib.suppress(OSError):
        sock.sendall(text)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
        while chunk := sock.recv(1024):
            answer += chunk
    return answer


def ask_udp(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        for _ in range(20):
            sock.sendto(b"ping", ("127.0.0.1", port))
            with contextlib.suppress(TimeoutError):
                return sock.recv(1024)
    raise AssertionError("no answer over UDP")


@test
def interrupted_and_short_calls_change_no_byte():
    """A lost EINTR ends a connection; a lost short count cuts an answer."""
    s = server("recv=EINTR:every=2,send=EINTR:every=3,send=short:1,"
               "recvfrom=EINTR:every=2,select=EINTR:every=5,accept=EINTR:every=2")
    for _ in range(20):
        assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
        assert ask_udp(s.ports["udp"]) == UDP_ANSWER
    stopped(s)


@test
def accept_that_reports_a_connections_own_error_goes_on():
    """accept(2): a client that left, and network errors, are no reason to stop
    accepting."""
    for error in ("ECONNABORTED", "EPROTO", "ENETDOWN", "EHOSTUNREACH"):
        s = server(f"accept={error}:every=2")
        for _ in range(5):
            assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
        stopped(s)


@test
def accept_without_descriptors_or_memory_pauses_and_comes_back():
    """EMFILE, ENFILE, ENOBUFS, ENOMEM: the client waits in the queue."""
    for error in ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"):
        s = server(f"accept={error}:times=3")
        assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
        assert s.stderr.count("accept: ") == 1, s.stderr
        stopped(s)


@test
def a_thread_that_cannot_be_started_costs_one_client():
    """pthread_create: EAGAIN.  The client is told, the next one is served,
    nothing stays in the table."""
    s = server("pthread_create=EAGAIN:times=3")
    before = s.descriptors()
    answers = [ask_tcp(s.ports["tcp"]) for _ in range(4)]
    busy = answers.count("Serveur occupé".encode())
    # a sanitizer starts a thread of its own, and may have had the first fault
    assert busy in (2, 3) and answers[busy:] == [TCP_ANSWER] * (4 - busy), answers
    s.says("pthread_create")
    eventually(lambda: s.descriptors() == before, "no descriptor is left")
    s.signal(signal.SIGUSR1)
    s.says(spoken(f"turned away: {busy}", f"refusés\u00a0: {busy}"))
    stopped(s)


@test
def out_of_memory_ends_one_client_never_the_server():
    """STYLE, ERRORS.  Each allocation in turn fails once: the server refuses
    to start and says why, or serves; a client may be told that it is busy; the
    next one is served."""
    if any((BUILD / "src" / "base").glob("*.gcno")):
        raise NotHere("libgcov itself dies when it has no memory at exit")
    if not fault_knows("malloc"):
        raise NotHere("a sanitizer has an allocator of its own")
    for call in ("malloc", "calloc"):
        served = 0
        for n in range(12):
            rule = f"{call}=ENOMEM:after={n}:times=1"
            env, _ = preload(rule)
            status, _, err = run([program("fil-mixedd"), "--help"], env=env)
            assert status in (0, 1), (rule, status, err)
            try:
                s = server(rule)
            except AssertionError as refusal:
                assert re.search("ended at once:\n.*[a-z]: ", str(refusal)), refusal
                continue
            answers = [ask_tcp(s.ports["tcp"]) for _ in range(3)]
            assert answers.count(TCP_ANSWER) >= 2, (rule, answers)
            assert set(answers) <= {TCP_ANSWER, "Serveur occupé".encode()}, answers
            s.signal(signal.SIGUSR1)
            assert ask_udp(s.ports["udp"]) == UDP_ANSWER, rule
            assert s.stop(deadline=2.0) == 0, rule
            served += 1
        assert served > 0, call


@test
def a_datagram_that_cannot_be_answered_is_counted():
    """sendto: ENOBUFS.  UDP may lose; the server says how much."""
    s = server("sendto=ENOBUFS:times=2,recvfrom=ENOMEM:times=1")
    assert ask_udp(s.ports["udp"]) == UDP_ANSWER
    s.signal(signal.SIGUSR1)
    s.says(spoken("2 not sent", "2 non émis"))
    stopped(s)


@test
def a_table_without_memory_is_not_printed_and_the_server_goes_on():
    """open_memstream fails under SIGUSR1."""
    s = server("open_memstream=ENOMEM:times=1")
    s.signal(signal.SIGUSR1)
    s.says(spoken("out of memory", "mémoire épuisée"))
    s.signal(signal.SIGUSR1)
    s.says(spoken("turned away: 0", "refusés\u00a0: 0"))
    stopped(s)


@test
def a_client_whose_calls_fail_for_good_is_named_and_closed():
    """recv: ETIMEDOUT (keepalive found it dead); send: ECONNRESET."""
    for rule in ("recv=ETIMEDOUT:times=1", "send=ECONNRESET:times=1"):
        s = server(rule)
        before = s.descriptors()
        with contextlib.suppress(ConnectionError):
            ask_tcp(s.ports["tcp"])
        s.says(rule.split("=", maxsplit=1)[0] + ": ")
        eventually(lambda: s.descriptors() == before, "the end of it")
        assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
        stopped(s)


@test
def select_that_fails_for_good_ends_the_server_with_a_reason():
    """It cannot happen; if it does, a loop must not spin on it."""
    env, _ = preload("select=EBADF")
    status, _, err = run([program("fil-mixedd"), "--port", "0", "--udp-port", "0",
                          "--bind", "127.0.0.1"], env=env)
    assert status == 1 and b"select: " in err, (status, err)


@test
def socket_options_that_fail_cost_comfort_only():
    """TCP_NODELAY, keepalive and time-outs on a client: after the listener's
    own, each setsockopt fails, and clients are served."""
    s = server("setsockopt=ENOPROTOOPT:after=1")
    assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER
    stopped(s)


@test
def what_fails_at_the_start_is_named():
    """STYLE, ERRORS: the failing primitive, and exit 1."""
    for rule in ("socket=EMFILE", "bind=EACCES", "listen=EADDRINUSE", "pipe=EMFILE",
                 "getaddrinfo=EAI_AGAIN", "setsockopt=ENOPROTOOPT",
                 "getsockname=ENOBUFS", "fcntl=EINVAL", "getrandom=EIO"):
        env, _ = preload(rule)
        status, out, err = run([program("fil-mixedd"), "--port", "0", "--udp-port",
                                "0", "--bind", "127.0.0.1"], env=env)
        name = rule.split("=", maxsplit=1)[0]
        assert (status, out) == (1, b"") and f"{name}: ".encode() in err, (rule, err)


@test
def without_an_option_no_name_is_looked_up_but_a_number_may_fail():
    """localhost needs no name service; getaddrinfo without memory still fails."""
    env, _ = preload("getaddrinfo=EAI_FAIL")
    status, out, err = run([program("fil-mixedd"), "--port", "0", "--udp-port", "0"],
                           env=env)
    assert (status, out) == (1, b"") and b"127.0.0.1: getaddrinfo" in err, err


@test
def the_clients_interrupted_and_short_calls_change_no_byte():
    """fil-mixed over TCP and UDP; and what fails for good is named, exit 1."""
    s = Server("fil-mixedd", "--port", "0", "--udp-port", "0", "--bind",
               "127.0.0.1", lines=2)
    for kind, answer in (("tcp", TCP_ANSWER), ("udp", UDP_ANSWER)):
        argv = [program("fil-mixed"), "-q", f"--{kind}", "--port",
                s.ports[kind], "127.0.0.1"]
        rules = "send=EINTR:times=2,poll=EINTR:times=2,recv=EINTR:times=2"
        env, report = preload(rules + (",recv=short:3" if kind == "tcp" else ""))
        status, out, err = run(argv, env=env)
        assert (status, out) == (0, answer), (kind, out, err)
        assert all(hits(report).values()), hits(report)
        for rule in ("send=ENOBUFS", "socket=EMFILE", "connect=ENETUNREACH",
                     "recv=ECONNRESET", "getaddrinfo=EAI_FAIL"):
            env, _ = preload(rule)
            status, out, err = run(argv, env=env)
            name = rule.split("=", maxsplit=1)[0]
            assert (status, out) == (1, b"") and f"{name}: ".encode() in err, \
                (kind, rule, out, err)


# Runs a program whose next descriptor is one that no fd_set holds.
WITH_MANY_OPEN = """
import os, resource, sys
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
while os.dup(0) < 1024:
    pass
for fd in range(3, 1024):
    os.set_inheritable(fd, True)
os.execv(sys.argv[1], sys.argv[1:])
"""


@test
def a_client_whose_connection_select_cannot_watch_says_so():
    """A shell with a thousand open files: FD_SET beyond FD_SETSIZE would write
    over the stack."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if limit != resource.RLIM_INFINITY and limit < 1024 + 16:
        raise NotHere(f"{limit} descriptors")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        for argv in (("fil-mixed", "--tcp", "--protocol", "-p", port, "127.0.0.1"),
                     ("fil-chat", "-p", port, "127.0.0.1")):
            status, out, err = run([sys.executable, "-c", WITH_MANY_OPEN,
                                    program(argv[0]), *argv[1:]], b"salut\n")
            assert status not in (0, 2) and out == b"" and b"select: " in err, (argv, err)


@test
def a_rule_of_a_phase_holds_while_the_file_says_so():
    """tests/fault: so one run of a server has good hours and bad ones."""
    with tempfile.NamedTemporaryFile(prefix="fil-phase-") as phase:
        def now(number):
            os.pwrite(phase.fileno(), number, 0)
        now(b"0")
        env, report = preload("recv=ECONNRESET:phase=2,recv=EINTR:phase=1", phase.name)
        s = Server("fil-mixedd", "--port", "0", "--no-udp", "--bind", "127.0.0.1",
                   lines=1, env=env)
        for number, answer in ((b"0", TCP_ANSWER), (b"2", b""), (b"0", TCP_ANSWER)):
            now(number)
            assert ask_tcp(s.ports["tcp"]) == answer, number
        assert s.stop(deadline=2.0) == 0
        assert hits(report) == {"recv=ECONNRESET": 1, "recv=EINTR": 0}, hits(report)


@test
def a_rule_may_spare_the_libraries():
    """tests/fault: GMP, out of memory, ends the process, and no program can
    prevent it; what the program itself asks for is another matter."""
    if not fault_knows("malloc"):
        raise NotHere("a sanitizer has an allocator of its own")
    struck = []
    for rule in ("calloc=ENOMEM:after=1000000", "calloc=ENOMEM:own:after=1000000"):
        env, report = preload(rule)
        s = Server("fil-mixedd", "--port", "0", "--no-udp", "--bind", "127.0.0.1",
                   lines=1, env=env)
        assert ask_tcp(s.ports["tcp"]) == TCP_ANSWER and s.stop(deadline=2.0) == 0
        with open(report.name) as line:
            struck.append(int(line.read().split()[1]))
    assert 0 < struck[1] < struck[0], f"calls: {struck}"


@test
def a_rule_that_is_not_understood_ends_the_program():
    """A fault that never happens would prove nothing."""
    for rule in ("recv", "recv=", "recv=EWHAT", "rceive=EINTR", "recv=EINTR:often=2",
                 "recv=EINTR:every=x", "recv=EINTR:every=0", "recv=EINTR:3",
                 "recv=EINTR:phase=1", "recv=EINTR:own"):
        env, _ = preload("recv=EINTR")
        status, _, err = run([program("fil-mixed"), "--version"],
                             env={**env, "FIL_FAULT": rule})
        assert status == 99 and b"not understood" in err, (rule, status)


main()
