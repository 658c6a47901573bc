#!/usr/bin/env python3
"""talk.py - a session of fil-mixed, against a server that says what it likes.

Standard input and output are pipes here; prompt.py looks at a terminal's screen,
talk_hostile.py at what no honest server would send."""
import contextlib, json, os, pathlib, re, socket, subprocess, sys, tempfile, time

import harness
from fake import (PASSWORD, PIPE, TIME, TOKEN, Fake, answer_login, leave, logged_in,
                  password_file, said, sent, session, shows, type_in)
from harness import NotHere, eventually, need, program, run, test


# --- lines, verbs, replies ------------------------------------------------------

@test
def a_line_is_a_message_and_its_number_is_told():
    """spec 01: lines become MESSAGE.  Accents go as they are."""
    client, server = session()
    type_in(client, "salut à tous\n")
    request = server.request("MESSAGE")
    assert request["text"] == "salut à tous" and "to" not in request, request
    server.ok(request, seq=42)
    shows(client, sent(42))
    leave(client, server)


@test
def every_verb_is_the_command_that_the_page_says():
    """spec 01, fil-mixed: each verb, what it sends, and what is shown of the
    answer."""
    client, server = session()
    for typed, command, members, reply, shown in (
            ("/who", "WHO", {}, {"users": [
                {"user": "pc3", "since": "2026-11-21T18:00:00.123Z", "via": "tls"}]},
             "*   pc3  tls  2026-11-21T18:00:00.123Z"),
            ("/msg pc4 un  mot ", "MESSAGE", {"to": "pc4", "text": "un  mot "},
             {"seq": 7}, sent(7)),
            ("/ping", "PING", {}, {"time": "2026-11-21T18:00:00.123Z"},
             f"* {TIME} 2026-11-21T18:00:00.123Z"),
            ("/logout", "LOGOUT", {}, {}, "* " + said("logged out")),
            ("/unsubscribe", "UNSUBSCRIBE", {}, {},
             "* " + said("no more messages by UDP")),
            ("//who is this", "MESSAGE", {"text": "/who is this"}, {"seq": 8},
             sent(8))):
        type_in(client, typed + "\n")
        request = server.request(command)
        assert {k: v for k, v in request.items() if k not in ("id", "command")} == \
            members, (typed, request)
        server.ok(request, **reply)
        client.says("^" + re.escape(shown) + "$", "stdout")
    type_in(client, "/hello\n")
    server.ok(server.request("HELLO"), server="fake", version="9.9", max_line=8192,
              max_text=4096, encrypted=True, commands=["HELLO", "WHO"])
    client.says(r"^\* fake 9\.9.*8192.*4096.*" + said("encrypted") + ".* HELLO WHO$",
                "stdout")
    leave(client, server)


@test
def raw_sends_the_line_as_it_is_and_shows_the_answer_as_it_is():
    """spec 01: /raw JSON, so that every command and refusal can be tried."""
    for line, answer, status in (
            (b'{"command":"NONSENSE", "id":"mine"}',
             b'{"id":"mine","status":"error","code":"unknown-command","text":"no"}', 1),
            (b"{not json", b'{"id":null,"status":"error","code":"bad-json"}', 1),
            (b'{"command":"PING"}', b'{"id":null,"status":"ok"}', 0)):
        client, server = session()
        type_in(client, b"/raw " + line + b"\n")
        assert server.lines.readline() == line + b"\n"
        server.send(answer + b"\n")
        client.says("^" + re.escape("* " + answer.decode()) + "$", "stdout")
        leave(client, server, status)


@test
def raw_with_nothing_is_not_sent():
    """A server never answers a blank line: its answer would be waited for in vain."""
    client, server = session()
    type_in(client, "/raw  \t\n")
    client.says("^! ", "stdout")
    leave(client, server, 1)


