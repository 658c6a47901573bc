#!/usr/bin/env python3
"""chat_client.py - fil-chat with fil-chatd, and with the chat of ncat.

Standard input and output are pipes here; chat_prompt.py looks at a terminal's
screen, chat_client_hostile.py at what no honest server would do."""
import contextlib, os, pathlib, re, socket, subprocess, sys

import harness
from chatmembers import Member, chat, members
from chattalk import Person, accounts
from fake import PIPE, password_file, said, type_in
from faultrules import hits, preload
from harness import (Process, Server, alone, eventually, in_namespace, need, program,
                     run, tcp, test)
from pki import pki
from terminal import Terminal

ELSEWHERE = "10.1.2.3"


def client(server, *options, kind="tcp", **popen):
    """fil-chat, which waits for its input."""
    popen.setdefault("stdin", PIPE)
    how = [] if kind == "tcp" else ["--tls"]
    return Process([program("fil-chat"), *how, *options, "127.0.0.1", server.ports[kind]],
                   **popen)


def script(server, text, *options, kind="tcp", **more):
    """A whole session: status, lines of standard output, standard error."""
    how = [] if kind == "tcp" else ["--tls"]
    status, out, err = run([program("fil-chat"), *how, *options, "127.0.0.1",
                            server.ports[kind]], text.encode(), **more)
    return status, out.decode().splitlines(), err.decode()


def tls_chat(*options, name="good"):
    return chat("--cert", pki()(name), "--key", pki()(name, "key"), *options, lines=2)


# --- a script -------------------------------------------------------------------

@test
def a_script_says_a_line_and_gets_the_answer():
    """spec 02: `echo hi | fil-chat` works in a script: EOF half-closes, and what
    is still to come is waited for."""
    s = chat()
    with Member(s, "pc4") as pc4:
        status, lines, err = script(s, "hi\n")
        assert (status, err) == (0, ""), (status, err)
        guest = re.match(r"\*\*\* welcome, you are (guest\d+): ", lines[0])[1]
        assert lines[-1] == f"<{guest}> hi", lines
        pc4.hears(f"<{guest}> hi$")
        pc4.hears(rf"\*\*\* {guest} left \(disconnected\)$")


@test
def a_last_line_without_its_end_is_said_too():
    """printf hi | fil-chat; and no input at all is a visit."""
    s = chat()
    assert script(s, "un\nhi")[1][-1].endswith("> hi")
    status, lines, err = script(s, "")
    assert (status, err) == (0, "") and lines[-1].endswith(" joined"), lines


@test
def nothing_is_lost_whatever_the_transport():
    """In the clear, under TLS 1.3, and under 1.2, where an end obliges the other
    side to stop at once (RFC 5246 7.2.1): thousands of lines are said, and each
    comes back before the end."""
    text = "".join(f"ligne {n} à dire\n" for n in range(3000))
    for options, kind in (((), "tcp"), ((), "tls"),
                          (("--priority", "NORMAL:-VERS-TLS1.3"), "tls")):
        s = tls_chat() if kind == "tls" else chat()
        more = ["--ca", pki()("ca"), *options] if kind == "tls" else []
        status, lines, err = script(s, text, "--nick", "pc3", *more, kind=kind)
        assert (status, err) == (0, ""), (options, status, err)
        heard = [line[6:] for line in lines if line.startswith("<pc3> ")]
        assert heard == text.splitlines(), (options, len(heard))
        assert (lines[-1] == "*** goodbye: quit") == bool(options), lines[-1]


@test
def a_nick_is_asked_for_before_anything_is_said():
    """--nick NAME."""
    s = chat()
    status, lines, err = script(s, "salut\n", "--nick", "Élodie")
    assert status == 0 and lines[-1] == "<Élodie> salut", lines


