#!/usr/bin/env python3
"""smtp_hostile.py - fil-smtp with mail servers that refuse, hang up, stall, lie, or
put words into somebody's mouth."""
import os, pty, re, socket, ssl, struct, subprocess, threading, time

import harness
from fake import password_file, said
from faultrules import hits, preload
from harness import program, test
from mailpeers import HANG_UP, ME, STALL, YOU, Mail, smtp, unstuffed
from pki import pki

# Of each phase: what makes it be reached, and the exit status of 5yz.
PHASES = {
    "greeting": ((), {}, 69),
    "EHLO": ((), {}, 69),
    "HELO": ((), {"EHLO": b"502 5.5.1 what?\r\n"}, 69),
    "STARTTLS": (("--starttls", "require"), {}, 69),
    "AUTH": (("--auth", "pc3"), {}, 77),
    "MAIL": ((), {}, 69),
    "RCPT": ((), {}, 67),
    "DATA": ((), {}, 69),
    "text": ((), {}, 69),
    "QUIT": ((), {}, 0),
}


def at_phase(phase, reply, *more):
    """The program against a server that answers so, there."""
    options, replies, _ = PHASES[phase]
    features = ("8BITMIME", "STARTTLS", "AUTH PLAIN") if options else ("8BITMIME",)
    server = Mail({**replies, phase: reply}, features, pki().context("good"))
    with password_file() as path:
        auth = ("--password-file", path) if phase == "AUTH" else ()
        status, out, err = smtp("--server", server.address, "--ca", pki()("ca"), *options,
                                *auth, *more)
    return server, status, out, err


# --- every phase ----------------------------------------------------------------------

@test
def each_phase_that_is_refused_has_its_exit_status():
    """spec 04: 5yz.  A script sees by the status alone whether the address is wrong
    (67), or the server unwilling (69), or the password bad (77)."""
    for phase, (_, _, expected) in PHASES.items():
        server, status, out, err = at_phase(phase, b"550 5.7.1 go away\r\n")
        assert status == expected, (phase, status, err)
        assert expected == 0 or "550 5.7.1 go away" in err, (phase, err)
        assert len(server.messages) == (phase in ("text", "QUIT")), phase
        assert server.verbs()[-1:] == ["QUIT"] or phase == "greeting", server.commands


@test
def each_phase_that_is_put_off_is_exit_75():
    """spec 04: any 4yz may work later; 421 is told before the server hangs up."""
    for phase in PHASES:
        for reply in (b"450 4.2.0 not now\r\n", b"421 4.3.2 closing\r\n"):
            server, status, out, err = at_phase(phase, reply)
            assert status == (0 if phase == "QUIT" else 75), (phase, reply, status, err)
            assert phase == "QUIT" or "4." in err, (phase, err)


@test
def each_phase_at_which_the_server_hangs_up_is_exit_75():
    """spec 04.  Only after QUIT nothing is lost."""
    for phase in PHASES:
        server, status, out, err = at_phase(phase, HANG_UP)
        assert status == (0 if phase == "QUIT" else 75), (phase, status, err)
        assert phase == "QUIT" or "recv: " in err, (phase, err)


@test
def each_phase_at_which_the_server_stalls_ends_in_time():
    """RFC 5321 4.5.3.2 has minutes for each; --timeout makes them shorter."""
    for phase in PHASES:
        begin = time.monotonic()
        # what QUIT is answered is waited for 5 seconds, whatever the limit
        limit = () if phase == "QUIT" else ("--timeout", "1")
        server, status, out, err = at_phase(phase, STALL, *limit)
        assert status == (0 if phase == "QUIT" else 75), (phase, status, err)
        assert time.monotonic() - begin < harness.DEADLINE


@test
def an_answer_out_of_place_is_no_success():
    """250 to DATA, 354 to MAIL, 220 to the text: whoever confuses these loses mail."""
    for phase, reply in (("greeting", b"354 go on\r\n"), ("EHLO", b"354 go on\r\n"),
                         ("MAIL", b"354 go on\r\n"), ("RCPT", b"354 go on\r\n"),
                         ("DATA", b"250 ok\r\n"), ("text", b"354 more\r\n")):
        server, status, out, err = at_phase(phase, reply)
        assert status == 75, (phase, reply, status, err)


