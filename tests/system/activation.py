#!/usr/bin/env python3
"""activation.py - a server started by a supervisor: systemd's way, inetd's way.

The supervisor is systemd-socket-activate, the tool that systemd itself offers
for trying this; and the variables by hand, for what it would never send."""
import os, pwd, re, signal, socket, subprocess, time

from faultrules import preload
from harness import (NotHere, Process, Server, main, need, program, run, spoken, tcp,
                     test, udp)
from tlspeers import certificates, tls

TCP_ANSWER = "Message reçu via TCP".encode()
UDP_ANSWER = "Message reçu via UDP".encode()
TLS_ANSWER = "Message reçu via TLS".encode()
NO_CERTIFICATE = spoken("TLS needs a certificate (--cert and --key)",
                        "TLS demande un certificat (--cert et --key)")


def faults(rules):
    return preload(rules)[0]


def bound(kind, host="127.0.0.1"):
    sock = socket.socket(socket.AF_INET, kind)
    sock.bind((host, 0))
    if kind == socket.SOCK_STREAM:
        sock.listen(16)
    return sock


def activated(sockets, options=(), names=None, pid=None, **popen):
    """Start fil-mixedd with sockets from descriptor 3 on, as systemd would."""
    fds = [s.fileno() for s in sockets]
    script = "".join(f"exec {n}<&{fd}; " for n, fd in
                     enumerate([f + 100 for f in range(len(fds))], 3))
    for n, fd in enumerate(fds):
        os.dup2(fd, 103 - 3 + n, inheritable=True)
    env = {"LISTEN_FDS": str(len(fds)), **popen.pop("env", {})}
    if names:
        env["LISTEN_FDNAMES"] = names
    which = "$$" if pid is None else str(pid)
    try:
        return Process(["bash", "-c", f"{script} export LISTEN_PID={which}; "
                        "exec " + " ".join([program("fil-mixedd"), *options])],
                       env=env, pass_fds=[100 + n for n in range(len(fds))],
                       **popen)
    finally:
        for n in range(len(fds)):
            os.close(100 + n)


def ask_tcp(port):
    with tcp(port) as sock:
        sock.sendall(b"ping")
        return sock.recv(1024)


def ask_udp(port, host="127.0.0.1"):
    with udp(port, host) as sock:
        sock.send(b"ping")
        return sock.recv(1024)


@test
def systemd_socket_activate_starts_it_with_the_first_client():
    """sd_listen_fds(3): from descriptor 3 on; the client that started it is
    served, and the ones after it."""
    need("systemd-socket-activate")
    with bound(socket.SOCK_STREAM) as probe:
        port = probe.getsockname()[1]
    s = Process(["systemd-socket-activate", "-l", f"127.0.0.1:{port}",
                 program("fil-mixedd")])
    s.says("Listening on")
    for _ in range(3):
        assert ask_tcp(port) == TCP_ANSWER
    s.says(rf"^fil-mixedd: listening on tcp 127.0.0.1:{port}$", "stdout")
    s.signal(signal.SIGTERM)
    assert s.wait(3) == 0


@test
def inherited_tcp_and_udp_sockets_are_told_apart_and_replace_the_options():
    """Kind by SO_TYPE; --port and --bind do not count, nothing else is opened."""
    with bound(socket.SOCK_STREAM) as t, bound(socket.SOCK_DGRAM) as u:
        s = activated([u, t], ["--port", "1", "--bind", "192.0.2.1"])
        s.says("listening on tcp", "stdout")
        assert sorted(re.findall(r"listening on (\w+) \S+:(\d+)$", s.stdout, re.M)) \
            == [("tcp", str(t.getsockname()[1])), ("udp", str(u.getsockname()[1]))]
        assert ask_tcp(t.getsockname()[1]) == TCP_ANSWER
        assert ask_udp(u.getsockname()[1]) == UDP_ANSWER
        s.signal(signal.SIGTERM)
        assert s.wait(3) == 0


@test
def an_inherited_wildcard_udp_socket_answers_from_the_address_asked():
    """The option that tells the destination was not set by whoever bound it."""
    with bound(socket.SOCK_DGRAM, "0.0.0.0") as u:
        s = activated([u])
        s.says("listening on udp", "stdout")
        assert ask_udp(u.getsockname()[1], "127.0.0.2") == UDP_ANSWER
        s.signal(signal.SIGTERM)
        assert s.wait(3) == 0


@test
def variables_meant_for_another_process_are_ignored():
    """LISTEN_PID: a child of an activated service inherits the variables but
    not the sockets."""
    with bound(socket.SOCK_STREAM) as t:
        s = activated([t], ["--port", "0", "--no-udp", "--bind", "127.0.0.1"],
                      pid=1)
        port = int(s.says(r"listening on tcp 127.0.0.1:(\d+)", "stdout").group(1))
        assert port != t.getsockname()[1]
        assert ask_tcp(port) == TCP_ANSWER


