#!/usr/bin/env python3
"""talk_hostile.py - a session of fil-mixed with a server that is broken, hostile,
or gone."""
import contextlib, os, pathlib, pty, re, socket, struct, subprocess, time

import harness
from fake import PIPE, Fake, leave, said, sent, session, shows, type_in
from faultrules import hits, preload
from harness import program, test


# --- what is sent -----------------------------------------------------------------

@test
def a_server_that_sends_byte_by_byte_is_understood():
    """TCP keeps no message boundaries; and between two bytes nothing waits."""
    client, server = session()
    for byte in '{"event":"message","from":"pc4","text":"à"}\r\n'.encode():
        server.send(bytes([byte]))
    shows(client, "pc4: à")
    leave(client, server)


@test
def a_line_without_end_is_left_out_and_uses_no_memory():
    """A hostile server: 64 MiB without a newline.  The session goes on."""
    client, server = session()
    for _ in range(64):
        server.send(b"x" * (1 << 20))
    server.send(b"\n")
    server.message("encore là")
    shows(client, "! " + said("the server sent a line of more than %d bytes; it is "
                              "left out").replace("%d", "65536"), "pc4: encore là")
    status = pathlib.Path(f"/proc/{client.pid}/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])
    assert peak < 300000, f"{peak} KiB (a sanitizer takes most of it)"
    leave(client, server)


@test
def the_longest_line_of_a_server_is_taken_and_one_byte_more_is_not():
    """65536 bytes with the newline: fil-protocol(7)."""
    client, server = session()
    frame = b'{"event":"message","from":"pc4","text":"%s"}\n'
    for size in (65536, 65537):
        server.send(frame % (b"x" * (size - len(frame) + 2)))
    server.message("fin")
    client.says("^pc4: fin$", "stdout")
    first, second, last = client.stdout.splitlines()
    assert first == "pc4: " + "x" * (65536 - len(frame) + 2), len(first)
    assert second.startswith("! ") and "65536" in second, second
    leave(client, server)


@test
def a_line_that_is_no_message_is_told_and_ends_nothing():
    """Not JSON, not UTF-8, no object, too deep: hostile or broken."""
    client, server = session()
    wrong = (b"hello", b'{"event":"message","text":"\xff"}', b"[1]", b'"x"',
             b"[" * 1000, b'{"a":1,"a":2}', b'{"event":"x\\u0000"}')
    for line in wrong:
        server.send(line + b"\n")
    server.message("encore là")
    client.says("^pc4: encore là$", "stdout")
    lines = client.stdout.splitlines()
    assert len(lines) == len(wrong) + 1, lines
    assert all(line.startswith("! ") for line in lines[:-1]), lines
    leave(client, server)


EVIL = "\x1b]0;owned\x07\u202eok\x9b2J\u2028"


@test
def what_the_server_sends_is_exact_in_a_pipe_and_harmless_on_a_terminal():
    """spec 00.  Names, codes and texts alike; and a line end in a text never
    makes two lines of one, which would forge the second."""
    forged = "a\npc5: forged\r"
    client, server = session("--color", "never")
    server.message(EVIL + forged, **{"from": EVIL})
    shows(client, f"{EVIL}: {EVIL}" + "a\\npc5: forged\\r")
    leave(client, server)

    master, slave = pty.openpty()
    server = Fake()
    client = subprocess.Popen([program("fil-mixed"), "--protocol", "--plain", "--port",
        str(server.port), "127.0.0.1"], stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True, env={**os.environ, "NO_COLOR": "1"})
    os.close(slave)
    server.greet()
    server.message(EVIL + forged, **{"from": EVIL})
    seen = b""
    while b"forged\\r\r\n" not in seen:
        seen += os.read(master, 4096)
    safe = "\\x1b]0;owned\\x07\\u202eok\\x9b2J\\u2028"
    assert seen.decode() == f"{safe}: {safe}" + "a\\npc5: forged\\r\r\n", seen
    os.write(master, b"\x04")			# Ctrl-D
    assert server.at_end()
    server.close()
    assert client.wait(harness.DEADLINE) == 0
    os.close(master)


@test
def a_very_long_text_is_shown_whole_and_its_characters_stay_whole():
    """Text is made safe piece by piece; a character must not fall between."""
    text = "é日" * 9000
    master, slave = pty.openpty()
    server = Fake()
    client = subprocess.Popen([program("fil-mixed"), "--protocol", "--plain", "--port",
        str(server.port), "127.0.0.1"], stdin=subprocess.DEVNULL, stdout=slave,
        stderr=slave, env={**os.environ, "NO_COLOR": "1"})
    os.close(slave)
    server.greet()
    assert server.at_end()
    server.message("x" + text)
    server.close()
    seen = b""
    with contextlib.suppress(OSError):		# EIO: nobody has the terminal any more
        while True:
            piece = os.read(master, 65536)
            seen += piece
            if not piece:
                break
    assert client.wait(harness.DEADLINE) == 0
    assert seen.decode() == f"pc4: x{text}\r\n", seen[-100:]
    os.close(master)


# --- the end --------------------------------------------------------------------

@test
def a_server_that_says_good_bye_is_understood():
    """The event bye is a server's last line: each reason has its sentence."""
    for reason, sentence in (
            ("stopping", said("the server is being stopped")),
            ("idle", "/ping"), ("line-too-long", ":"), ("too-many-attempts", ":"),
            ("never-heard", "never-heard")):
        client, server = session()
        server.bye(reason)
        server.close()
        assert client.wait() == 1, reason
        assert client.stdout.startswith("! ") and sentence in client.stdout, (
            reason, client.stdout)
        assert client.stderr == "", "one sentence is enough"


@test
def a_server_that_is_gone_is_told_whatever_the_client_was_doing():
    """Closed while nothing happens; reset while an answer is awaited; cut in
    the middle of a line.  Exit 1: a script must not take it for the end."""
    client, server = session()
    server.close()
    assert client.wait() == 1
    assert said("the server closed the connection") in client.stderr, client.stderr

    client, server = session()
    type_in(client, "salut\n")
    server.request("MESSAGE")
    server.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.close()
    assert client.wait() == 1 and "recv: " in client.stderr, client.stderr

    client, server = session()
    server.send(b'{"event":"message","from":"pc4","text":"coup')
    server.close()
    assert client.wait() == 1 and "coup" not in client.stdout
    assert said("the connection ended in the middle of a line: more may be missing") \
        in client.stderr, client.stderr


@test
def an_answer_that_does_not_come_ends_the_session():
    """--timeout: for the greeting, and for each request."""
    server = Fake()
    client = server.client("--timeout", "0.3")
    server.accept()
    assert client.wait() == 1 and "recv: " in client.stderr, client.stderr
    client, server = session("--timeout", "0.3")
    server.message("rien ne presse")
    time.sleep(0.6)			# without a question there is no deadline
    type_in(client, "salut\n")
    server.request("MESSAGE")
    for _ in range(10):			# events are no answer
        with contextlib.suppress(OSError):
            server.message("encore")
        time.sleep(0.1)
    assert client.wait() == 1 and "recv: " in client.stderr, client.stderr


# --- calls that fail ----------------------------------------------------------------

@test
def interrupted_and_short_calls_change_no_byte():
    """A lost EINTR ends a session; a lost short count cuts a request."""
    env, report = preload("recv=EINTR:every=2,recv=short:7,send=EINTR:every=3,"
                          "send=short:5,read=EINTR:every=2")
    client, server = session(env=env)
    for n in range(5):
        type_in(client, f"message {n} à tous\n")
        request = server.request("MESSAGE")
        assert request["text"] == f"message {n} à tous", request
        server.message(f"réponse {n}")
        server.ok(request, seq=n)
        client.says("^" + re.escape(sent(n)) + "$", "stdout")
    leave(client, server)
    assert client.stdout.count("pc4: réponse ") == 5, client.stdout
    assert all(hits(report).values()), hits(report)


@test
def a_call_that_fails_is_named_and_the_session_goes_on_if_it_can():
    """STYLE: a message names the primitive that failed.  Without UDP there is
    still TCP."""
    for rule, named in (("socket=EMFILE:after=1", "socket: "), ("bind=EACCES", "bind: "),
                        ("connect=ENETUNREACH:after=1", "connect: "),
                        ("getsockname=ENOBUFS", "getsockname: ")):
        env, report = preload(rule)
        client, server = session(env=env)
        type_in(client, "/subscribe\n/ping\n")
        server.ok(server.request("PING"), time="now")
        client.says("now", "stdout")
        assert f"{said('no UDP:')} " in client.stderr and named in client.stderr, (
            rule, client.stderr)
        leave(client, server, 1)
        assert all(hits(report).values()), hits(report)
    env, report = preload("getpeername=ENOTCONN")
    server = Fake()
    client = server.client(env=env)
    server.accept()
    assert client.wait() == 1 and "getpeername: " in client.stderr, client.stderr


@test
def a_disk_that_is_full_is_told_at_the_end():
    """fil-mixed ... > file: what is missing there must not be missed."""
    with open("/dev/full", "wb") as full:
        server = Fake()
        client = subprocess.Popen([program("fil-mixed"), "--protocol", "--port",
            str(server.port), "127.0.0.1"], stdin=subprocess.DEVNULL, stdout=full,
            stderr=PIPE)
        server.greet()
        server.message("perdu")
        assert server.at_end()
        server.close()
        _, err = client.communicate(timeout=harness.DEADLINE)
    assert client.returncode == 1 and b"write: " in err, err


harness.main()