@test
def one_request_at_a_time_each_answered_before_the_next():
    """A script's output is in the order of its input; and neither end can wait
    for the other to make room."""
    client, server = session("-q")
    type_in(client, "un\ndeux\n")
    first = server.request("MESSAGE")
    server.sock.settimeout(0.3)
    try:
        raise AssertionError(server.sock.recv(1))
    except TimeoutError:
        server.sock.settimeout(harness.DEADLINE)
    server.ok(first, seq=1)
    server.lines = server.sock.makefile("rb")	# which a time-out breaks
    second = server.request("MESSAGE")
    assert (first["text"], second["text"]) == ("un", "deux")
    assert first["id"] != second["id"]
    server.ok(second, seq=2)
    leave(client, server)
    assert client.stdout == "", "-q: what went as expected is not told"


@test
def help_lists_every_verb_of_the_manual_page_and_no_other():
    """/help is what a person sees first, the page what he reads at last."""
    client, server = session()
    type_in(client, "/help\n")
    client.says(r"^\* .*//", "stdout")
    listed = re.findall(r"^\* (/\w+)", client.stdout, re.M)
    page = (harness.SOURCE / "man/fil-mixed.1").read_text("utf-8")
    assert listed and listed == re.findall(r"^\.It Cm (/\w+)", page, re.M), listed
    leave(client, server)


@test
def what_cannot_be_sent_is_refused_here_and_the_limit_is_named():
    """A server would refuse it too, later and with less to say; and three lines
    that are too long close the connection."""
    client, server = session()
    for typed, reason in (
            (b"x" * 4097, "4096"), (b"x" * 20000, "8192"),
            (b"/raw " + b"x" * 8193, "8192"), (b'"' * 4096, "8192"),
            (b"a\x1bb", "UTF-8"), (b"\xff", "UTF-8"), (b"/msg pc4", "UTF-8"),
            (b"a\0b", "NUL"), (b"/nosuch", "/help"), (b"/who me", "/who"),
            (b"/login", "/login"), (b"/udp now", "/login")):
        before = len(client.stdout)
        type_in(client, typed + b"\n")
        told = eventually(lambda: client.stdout[before:].endswith("\n")
                          and client.stdout[before:], typed[:20])
        assert told.startswith("! ") and reason in told, (typed[:20], told)
    type_in(client, b"\n\nfin")			# and a last line that nothing ends
    client.popen.stdin.close()
    request = server.request("MESSAGE")
    assert request["text"] == "fin", "nothing of the others was sent"
    server.ok(request, seq=1)
    assert server.at_end()
    server.close()
    assert client.wait() == 1, "a script must know that something was refused"


@test
def a_text_at_the_limit_is_sent():
    """4096 bytes; also where JSON needs a backslash before half of them."""
    client, server = session("-q")
    for text in ("x" * 4096, "é" * 2048, '"x' * 2000):
        type_in(client, text + "\n")
        request = server.request("MESSAGE")
        assert request["text"] == text
        server.ok(request, seq=1)
    leave(client, server)


@test
def a_refusal_is_told_by_its_code_and_ends_nothing():
    """Codes are stable; what is said with them is for people: ours where we
    know what to do, the server's where we do not."""
    client, server = session()
    for code, text in (
            ("not-logged-in", said("log in first: /login USER")),
            ("no-such-user", said("nobody of that name is logged in: /who")),
            ("brand-new-code", "its own words")):
        type_in(client, "salut\n")
        server.error(server.request("MESSAGE"), code, "its own words")
        client.says("^" + re.escape(f"! {code}: {text}") + "$", "stdout")
    leave(client, server, 1)


@test
def the_end_of_input_waits_for_what_is_still_to_come():
    """A client that ends its side still gets its replies and what was queued."""
    client, server = session()
    type_in(client, "dernier mot")
    client.popen.stdin.close()
    request = server.request("MESSAGE")
    server.message("avant")
    server.ok(request, seq=3)
    assert server.at_end()
    server.message("après")
    server.close()
    assert client.wait() == 0, client.stderr
    shows(client, "pc4: avant", sent(3),
          "pc4: après")