@test
def after_the_final_dot_silence_is_told_for_what_it_is():
    """RFC 5321 4.5.3.2.6: the message may be delivered; who sends it again may deliver
    it twice, and must know."""
    for reply in (HANG_UP, STALL, b"what?\r\n"):
        server, status, out, err = at_phase("text", reply, "--timeout", "3")
        assert status == 75, (reply, status, err)
        assert said("%s has the whole message, and has not said whether it takes it: it "
                    "may arrive all the same")[2:] in err, (reply, err)


@test
def nobody_at_home_is_exit_69():
    """spec 04: no exchanger answered."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    status, out, err = smtp("--server", f"127.0.0.1:{port}")
    assert (status, out) == (69, "") and "connect: " in err, (status, err)


# --- STARTTLS ---------------------------------------------------------------------------

class Injector(Mail):
    """Says more than its answer to STARTTLS, in the same segment or in the next."""

    def __init__(self, words, late=False):
        self.words, self.late = words, late
        super().__init__(features=("STARTTLS", "8BITMIME"), context=pki().context("good"))

    def answer(self, sock, lines, key):
        if key != "STARTTLS":
            return super().answer(sock, lines, key)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(b"220 go\r\n" + (b"" if self.late else self.words))
        if self.late:
            sock.sendall(self.words)
        return True


@test
def what_is_said_before_the_handshake_is_an_error():
    """RFC 3207 6, CVE-2011-0411: somebody on the way adds an answer in the clear, and it
    is believed as if it were said under TLS.  Also half a line, and one byte."""
    for words in (b"250 injected\r\n", b"250-8BITMIME\r\n250 AUTH PLAIN\r\n", b"2"):
        for options in (("--starttls", "require", "--ca", pki()("ca")), ()):
            server = Injector(words)
            status, out, err = smtp("--server", server.address, *options)
            assert status == 75, (words, options, status, out, err)
            assert said("%s: more was said in the clear than the answer to STARTTLS: "
                        "somebody may have put it there")[2:] in err, err
            assert server.verbs() == ["EHLO", "STARTTLS"] and not server.messages
            assert "injected" not in out, "it must not even be shown as said"


@test
def what_is_said_instead_of_the_handshake_is_an_error():
    """The same, a moment later: TLS itself refuses it, and there is no way back into
    the clear."""
    server = Injector(b"250 injected\r\n" * 3, late=True)
    status, out, err = smtp("--server", server.address)
    assert status == 75 and not server.messages, (status, out, err)
    assert [v for v in server.verbs() if v in ("MAIL", "RCPT", "DATA")] == []


@test
def what_was_offered_in_the_clear_is_forgotten_under_tls():
    """RFC 3207 4.2: a limit, 8BITMIME and AUTH that nobody has vouched for."""
    class Changed(Mail):
        def answer(self, sock, lines, key):
            if key == "STARTTLS":
                self.ehlo = b"250 mail\r\n"
            return super().answer(sock, lines, key)

    server = Changed(features=("STARTTLS", "8BITMIME", "SIZE 10", "AUTH PLAIN"),
                     context=pki().context("good"))
    status, out, err = smtp("--server", server.address, "--starttls", "require", "--ca",
                            pki()("ca"), "--body", "-", data="é\n".encode())
    assert status == 0, (status, out, err)
    sender = next(c for c in server.commands if c.startswith("MAIL"))
    assert sender == f"MAIL FROM:<{ME}>", sender
    assert b"=C3=A9" in server.messages[0]


@test
def starttls_that_is_refused_goes_on_in_the_clear_only_if_it_may():
    """RFC 3207 4: with auto it was a wish, with require a condition."""
    for reply, status in ((b"454 4.7.0 no\r\n", 75), (b"502 no\r\n", 69)):
        server = Mail({"STARTTLS": reply}, ("STARTTLS",))
        assert smtp("--server", server.address)[0] == 0 and server.messages
        server = Mail({"STARTTLS": reply}, ("STARTTLS",))
        got, out, err = smtp("--server", server.address, "--starttls", "require")
        assert got == status and not server.messages, (got, err)


@test
def a_handshake_that_stalls_ends_in_time():
    """Nothing after 220."""
    class Deaf(Mail):
        def dialogue(self, sock):
            sock.sendall(self.usual["greeting"])
            lines = sock.makefile("rb")
            lines.readline()
            sock.sendall(self.ehlo)
            lines.readline()
            sock.sendall(b"220 go\r\n")
            lines.read()

    server = Deaf(features=("STARTTLS",))
    status, out, err = smtp("--server", server.address, "--timeout", "0.5")
    assert status == 75, (status, out, err)


@test
def an_end_without_close_notify_is_a_hang_up():
    """Whoever cuts a connection must not make a message of half of it."""
    server = Mail({"RCPT": HANG_UP}, ("STARTTLS",), pki().context("good"))
    status, out, err = smtp("--server", server.address, "--starttls", "require", "--ca",
                            pki()("ca"))
    assert status == 75, (status, out, err)


# --- replies ------------------------------------------------------------------------------

@test
def what_is_no_reply_is_a_failure_and_no_more():
    """Another protocol behind the port; a code that changes; lines without end."""
    for reply in (b"SSH-2.0-OpenSSH_9.2\r\n", b"\r\n", b"22\r\n", b"2200 x\r\n", b"+OK pop\r\n",
                  b"150 ftp\r\n", b"220-a\r\n250 b\r\n", b"220-a\r\nb\r\n", b"\0\0\0\0\r\n",
                  b"220-x\r\n" * 200 + b"220 x\r\n", b"220 " + b"x" * 5000 + b"\r\n",
                  b"x" * (1 << 20), b"HTTP/1.1 400 Bad Request\r\n\r\n"):
        server, status, out, err = at_phase("greeting", reply)
        assert status == 75 and not server.messages, (reply[:40], status, err)
        server, status, out, err = at_phase("RCPT", reply)
        assert status == 75 and not server.messages, (reply[:40], status, err)


@test
def a_reply_of_many_lines_in_small_pieces_is_understood():
    """TCP keeps no message boundaries; some servers send LF alone."""
    class Slow(Mail):
        def answer(self, sock, lines, key):
            reply = {"EHLO": self.ehlo, **self.usual}[key]
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in reply.replace(b"\r\n", b"\n") if key == "MAIL" else reply:
                sock.sendall(bytes([byte]))
            return True

    server = Slow(features=[f"X-{n} {'x' * 400}" for n in range(100)] + ["8BITMIME"])
    status, out, err = smtp("--server", server.address, "--body", "-", data="é".encode())
    assert status == 0 and "é".encode() in server.messages[0], (status, out[-300:], err)


@test
def a_reply_that_drips_without_end_ends_in_time():
    """The limit is for the whole reply: a byte now and then does not renew it."""
    class Dripping(Mail):
        def dialogue(self, sock):
            while True:
                sock.sendall(b"220-x\r\n")
                time.sleep(0.1)

    status, out, err = smtp("--server", Dripping().address, "--timeout", "1")
    assert status == 75 and out.count("S: 220-x") < 20, (status, out, err)


EVIL = "\x1b]0;owned\x07\u202eok\x9b2J"


@test
def what_a_server_says_is_exact_in_a_pipe_and_harmless_on_a_terminal():
    """spec 00.  An escape sequence can type for the user; and the reason that is told
    on standard error is made safe always."""
    line = b"550 5.1.1 " + EVIL.encode() + b"\xff"
    server = Mail({"RCPT": line + b"\r\n"})
    got = subprocess.run([program("fil-smtp"), "--from", ME, "--server", server.address, YOU],
                         capture_output=True, timeout=harness.DEADLINE)
    assert got.returncode == 67 and b"S: " + line + b"\n" in got.stdout, got
    assert b"\x1b" not in got.stderr and b"\\x1b" in got.stderr, got.stderr

    server = Mail({"RCPT": line + b"\r\n"})
    master, slave = pty.openpty()
    client = subprocess.Popen([program("fil-smtp"), "--from", ME, "--server", server.address,
        "--color", "never", YOU], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
    os.close(slave)
    seen = b""
    while b"221 bye" not in seen:
        seen += os.read(master, 4096)
    assert client.wait(harness.DEADLINE) == 67
    os.close(master)
    assert b"\\x1b]0;owned\\x07\\u202eok\\x9b2J" in seen and b"\x1b" not in seen, seen


# --- the message ------------------------------------------------------------------------------

@test
def a_message_over_the_limit_is_not_begun():
    """RFC 1870: 69, and nobody sends a gigabyte to be refused.  What is said to be the
    size is the size."""
    server = Mail(features=("SIZE 1000", "8BITMIME"))
    status, out, err = smtp("--server", server.address, "--body", "-", data=b"x\n" * 500)
    assert status == 69 and "MAIL" not in server.verbs(), (status, err)
    for features in (("SIZE 100000",), ("SIZE",), ("SIZE 0",)):
        server = Mail(features=features)
        status, out, err = smtp("--server", server.address, "--body", "-", data=b".x\n" * 500)
        assert status == 0, (features, status, err)
        sender = next(c for c in server.commands if c.startswith("MAIL"))
        size = len(unstuffed(server.messages[0]))
        assert sender == f"MAIL FROM:<{ME}> SIZE={size}", (sender, size)


@test
def a_server_that_refuses_in_the_middle_of_the_message_is_heard():
    """552 before the dot, and the connection reset: what it said counts, if it came."""
    class Impatient(Mail):
        def take_message(self, sock, lines):
            lines.readline()
            sock.sendall(b"552 5.3.4 too much\r\n")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False

    server = Impatient()
    status, out, err = smtp("--server", server.address, "--body", "-",
                            data=b"x" * 70 + b"\n" + b"y" * 70 + b"\n" * (8 << 20))
    assert status in (69, 75), (status, err)
    assert status == 75 or "552 5.3.4 too much" in err, err


@test
def a_server_that_reads_nothing_ends_in_time():
    """RFC 5321 4.5.3.2.5: three minutes a block; in the clear and under TLS."""
    class Deaf(Mail):
        def take_message(self, sock, lines):
            time.sleep(harness.DEADLINE)
            return False

    for options, settings in (((), {}), (("--smtps", "--ca", pki()("ca")),
                                         {"context": pki().context("good"), "smtps": True})):
        server = Deaf(**settings)
        begin = time.monotonic()
        status, out, err = smtp("--server", server.address, "--timeout", "0.5", "--body", "-",
                                *options, data=b"x" * 70 + b"\n" * (16 << 20))
        assert status == 75, (options, status, err)


# --- calls that fail ----------------------------------------------------------------------

@test
def interrupted_and_short_calls_change_no_byte():
    """A lost short count cuts a command; a lost EINTR ends a delivery."""
    env, report = preload("recv=EINTR:every=2,recv=short:3,send=EINTR:every=3,send=short:5")
    server = Mail()
    status, out, err = smtp("--server", server.address, "--body", "-",
                            data=b".\n" * 300, env=env)
    assert status == 0 and all(hits(report).values()), (status, err, hits(report))
    assert unstuffed(server.messages[0]).endswith(b"\r\n" + b".\r\n" * 300)


@test
def a_call_that_fails_is_named():
    """STYLE: a message names the primitive that failed, on what, and why."""
    server = Mail()
    for rule, status in (("socket=EMFILE", 69), ("connect=ENETUNREACH", 69),
                         ("recv=ECONNRESET", 75), ("send=EPIPE", 75)):
        env, report = preload(rule)
        got, out, err = smtp("--server", server.address, env=env)
        name = rule.partition("=")[0]
        assert got == status and f"{name}: " in err, (rule, got, err)
        assert server.address in err and all(hits(report).values()), (rule, err)
    # what says nothing of the host may go over
    for rule, status in (("getaddrinfo=EAI_NONAME", 68), ("getaddrinfo=EAI_AGAIN", 75),
                         ("getaddrinfo=EAI_MEMORY", 75)):
        got, out, err = smtp("--server", server.address, env=preload(rule)[0])
        assert got == status and "getaddrinfo: " in err, (rule, got, err)


if __name__ == "__main__":
    harness.main()
