#!/usr/bin/env python3
"""tls.py - fil-mixedd under TLS, with the peers that people have.

OpenSSL, GnuTLS, Python and curl as clients; what is no TLS, too old, or ill-meant
is refused; certificates change under live sessions.  FIL_SCAN=1 has testssl.sh
look at it as well, which takes a minute."""
import contextlib, csv, os, pathlib, pwd, re, shutil, signal, socket, ssl, subprocess
import tempfile, threading

from harness import (DEADLINE, NotHere, Process, Server, eventually, have_ipv6, main,
                     need, program, run, spoken, tcp, test, udp)
from memory import measures_memory, resident_kib
from tlspeers import certificates, context, tls, tls_server

ANSWER = "Message reçu via TLS"
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def ask(sock, text=b"salut"):
    sock.sendall(text)
    return sock.recv(1024).decode()


class Talk(Process):
    """A client that talks until it is told to stop: every one waits otherwise."""

    def __init__(self, *argv):
        super().__init__(argv, stdin=subprocess.PIPE)

    def type(self, text):
        self.popen.stdin.write(text.encode())
        self.popen.stdin.flush()

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.popen.stdin.close()
        self.kill()


def s_client(server, *options):
    need("openssl")
    return Talk("openssl", "s_client", "-connect", f"127.0.0.1:{server.ports['tls']}",
                "-servername", "localhost", "-CAfile", certificates() / "ca.pem",
                "-verify_return_error", *options)


# --- clients that people have ---------------------------------------------------

@test
def python_clients_are_answered_in_both_versions():
    """RFC 8446, RFC 5246.  The certificate is verified, fil/1 chosen (RFC 7301),
    and each side tells its end."""
    s = tls_server()
    for version, name in ((TLS12, "TLSv1.2"), (TLS13, "TLSv1.3")):
        with tls(s.ports["tls"], context(version=version, alpn="fil/1")) as sock:
            assert sock.version() == name
            assert sock.selected_alpn_protocol() == "fil/1"
            for _ in range(3):
                assert ask(sock) == ANSWER
            sock.unwrap()		# raises if no close_notify answers ours
    s.says(spoken("TLS connection from 127.0.0.1:", "connexion TLS de 127.0.0.1:"))


@test
def the_certificate_is_for_name_and_addresses():
    """RFC 6125: what a client of a class will type."""
    s = tls_server(*(["--bind", "::1"] if have_ipv6() else []))
    for host, name in (("127.0.0.1", "localhost"), ("127.0.0.1", "127.0.0.1"),
                       *([("::1", "::1")] if have_ipv6() else [])):
        with tls(s.ports["tls"], host=host, name=name) as sock:
            assert ask(sock) == ANSWER
    try:
        tls(s.ports["tls"], name="pc1")
        raise AssertionError("a wrong name was accepted")
    except ssl.SSLCertVerificationError:
        pass
    s.says(spoken("no TLS with", "pas de TLS avec"))


@test
def openssl_talks_in_both_versions():
    s = tls_server()
    for option, version in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
        client = s_client(s, option, "-alpn", "fil/1")
        client.type("salut\n")
        client.says(ANSWER, "stdout")
        assert "Verification: OK" in client.stdout, client.stdout
        assert "ALPN protocol: fil/1" in client.stdout, client.stdout
        assert f"New, {version}" in client.stdout, client.stdout
        client.type("Q\n")
        assert client.wait() == 0


@test
def openssl_resumes_a_session_also_after_a_reload():
    """RFC 5077, RFC 8446 2.2: a ticket spares the second handshake the
    signature; a new certificate must not cost everybody's tickets."""
    s = tls_server("-v")
    with tempfile.TemporaryDirectory() as folder:
        ticket = pathlib.Path(folder, "ticket")
        for option in ("-tls1_2", "-tls1_3"):
            for wanted in ("New", "Reused", "Reused"):
                client = s_client(s, option, *(["-sess_in", ticket] if wanted ==
                                  "Reused" else []), "-sess_out", ticket)
                client.type("salut\n")
                client.says(ANSWER, "stdout")
                client.says(f"^{wanted}, TLS", "stdout")
                client.type("Q\n")
                assert client.wait() == 0
                s.signal(signal.SIGHUP)
    assert len(re.findall(spoken(", resumed$", ", session reprise$"), s.stderr,
                          re.M)) == 4, s.stderr


