"""daytime.py - fil-daytimed and fil-daytime, with the programs that people use."""
import calendar, re, shutil, socket, subprocess, tempfile, time

from harness import (Process, Server, eventually, have_ipv6, main, need, program, run, tcp,
                     test, udp)

CTIME = rb"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] [ \d]\d \d\d:\d\d:\d\d \d{4}"


def server(*options, lines=2, **popen):
    return Server("fil-daytimed", "--port", "0", "--udp-port", "0", "--bind", "127.0.0.1",
                  *options, lines=lines, **popen)


def daytime(*arguments, **options):
    return run([program("fil-daytime"), *arguments], **options)


def told(port, over="tcp"):
    """What a Python client is told; over TCP until the end."""
    with (tcp if over == "tcp" else udp)(port) as sock:
        if over == "udp":
            sock.send(b"")
            return sock.recv(1000)
        return sock.makefile("rb").read()


def is_now(line):
    """Is this the date, of this minute or the next?"""
    assert re.fullmatch(CTIME + rb"\r\n", line), line
    then = time.mktime(time.strptime(line.decode().strip(), "%a %b %d %H:%M:%S %Y"))
    assert -5 < time.time() - then < 60, line


@test
def both_transports_tell_the_date_in_one_line():
    """RFC 867: a line of ASCII; TCP then ends, a datagram is one."""
    s = server()
    for over in "tcp", "udp":
        is_now(told(s.ports[over], over))


@test
def a_datagram_is_answered_whatever_it_holds():
    """RFC 867: any data in the datagram is ignored, and so is none."""
    s = server()
    for data in b"", b"x", b"\0" * 1400, b"x" * 65507:
        with udp(s.ports["udp"]) as sock:
            sock.send(data)
            is_now(sock.recv(1000))


@test
def a_tcp_client_that_sends_before_it_reads_still_gets_the_line():
    """Issue 7.  Closing a socket with unread bytes in it is a reset, which takes
    the line away from a client that has not read it yet."""
    s = server()
    for _ in range(20):
        with tcp(s.ports["tcp"]) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n" * 50)
            eventually(lambda: s.clients() > 0 or s.stderr.count("told"), "the client's thread")
            sock.sendall(b"and more")
            is_now(sock.makefile("rb").read())


