#!/usr/bin/env python3
"""ftpd_tls.py - fil-ftpd under TLS: curl, lftp and ftplib as clients, sessions
that data connections must resume, and what must not be believed."""
import ftplib, io, re, socket, ssl, time

from harness import DEADLINE, eventually, main, need, program, run, spoken, tcp, test
from ftppeers import BIG, Control, Ftpd, drain, folder, inetd
from tlspeers import certificates, context

TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
SIZES = {"empty": b"", "one": b"x", "big": BIG}


class Private(Control):
    """A control connection under TLS with PROT P; data resumes its session."""

    def __init__(self, server, version=None, resume=True, **how):
        super().__init__(server, login=False, **how)
        self.resume = resume
        self.starttls(version)
        self.ask("USER guest", 331)
        self.ask(f"PASS {server.password}", 230)
        self.ask("PBSZ 0", 200)
        self.ask("PROT P", 200)
        self.ask("TYPE I", 200)

    def begin(self, command):
        data = self.connect()
        self.ask(command, 150)
        return self.context.wrap_socket(data, server_hostname="localhost", suppress_ragged_eofs=
                                        False, session=self.sock.session if self.resume else None)

    def put(self, command, content):
        data = self.begin(command)
        data.sendall(content)
        data.unwrap().close()
        self.expect(226)


def curl(server, *arguments, here=None):
    return run(["curl", "-sS", "--ssl-reqd", "--cacert", certificates() / "ca.pem", "-u",
                f"guest:{server.password}", *arguments], cwd=here, deadline=3 * DEADLINE)


@test
def curl_gets_and_puts_with_sessions_resumed():
    """RFC 4217 and what vsftpd calls require_ssl_reuse."""
    need("curl")
    server, here = Ftpd("--tls-reuse", "require", "--require-tls", tls=True), folder()
    base = f"ftp://localhost:{server.port}/"
    for version in ("1.2", "1.3"):
        for name, content in SIZES.items():
            (here / name).write_bytes(content)
            status, _, err = curl(server, "--tls-max", version, "-T", name, base, here=here)
            assert status == 0, err
            assert (server.tree / name).read_bytes() == content
            status, out, err = curl(server, "--tls-max", version, base + name)
            assert (status, out) == (0, content), err


@test
def lftp_mirrors_under_tls_with_sessions_resumed():
    need("lftp")
    server, here = Ftpd("--tls-reuse", "require", "--require-tls", tls=True), folder()
    (here / "from").mkdir()
    for name, content in SIZES.items():
        (here / "from" / name).write_bytes(content)
    for priority in ("NORMAL:-VERS-ALL:+VERS-TLS1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.2"):
        script = f"""set net:timeout {DEADLINE:.0f}; set net:max-retries 2; set cmd:fail-exit yes
set ssl:ca-file {certificates()}/ca.pem; set ftp:ssl-force yes; set ftp:ssl-protect-data yes
set ssl:priority {priority}
open -u guest,{server.password} ftp://localhost:{server.port}
mirror -R from to; mirror to back; rm -r to; ls; quit
"""
        status, out, err = run(["lftp", "-f", "/dev/stdin"], script.encode(), cwd=here,
                               env={"HOME": str(here)}, deadline=3 * DEADLINE)
        assert status == 0, (out + err).decode()
        for name, content in SIZES.items():
            assert (here / "back" / name).read_bytes() == content
            (here / "back" / name).unlink()


@test
def ftplib_needs_a_server_that_requires_no_resumption():
    for reuse, works in (("prefer", True), ("off", True), ("require", False)):
        server = Ftpd("--tls-reuse", reuse, tls=True)
        ftp = ftplib.FTP_TLS(context=context(), timeout=DEADLINE, encoding="utf-8")
        ftp.connect("localhost", server.port)
        ftp.login("guest", server.password)
        ftp.prot_p()
        try:
            ftp.storbinary("STOR f", io.BytesIO(BIG))
            got = io.BytesIO()
            ftp.retrbinary("RETR f", got.write)
            assert works and got.getvalue() == BIG
        except (ftplib.Error, OSError) as error:
            assert not works, error
        ftp.close()


@test
def fifty_transfers_in_a_row_resume_one_session():
    for version in (TLS12, TLS13):
        server = Ftpd("--tls-reuse", "require", tls=True)
        with Private(server, version) as c:
            for number in range(25):
                c.put(f"STOR f{number}", BIG[:5000])
                assert c.get(f"RETR f{number}") == BIG[:5000]


@test
def a_session_that_is_not_resumed_is_522():
    server = Ftpd("--tls-reuse", "require", tls=True)
    with Private(server, TLS13, resume=False) as c:
        data = c.begin("STOR f")
        c.expect(522)
        data.close()
    with Private(server, TLS13) as one, Private(server, TLS13) as other:
        data = one.connect()
        one.ask("STOR f", 150)
        data = one.context.wrap_socket(data, server_hostname="localhost")
        one.expect(522)
    assert list(server.tree.iterdir()) == []


@test
def the_session_of_another_client_does_not_open_a_data_connection():
    """Its ticket is good, and not this control connection's."""
    server = Ftpd("--tls-reuse", "require", tls=True)
    with Private(server, TLS13) as victim, Private(server, TLS13) as thief:
        thief.get("LIST")			# so that its ticket is there
        data = victim.connect()
        victim.ask("LIST", 150)
        data = thief.context.wrap_socket(data, server_hostname="localhost",
                                         session=thief.sock.session)
        assert not data.session_reused
        victim.expect(522)