@test
def a_descriptor_that_cannot_be_served_is_refused_by_name():
    """No socket; a connected stream; a UNIX socket; TLS that it has not; too
    many.  Exit 1, and the descriptor is named."""
    left, right = socket.socketpair()
    packets, others = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener = bound(socket.SOCK_STREAM)
    stream = socket.create_connection(listener.getsockname())
    with open("/dev/null", "rb") as null, left, right, packets, others, listener, \
            stream:
        for sockets, names, said in (
                ([null], None, "fd 3: getsockopt"), ([left], None, "fd 3: getsockname"),
                ([packets], None, "fd 3: getsockopt"),
                ([listener, stream], None, "fd 4: listen"),
                ([listener], "tls", "tls: LISTEN_FDNAMES: " + NO_CERTIFICATE),
                ([listener, listener], "web:tls:dns",
                 "tls: LISTEN_FDNAMES: " + NO_CERTIFICATE)):
            s = activated(sockets, names=names)
            assert s.wait(5) == 1 and said in s.stderr, (said, s.stderr)
        s = activated([listener] * 33)
        assert s.wait(5) == 1 and "LISTEN_FDS" in s.stderr, s.stderr
        # a name that only begins or ends like it is not tls
        s = activated([listener], names="tlsx")
        s.says("listening on tcp", "stdout")


@test
def an_inherited_socket_that_is_named_tls_speaks_tls():
    """spec/00: TLS where LISTEN_FDNAMES says so, and only there."""
    place = certificates()
    with bound(socket.SOCK_STREAM) as clear, bound(socket.SOCK_STREAM) as secret:
        s = activated([clear, secret], ["--cert", str(place / "server.pem"), "--key",
                                        str(place / "server.key")], names="web:tls")
        s.says("listening on tls", "stdout")
        assert sorted(re.findall(r"listening on (\w+) \S+:(\d+)$", s.stdout, re.M)) \
            == [("tcp", str(clear.getsockname()[1])),
                ("tls", str(secret.getsockname()[1]))]
        assert ask_tcp(clear.getsockname()[1]) == TCP_ANSWER
        with tls(secret.getsockname()[1]) as sock:
            sock.sendall(b"ping")
            assert sock.recv(1024) == TLS_ANSWER
        s.signal(signal.SIGTERM)
        assert s.wait(3) == 0


@test
def inetd_serves_one_client_and_nothing_else_reaches_it():
    """--inetd on a stream: the three standard descriptors are the client; no
    log line, no "listening on" may be sent to it; the end follows at once."""
    need("systemd-socket-activate")
    with bound(socket.SOCK_STREAM) as probe:
        port = probe.getsockname()[1]
    s = Process(["systemd-socket-activate", "--inetd", "-a", "-l",
                 f"127.0.0.1:{port}", program("fil-mixedd"), "--inetd", "-v"])
    s.says("Listening on")
    for _ in range(3):
        with tcp(port) as sock:
            for _ in range(2):
                sock.sendall(b"ping")
                assert sock.recv(1024) == TCP_ANSWER
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(1024) == b""


@test
def nothing_but_answers_reaches_an_inetd_client():
    """inetd gives the socket as descriptors 0, 1 and 2: a log line on 2 would
    be read by the client as the protocol's."""
    with bound(socket.SOCK_STREAM) as listener:
        with tcp(listener.getsockname()[1]) as sock:
            conn, _ = listener.accept()
            with conn:
                child = subprocess.Popen([program("fil-mixedd"), "--inetd", "-v"],
                                         stdin=conn, stdout=conn, stderr=conn)
            sock.sendall(b"ping")
            assert sock.recv(100) == TCP_ANSWER
            child.send_signal(signal.SIGUSR1)
            sock.sendall(b"ping")
            assert sock.recv(100) == TCP_ANSWER
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(100) == b""
        assert child.wait(5) == 0


def inetd(sock, *options, **popen):
    return Process([program("fil-mixedd"), "--inetd", *options], stdin=sock, **popen)


@test
def inetd_with_a_stream_ends_when_the_client_leaves():
    """Exit 0; the log goes to standard error if that is another file."""
    with bound(socket.SOCK_STREAM) as listener:
        with tcp(listener.getsockname()[1]) as sock:
            conn, _ = listener.accept()
            with conn:
                s = inetd(conn)
            sock.sendall(b"ping")
            assert sock.recv(100) == TCP_ANSWER
        assert s.wait(5) == 0
        assert s.stdout == "" and "ping" in s.stderr, (s.stdout, s.stderr)
        # a signal ends it too, politely
        with tcp(listener.getsockname()[1]) as sock:
            conn, _ = listener.accept()
            with conn:
                s = inetd(conn)
            sock.sendall(b"ping")
            assert sock.recv(100) == TCP_ANSWER
            s.signal(signal.SIGTERM)
            assert s.wait(3) == 0
            assert sock.recv(100) == b""


