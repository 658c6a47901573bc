#!/usr/bin/env python3
"""mixed_tls_client.py - fil-mixed --tls: whom it believes, and what it notices."""
import contextlib, os, pathlib, re, select, socket, ssl, struct, subprocess, threading

import harness
from fake import Fake, said
from harness import Process, eventually, need, program, run, test
from pki import pki

REPLY = said("Server's reply: ")
ANSWER = "Message reçu via TLS".encode()


class Serving:
    """One TLS connection, in a thread: what behave(sock) does with it."""

    def __init__(self, context, behave, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, 0), family=family)
        self.listener.settimeout(harness.DEADLINE)
        self.port = self.listener.getsockname()[1]
        self.context, self.behave = context, behave
        self.failure = None
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        try:
            conn, _ = self.listener.accept()
            conn.settimeout(harness.DEADLINE)
            with conn:
                sock = self.context.wrap_socket(conn, server_side=True) \
                    if self.context else conn
                with sock:
                    self.behave(sock)
        except (OSError, ssl.SSLError) as failure:
            self.failure = failure

    def end(self):
        self.thread.join(harness.DEADLINE)
        self.listener.close()
        assert not self.thread.is_alive()


def politely(sock):
    """As fil-mixedd: answer each chunk until the client ends, then end too."""
    while sock.recv(1024):
        sock.sendall(ANSWER)
    sock.unwrap()


def client(port, *options, host="127.0.0.1", message=(), **more):
    return run([program("fil-mixed"), "--tls", "--port", port, *options, host, *message],
               **more)


def trusting(port, *options, **more):
    return client(port, "--ca", pki()("ca"), *options, **more)


# --- an exchange ------------------------------------------------------------------

@test
def a_message_over_tls_is_answered():
    """Sheet A, TLS: its own port, its own default message; and both ends say
    that they are done."""
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        heard = []

        def behave(sock):
            heard.append(sock.recv(1024))
            sock.sendall(ANSWER)
            heard.append(sock.recv(1024))	# a close_notify, or an exception
            sock.unwrap()
        serving = Serving(pki().context("good", version), behave)
        status, out, err = trusting(serving.port)
        assert (status, out, err) == (0, REPLY.encode() + ANSWER + b"\n", b""), (out, err)
        serving.end()
        assert heard == [b"Bonjour serveur TLS", b""] and not serving.failure, (
            version, heard, serving.failure)


@test
def the_default_port_and_the_question_know_tls():
    """Choose the protocol (TCP/UDP/TLS)."""
    for word in (b"TLS\n", b" tls \n"):
        serving = Serving(pki().context("good"), politely)
        status, out, err = run([program("fil-mixed"), "--port", serving.port, "--ca",
                                pki()("ca"), "127.0.0.1"], word)
        assert status == 0 and out.endswith(ANSWER + b"\n"), err
        assert "TCP/UDP/TLS" in err.decode()
        serving.end()
    status, out, err = run([program("fil-mixed"), "--tls", "--insecure", "--timeout", "2",
                            "127.255.255.254"])
    assert b":12347: " in err, err


@test
def names_and_numbers_are_verified_as_what_they_are():
    """RFC 6125 6.4: a DNS name by dNSName, an address by iPAddress; ::1, too."""
    for host in ("localhost", "127.0.0.1") + (("::1",) if harness.have_ipv6() else ()):
        serving = Serving(pki().context("good"), politely,
                          "::1" if ":" in host else "127.0.0.1")
        status, out, err = trusting(serving.port, *(["-4"] if host == "localhost" else []),
                                    host=host)
        assert status == 0, (host, err)
        serving.end()


@test
def a_server_that_leaves_the_stream_open_is_answered_by_silence():
    """As over TCP: half a second without a word ends the reply.  Under TLS 1.2
    our own end would oblige it to stop at once, its reply unsent."""
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        gone = threading.Event()

        def behave(sock):
            sock.recv(1024)
            for piece in (b"un, ", b"deux, ", b"trois"):
                sock.sendall(piece)
            gone.wait(harness.DEADLINE)
        serving = Serving(pki().context("good", version), behave)
        status, out, err = trusting(serving.port, "-q")
        gone.set()
        assert (status, out) == (0, b"un, deux, trois"), (version, out, err)
        serving.end()


