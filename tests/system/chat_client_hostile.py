#!/usr/bin/env python3
"""chat_client_hostile.py - fil-chat with a server that is broken, hostile, gone,
or back again."""
import contextlib, os, pathlib, re, socket, ssl, struct, time

import harness
from chatmembers import chat
from chattalk import Chat, Person, session
from fake import password_file, said, shows, type_in
from faultrules import hits, preload
from harness import test
from pki import pki


def ends(client, status=0):
    assert client.wait() == status, (status, client.stdout, client.stderr)


def is_left(server, client):
    """The client has closed its connection, and ends."""
    assert server.at_end()
    server.close()
    ends(client)


def leaves(client, server):
    """Nothing more is typed."""
    client.popen.stdin.close()
    is_left(server, client)


def reset(server):
    server.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.close()


def lost(why=".*"):
    """What a person reads then, as a regular expression."""
    text = re.escape(said("no connection: %s; trying again in %d s"))
    return "^fil-chat: " + text.replace("%s", why).replace("%d", r"\d+") + "$"


AGAIN = "^fil-chat: " + re.escape(said("connected again to %s")).replace("%s", ".*")
KEPT = "^fil-chat: " + re.escape(said("not connected: this line is kept, and sent as "
                                      "soon as there is a connection")) + "$"


def unheard(text):
    return "fil-chat: " + said("perhaps nobody heard: %s").replace("%s", text)


# --- what is sent -----------------------------------------------------------------

@test
def a_server_that_sends_byte_by_byte_is_understood():
    """TCP keeps no message boundaries; between two bytes nothing waits."""
    server = Chat()
    client = server.client()
    server.accept()
    for byte in "<pc4> à\r\n\r\n*** goodbye: quit\n".encode():
        server.send(bytes([byte]))
    leaves(client, server)
    shows(client, "<pc4> à", "", "*** goodbye: quit")