@test
def quit_is_the_end_and_what_follows_is_not_said():
    """As a person leaves; the reason is the server's matter."""
    s = chat()
    with Member(s, "pc4") as pc4:
        status, lines, err = script(s, "/quit c'est l'heure\nnot this\n")
        assert (status, err) == (0, "") and lines[-1] == "*** goodbye: quit", lines
        pc4.hears(r"\*\*\* guest\d+ left \(quit: c'est l'heure\)$")
        assert pc4.since() == []


@test
def a_line_that_is_too_long_is_refused_here_and_the_rest_is_said():
    """1024 bytes are sent, one more is not, and a script knows it: exit 1."""
    s = chat()
    longest = "é" * 512
    for wrong in ("x" * 1025, "x" * 20000):
        status, lines, err = script(s, f"{longest}\n{wrong}\nfin\n")
        assert status == 1, err
        assert err == "fil-chat: " + said(
            "a line of more than 1024 bytes is not sent") + "\n", err
        assert [line.split(" ", 1)[1] for line in lines[-2:]] == [longest, "fin"], lines


@test
def lines_wait_for_a_server_that_slows_down():
    """--line-rate: TCP pushes back, and nothing is lost, nor sent twice; what
    comes is read meanwhile."""
    s = chat("--line-rate", "100")
    text = "".join(f"{n} {'x' * 900}\n" for n in range(500))
    status, lines, err = script(s, text, "--timeout", "10")
    assert (status, err) == (0, ""), (status, err)
    heard = [line.split(" ", 1)[1] for line in lines if line.startswith("<guest")]
    assert heard == text.splitlines(), len(heard)


@test
def the_end_of_the_server_is_no_success():
    """A script must not take it for its own: exit 1, and no second connection."""
    s = chat()
    c = client(s)
    c.says("joined$", "stdout")
    assert s.stop() == 0
    assert c.wait() == 1
    assert said("the server closed the connection") in c.stderr, c.stderr
    assert c.stdout.endswith("*** goodbye: the server stops\n"), c.stdout


# --- passwords ------------------------------------------------------------------

@test
def a_script_logs_in_with_the_next_line_or_from_a_file():
    """The line after /login is the password, whatever it looks like.  From a
    file it is sent when the server has said that it wants one."""
    with accounts(prof="/quit très secret") as users:
        s = chat("--users", str(users))
        status, lines, err = script(s, "/login prof\n/quit très secret\nsalut\n")
        assert (status, err, lines[-1]) == (0, "", "<prof> salut"), (lines, err)
        with password_file("/quit très secret\n") as path:
            status, lines, err = script(s, "/login prof\nsalut\n", "--password-file",
                                        str(path))
        assert (status, err, lines[-1]) == (0, "", "<prof> salut"), (lines, err)
        assert not any("secret" in line for line in lines), lines


@test
def a_password_that_the_server_does_not_want_stays_here():
    """No accounts, a bad name: the server takes the next line for a password all
    the same; an empty one goes, so that the words after it are said."""
    s = chat()
    with password_file("secret\n") as path, Member(s, "pc4") as pc4:
        for wrong in ("/login prof", "/login -x"):
            status, lines, err = script(s, f"{wrong}\nsalut\n", "--password-file",
                                        str(path))
            assert lines[-2:-1] == ["*** that line was not said"], lines
            assert lines[-1].endswith("> salut") and "secret" not in str(lines), lines
            pc4.hears(r"<guest\d+> salut$")
        status, lines, err = script(s, "/login\nsalut\n", "--password-file", str(path))
        assert "/login NAME" in err and lines[-1].endswith("> salut"), (lines, err)