@test
def under_tls_1_2_the_client_ends_its_side_after_the_reply():
    """RFC 5246 7.2.1: whoever is told of the end must close at once and leave
    what it had to say unsent.  Under TLS 1.3 the end is told first."""
    for version, first in ((ssl.TLSVersion.TLSv1_2, False), (ssl.TLSVersion.TLSv1_3, True)):
        ended = []

        def behave(sock):
            sock.recv(1024)
            sock.settimeout(0.3)
            with contextlib.suppress(TimeoutError):
                ended.append(sock.recv(1024) == b"")
            sock.sendall(ANSWER)
        serving = Serving(pki().context("good", version), behave)
        trusting(serving.port)
        serving.end()
        assert ended == [True] * first, (version, ended)


# --- whom it believes ---------------------------------------------------------------

REFUSALS = {
    "expired": "it has expired",
    "early": "it is not valid yet (is this machine's date right?)",
    "elsewhere": "it is for another name",
    "foreign": "nobody who is trusted here has signed it (see --ca)",
    "self-signed": "it is self-signed: only its owner vouches for it (see --ca)",
}


@test
def each_bad_certificate_is_refused_with_exit_3_and_its_own_sentence():
    """Issue 4.  A user must learn which of them it is: one is a clock, one a
    typing mistake, one an attack.  Nothing is sent."""
    for kind, sentence in REFUSALS.items():
        heard = []
        serving = Serving(pki().context(kind), lambda sock: heard.append(sock.recv(1)))
        status, out, err = trusting(serving.port)
        assert (status, out) == (3, b""), (kind, status, out)
        assert said(sentence) in err.decode(), (kind, err)
        assert f"127.0.0.1:{serving.port}: " in err.decode(), err
        serving.end()
        assert not heard or heard == [b""], heard


@test
def openssl_s_server_is_refused_and_accepted_alike():
    """Another implementation, both versions: the handshake differs."""
    need("openssl")
    for version in ("-tls1_2", "-tls1_3"):
        for kind, status in (("good", 0), ("expired", 3), ("foreign", 3)):
            server = Process(["openssl", "s_server", "-accept", "127.0.0.1:0", version,
                "-cert", pki()(kind), "-key", pki()(kind, "key"), "-rev"])
            port = server.says(r"ACCEPT 127\.0\.0\.1:(\d+)", "stdout")[1]
            got, out, err = trusting(port, "-q", "--timeout", "5")
            # -rev waits for a newline: what counts is that it was believed
            assert (got == 3) == (status == 3), (version, kind, got, err)
            server.kill()


@test
def without_ca_the_systems_trust_decides():
    """The default: what this machine trusts, which our CA is not."""
    serving = Serving(pki().context("good"), politely)
    status, out, err = client(serving.port)
    assert (status, out) == (3, b""), (status, out, err)
    serving.end()


@test
def insecure_believes_everybody_and_says_so_loudly():
    """spec 00.  Even -q warns."""
    for kind in REFUSALS:
        serving = Serving(pki().context(kind), politely)
        status, out, err = client(serving.port, "-q", "--insecure")
        assert (status, out) == (0, ANSWER), (kind, err)
        assert "--insecure" in err.decode(), err
        serving.end()


@test
def a_client_shows_its_certificate_if_it_is_told_to():
    """spec 00: --cert, --key; a server may ask for one (mutual TLS)."""
    context = pki().context("good")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pki()("ca"))
    serving = Serving(context, politely)
    status, out, err = trusting(serving.port, "-q", "--cert", pki()("client"), "--key",
                                pki()("client", "key"))
    assert (status, out) == (0, ANSWER), err
    serving.end()
    serving = Serving(context, politely)
    status, out, err = trusting(serving.port, "-q")
    assert (status, out) == (1, b"") and err, (status, out, err)
    serving.end()