@test
def gnutls_cli_talks_and_resumes():
    need("gnutls-cli")
    s = tls_server()
    for version in ("1.2", "1.3"):
        client = Talk("gnutls-cli", "--x509cafile", certificates() / "ca.pem",
                      "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}", "--resume",
                      "--alpn", "fil/1", "-p", s.ports["tls"], "localhost")
        client.says("This is a resumed session", "stdout")
        client.type("salut\n")
        client.says(ANSWER, "stdout")
        client.popen.stdin.close()
        client.wait()


@test
def curl_verifies_and_is_answered():
    """curl offers HTTP by ALPN, which is refused; without ALPN it is served."""
    need("curl")
    s = tls_server("--idle-timeout", "0.5")
    url = f"https://localhost:{s.ports['tls']}/"
    curl = ["curl", "-4", "-sS", "--max-time", "10", "--cacert",
            certificates() / "ca.pem", "--http0.9"]
    status, out, err = run([*curl, "--no-alpn", url])
    assert out.decode() == ANSWER, (status, out, err)
    status, out, err = run([*curl, url])
    assert status == 35 and out == b"", (status, out, err)	# "SSL connect error"


# --- what is refused --------------------------------------------------------------

@test
def another_protocol_is_refused_by_name():
    """RFC 7301 3.2: the alert no_application_protocol, so that a browser does
    not talk HTTP to us (ALPACA: the attack of one protocol by another)."""
    s = tls_server()
    client = s_client(s, "-alpn", "http/1.1")
    client.says("no application protocol")
    assert client.wait() == 1


@test
def old_versions_are_refused():
    """RFC 8996: TLS 1.0 and 1.1 must not be negotiated."""
    s = tls_server()
    for option in ("-tls1", "-tls1_1"):
        client = s_client(s, option, "-cipher", "DEFAULT@SECLEVEL=0")
        client.says("alert protocol version")
        assert client.wait() == 1
    s.says(spoken("does not speak TLS 1.2 or 1.3", "ne parle ni TLS 1.2 ni TLS 1.3"))


@test
def renegotiation_is_refused():
    """CVE-2009-3555, and a client's cheap way to cost us signatures."""
    s = tls_server()
    client = s_client(s, "-tls1_2")
    client.type("salut\n")
    client.says(ANSWER, "stdout")
    client.type("R\n")
    client.says("no renegotiation")
    client.wait()
    s.says(spoken("renegotiate", "renégocier"))
    with tls(s.ports["tls"]) as sock:
        assert ask(sock) == ANSWER


@test
def who_speaks_no_tls_gets_an_alert_and_the_log_says_so():
    """RFC 8446 6.2.  A student who takes the wrong port must find out why."""
    need("nc")
    s = tls_server()
    for text in (b"salut\n", b"GET / HTTP/1.0\r\n\r\n", b"{}\n" * 1000):
        status, out, err = run(["nc", "-w", "5", "127.0.0.1", str(s.ports["tls"])], text)
        assert out[:2] == b"\x15\x03" and out[5] == 2, (status, out, err)
    s.says(spoken("does not speak TLS; is it another port",
                  "ne parle pas TLS\u00a0; est-ce un autre port"))


@test
def a_tls_client_on_the_clear_port_is_no_harm():
    """The other way round: the hello is text that is answered, and made safe."""
    s = tls_server()
    with contextlib.suppress(ssl.SSLError):
        tls(s.ports["tcp"])
        raise AssertionError("TLS where there is none")
    s.says(r"\\x16")
    with tcp(s.ports["tcp"]) as sock:
        assert ask(sock) == "Message reçu via TCP"