def from_elsewhere():
    """In a namespace of its own: this machine under another address."""
    with accounts(prof="secret") as users, password_file("secret\n") as path:
        where = ("--port", "0", "--bind", ELSEWHERE, "--users", users)
        s = Server("fil-chatd", *where, lines=1)
        status, out, err = run([program("fil-chat"), "--password-file", path, ELSEWHERE,
                                s.ports["tcp"]], b"/login prof\nsalut\n")
        assert err.decode() == "fil-chat: " + said(
            "this connection is in the clear: --tls encrypts it") + "\n", err
        assert b"come by TLS" in out and out.endswith(b"> salut\n"), out
        s = Server("fil-chatd", *where, "--allow-plain-login", lines=1)
        person = Terminal(f"{program('fil-chat')} {ELSEWHERE} {s.ports['tcp']}",
                          columns=100)
        person.sees("joined$")
        person.line("/login prof")
        question = said("Password of %s, which will go in the clear to %s: ")
        person.sees(re.escape(question.rstrip()).replace("%s", "{}").format(
            "prof", re.escape(f"{ELSEWHERE}:{s.ports['tcp']}")))
        person.line("secret")
        person.sees("you are logged in as prof")


@test
def a_password_in_the_clear_to_another_machine_is_a_decision():
    """spec 02: the server refuses it, and the client says what to do; a server
    that does not refuse is named before the password is typed."""
    need("tmux")
    in_namespace("from elsewhere")


# --- what comes -----------------------------------------------------------------

EVIL = "a\x1b]0;owned\x07\u202eb\x9bc"


@test
def what_others_say_is_exact_in_a_pipe_and_harmless_on_a_terminal():
    """spec 00.  fil-chatd makes it harmless by itself; another server does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        line = f"<pc3> {EVIL}".encode() + b"\xff\r\n"
        for person in (False, True):
            c = Person("--port", port, "127.0.0.1") if person else Process(
                [program("fil-chat"), "--port", port, "127.0.0.1"], stdin=PIPE)
            sock, _ = listener.accept()
            with sock:
                sock.sendall(line)
                if person:
                    c.sees(r"^<pc3> a\\x1b\]0;owned\\x07\\u202eb\\x9bc\ufffd$")
                    c.leave()
                else:
                    eventually(lambda: pathlib.Path(c._out.name).read_bytes() ==
                               line.replace(b"\r", b""), "the bytes")
                    c.popen.stdin.close()
                assert sock.recv(1) == b""
            assert c.wait() == 0, c.stdout + c.stderr


@test
def each_nick_has_its_colour_for_those_who_want_it():
    """spec 00: --color, NO_COLOR; never in a pipe unless asked."""
    s = chat("--history", "0")
    for options, colored in (((), False), (("--color", "never"), False),
                             (("--color", "always"), True)):
        _, lines, _ = script(s, "salut\n/me waves\n/msg pc3 psst\n", "--nick", "pc3",
                             *options)
        found = {re.search(r"\x1b\[38;5;(\d+)mpc3\x1b\[0m", line)[1]
                 for line in lines[-4:] if colored}
        assert len(found) == colored and ("\x1b" in str(lines)) == False, lines
        assert any("\x1b[2m*** " in line for line in lines) == colored, lines


# --- connections ----------------------------------------------------------------

@test
def a_server_is_verified_before_anything_is_sent():
    """spec 00: chain, name, validity; exit 3 and a sentence."""
    for name, options in (("self-signed", ()), ("elsewhere", ("--ca", pki()("ca"))),
                          ("expired", ("--ca", pki()("ca"))),
                          ("good", ("--ca", pki()("other-ca")))):
        s = tls_chat(name=name)
        status, lines, err = script(s, "salut\n", *options, kind="tls")
        assert status == 3 and lines == [], (name, status, lines)
        assert err.startswith("fil-chat: " + said("not to be trusted:")), err
    s = tls_chat()
    for options in (("--ca", pki()("ca")), ("--insecure",)):
        status, lines, err = script(s, "salut\n", *options, kind="tls")
        assert status == 0 and lines[-1].endswith("> salut"), (options, err)
        assert ("--insecure" in options) == bool(err), err


@test
def a_connection_that_cannot_be_had_is_told_at_once():
    """Exit 1, with the primitive and what to do; a person, too, may have
    mistyped the host: nothing is tried again."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        status, out, err = run([program("fil-chat"), "127.0.0.1", port])
        assert status == 1 and out == b"" and b"connect: " in err, err
        person = Person("127.0.0.1", port)
        assert person.wait() == 1 and "connect: " in person.stdout, person.stdout
    status, _, err = run([program("fil-chat"), "no.such.host.invalid"])
    assert status == 1 and b"no.such.host.invalid" in err, err