@test
def files_that_cannot_be_used_are_named():
    """--ca, --cert, --key: which one, and why; before anything is sent."""
    for options in (("--ca", "/nonexistent.pem"), ("--ca", os.devnull),
                    ("--cert", "/nonexistent.pem"),
                    ("--priority", "NO-SUCH-PRIORITY")):
        status, out, err = run([program("fil-mixed"), "--tls", *options, "127.0.0.1"])
        assert (status, out) == (1, b"") and options[1] in err.decode(), (options, err)


@test
def a_priority_is_obeyed():
    """--priority: here a server of TLS 1.2 that is refused."""
    serving = Serving(pki().context("good", ssl.TLSVersion.TLSv1_2), politely)
    status, out, err = trusting(serving.port, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3")
    assert (status, out) == (1, b"") and b"gnutls_handshake" in err, (status, err)
    serving.end()


# --- what it notices ------------------------------------------------------------------

@test
def a_reply_that_is_cut_off_is_an_error():
    """RFC 8446 6.1: an end without close_notify may be an attacker's.  Reported,
    exit 1, nothing on standard output: the text may say the contrary whole."""
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for reset in (False, True):
            def behave(sock):
                sock.recv(1024)
                sock.sendall(b"N'envoyez pas")	# " l'argent avant lundi": cut
                if reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                    struct.pack("ii", 1, 0))
                elif version == ssl.TLSVersion.TLSv1_3:
                    sock.recv(1024)	# or what is unread makes it a reset
            serving = Serving(pki().context("good", version), behave)
            status, out, err = trusting(serving.port)
            assert (status, out) == (1, b""), (version, status, out)
            assert ("recv: " if reset else "close_notify") in err.decode(), (reset, err)
            serving.end()


@test
def a_server_in_the_clear_on_a_tls_port_is_told():
    """The wrong port is the commonest mistake: neither side may wait for ever."""
    for first in (True, False):		# does the server speak first?
        def behave(sock):
            if first:
                sock.sendall(b"220 ready\r\n" * 30)
            sock.recv(1024)
            sock.sendall("Message reçu via TCP".encode() * 5)
            sock.recv(1024)
        serving = Serving(None, behave)
        status, out, err = trusting(serving.port)
        assert (status, out) == (1, b""), (status, out)
        assert said("the other side does not speak TLS; is it another port?") \
            in err.decode(), err
        serving.end()


@test
def a_tls_server_on_a_port_in_the_clear_is_told():
    """The other way round: its answer is an alert, which is no reply."""
    serving = Serving(None, lambda sock: sock.sendall(b"\x15\x03\x03\x00\x02\x02\x46"))
    status, out, err = run([program("fil-mixed"), "--tcp", "--port", serving.port,
                            "127.0.0.1"])
    assert (status, out) == (1, b""), (status, out)
    assert "--tls" in err.decode(), err
    serving.end()