@test
def bytes_behind_auth_tls_close_the_connection():
    """CVE-2011-0411 and its kin: a command put in by somebody else, before the
    handshake, must not be run after it."""
    server = Ftpd(tls=True)
    with server.control(login=False) as c:
        c.send(b"AUTH TLS\r\nUSER guest\r\n")
        c.expect(234)
        assert c.closed() == ""
    server.says("AUTH TLS")


@test
def what_is_no_handshake_ends_the_session():
    server = Ftpd(tls=True)
    with server.control(login=False) as c:
        c.ask("AUTH TLS", 234)
        c.send("USER guest")
        assert "331" not in c.closed()
    with server.control(login=False) as c:
        c.ask("AUTH NONE", 504)
        c.ask("AUTH TLS-C", 234)


@test
def the_order_of_rfc_4217_is_kept():
    server = Ftpd(tls=True)
    with server.control(login=False) as c:
        assert "AUTH TLS" in c.ask("FEAT", 211)
        c.ask("PROT P", 503)
        c.starttls()
        c.ask("AUTH TLS", 503)
        c.ask("PROT P", 503)
        c.ask("PBSZ 0", 200)
        for level in ("S", "E", "X"):
            c.ask(f"PROT {level}", 536)
        c.ask("PROT P", 200)
        c.ask("PROT C", 200)
        c.ask("USER guest", 331)
        c.ask(f"PASS {server.password}", 230)
        c.ask("CCC", 533)
        c.ask("REIN", 502)
    with server.control() as c:
        c.ask("AUTH TLS", 503)


@test
def tls_can_be_required():
    server = Ftpd("--require-tls", tls=True)
    with server.control(login=False) as c:
        c.ask("USER guest", 530)
        c.starttls()
        c.ask("USER guest", 331)
        c.ask(f"PASS {server.password}", 230)
        c.epsv()
        c.ask("LIST", 521)
        c.ask("PBSZ 0", 200)
        c.ask("PROT P", 200)


@test
def implicit_tls_begins_with_the_first_byte():
    need("curl")
    server, here = Ftpd("--implicit-tls", tls=True), folder()
    assert server.listening[0][0] == "tls"
    (here / "f").write_bytes(BIG)
    base = f"ftps://localhost:{server.port}/"
    status, _, err = curl(server, "-T", "f", base, here=here)
    assert status == 0, err
    status, out, err = curl(server, base + "f")
    assert (status, out) == (0, BIG), err


@test
def implicit_tls_says_nothing_in_the_clear():
    """Also to whom it turns away, and on a socket that somebody else has opened."""
    server = Ftpd("--implicit-tls", "--max-clients", "1", tls=True)
    with tcp(server.port) as first:
        trusted = context().wrap_socket(first, server_hostname="localhost")
        assert trusted.recv(100).startswith(b"220 ")
        with tcp(server.port) as second:
            assert second.recv(100) == b""
    place = certificates()
    with inetd(folder(), "--implicit-tls", "--cert", place / "server.pem", "--key",
               place / "server.key") as sock:
        trusted = context().wrap_socket(sock, server_hostname="localhost")
        assert trusted.recv(100).startswith(b"220 ")
        trusted.sendall(b"QUIT\r\n")
        assert trusted.recv(100).startswith(b"221 ")


@test
def an_upload_without_close_notify_leaves_nothing():
    """TCP's end alone may be an attacker's, who cut the rest off."""
    server = Ftpd(tls=True)
    (server.tree / "kept").write_bytes(b"old")
    for version in (TLS12, TLS13):
        with Private(server, version) as c:
            data = c.begin("STOR kept")
            data.sendall(BIG)
            raw = socket.socket(fileno=data.detach())	# no close_notify from here
            raw.shutdown(socket.SHUT_WR)
            assert "close_notify" in c.expect(426)
            raw.close()
    assert [path.name for path in server.tree.iterdir()] == ["kept"]
    assert (server.tree / "kept").read_bytes() == b"old"


@test
def abor_under_tls_stops_a_transfer():
    server = Ftpd(tls=True)
    (server.tree / "huge").write_bytes(b"")
    import os
    os.truncate(server.tree / "huge", 1 << 28)
    for command in (b"ABOR\r\n", b"\xff\xf4\xff\xf2ABOR\r\n"):
        with Private(server) as c:
            data = c.begin("RETR huge")
            c.send(command)
            c.expect(426)
            c.expect(226)
            data.close()
            c.ask("PWD", 257)


@test
def a_listing_and_a_slow_reader_get_their_close_notify():
    """Without it a client cannot tell a short list from one that was cut."""
    server = Ftpd(tls=True)
    for number in range(3000):
        (server.tree / f"a-rather-long-name-for-a-file-{number}").touch()
    (server.tree / "f").write_bytes(BIG * 4)
    with Private(server) as c:
        assert len(c.get("LIST").splitlines()) == 3001
        data = c.begin("RETR f")
        time.sleep(0.7)				# a slow reader: that is the test
        got = drain(data)			# ragged ends are an error (begin)
        c.expect(226)
        assert got == BIG * 4


main()