@test
def nothing_readable_goes_over_the_wire():
    """The sheet's last exercise: look at the traffic.  A relay looks."""
    s = tls_server()
    seen = []

    def relay(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                seen.append(data)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = tcp(listener.getsockname()[1])
        inner, _ = listener.accept()
    outer = tcp(s.ports["tls"])
    threads = [threading.Thread(target=relay, args=pair)
               for pair in ((inner, outer), (outer, inner))]
    for thread in threads:
        thread.start()
    with context().wrap_socket(client, server_hostname="localhost") as sock:
        assert ask(sock, b"a secret of ours") == ANSWER
        sock.unwrap()
    for thread in threads:
        thread.join(DEADLINE)
    traffic = b"".join(seen)
    assert len(traffic) > 500
    for word in (b"secret", b"Message", "reçu".encode(), b"demonstration server"):
        assert word not in traffic, word


# --- certificates that change, and files that are wrong ------------------------------

@test
def a_new_certificate_drops_no_session():
    """spec/00, SIGHUP: a hundred live sessions keep what they began with."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        for name in ("server.pem", "server.key"):
            shutil.copy(certificates() / name, place / name)
        s = tls_server(cert=place / "server.pem", key=place / "server.key")
        live = [tls(s.ports["tls"]) for _ in range(100)]
        old = live[0].getpeercert()["serialNumber"]
        for name in ("server.pem", "server.key"):
            shutil.copy(certificates("new") / name, place / name)
        s.signal(signal.SIGHUP)
        s.says(spoken("SIGHUP: certificate read again",
                      "SIGHUP\u00a0: certificat relu"))
        with tls(s.ports["tls"], context(certificates("new") / "ca.pem")) as sock:
            assert sock.getpeercert()["serialNumber"] != old
            assert ask(sock) == ANSWER
        # and now a bad one
        (place / "server.pem").write_text("no certificate\n")
        s.signal(signal.SIGHUP)
        s.says(re.escape(f"{place}/server.pem: gnutls_x509_crt_list_import2: "))
        with tls(s.ports["tls"], context(certificates("new") / "ca.pem")) as sock:
            assert ask(sock) == ANSWER
        for sock in live:
            assert ask(sock) == ANSWER
            sock.close()


@test
def what_is_wrong_with_the_files_is_said():
    """Exit 1, before anything listens; the file and the reason by name."""
    good = certificates()
    other = certificates("new")
    for cert, key, said in (
            (good / "none.pem", good / "server.key", "none.pem: open: "),
            (good / "server.pem", good / "none.key", "none.key: open: "),
            (good / "server.key", good / "server.key",
             spoken("no certificate is in it", "aucun certificat n'y est")),
            (good / "server.pem", other / "server.key",
             spoken("this key does not belong", "cette clé n'est pas celle"))):
        status, out, err = run([program("fil-mixedd"), "--port", "0", "--cert", cert,
                                "--key", key])
        assert (status, out) == (1, b"") and said in err.decode(), (status, out, err)
    status, out, err = run([program("fil-mixedd"), "--port", "0", "--cert",
                            good / "server.pem", "--key", good / "server.key",
                            "--priority", "NONSENSE"])
    assert (status, out) == (1, b"") and b"NONSENSE" in err, (status, out, err)


@test
def the_priority_chooses_versions():
    s = tls_server("--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2")
    with tls(s.ports["tls"]) as sock:
        assert sock.version() == "TLSv1.2"
    with contextlib.suppress(ssl.SSLError):
        tls(s.ports["tls"], context(version=TLS13))
        raise AssertionError("TLS 1.3 was spoken")


@test
def a_key_that_the_new_user_cannot_read_is_warned_of():
    """spec/00, --user: SIGHUP would fail in a month, when nobody looks."""
    if os.geteuid() != 0:
        raise NotHere("only root can become another user")
    s = tls_server("--user", "nobody")
    s.says(re.escape(f"{certificates()}/server.key ") + spoken(
        "cannot be read any more", "n'est plus lisible"))
    with tls(s.ports["tls"]) as sock:
        assert ask(sock) == ANSWER
    s.signal(signal.SIGHUP)
    s.says(spoken("the certificate stays the old one", "le certificat reste l'ancien"))
    with tls(s.ports["tls"]) as sock:
        assert ask(sock) == ANSWER
    assert pathlib.Path(f"/proc/{s.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@test
def a_log_of_keys_is_warned_of():
    """GnuTLS heeds SSLKEYLOGFILE by itself; with it, a capture can be read."""
    with tempfile.TemporaryDirectory() as folder:
        keys = pathlib.Path(folder, "keys")
        s = tls_server(env={"SSLKEYLOGFILE": str(keys)})
        s.says(f"SSLKEYLOGFILE.*{keys}")
        with tls(s.ports["tls"]) as sock:
            assert ask(sock) == ANSWER
        assert "TRAFFIC_SECRET" in keys.read_text()


# --- many, slow, and the end ------------------------------------------------------------

@test
def silent_clients_hold_up_nobody():
    """A handshake is made in the client's own thread, with a deadline: whoever
    sends half a hello makes nobody wait."""
    s = tls_server("--idle-timeout", "1")
    silent = [tcp(s.ports["tls"]) for _ in range(50)]
    for n, sock in enumerate(silent):
        sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00"[:n % 8])
    with tls(s.ports["tls"]) as sock, tcp(s.ports["tcp"]) as clear, \
            udp(s.ports["udp"]) as datagram:
        assert ask(sock) == ANSWER
        assert ask(clear) == "Message reçu via TCP"
        assert ask(datagram) == "Message reçu via UDP"
    s.signal(signal.SIGUSR1)
    s.says(r"^client-\d+ .* " + spoken("handshake", "négociation"))
    for sock in silent:
        while sock.recv(100):
            pass
        sock.close()
    eventually(lambda: s.clients() == 0, "the silent ones to be gone")


def sanitized(server):
    """Which sanitizer it has: its library's name, or nothing."""
    found = re.search("lib[at]san", pathlib.Path(f"/proc/{server.pid}/maps").read_text())
    return found[0] if found else ""


@test
def it_stops_in_time_with_clients_in_every_state():
    """spec/00: within a second, whatever the clients do."""
    s = tls_server()
    idle = [tls(s.ports["tls"]) for _ in range(50)]
    silent = [tcp(s.ports["tls"]) for _ in range(20)]
    stuck = tls(s.ports["tls"])
    stuck.settimeout(0.5)
    with contextlib.suppress(TimeoutError, ssl.SSLError):
        while True:
            stuck.sendall(b"x" * 65536)
    # A sanitizer looks for leaks before it lets the process end.
    assert s.stop(10 if sanitized(s) else 1.5) == 0
    for sock in idle:
        assert sock.recv(100) == b""	# a close_notify: else this raises
    for sock in (*idle, *silent, stuck):
        sock.close()


@test
def descriptors_threads_and_memory_come_back():
    """A session that leaks is a server that dies in a month.  GnuTLS keeps some bytes for
    each thread that has ever used it: 500 KiB, if each of these had its own.  Two that
    happen to run side by side may need an arena more."""
    def crowd(size):
        for n in range(size):
            if n % 5 == 4:
                with tcp(s.ports["tls"]) as sock:
                    sock.sendall(b"\x16\x03\x01hello")
                continue
            sock = tls(s.ports["tls"], both[n % 2])
            assert ask(sock) == ANSWER
            if n % 3:
                with contextlib.suppress(OSError, ssl.SSLError):
                    sock.unwrap()
            sock.close()
        eventually(lambda: s.threads() == threads, "all clients to be gone")

    s = tls_server("-q")
    with tls(s.ports["tls"]) as sock:
        assert ask(sock) == ANSWER
    # A thread waits for more work for two seconds; a sanitizer has one of its own.
    eventually(lambda: s.threads() == (2 if sanitized(s) == "libtsan" else 1), "one thread")
    threads = s.threads()
    both = (context(version=TLS12), context(version=TLS13))
    crowd(200)
    descriptors, memory = s.descriptors(), resident_kib(s.pid)
    crowd(3000 if measures_memory() else 400)
    assert s.descriptors() == descriptors
    if measures_memory():
        assert resident_kib(s.pid) - memory < 300, (memory, resident_kib(s.pid))


# --- what those find who look for holes ---------------------------------------------------

@test
def sslscan_finds_nothing_old():
    need("sslscan")
    s = tls_server()
    status, out, err = run(["sslscan", "--no-colour", f"127.0.0.1:{s.ports['tls']}"])
    text = out.decode()
    assert status == 0, (out, err)
    for old in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"):
        assert re.search(rf"^{re.escape(old)} +disabled", text, re.M), text
    for new in ("TLSv1.2", "TLSv1.3"):
        assert re.search(rf"^{re.escape(new)} +enabled", text, re.M), text
    assert "renegotiation not supported" in text, text
    assert not re.search(r"vulnerable to heartbleed", text.replace("not vulnerable", "")), text
    accepted = re.findall(r"^(?:Preferred|Accepted) +(\S+) +(\d+) bits +(\S+)", text, re.M)
    assert accepted and all(int(bits) >= 128 for _, bits, _ in accepted), accepted
    assert not any(re.search("RC4|DES|MD5|NULL|EXP|anon", name)
                   for _, _, name in accepted), accepted


@test
def testssl_finds_nothing_above_low():
    """spec/01, bar: nothing but the self-made CA, which nobody could revoke."""
    if os.environ.get("FIL_SCAN") != "1":
        raise NotHere("it takes a minute: FIL_SCAN=1")
    need("testssl")
    s = tls_server()
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.csv")
        run(["testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns",
             "none", "--add-ca", certificates() / "ca.pem", "--csvfile", report,
             f"127.0.0.1:{s.ports['tls']}"], deadline=300)
        with report.open() as lines:
            rows = list(csv.DictReader(lines))
    assert len(rows) > 80, rows
    bad = [(row["id"], row["severity"], row["finding"]) for row in rows
           if row["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL")
           and row["id"] != "cert_revocation"]
    assert not bad, bad
    with tls(s.ports["tls"]) as sock:
        assert ask(sock) == ANSWER


main()