@test
def quit_is_as_the_end_of_input():
    """/quit; what follows it is not sent."""
    client, server = session()
    type_in(client, "/quit\nnot this\n")
    assert server.at_end()
    server.close()
    assert client.wait() == 0 and client.stdout == "", client.stdout


@test
def a_server_that_does_not_end_is_left_after_a_moment():
    """Our end was told; a server that is stuck must not keep a script."""
    client, server = session()
    client.popen.stdin.close()
    assert client.wait() == 0
    assert said("the server did not close the connection within %d s").replace(
        "%d", "2") in client.stderr, client.stderr
    server.close()


@test
def standard_input_that_cannot_be_read_is_an_error():
    """fil-mixed < folder: not the end of the input."""
    with tempfile.TemporaryDirectory() as folder:
        place = os.open(folder, os.O_RDONLY)
        server = Fake()
        client = server.client(stdin=place)
        os.close(place)
        server.greet()
        assert server.at_end()
        server.close()
        assert client.wait() == 1 and "read: " in client.stderr, client.stderr


@test
def a_closed_standard_descriptor_is_not_the_sockets():
    """fil-mixed <&- : the first socket would be descriptor 0, and what the server
    sends would be read as typed; with >&- what is printed would go to it."""
    for closed in (0, 1, 2):
        server = Fake()
        client = server.client("-v", preexec_fn=lambda: os.close(closed))
        server.greet()
        server.message("salut")
        assert server.at_end(), "nothing but a greeting is for the server"
        server.close()
        assert client.wait() == (1 if closed == 1 else 0), (closed, client.stderr)


# --- events ---------------------------------------------------------------------

@test
def events_come_between_replies_and_ids_tell_them_apart():
    """spec 01: an event has no id, and may stand before the reply."""
    client, server = session()
    type_in(client, "/ping\n")
    request = server.request("PING")
    server.message("un")
    server.say(event="message", **{"from": "pc4", "to": "pc3", "text": "psst",
                                   "via": "tls", "seq": 2})
    server.say(id=request["id"] + 1000, status="ok", time="wrong")
    server.say(event="of-the-future", text="ignored")
    server.ok(request, time="right")
    server.ok(request, time="twice")
    privately = said("(privately)")
    nobody = "! " + said("the server answered what nobody asked")
    shows(client, "pc4: un", f"pc4 {privately}: psst", nobody,
          f"* {TIME} right", nobody)
    leave(client, server)


@test
def colours_are_for_those_who_want_them():
    """spec 00: --color, NO_COLOR, TERM=dumb; never in a pipe unless asked."""
    for options, colored in (((), False), (("--color", "always"), True),
                             (("--color", "never"), False)):
        client, server = session(*options, env={"NO_COLOR": ""})
        server.message("salut")
        client.says("salut", "stdout")
        assert ("\x1b[" in client.stdout) == colored, (options, client.stdout)
        leave(client, server)


# --- who is there ---------------------------------------------------------------

@test
def a_server_without_the_protocol_is_told_so_and_gets_no_password():
    """The first line asks what the server is; only then a password is sent.  A
    server of sheet A answers without a newline and stays: no wait for one."""
    for said_by_server, hint in (
            ("Message reçu via TCP".encode(), "Message reçu via TCP"),
            ("Serveur occupé".encode(), "Serveur occupé"),
            (b"220 ftp ready\r\n", "220 ftp ready"),
            (b"\x15\x03\x03\x00\x02\x02\x46", "--tls")):
        with password_file() as path:
            server = Fake()
            client = server.client("--login", "pc3", "--password-file", path)
            server.accept()
            assert server.request("HELLO")
            server.send(said_by_server)
            assert client.wait() == 1, client.stdout
            assert client.stdout.startswith("! ") and hint in client.stdout, client.stdout
            assert PASSWORD.encode() not in server.lines.read()
            server.close()