@test
def a_line_without_end_goes_through_a_pipe_whole_and_uses_no_memory():
    """64 MiB without a newline: a pipe gets what was received."""
    server = Chat()
    client = server.client()
    server.accept()
    for n in range(64):
        server.send(b"%02d" % n * (1 << 19))
    server.send(b"\nfin\r\n")
    client.says("^fin$", "stdout")
    status = pathlib.Path(f"/proc/{client.pid}/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])
    assert peak < 300000, f"{peak} KiB (a sanitizer takes most of it)"
    assert client.stdout == "".join(f"{n:02d}" * (1 << 19) for n in range(64)) + "\nfin\n"
    leaves(client, server)


@test
def a_line_without_end_is_left_out_on_a_terminal():
    """It would scroll away all that was said; and the next line is shown."""
    server = Chat()
    person = server.person()
    server.accept()
    server.send(b"x" * 16384 + b"\r\n" + b"z" * 16385 + b"\n" + b"y" * 40000 +
                b"\r\nfin\r\n")
    person.sees("^fin$")
    assert person.stdout.count("x") == 16384, "the end of a line does not count"
    assert "z" not in person.stdout
    told = said("the server sent a line of more than %d bytes; it is left out")
    assert told.replace("%d", "16384") in person.stdout, person.stdout[-200:]
    assert person.stdout.count("y") < 100, "none of it"
    person.leave()
    is_left(server, person)


@test
def what_a_line_holds_is_never_taken_for_the_beginning_of_another():
    """A piece of a long line is no line: "*** pc4 left" in it is somebody's
    text, and is not coloured as a notice."""
    server = Chat()
    client = server.client("--color", "always")
    server.accept()
    server.send(b"<pc4> " + b"x" * (16386 - 6) + b"*** pc4 left (quit)\r\n*** fin\r\n")
    client.says("fin", "stdout")
    assert client.stdout.endswith("x*** pc4 left (quit)\n\x1b[2m*** fin\x1b[0m\n")
    leaves(client, server)


@test
def wherever_a_long_line_is_cut_in_a_pipe_its_end_is_a_newline():
    """Between CR and LF, too; and a CR within it stays."""
    server = Chat()
    client = server.client()
    server.accept()
    wanted = ""
    for n in range(16380, 16390):
        for end in ("", "\rsuite", "\r"):
            server.send(b"x" * n + end.encode() + b"\r\n")
            wanted += "x" * n + end + "\n"
    server.send(b"fin\r\n")
    client.says("^fin$", "stdout")
    with open(client._out.name, newline="") as printed:
        assert printed.read() == wanted + "fin\n"
    leaves(client, server)


# --- servers that are stuck -------------------------------------------------------

@test
def a_server_that_reads_nothing_is_given_up():
    """--timeout: nothing taken and nothing said for so long."""
    server = Chat()
    server.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with open("/dev/zero", "rb") as zeros:
        text = zeros.read(1 << 24).replace(b"\0" * 1024, b"x" * 1000 + b"\n")
    status, _, err = harness.run([harness.program("fil-chat"), "--timeout", "0.5",
                                  "127.0.0.1", server.port], text)
    assert status == 1 and b"send: " in err, (status, err)


@test
def silence_counts_from_what_is_typed_and_not_from_what_came_before():
    """A client that was idle for longer than --timeout, and a socket that takes
    nothing at once."""
    env, report = preload("sendmsg=EAGAIN:times=2")
    server = Chat()
    client = server.client("--timeout", "1", env=env)
    server.greet()
    client.says("joined$", "stdout")
    idle = time.monotonic() + 1.5
    harness.eventually(lambda: time.monotonic() > idle, "the time to pass")
    type_in(client, "salut\n")
    server.hears("salut")
    leaves(client, server)
    assert hits(report)["sendmsg=EAGAIN"] == 2, hits(report)


@test
def a_server_that_does_not_end_is_given_up():
    """A script has told its end; the server neither ends nor says anything."""
    server = Chat()
    client = server.client("--timeout", "0.5")
    server.greet()
    type_in(client, "salut\n")
    client.popen.stdin.close()
    server.hears("salut")
    assert server.at_end()
    ends(client, 1)
    assert "recv: " in client.stderr, client.stderr
    assert client.stdout.endswith("*** guest1 joined\n"), client.stdout


@test
def a_person_does_not_wait_for_a_server_that_does_not_end():
    """Ctrl-D: 2 seconds at most, and 0."""
    server = Chat()
    person = server.person("--timeout", "0")
    server.greet()
    person.sees("joined$")
    person.leave()
    assert server.at_end()
    ends(person)


@test
def a_person_does_not_wait_for_a_room_that_never_stops():
    """Ctrl-D, and a server that takes no notice of it while others talk."""
    server = Chat()
    person = server.person()
    server.greet()
    person.sees("joined$")
    person.leave()
    assert server.at_end()

    def gone():
        with contextlib.suppress(OSError):
            server.tell("<pc4> et encore")
        return person.popen.poll() is not None
    harness.eventually(gone, "the person to be gone")
    ends(person)


@test
def a_person_waits_as_long_as_the_server_repeats_what_was_typed():
    """--line-rate: a pasted text, then Ctrl-D; what the server has not read yet
    would be lost with the connection."""
    s = chat("--line-rate", "5", "--history", "0")
    person = Person("127.0.0.1", s.ports["tcp"])
    person.sees("joined$")
    for n in range(45):			# a burst of 15, then 5 a second
        person.line(f"ligne {n}")
    person.leave()
    ends(person)
    assert "> ligne 44\n" in person.stdout, person.stdout


@test
def what_a_slow_server_says_is_waited_for():
    """The deadline is of silence, not of the whole."""
    server = Chat()
    client = server.client("--timeout", "5")
    server.greet()
    client.popen.stdin.close()
    assert server.at_end()
    for n in range(20):
        server.tell(f"<pc4> {n}")
        client.says(f"^<pc4> {n}$", "stdout")
    server.close()
    ends(client)


# --- the end ----------------------------------------------------------------------

@test
def an_end_that_nobody_asked_for_is_told_to_a_script():
    """Closed, reset, or in the middle of a line: exit 1, and what came is there."""
    client, server = session()
    server.close()
    ends(client, 1)
    assert said("the server closed the connection") in client.stderr, client.stderr

    client, server = session()
    client.says("joined$", "stdout")
    reset(server)
    ends(client, 1)
    assert "recv: " in client.stderr, client.stderr

    client, server = session()
    client.popen.stdin.close()
    assert server.at_end()
    server.send(b"<pc4> cou")
    server.close()
    ends(client, 1)
    assert client.stdout.endswith("<pc4> cou"), client.stdout
    assert said("the connection ended in the middle of a line: more may be missing") \
        in client.stderr, client.stderr


@test
def what_the_server_said_before_it_closed_is_shown():
    """A server that is full says so and closes; what was typed meets a reset,
    and the reason must not be lost with it."""
    server = Chat()
    client = server.client()
    server.accept()
    server.tell("*** the server is full: try again later")
    server.close()
    with contextlib.suppress(BrokenPipeError):	# it may have ended first
        os.write(client.popen.stdin.fileno(), b"un\n" * 1000)
    ends(client, 1)
    shows(client, "*** the server is full: try again later")


@test
def under_tls_an_end_without_close_notify_is_told():
    """RFC 8446 6.1: somebody on the way may have cut off what followed."""
    context = pki().context("good")
    context.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    for politely, status in ((True, 0), (False, 1)):
        client, server = session("--ca", pki()("ca"), context=context)
        type_in(client, "salut\n")
        client.popen.stdin.close()
        server.hears("salut")
        server.tell("<guest1> salut")
        assert server.at_end()
        if politely:
            server.close()
        else:
            server.lines.close()
            socket.socket(fileno=server.sock.detach()).close()
        ends(client, status)
        assert client.stdout.endswith("<guest1> salut\n")
        assert politely or "recv: " in client.stderr, client.stderr


@test
def under_tls_1_2_the_client_says_quit_and_the_server_ends_first():
    """RFC 5246 7.2.1: a close_notify would oblige the server to stop at once."""
    context = pki().context("good", ssl.TLSVersion.TLSv1_2)
    client, server = session("--ca", pki()("ca"), context=context)
    type_in(client, "salut")
    client.popen.stdin.close()
    server.hears("salut", "/quit")
    server.tell("<guest1> salut", "*** goodbye: quit")
    server.close()
    ends(client)
    assert client.stdout.endswith("<guest1> salut\n*** goodbye: quit\n"), client.stdout

    client, server = session("--ca", pki()("ca"), context=context)
    type_in(client, "/quit bye\n")		# and not once more
    server.hears("/quit bye")
    server.close()
    ends(client)


# --- the connection is lost, and comes back ------------------------------------------

def say(person, server, text, line):
    """A line that is typed, and repeated."""
    person.line(text)
    server.hears(text)
    server.tell(line)
    person.sees(f"^{re.escape(line)}$")


def away(person, server):
    """The server is gone, and its port stays its own.  Returns what brings it back."""
    listener, port = server.listener, server.port
    server.listener = None
    listener.close()
    server.close()
    person.sees(lost())

    def back():
        server.listener = socket.create_server(("127.0.0.1", port))
        server.listener.settimeout(harness.DEADLINE)
        return server
    return back


@test
def a_lost_connection_is_found_again_with_the_nick_and_the_room():
    """What was typed meanwhile is kept and sent once, after them; what had been
    repeated is not told as lost, what had not is, and is not sent again."""
    server = Chat()
    person = server.person("--nick", "pc3")
    server.greet()
    server.hears("/nick pc3")
    server.tell("*** guest1 is now known as pc3")
    say(person, server, "/join tp3", "*** pc3 joined")
    say(person, server, "un", "<pc3> un")
    say(person, server, "/me waves", "* pc3 waves")
    say(person, server, "/msg pc4 psst", "-pc3 -> pc4- psst")
    say(person, server, "/nick pc5", "*** pc3 is now known as pc5")
    person.line("deux")
    server.hears("deux")
    back = away(person, server)
    person.line("trois")
    person.sees(KEPT)
    person.line("/me attend")
    person.sees("(?s)" + lost() + ".*" + lost("[^\n]*connect: .*"))
    back().greet("guest7")
    person.sees(AGAIN)
    server.hears("/nick pc5", "/join tp3", "trois", "/me attend")
    told = [line for line in person.stdout.splitlines()
            if line.startswith(unheard("").rstrip())]
    assert told == [unheard("deux")], told
    server.tell("*** guest7 is now known as pc5", "<pc5> trois")
    person.sees("^<pc5> trois$")
    person.leave()
    assert server.at_end(), "and nothing twice"
    server.close()
    ends(person)


@test
def what_is_kept_is_said_in_the_room_that_it_was_typed_for():
    """A line, then /join, both without a connection: the line is not for the
    new room."""
    server = Chat()
    person = server.person()
    server.greet()
    say(person, server, "/join tp2", "*** guest1 joined")
    back = away(person, server)
    for line in ("ici", "/join tp3", "là"):
        person.line(line)
        person.sees(f"(?s)^{line}\n.*" + KEPT)
    back().greet("guest2")
    server.hears("/join tp2", "ici", "/join tp3", "là")
    person.leave()
    is_left(server, person)


@test
def a_connection_that_took_nothing_leaves_nothing_to_be_asked_twice():
    """A server that is full closes at once, again and again: /nick of each try
    must not wait for the one that is let in."""
    env, report = preload("sendmsg=ECONNRESET:after=1:times=1")
    server = Chat()
    person = server.person("--nick", "pc3", env=env)
    server.greet()
    server.hears("/nick pc3")
    for _ in range(2):
        server.close()
        server.greet()
    person.line("salut")
    server.hears("/nick pc3", "salut")
    assert all(hits(report).values()), hits(report)
    person.leave()
    is_left(server, person)


@test
def nobody_else_can_say_that_our_line_was_heard():
    """Only what the server repeats under our nick: pc9 says what pc3 has typed,
    and a private message of pc9 begins with "-> pc4- "."""
    server = Chat()
    person = server.person("--nick", "pc3")
    server.greet()
    server.hears("/nick pc3")
    server.tell("*** guest1 is now known as pc3")
    person.line("/msg pc4 psst")
    server.hears("/msg pc4 psst")
    server.tell("-pc9- -> pc4- psst", "<pc9> psst", "* pc9 psst", "*** fin")
    person.sees(r"^\*\*\* fin$")
    back = away(person, server)
    assert unheard("/msg pc4 psst") + "\n" in person.stdout, person.stdout
    back().greet("guest2")
    person.leave()
    server.hears("/nick pc3")
    is_left(server, person)


@test
def a_guest_stays_a_guest_and_the_lobby_is_not_asked_for():
    """The server gave that nick; it is reserved, and would be refused."""
    server = Chat()
    person = server.person()
    server.greet()
    person.sees("joined$")
    reset(server)
    server.greet("guest2")
    person.sees(AGAIN)
    person.line("salut")
    server.hears("salut")
    person.leave()
    is_left(server, person)


@test
def a_server_that_stops_may_come_back_and_one_that_has_enough_is_left():
    """*** goodbye: a restart is one thing, too many wrong passwords another."""
    server = Chat()
    person = server.person()
    server.greet()
    server.tell("*** goodbye: the server stops")
    server.close()
    server.greet("guest2")
    person.sees(AGAIN)
    server.tell("*** goodbye: too many wrong passwords")
    server.close()
    ends(person, 1)
    assert "too many wrong passwords" in person.stdout


@test
def who_was_idle_for_too_long_is_let_in_again():
    """--idle-timeout: it is no judgement; who types again has come back."""
    server = Chat()
    person = server.person()
    server.greet()
    server.tell("*** goodbye: idle for too long")
    server.close()
    server.greet("guest2")
    person.sees(AGAIN)
    person.leave()
    is_left(server, person)


@test
def who_leaves_while_there_is_no_connection_knows_what_was_not_sent():
    """Ctrl-D: 1, and how many lines; without any, 0.  /quit is none of them:
    nobody is there to be told."""
    for lines, status, way in ((["un", "deux"], 1, None), ([], 0, None),
                               (["un", "deux"], 1, "/quit"), ([], 0, "/quit bye")):
        server = Chat()
        person = server.person()
        server.greet()
        person.sees("joined$")
        server.listener.close()
        server.close()
        person.sees(lost())
        for line in lines:
            person.line(line)
            person.sees(f"(?s)^{line}\n.*" + KEPT)
        person.line(way) if way else person.leave()
        ends(person, status)
        told = said("not connected; lines that were typed and never sent: %zu")
        assert (told.replace("%zu", "2") in person.stdout) == bool(status), person.stdout


@test
def a_password_does_not_wait_for_a_connection():
    """It would be kept in memory, and sent to whoever answers then."""
    server = Chat()
    person = server.person()
    server.greet()
    person.sees("joined$")
    server.listener.close()
    server.close()
    person.sees(lost())
    person.line("/login prof")
    person.sees("^fil-chat: " + re.escape(said("not connected: log in later")))
    person.leave()
    ends(person)


@test
def whoever_answers_under_another_certificate_is_not_believed():
    """A lost connection is an attacker's chance: exit 3, no more tries."""
    server = Chat(pki().context("good"))
    person = server.person("--ca", pki()("ca"))
    server.greet()
    person.sees("joined$")
    server.context = pki().context("self-signed")
    server.close()
    try:
        server.accept()
    except (OSError, ssl.SSLError):
        pass
    ends(person, 3)
    assert said("not to be trusted:") in person.stdout, person.stdout


@test
def a_server_that_never_spoke_as_a_chat_is_not_tried_for_ever():
    """A port of something else, that closes at once: exit 1."""
    server = Chat()
    person = server.person()
    server.accept()
    server.send(b"220 ftp ready\r\n")
    server.close()
    ends(person, 1)
    assert "220 ftp ready" in person.stdout, person.stdout


@test
def a_server_that_asks_for_no_password_gets_none():
    """--timeout; an old server, or another one, would say it aloud."""
    with password_file("secret\n") as path:
        client, server = session("--timeout", "2", "--password-file", path)
        type_in(client, "/login prof\n")
        server.hears("/login prof")
        client.says(re.escape(said("the server asks for no password")))
        type_in(client, "salut\n")
        server.hears("salut")
        client.popen.stdin.close()
        assert server.at_end()
        server.close()
        ends(client)


harness.main()