@test
def what_is_wrong_on_the_command_line_is_refused():
    """spec 00: exit 2, before anything is connected."""
    for wrong in (["--nick", "-x"], ["--nick", ""], ["--nick", "a b"], ["", "4000"],
                  ["--nick", "x" * 25], ["localhost", "0x10"], ["localhost", "65536"],
                  ["-p", "1", "localhost", "2"], ["localhost", "1", "2"],
                  ["--key", "x", "localhost"], ["--nick", "a\r\nb"]):
        status, out, err = run([program("fil-chat"), *wrong])
        assert (status, out) == (2, b"") and err, (wrong, status, err)


@test
def the_port_may_be_an_option_or_an_operand():
    """spec 02: [HOST [PORT]]; spec 00: -p, --port."""
    s = chat()
    for options in (["127.0.0.1", s.ports["tcp"]], ["-p", s.ports["tcp"], "127.0.0.1"],
                    ["-4", "-p", s.ports["tcp"]]):
        status, out, err = run([program("fil-chat"), *options], b"hi\n")
        assert status == 0 and out.endswith(b"> hi\n"), (options, err)


@test
def the_chat_of_ncat_is_a_server_as_good_as_any():
    """A line client for any server that speaks in lines: nothing is sent that was
    not typed, and what comes is shown."""
    need("ncat")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ncat = Process(["ncat", "--listen", "--chat", "127.0.0.1", port])

    def connected():
        with contextlib.suppress(OSError):
            return tcp(port)
    with eventually(connected, "ncat to listen") as other:
        c = Process([program("fil-chat"), "127.0.0.1", port], stdin=PIPE)
        eventually(lambda: b"connected" in other.recv(4096), "ncat's notice")
        type_in(c, "salut\n")
        heard = b""
        while b"salut" not in heard:
            heard += other.recv(4096)
        assert re.search(rb"<user\d+> salut\r?\n", heard), heard
        other.sendall(b"bonjour\n")
        c.says(r"^<user\d+> bonjour$", "stdout")
        c.kill()
    ncat.kill()


# --- calls that fail --------------------------------------------------------------

@test
def interrupted_and_short_calls_change_no_byte():
    """A lost EINTR ends a session; a lost short count cuts a line."""
    s = chat()
    env, report = preload("recv=EINTR:every=2,recv=short:7,sendmsg=EINTR:every=3,"
                          "sendmsg=short:5,read=EINTR:every=2")
    text = "".join(f"message {n} à tous\n" for n in range(50))
    status, lines, err = script(s, text, "--nick", "pc3", env=env)
    assert (status, err) == (0, ""), (status, err)
    assert [line[6:] for line in lines[-50:]] == text.splitlines(), lines
    assert all(hits(report).values()), hits(report)


@test
def a_closed_standard_descriptor_is_not_the_sockets():
    """fil-chat <&- : the first socket would be descriptor 0, and what the server
    sends would be said again."""
    s = chat("--history", "0")
    for closed in (0, 1, 2):
        c = client(s, stdin=subprocess.DEVNULL, preexec_fn=lambda: os.close(closed))
        assert c.wait() == (1 if closed == 1 else 0), (closed, c.stderr)
        assert "> " not in c.stdout, c.stdout


@test
def an_output_that_is_full_is_an_error():
    """spec 00: exit 1, not a conversation that nobody can read."""
    s = chat()
    with open("/dev/full", "w") as full:
        done = subprocess.run([program("fil-chat"), "127.0.0.1", str(s.ports["tcp"])],
            input=b"", stdout=full, stderr=PIPE, timeout=harness.DEADLINE)
    assert done.returncode == 1 and b"write: " in done.stderr, done.stderr


if sys.argv[1:] == ["from elsewhere"]:
    alone(from_elsewhere, ELSEWHERE)
harness.main()