@test
def a_password_comes_from_a_file_or_a_descriptor_and_shows_nowhere():
    """spec 00: never on the command line, never in the log, -v or not."""
    with password_file() as path:
        for how in ("file", "fd"):
            descriptor = os.open(path, os.O_RDONLY)
            source = ("--password-file", path) if how == "file" else \
                ("--password-fd", descriptor)
            server = Fake()
            client = server.client("-v", "--login", "pc3", *source, stdin=PIPE,
                                   pass_fds=(descriptor,))
            os.close(descriptor)
            server.greet()
            request = server.request("LOGIN")
            assert (request["user"], request["password"]) == ("pc3", PASSWORD)
            arguments = pathlib.Path(f"/proc/{client.pid}/cmdline").read_bytes()
            assert PASSWORD.encode() not in arguments
            server.ok(request, user="PC3", token=TOKEN)
            client.says("^" + re.escape(f"* {said('logged in as')} PC3") + "$", "stdout")
            type_in(client, "/ping\n")
            server.ok(server.request("PING"), time="now")
            client.popen.stdin.close()
            assert server.at_end()
            server.close()
            assert client.wait() == 0, client.stderr
            assert '"command":"PING"' in client.stderr.replace(" ", ""), "-v tells"
            for secret in (PASSWORD, TOKEN):
                assert secret not in client.stdout + client.stderr, secret


@test
def a_refused_login_ends_the_program():
    """Everything that follows would be refused too; bad-credentials is a
    failure, of a script as of a person."""
    with password_file() as path:
        server = Fake()
        client = server.client("--login", "pc3", "--password-file", path, stdin=PIPE)
        server.greet()
        server.error(server.request("LOGIN"), "bad-credentials")
        assert server.at_end()
        server.close()
        assert client.wait() == 1
        assert said("wrong user or password") in client.stdout, client.stdout


@test
def without_a_password_there_is_no_login():
    """A file that others can read, an empty one, none at all: told, and
    nothing is sent."""
    with password_file(mode=0o644) as readable, password_file("") as empty:
        for source in (readable, empty, "/nonexistent"):
            server = Fake()
            client = server.client("--login", "pc3", "--password-file", source)
            server.greet()
            assert server.at_end()
            server.close()
            assert client.wait() == 1, source
            assert said("no password:") in client.stderr, client.stderr


@test
def a_session_may_log_in_later_and_out_again():
    """--protocol first, then /login USER: the password comes as the options
    say, a line of the descriptor each time."""
    secrets = os.pipe()
    os.write(secrets[1], b"first\nsecond\n")
    client, server = session("--password-fd", secrets[0], pass_fds=(secrets[0],))
    os.close(secrets[0])
    for password in ("first", "second"):
        type_in(client, "/login pc3\n")
        assert answer_login(server)["password"] == password
        type_in(client, "/logout\n")
        server.ok(server.request("LOGOUT"))
        client.says("^" + re.escape("* " + said("logged out")) + "$", "stdout")
    os.close(secrets[1])
    leave(client, server)


@test
def a_password_in_the_clear_to_another_machine_needs_tcp_said():
    """Anybody on the way reads it.  To this machine it may go; elsewhere only
    if --tcp was said, and with a warning.  In a network namespace of its own,
    with an address that is not loopback."""
    need("unshare", "ip", "sh")
    script = f"""
        ip link set lo up && ip link add name wire0 type veth peer name wire1 &&
        ip link set wire0 up && ip link set wire1 up &&
        ip address add 10.9.8.7/24 dev wire0 || exit 77
        exec {sys.executable} {__file__} --inside"""
    status, out, err = run(["unshare", "--user", "--map-root-user", "--net", "sh", "-c",
                            script])
    if status == 77 or b"unshare failed" in err:
        raise NotHere(f"no network namespace for this user: {err}")
    assert status == 0, (out, err)