@test
def a_handshake_that_does_not_end_is_left_at_the_deadline():
    """--timeout covers the handshake: a server that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        status, out, err = trusting(listener.getsockname()[1], "--timeout", "0.4")
        assert (status, out) == (1, b"") and b"gnutls_handshake" in err, err


@test
def details_tell_the_version_and_the_cipher():
    """-v: what was agreed on."""
    serving = Serving(pki().context("good"), politely)
    status, out, err = trusting(serving.port, "-v")
    assert status == 0 and re.search(rb"TLS: .*TLS1\.3.*AES", err), err
    serving.end()


# --- a session --------------------------------------------------------------------------

@contextlib.contextmanager
def session(*options, port=None):
    server = Fake(pki().context("good"))
    talking = server.client("--ca", pki()("ca"), "--port", port or server.port, *options,
                            stdin=subprocess.PIPE)
    yield talking, server


def say(talking, text):
    talking.popen.stdin.write(text)
    talking.popen.stdin.flush()


@test
def a_session_over_tls_is_as_one_over_tcp():
    """spec 01: --login over TCP or TLS; --ca alone means TLS, too."""
    with session() as (talking, server):
        server.greet()
        assert server.sock.version() == "TLSv1.3"
        say(talking, "été\n".encode())
        request = server.request("MESSAGE")
        assert request["text"] == "été"
        server.ok(request, seq=1)
        talking.popen.stdin.close()
        assert server.at_end()
        server.message("à bientôt")
        server.close()
        assert talking.wait() == 0 and talking.stderr == "", talking.stderr
        assert talking.stdout.endswith("pc4: à bientôt\n"), talking.stdout
    server = Fake(pki().context("good"))
    talking = Process([program("fil-mixed"), "--protocol", "--ca", pki()("ca"), "--port",
                       server.port, "127.0.0.1"])
    server.greet()
    assert server.at_end()
    server.close()
    assert talking.wait() == 0, talking.stderr


@test
def a_session_that_is_cut_off_is_told():
    """Without close_notify more may be missing; exit 1."""
    with session() as (talking, server):
        server.greet()
        server.message("un")
        talking.says("^pc4: un$", "stdout")
        os.close(server.sock.detach())
        assert talking.wait() == 1 and "close_notify" in talking.stderr, talking.stderr


@test
def a_session_with_a_bad_certificate_does_not_begin():
    """Exit 3, and no password is asked for, nor sent."""
    for kind in REFUSALS:
        server = Fake(pki().context(kind))
        talking = server.client("--ca", pki()("ca"), "--login", "pc3")
        with contextlib.suppress(OSError, ssl.SSLError):
            server.accept()
        assert talking.wait() == 3 and said(REFUSALS[kind]) in talking.stderr, (
            kind, talking.stderr)


@test
def what_is_decrypted_already_is_shown_without_another_byte():
    """select does not see what TLS has decrypted: a record that does not fit
    behind half a line.  The message would be shown with the next one only."""
    with session() as (talking, server):
        server.greet()
        frame = b'{"event":"message","from":"pc4","text":"%s"}\n'
        long = frame % (b"x" * (65000 - len(frame) + 2))
        server.send(long[:-1])
        server.send(b"\n" + b"".join(frame % (b"%d" % n) for n in range(200)))
        talking.says("^pc4: 199$", "stdout")
        assert talking.stdout.count("\n") == 201
        talking.popen.stdin.close()
        assert server.at_end()
        server.close()
        assert talking.wait() == 0, talking.stderr


class Halves:
    """Between client and server: passes everything on, but when told to holds
    back the last byte of what the server sends."""

    def __init__(self, server_port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.hold, self.held = False, b""
        self.server = socket.create_connection(("127.0.0.1", server_port))
        threading.Thread(target=self._pass_on, daemon=True).start()

    def _pass_on(self):
        self.client, _ = self.listener.accept()
        for sock in (self.client, self.server):	# Nagle would hold back more
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            for sock in select.select([self.client, self.server], [], [])[0]:
                data = sock.recv(65536)
                if not data:
                    return
                if sock is self.client:
                    self.server.sendall(data)
                elif self.hold:
                    self.client.sendall(data[:-1])
                    self.held = data[-1:]
                else:
                    self.client.sendall(data)

    def unread(self):
        """How many bytes the client has not taken from its socket."""
        here = self.client.getpeername()[1]
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(f":{here:04X}"):
                return int(fields[4].split(":")[1], 16)

    def release(self):
        self.hold = False
        self.client.sendall(self.held)


@test
def half_a_record_keeps_nobody_from_typing():
    """A TLS record is decrypted whole.  Whoever waited for its other half would
    hear nothing that is typed."""
    server = Fake(pki().context("good"))
    halves = Halves(server.port)
    talking = server.client("--ca", pki()("ca"), "--port", halves.port,
                            stdin=subprocess.PIPE)
    server.greet()
    say(talking, b"/ping\n")
    server.ok(server.request("PING"), time="now")
    talking.says("now$", "stdout")
    halves.hold = True
    server.message("en deux")
    eventually(lambda: halves.held and halves.unread() == 0, "half a record")
    say(talking, "pendant ce temps\n".encode())
    request = server.request("MESSAGE")
    assert request["text"] == "pendant ce temps" and "en deux" not in talking.stdout
    halves.release()
    talking.says("^pc4: en deux$", "stdout")


harness.main()