@test
def the_formats_are_what_they_are_called():
    """spec/04: ctime, iso (RFC 3339), nist (as its time servers have it)."""
    rows = (((), CTIME), (("--format", "ctime", "--utc"), CTIME),
            (("--format", "iso"), rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30"),
            (("--format", "iso", "--utc"), rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
            (("--format", "nist"), rb"\d{5} \d\d-\d\d-\d\d \d\d:\d\d:\d\d 00 0 0 000\.0 UTC\(fil\) \*"))
    for options, pattern in rows:
        s = server(*options, env={"TZ": "IST-5:30"})
        for over in "tcp", "udp":
            assert re.fullmatch(pattern + rb"\r\n", told(s.ports[over], over)), options
    # --utc is another hour than the local one
    utc = time.strptime(told(server("--utc", env={"TZ": "IST-5:30"}).ports["tcp"]).decode().strip())
    assert abs(time.time() - calendar.timegm(utc)) < 60, utc


@test
def the_language_never_reaches_the_wire():
    """spec/00: the C locale, whatever the server's user speaks."""
    s = server(env={"LC_ALL": "fr_FR.UTF-8", "LANGUAGE": "fr"})
    is_now(told(s.ports["tcp"]))
    is_now(told(s.ports["udp"], "udp"))


@test
def netcat_and_ncat_are_told():
    """The sheet's own clients."""
    need("nc", "ncat")
    s = server()
    is_now(run(["nc", "127.0.0.1", s.ports["tcp"]])[1])
    is_now(run(["ncat", "127.0.0.1", s.ports["tcp"]])[1])
    for name in "nc", "ncat":		# neither leaves while its input is open
        client = Process([name, "-u", "127.0.0.1", s.ports["udp"]], stdin=subprocess.PIPE)
        client.popen.stdin.write(b"\n")
        client.popen.stdin.flush()
        client.says(CTIME.decode() + "\r?$", "stdout")


@test
def only_one_transport_when_so_asked():
    """--no-tcp, --no-udp; not both."""
    for option, other in (("--no-tcp", "udp"), ("--no-udp", "tcp")):
        s = server(option, lines=1)
        assert list(s.ports) == [other]
        is_now(told(s.ports[other], other))
    assert run([program("fil-daytimed"), "--no-tcp", "--no-udp"])[0] == 2


@test
def it_is_started_by_inetd():
    """--inetd: the client is descriptor 0."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = tcp(listener.getsockname()[1])
        sock, _ = listener.accept()
        with client, sock:
            daemon = Process([program("fil-daytimed"), "--inetd"], stdin=sock)
            sock.close()
            is_now(client.makefile("rb").read())
            client.close()
            assert daemon.wait() == 0, daemon.stderr


@test
def the_client_prints_the_line():
    """fil-daytime, over both, by name and number, IPv6 too."""
    s = server()
    for arguments in (("-p", s.ports["tcp"], "localhost"), ("-p", s.ports["tcp"], "127.0.0.1"),
                      ("--udp", "-p", s.ports["udp"], "127.0.0.1"),
                      ("--udp", "-4", "-p", s.ports["udp"], "localhost")):
        status, out, err = daytime(*arguments)
        assert (status, err) == (0, b"") and re.fullmatch(CTIME + rb"\n", out), (status, out, err)
    if have_ipv6():
        s = Server("fil-daytimed", "--port", "0", "--udp-port", "0", "--bind", "::1", lines=2)
        assert daytime("-6", "-p", s.ports["tcp"], "::1")[0] == 0
        assert daytime("--udp", "-p", s.ports["udp"], "::1")[0] == 0


XINETD = """
service daytime
{{
    type = INTERNAL UNLISTED
    id = daytime-{kind}
    socket_type = {kind}
    protocol = {protocol}
    wait = {wait}
    port = {port}
    bind = 127.0.0.1
    disable = no
}}
"""


@test
def the_client_is_told_by_xinetd():
    """Another implementation of RFC 867, over both: its line is
    "22 NOV 2026 18:00:00 CET"."""
    xinetd = shutil.which("xinetd") or shutil.which("xinetd", path="/usr/sbin")
    if not xinetd:
        need("xinetd")
    with socket.socket() as a, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as b:
        a.bind(("127.0.0.1", 0))
        b.bind(("127.0.0.1", 0))
        ports = {"tcp": a.getsockname()[1], "udp": b.getsockname()[1]}
    with tempfile.TemporaryDirectory() as folder, \
            open(f"{folder}/conf", "w", encoding="ascii") as config:
        config.write(XINETD.format(kind="stream", protocol="tcp", wait="no", port=ports["tcp"]) +
                     XINETD.format(kind="dgram", protocol="udp", wait="yes", port=ports["udp"]))
        config.flush()
        Process([xinetd, "-dontfork", "-f", config.name, "-filelog", config.name + ".log",
                 "-pidfile", config.name + ".pid"])
        for options, over in (((), "tcp"), (("--udp",), "udp")):
            _, out, _ = eventually(
                lambda: (lambda said: said if said[0] == 0 else None)(
                    daytime(*options, "-p", ports[over], "127.0.0.1")), f"xinetd over {over}")
            assert re.search(rb"\d\d:\d\d:\d\d", out) and out.count(b"\n") == 1, out


@test
def it_stops_within_a_second_with_clients_that_do_not_leave():
    """spec/00: clients that have the line and stay are no reason to wait."""
    s = server()
    socks = [tcp(s.ports["tcp"]) for _ in range(20)]
    eventually(lambda: s.stderr.count("TCP") >= 20, "twenty clients")
    assert s.stop() == 0
    for sock in socks:
        sock.close()


main()