def inside():
    """Run by the test above, where 10.9.8.7 is."""
    with password_file() as path:
        for options, sent in (((), False), (("--tcp",), True)):
            server = Fake(host="10.9.8.7")
            client = server.client("--login", "pc3", "--password-file", path, *options,
                                   host="10.9.8.7")
            server.greet()
            if sent:
                answer_login(server)
            assert server.at_end()
            server.close()
            assert client.wait() == (0 if sent else 1), (client.stdout, client.stderr)
            assert "--tls" in (client.stderr if sent else client.stdout)


@test
def options_that_do_not_go_together_are_a_usage_error():
    """spec 00: exit 2, before anything is sent."""
    for options in (("--login", "pc3", "--udp"), ("--login", ""), ("--protocol", "--udp"),
                    ("--protocol", "localhost", "salut"), ("--tcp", "--ca", "x"),
                    ("--tls", "--key", "x"), ("--tls", "--ca", "x", "--insecure"),
                    ("--login", "a\nb")):
        status, out, err = run([program("fil-mixed"), *options])
        assert (status, out) == (2, b"") and err.count(b"\n") == 2, (options, err)


# --- UDP --------------------------------------------------------------------------

@contextlib.contextmanager
def datagrams():
    """The server's UDP socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(harness.DEADLINE)
        yield sock, sock.getsockname()[1]


@test
def events_come_by_udp_and_are_marked():
    """spec 01: /subscribe; messages come in over TCP and go out over UDP, to
    the address of this connection.  A stranger's datagram is not one."""
    with datagrams() as (sock, port), logged_in("--udp-port", port) as (client, server), \
            datagrams() as (stranger, _):
        type_in(client, "/subscribe\n")
        request = server.request("SUBSCRIBE")
        me = ("127.0.0.1", request["port"])
        server.ok(request, port=request["port"])
        client.says(str(request["port"]), "stdout")
        stranger.sendto(b'{"event":"message","from":"mallory","text":"x"}', me)
        sock.sendto(b"not json", me)
        sock.sendto(b"", me)
        sock.sendto('{"event":"message","from":"pc4","text":"été"}'.encode(), me)
        client.says("^" + re.escape("[UDP] pc4: été") + "$", "stdout")
        assert "mallory" not in client.stdout, client.stdout
        server.message("par TCP")
        client.says("^pc4: par TCP$", "stdout")
        leave(client, server)


@test
def a_message_by_udp_carries_the_token_and_is_sent_once():
    """spec 01: /udp TEXT.  Repeated, it would be a second message: so it is
    not, and that is told."""
    with datagrams() as (sock, port), logged_in("--udp-port", port) as (client, server):
        type_in(client, "/udp bonjour\n")
        data, me = sock.recvfrom(9000)
        request = json.loads(data)
        assert (request["command"], request["token"], request["text"]) == \
            ("MESSAGE", TOKEN, "bonjour") and not data.endswith(b"\n"), request
        sock.sendto(json.dumps({"id": request["id"], "status": "ok", "seq": 5}).encode(),
                    me)
        client.says(re.escape(sent(5)), "stdout")
        type_in(client, "/udp perdu\n")
        assert b"perdu" in sock.recv(9000)
        begin = time.monotonic()
        server.message("pendant ce temps")
        client.says("^pc4: pendant ce temps$", "stdout")
        assert time.monotonic() - begin < 2, "events wait for the datagram"
        client.says("^! .*UDP", "stdout")
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            raise AssertionError(sock.recv(9000))
        leave(client, server, 1)


@test
def nobody_listening_on_the_udp_port_is_known_at_once():
    """A connected UDP socket is told by ICMP; the session goes on."""
    with datagrams() as (_, port):
        pass
    with logged_in("--udp-port", port) as (client, server):
        type_in(client, "/udp bonjour\n")
        begin = time.monotonic()
        client.says(f"127.0.0.1:{port}: recv: ")
        assert time.monotonic() - begin < 2
        type_in(client, "/ping\n")
        server.ok(server.request("PING"), time="now")
        client.says("now", "stdout")
        leave(client, server, 1)


if sys.argv[1:] == ["--inside"]:
    inside()
else:
    harness.main()