@test
def a_client_that_was_handed_down_non_blocking_is_served():
    """O_NONBLOCK belongs to the open file, so to whoever else has it; recv would
    fail with EAGAIN, and the client be called idle."""
    with bound(socket.SOCK_STREAM) as listener:
        with tcp(listener.getsockname()[1]) as sock:
            conn, _ = listener.accept()
            with conn:
                conn.setblocking(False)
                s = inetd(conn)
            s.says("TCP")
            sock.sendall(b"ping")
            assert sock.recv(100) == TCP_ANSWER
        assert s.wait(5) == 0


@test
def inetd_with_a_udp_socket_ends_when_it_is_idle():
    """inetd's wait: the server serves on until no datagram comes any more."""
    with bound(socket.SOCK_DGRAM) as sock:
        s = inetd(sock, "--idle-timeout", "0.7")
        port = sock.getsockname()[1]
        begin = time.monotonic()
        while time.monotonic() - begin < 1.5:    # longer than the idle time
            assert ask_udp(port) == UDP_ANSWER
            time.sleep(0.05)
        assert s.popen.poll() is None
        assert s.wait(5) == 0 and s.stdout == ""


@test
def inetd_with_the_wrong_descriptor_says_what_it_wants():
    with bound(socket.SOCK_STREAM) as listener:
        s = inetd(listener)
        assert s.wait(5) == 1 and "--inetd" in s.stderr, s.stderr
    s = inetd(subprocess.DEVNULL)
    assert s.wait(5) == 1 and "fd 0: getsockopt" in s.stderr, s.stderr


@test
def what_fails_while_sockets_are_taken_over_is_named():
    """Injected faults: exit 1, and the primitive's name."""
    with bound(socket.SOCK_STREAM) as t, bound(socket.SOCK_DGRAM) as u:
        for rule in ("getsockname=ENOBUFS", "fcntl=EINVAL", "pipe=EMFILE"):
            s = activated([t], env=faults(rule))
            assert s.wait(5) == 1, rule
            assert rule.split("=", maxsplit=1)[0] + ": " in s.stderr, s.stderr
        for rule in ("fcntl=EINVAL", "open=EMFILE:times=1"):
            s = inetd(u, env=faults(rule))
            assert s.wait(5) == 1, rule
            assert rule.split("=", maxsplit=1)[0] + ": " in s.stderr, s.stderr
        with tcp(t.getsockname()[1]) as sock:
            conn, _ = t.accept()
            with conn:
                s = inetd(conn, env=faults("getpeername=ENOTCONN"))
            assert s.wait(5) == 1 and "getpeername: " in s.stderr, s.stderr
            del sock


@test
def what_fails_while_the_user_is_changed_is_named():
    """Injected faults; and a failure that leaves the limits as they were."""
    argv = [program("fil-mixedd"), "--port", "0", "--no-udp", "--bind", "127.0.0.1"]
    for rule in ("getpwnam=EIO", "initgroups=EPERM", "setgid=EPERM", "setuid=EPERM"):
        status, out, err = run([*argv, "--user", "daemon"], env=faults(rule))
        name = rule.split("=", maxsplit=1)[0]
        if os.geteuid() == 0 or name in ("getpwnam", "initgroups"):
            assert (status, out) == (1, b"") and f"daemon: {name}: ".encode() in err, err
    Server("fil-mixedd", "--port", "0", "--no-udp", "--bind", "127.0.0.1",
           "--user", pwd.getpwuid(os.geteuid()).pw_name, lines=1,
           env=faults("getrlimit=EINVAL"))


@test
def the_user_is_changed_after_the_ports_are_bound_groups_first():
    """spec 00, --user: a port of root's, then nobody, with no group of root's
    left, in every thread."""
    if os.geteuid() != 0:
        raise NotHere("only root can become another user")
    s = Server("fil-mixedd", "--port", "0", "--no-udp", "--bind", "127.0.0.1",
               "--user", "nobody", lines=1)
    entry = pwd.getpwnam("nobody")
    sock = tcp(s.ports["tcp"])
    sock.sendall(b"x")
    assert sock.recv(100) == TCP_ANSWER
    for task in os.listdir(f"/proc/{s.pid}/task"):
        with open(f"/proc/{s.pid}/task/{task}/status") as status:
            text = status.read()
        ids = {key: set(map(int, re.search(rf"^{key}:(.*)$", text, re.M)
                            .group(1).split())) for key in ("Uid", "Gid", "Groups")}
        assert ids["Uid"] == {entry.pw_uid} and ids["Gid"] == {entry.pw_gid}, ids
        assert 0 not in ids["Groups"], ids


@test
def a_user_that_cannot_be_become_ends_it():
    """Going on as root would be worse than not starting."""
    argv = [program("fil-mixedd"), "--port", "0", "--no-udp", "--bind", "127.0.0.1"]
    status, out, err = run([*argv, "--user", "no-such-user"])
    assert (status, out) == (1, b"") and b"no-such-user: getpwnam" in err, err
    if os.geteuid() == 0:
        status, out, err = run(["setpriv", "--reuid=65534", "--regid=65534",
                                "--clear-groups", *argv, "--user", "daemon"])
        assert (status, out) == (1, b"") and b"daemon: initgroups" in err, err


main()
