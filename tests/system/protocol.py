#!/usr/bin/env python3
"""protocol.py - fil-mixedd speaks the fil protocol as fil-protocol(7) says.

The client is filprotocol.py, which was written from that page alone."""
import contextlib, datetime, json, re, signal, socket, ssl, sys, threading, time

from filprotocol import Client, Subscription, encode
from harness import (BUILD, SOURCE, alone, eventually, in_namespace, main, need, run, tcp,
                     test, udp)
from protocolserver import (OTHER, PASSWORDS, TIME, ProtocolServer, code_of, folder,
                            padded, page, still_usable, write_users)

COMMANDS = {"HELLO", "LOGIN", "LOGOUT", "MESSAGE", "WHO", "SUBSCRIBE", "UNSUBSCRIBE",
            "PING"}


def told(event):
    """What an event says, without when."""
    return {key: value for key, value in event.items() if key != "time"}


def silent(sock, seconds=0.2):
    """Whether nothing comes."""
    sock.settimeout(seconds)
    try:
        return not sock.recv(65536)
    except TimeoutError:
        return True


def nothing_before(client, other, text="the end"):
    """The next event is this text of the other's: nothing came before it."""
    other.message(text)
    found = client.event()
    assert found["text"] == text, found


# --- the page -------------------------------------------------------------------

def shown_session():
    """The page's session, as (who, direction, object) in its order."""
    text = page().split(".Ss A session\n")[1].split("\n.Sh ")[0]
    for block in re.findall(r"^\.Bd -literal\n(.*?)^\.Ed$", text, re.M | re.S):
        for line in re.sub(r"\n {6}", "", block).splitlines():
            who, way, said = re.fullmatch(r" *(\w+)([<>]) (.*)", line).groups()
            yield who, way, said


class Replay:
    """The page's session with a real server: tokens, port, passwords and times
    are its own."""

    def __init__(self, server):
        self.clients = {name: server.connect() for name in ("pc3", "pc4")}
        self.a = server.datagrams(None)
        self.b = Subscription(server.udp_address)
        self.words = {}
        self.user = None

    def send(self, who, said):
        said = said.replace('"password":"..."', '"password":"%s"' % PASSWORDS.get(who))
        for shown, real in self.words.items():
            said = said.replace(shown, real)
        said = said.replace("40000", str(self.b.port))
        if who == "a":
            self.a.sock.settimeout(10)
            self.a.sock.send(said.encode())
        else:
            self.clients[who].send(said.encode() + b"\n")

    def hear(self, who, shown):
        if who == "a":
            found = json.loads(self.a.sock.recv(65536))
        elif who == "b":
            found = self.b.event()
        else:
            found = self.clients[who].read_object()
        if "token" in shown:
            self.words[shown["token"]] = found["token"]
            found["token"] = shown["token"]
        if "port" in shown:
            found["port"] = {self.b.port: shown["port"]}[found["port"]]
        if "time" in shown:
            assert TIME.fullmatch(found["time"]) and TIME.fullmatch(shown["time"])
            found["time"] = shown["time"]
        assert found == shown, (who, found, shown)


@test
def the_session_of_the_manual_page_is_what_happens():
    """fil-protocol(7), EXAMPLES.  Who writes a client compares with it, byte by
    byte; an example that is wrong costs an evening."""
    replay = Replay(ProtocolServer())
    steps = list(shown_session())
    assert len(steps) > 20, steps
    for who, way, said in steps:
        if way == ">":
            replay.send(who, said)
        else:
            replay.hear(who, json.loads(said))


@test
def the_page_has_every_code_of_the_sources_and_no_other():
    """A code that is not in the page is one that no client handles."""
    source = (SOURCE / "src" / "proto" / "message.c").read_text("utf-8")
    codes = set(re.findall(r'\[MESSAGE_\w+\] = \{ "([\w-]+)"', source)) - {"ok"}
    section = page().split(".Ss Codes\n")[1].split("\n.Ss ")[0]
    shown = re.findall(r"^\.It Ql (\S+)$", section, re.M)
    assert len(codes) > 10 and shown == sorted(codes), set(shown) ^ codes
    mentioned = set(re.findall(r"Ql ([a-z]+(?:-[a-z]+)+)", page()))
    assert mentioned <= codes, mentioned - codes


@test
def the_page_has_the_limits_of_the_sources():
    """A client that trusts the page must not be refused."""
    header = (SOURCE / "src" / "proto" / "message.h").read_text("utf-8")
    shown = dict(re.findall(r"^\.It (.*) Ta (\d+)$", page(), re.M))
    for name, row in (("MESSAGE_LINE_MAX", "bytes of a request, without its end"),
                      ("MESSAGE_TEXT_MAX", "bytes of a text of Cm MESSAGE"),
                      ("MESSAGE_ID_MAX", "bytes of a string Ql id")):
        value = re.search(rf"^#define {name}\s+(\d+)", header, re.M)[1]
        assert shown[row] == value, (name, shown)


# --- HELLO, PING, and the form of requests ----------------------------------------

@test
def hello_tells_the_limits_and_the_commands():
    """fil-protocol(7), HELLO: a client learns what it may send."""
    s = ProtocolServer(tls=True)
    version = re.search(r'^#define PACKAGE_VERSION "(.*)"$',
                        (BUILD / "config.h").read_text(), re.M)[1]
    for tls in (False, True):
        with s.connect(tls=tls) as c:
            reply = c.hello()
            assert set(reply.pop("commands")) == COMMANDS
            assert reply == {"id": 1, "status": "ok", "server": "fil-mixedd",
                             "version": version, "max_line": 8192, "max_text": 4096,
                             "encrypted": tls}, reply


@test
def every_command_before_login_is_done_or_says_not_logged_in():
    """fil-protocol(7), Commands.  Never silence, never a wrong word."""
    with ProtocolServer().connect() as c:
        for command in COMMANDS - {"LOGIN", "MESSAGE", "WHO", "SUBSCRIBE"}:
            assert code_of(c, command) == "ok", command
        for command, members in (("MESSAGE", {"text": "salut"}), ("WHO", {}),
                                 ("SUBSCRIBE", {"port": 40000})):
            assert code_of(c, command, **members) == "not-logged-in", command
        still_usable(c)


@test
def an_unknown_command_is_told_never_passed_over():
    """Also one in small letters, with a blank, and the empty one."""
    with ProtocolServer().connect() as c:
        for command in ("NICK", "message", "PING ", "", "HELLO\u0301", "x" * 4000):
            assert code_of(c, command) == "unknown-command", command
        still_usable(c)


@test
def ping_tells_the_time_of_the_server():
    """RFC 3339, UTC, three decimals: 2026-11-21T18:00:00.123Z."""
    s = ProtocolServer()
    with s.connect() as c:
        before = datetime.datetime.now(datetime.timezone.utc)
        said = c.ping()
        after = datetime.datetime.now(datetime.timezone.utc)
        assert TIME.fullmatch(said), said
        then = datetime.datetime.fromisoformat(said.replace("Z", "+00:00"))
        slack = datetime.timedelta(milliseconds=2)
        assert before - slack <= then <= after, (before, said, after)


@test
def the_id_of_a_request_comes_back_as_it_was():
    """An integer or a string of at most 64 bytes; without one, null."""
    with ProtocolServer().connect() as c:
        for number in (0, -1, 7, 2**63 - 1, -2**63, "", "a", "é" * 32, 'a"\\/\t\u2028',
                       "\u0001" * 64, None):
            c.send(encode({"command": "PING", "id": number}) + b"\n")
            reply = c.reply()
            assert reply["id"] == number and reply["status"] == "ok", reply
        c.send(b'{"command":"PING"}\n')
        assert c.reply()["id"] is None


@test
def another_id_is_a_bad_request_without_one():
    """An id that cannot be sent back must not be believed to have been read."""
    with ProtocolServer().connect() as c:
        for wrong in ("1.0", "1e2", "true", "[1]", "{}", '"' + "x" * 65 + '"',
                      '"' + "é" * 33 + '"', str(2**63)):
            c.send(b'{"id":%s,"command":"PING"}\n' % wrong.encode())
            reply = c.reply()
            assert (reply["id"], reply["code"]) == (None, "bad-request"), (wrong, reply)
        still_usable(c)


@test
def a_needed_member_that_is_missing_or_of_another_type_is_a_bad_request():
    """With the id, so that the client knows which request it was.  "to": null
    must not send a private message to everybody."""
    s = ProtocolServer()
    with s.connect() as stranger, s.session("pc3") as c, s.session("pc4") as witness:
        for members in ({}, {"user": "pc3"}, {"password": "x"},
                        {"user": 3, "password": "x"}, {"user": "pc3", "password": None},
                        {"user": ["pc3"], "password": "x"}):
            assert code_of(stranger, "LOGIN", **members) == "bad-request", members
        for members in ({}, {"text": None}, {"text": 1}, {"text": ["a"]},
                        {"text": "a", "to": None}, {"text": "a", "to": 4},
                        {"text": "a", "to": ["pc4"]}, {"text": "a", "to": True}):
            assert code_of(c, "MESSAGE", **members) == "bad-request", members
        for members in ({}, {"port": "40000"}, {"port": 40000.0}, {"port": None},
                        {"port": True}, {"port": [40000]}):
            assert code_of(c, "SUBSCRIBE", **members) == "bad-request", members
        for command in (None, 7, True, ["PING"], {"PING": 1}, 1.5):
            assert code_of(c, command) == "bad-request", command
        c.send(b'{"id":"no command"}\n')
        assert c.reply()["code"] == "bad-request"
        nothing_before(witness, c)


@test
def unknown_members_are_ignored():
    """A client of a later version must be understood."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b:
        a.do("MESSAGE", text="salut", color="red", deep=[[{"a": None}]], token=7)
        assert b.event()["text"] == "salut"


# --- sessions -------------------------------------------------------------------

@test
def login_gives_a_token_of_128_bits_and_each_session_another():
    """fil-protocol(7), LOGIN.  Who can guess a token speaks for its user."""
    s = ProtocolServer()
    tokens = set()
    for _ in range(5):
        with s.connect() as c:
            reply = c.login("pc3", PASSWORDS["pc3"])
            assert reply["user"] == "pc3", reply
            assert re.fullmatch(r"[0-9a-f]{32}", reply["token"]), reply
            tokens.add(reply["token"])
            c.logout()
            tokens.add(c.login("pc4", PASSWORDS["pc4"])["token"])
    assert len(tokens) == 10, tokens
    assert len({t[:4] for t in tokens}) > 5, "tokens begin alike"


@test
def a_name_is_known_in_any_case_and_told_as_the_file_has_it():
    """Two spellings must not be two persons."""
    s = ProtocolServer()
    with s.connect() as c:
        for name in ("PC3", "Pc3"):
            assert c.login(name, PASSWORDS["pc3"])["user"] == "pc3"
            c.logout()
        assert c.login("ÉMILE", PASSWORDS["Émile"])["user"] == "Émile"
        with s.session("pc3") as a:
            seq = a.message("de quoi ?", to="émile")
            event = c.event()
            assert (event["from"], event["seq"]) == ("pc3", seq), event
            assert event["to"].casefold() == "émile", event


@test
def a_second_login_is_refused_and_logout_makes_room_for_one():
    """fil-protocol(7): already-logged-in; LOGOUT may be sent at any time."""
    s = ProtocolServer()
    with s.connect() as c:
        c.logout()
        c.login("pc3", PASSWORDS["pc3"])
        for user in ("pc3", "pc4"):
            assert code_of(c, "LOGIN", user=user,
                           password=PASSWORDS[user]) == "already-logged-in"
        assert [row["user"] for row in c.who()] == ["pc3"]
        c.logout()
        c.logout()
        assert code_of(c, "WHO") == "not-logged-in"
        c.login("pc4", PASSWORDS["pc4"])
        assert [row["user"] for row in c.who()] == ["pc4"]


@test
def without_a_users_file_login_says_what_is_missing():
    """spec 01: no-accounts; whoever tries it must learn what to start."""
    with ProtocolServer(users=None).connect() as c:
        reply = c.ask("LOGIN", user="pc3", password="x")
        assert reply["code"] == "no-accounts", reply
        assert "--users" in reply["text"] and "--demo" in reply["text"], reply
        still_usable(c)


@test
def a_users_file_that_cannot_be_used_is_refused_at_the_start():
    """Exit 1, and the file is named; with a mistake in it the line too."""
    users = folder() / "broken"
    argv = [BUILD / "src" / "fil-mixedd", "--port", "0", "--no-udp", "--bind",
            "127.0.0.1", "--users", users]
    status, out, err = run(argv)
    assert (status, out) == (1, b"") and str(users).encode() in err, err
    write_users(users, {"pc3": ("$6$",), "pc4": "x"})
    status, out, err = run(argv)
    assert (status, out) == (1, b"") and f"{users}:3".encode() in err, err


@test
def who_has_a_row_for_each_session_in_order_of_login():
    """fil-protocol(7), WHO: user, since, via; two sessions are two rows."""
    s = ProtocolServer(tls=True)
    with s.session("pc4", tls=True), s.session("pc3") as b, s.session("pc4"), \
            s.connect() as late:
        rows = b.who()
        assert [(r["user"], r["via"]) for r in rows] == [
            ("pc4", "tls"), ("pc3", "tcp"), ("pc4", "tcp")], rows
        assert all(set(r) == {"user", "since", "via"} and TIME.fullmatch(r["since"])
                   for r in rows), rows
        assert [r["since"] for r in rows] == sorted(r["since"] for r in rows)
        late.login("Émile", PASSWORDS["Émile"])
        b.logout()
        b.login("pc3", PASSWORDS["pc3"])
        assert [r["user"] for r in b.who()] == ["pc4", "pc4", "Émile", "pc3"]
    with s.session("pc3") as c:
        eventually(lambda: len(c.who()) == 1, "the sessions that have left to be gone")


@test
def who_lists_300_rows_and_says_how_many_more():
    """fil-protocol(7): a reply fits into 65536 bytes, also with the longest names,
    which are of letters of 4 bytes."""
    names = {f"{'𐌰' * 21}{n:03}": "x" for n in range(303)}
    users = folder() / "many"
    write_users(users, names)
    s = ProtocolServer("-q", users=users)
    sessions = [s.session(name, "x") for name in names]
    reply = sessions[-1].do("WHO")
    assert [r["user"] for r in reply["users"]] == list(names)[:300]
    assert reply["more"] == 3, reply["more"]
    assert len(encode(reply)) < 65536
    for c in sessions[:3]:
        c.logout()
    assert "more" not in sessions[-1].do("WHO")


@test
def what_cannot_be_a_name_or_a_password_is_refused_as_a_wrong_one():
    """A hash that begins with ! is nobody's, and crypt(3) has a longest password;
    no name tells by another answer that it has, or cannot have, an account."""
    users = folder() / "locked"
    longest = "é" * 128		# openssl cuts after 256 bytes
    write_users(users, {"pc3": ("!",), "pc4": longest})
    s = ProtocolServer(users=users)
    for pair in ((("pc3", "!"), ("pc4", "")), (("pc4", longest + "x"), ("pc4", "x" * 7000)),
                 (("x" * 7000, "x"), ("", ""))):
        with s.connect() as c:
            for user, password in pair:
                assert code_of(c, "LOGIN", user=user, password=password) \
                    == "bad-credentials", (user, password)
            c.login("pc4", longest)


# --- messages -------------------------------------------------------------------

@test
def a_message_reaches_every_other_session_and_not_its_sender():
    """fil-protocol(7), MESSAGE and Events: the sender's other sessions, too."""
    s = ProtocolServer(tls=True)
    with s.session("pc3") as a, s.session("pc3", tls=True) as a2, \
            s.session("pc4") as b, s.connect() as stranger:
        seq = a.message("salut à tous")
        wanted = {"event": "message", "from": "pc3", "text": "salut à tous",
                  "via": "tcp", "seq": seq}
        for c in (a2, b):
            event = c.event()
            assert told(event) == wanted and TIME.fullmatch(event["time"]), event
        assert a2.message("par TLS") == seq + 1
        for c in (a, b):
            assert told(c.event()) == {**wanted, "via": "tls", "text": "par TLS",
                                       "seq": seq + 1}
        still_usable(stranger)
        assert not stranger.events, "a stranger has heard a message"


@test
def a_private_message_reaches_that_users_sessions_and_nobody_else():
    """fil-protocol(7): to, in any case; the event says to whom."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b, s.session("pc4") as b2, \
            s.session("Émile") as c:
        seq = a.message("entre nous", to="PC4")
        for member in (b, b2):
            event = member.event()
            assert event["to"].casefold() == "pc4", event
            assert (event["text"], event["from"], event["seq"]) == (
                "entre nous", "pc3", seq), event
        a.message("pour Émile", to="Émile")
        a.message("à tous")
        assert [c.event()["text"] for _ in range(2)] == ["pour Émile", "à tous"]
        assert [m.event()["text"] for m in (b, b2)] == ["à tous"] * 2


@test
def a_message_to_oneself_reaches_ones_other_sessions():
    """And is no error if there are none: one is logged in."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b:
        first = a.message("personne ?", to="pc3")
        with s.session("pc3") as a2:
            assert a.message("moi", to="pc3") == first + 1
            assert a2.event()["text"] == "moi"
        nothing_before(b, a)
        still_usable(a)
        assert not a.events, "the sender has heard itself"


@test
def a_message_to_nobody_is_refused():
    """no-such-user: no account, or one that is not logged in, or no more."""
    s = ProtocolServer()
    with s.session("pc3") as a:
        for name in ("pc4", "pc5", "", "pc3 ", "pc3\t", "x" * 4000):
            assert code_of(a, "MESSAGE", text="?", to=name) == "no-such-user", name
        with s.session("pc4") as b:
            a.message("ah", to="pc4")
            b.logout()
            assert code_of(a, "MESSAGE", text="?", to="pc4") == "no-such-user"
        still_usable(a)


@test
def the_sequence_grows_by_one_for_each_message_of_any_kind():
    """fil-protocol(7), Events: since the server's start; refused ones have none."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b, \
            s.datagrams(a.token) as d:
        seen = [a.message("1"), b.message("2", to="pc3")]
        code_of(a, "MESSAGE", text="")
        code_of(a, "MESSAGE", text="?", to="pc5")
        seen += [d.message("3"), b.message("4")]
        assert seen == [1, 2, 3, 4], seen


@test
def a_text_of_4096_bytes_is_taken_and_a_longer_one_refused():
    """Bytes of UTF-8, not characters, and before escaping."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b:
        for text in ("x" * 4096, "é" * 2048, "\U0001f9f5" * 1024, "x" * 4094 + "é",
                     '"\\' * 1900):
            a.message(text)
            assert b.event()["text"] == text
        for text in ("x" * 4097, "é" * 2048 + "x", "\U0001f9f5" * 1024 + "x"):
            assert code_of(a, "MESSAGE", text=text) == "text-too-long"
        nothing_before(b, a)


@test
def a_text_arrives_as_it_was_whatever_its_characters():
    """Escaped or raw: what is shown is what was typed."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b:
        for text in ("\t", " ", "é", "e\u0301", "\u2028", "\u202e", "\ufeff", "\uffff",
                     "\U0010ffff", '"', "\\", "/", "</script>", "{}", "\u00a0", "%s%n",
                     "\ud7ff\ue000"):
            a.message(text)
            assert b.event()["text"] == text, ascii(text)
            line = json.dumps({"id": 0, "command": "MESSAGE", "text": text})
            a.send(line.encode() + b"\n")
            assert a.reply()["status"] == "ok"
            assert b.event()["text"] == text, ascii(text)


@test
def an_empty_text_and_one_with_control_characters_are_refused():
    """C0 but tab, DEL, C1: they would move the cursor of a reader's terminal."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b:
        assert code_of(a, "MESSAGE", text="") == "bad-text"
        for code in [*range(1, 9), *range(10, 32), *range(127, 160)]:
            text = f"a{chr(code)}b"
            assert code_of(a, "MESSAGE", text=text) == "bad-text", hex(code)
        nothing_before(b, a)


@test
def after_logout_no_event_comes_any_more():
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b:
        b.logout()
        a.message("trop tard")
        still_usable(b)
        b.login("pc4", PASSWORDS["pc4"])
        nothing_before(b, a)


# --- UDP ------------------------------------------------------------------------

@test
def a_message_by_udp_reaches_the_members_over_tcp_and_tls():
    """Sheet A's two transports in one protocol: via says udp."""
    s = ProtocolServer(tls=True)
    with s.session("pc3", tls=True) as a, s.session("pc4") as b, \
            s.session("Émile", tls=True) as c, s.datagrams(a.token) as d:
        seq = d.message("par datagramme")
        for member in (b, c):
            assert told(member.event()) == {
                "event": "message", "from": "pc3", "text": "par datagramme",
                "via": "udp", "seq": seq}
        assert d.message("à toi", to="pc4") == seq + 1
        assert b.event()["to"] == "pc4"
        nothing_before(c, b)
        assert TIME.fullmatch(d.ping())
        still_usable(a)
        assert [e["from"] for e in a.events] == ["pc4"], a.events


@test
def a_datagram_is_answered_to_whoever_sent_it_with_its_id():
    """The token is the session, not the address; a newline does no harm."""
    s = ProtocolServer()
    with s.session("pc3") as a, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as d:
        d.settimeout(10)
        d.bind(("127.0.0.2", 0))
        for number in (7, "sept", None):
            for end in (b"", b"\n", b" \r\n"):
                d.sendto(encode({"command": "PING", "token": a.token, "id": number})
                         + end, s.udp_address)
                data, peer = d.recvfrom(65536)
                assert peer == s.udp_address and json.loads(data)["id"] == number, data
                assert json.loads(data)["status"] == "ok", data


@test
def other_commands_do_not_come_by_udp():
    """not-over-udp: above all no LOGIN, whose password anybody could read."""
    s = ProtocolServer()
    with s.session("pc3") as a, udp(s.ports["udp"]) as d:
        for command in COMMANDS - {"MESSAGE", "PING"}:
            for token in (a.token, "0" * 32):
                d.send(padded({"id": 5, "command": command, "token": token, "port": 40000,
                               "user": "pc3", "password": PASSWORDS["pc3"]}, 600))
                reply = json.loads(d.recv(65536))
                codes = ["not-over-udp"] + ["bad-token"] * (token != a.token)
                assert reply["id"] == 5 and reply["code"] in codes, (
                    command, token, reply)
        assert [row["user"] for row in a.who()] == ["pc3"]


@test
def a_token_is_good_as_long_as_its_session():
    """bad-token: missing, of another type, wrong, after LOGOUT, after the end."""
    s = ProtocolServer()
    with s.session("pc4") as b, udp(s.ports["udp"]) as d:
        def code(token, command="MESSAGE"):
            d.send(padded({"id": 1, "command": command, "text": "x",
                           **({} if token == "none" else {"token": token})}, 600))
            reply = json.loads(d.recv(65536))
            return reply.get("code", reply["status"])

        with s.session("pc3") as a:
            good = a.token
            assert code(good) == "ok"
            other = {True: "1", False: "0"}
            for token in ("none", "", "0" * 32, good[:31], good + "0", good + "g",
                          good[:31] + other[good[31] == "0"], "x" * 400,
                          other[good[0] == "0"] + good[1:], good[::-1]):
                assert code(token) == "bad-token", token
            for token in (None, 7, [good]):
                assert code(token) in ("bad-token", "bad-request"), token
            a.logout()
            assert code(good) == "bad-token"
            a.login("pc3", PASSWORDS["pc3"])
            assert code(good) == "bad-token"
            good = a.token
            assert code(good) == "ok"
        eventually(lambda: code(good, "PING") == "bad-token",
                   "the token to end with its session")
        assert [b.event()["text"] for _ in range(2)] == ["x", "x"]
        nothing_before(b, s.session("pc3"))


@test
def without_a_valid_token_the_answer_is_no_longer_than_the_request():
    """The address may be forged: a server that answers more than it was sent is
    a weapon (RFC 8085, 6).  From one byte to 600, each kind of mistake."""
    s = ProtocolServer("--udp-rate", "0")
    requests = ({"command": "PING"}, {"command": "MESSAGE", "text": "x", "token": "0" * 32},
                {"command": "LOGIN"}, {"command": "NO"}, {"id": [], "command": "PING"},
                {"id": "\u0001" * 40, "command": "PING"}, {})
    answered = 0
    with udp(s.ports["udp"]) as d, udp(s.ports["udp"]) as probe:
        def ask(data):
            """The answer, or None: a second socket tells when it would have come."""
            d.send(data)
            probe.send(b"plain")
            probe.recv(100)
            with contextlib.suppress(BlockingIOError):
                return d.recv(65536)

        d.setblocking(False)
        for request in requests:
            sizes = range(len(json.dumps(request)), 600, 7)
            for size in sizes:
                data = padded(request, size)
                answer = ask(data)
                if answer is not None:
                    answered += 1
                    assert len(answer) <= len(data), (data, answer)
                    assert json.loads(answer)["status"] == "error", answer
            assert answer is not None, f"600 bytes have room for an error: {request}"
        for size in range(1, 300):
            answer = ask(b"{" * size)
            assert answer is None or len(answer) <= size, (size, answer)
    assert answered > 100, answered


@test
def a_reply_by_udp_has_at_most_512_bytes():
    """fil-protocol(7), UDP: with the longest id, each byte of it escaped."""
    s = ProtocolServer()
    with s.session("pc3") as a, udp(s.ports["udp"]) as d:
        for number in ("\u0001" * 64, "\\" * 64, "é" * 32, -2**63):
            for command, members in (("PING", {}), ("MESSAGE", {"text": "x"}),
                                     ("MESSAGE", {"text": ""}), ("WHO", {}), ("NO", {}),
                                     ("MESSAGE", {"text": "x", "to": "nobody"})):
                d.send(encode({"id": number, "command": command, "token": a.token,
                               **members}))
                data = d.recv(65536)
                assert len(data) <= 512 and json.loads(data)["id"] == number, data


@test
def what_is_refused_over_tcp_is_refused_over_udp():
    """The same rules, the same codes; plain datagrams are answered as ever."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b, s.datagrams(a.token) as d:
        for members, code in (({"text": ""}, "bad-text"), ({"text": "a\x1bb"}, "bad-text"),
                              ({"text": "x" * 4097}, "text-too-long"),
                              ({"text": "x", "to": "nobody"}, "no-such-user"),
                              ({}, "bad-request"), ({"text": 7}, "bad-request"),
                              ({"text": "x", "to": None}, "bad-request")):
            assert d.ask("MESSAGE", **members)["code"] == code, members
        assert d.ask("PONG")["code"] in ("unknown-command", "not-over-udp")
        d.message("x" * 4096)
        assert b.event()["text"] == "x" * 4096
    with udp(s.ports["udp"]) as plain:
        plain.send(b"salut")
        assert plain.recv(100) == "Message reçu via UDP".encode()


# --- SUBSCRIBE ------------------------------------------------------------------

@test
def events_also_come_by_udp_after_subscribe():
    """spec 01: in over TCP, out over UDP; the same event, without a newline,
    from the server's own UDP port."""
    s = ProtocolServer(tls=True)
    for tls in (False, True):
        with s.session("pc3") as a, s.session("pc4", tls=tls) as b, \
                Subscription(s.udp_address) as port:
            b.subscribe(port.port)
            a.message("salut")
            data, peer = port.sock.recvfrom(65536)
            assert peer == s.udp_address and not data.endswith(b"\n"), (peer, data)
            assert json.loads(data) == b.event()
            long = '"' * 3900
            a.message(long)
            assert port.event() == b.event()
            b.message("from the subscriber itself")
            assert silent(port.sock)


@test
def a_private_message_goes_to_its_users_subscription_only():
    """A copy to another's port would be a leak."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b, s.session("Émile") as c, \
            Subscription(s.udp_address) as of_b, Subscription(s.udp_address) as of_c:
        b.subscribe(of_b.port)
        c.subscribe(of_c.port)
        a.message("secret", to="pc4")
        a.message("public")
        assert [of_b.event()["text"] for _ in range(2)] == ["secret", "public"]
        assert of_c.event()["text"] == "public"


@test
def a_second_subscription_replaces_the_first_and_unsubscribe_ends_it():
    """One port a session; UNSUBSCRIBE without one is well."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b, \
            Subscription(s.udp_address) as first, Subscription(s.udp_address) as second:
        b.unsubscribe()
        b.subscribe(first.port)
        b.subscribe(second.port)
        a.message("one")
        assert second.event()["text"] == "one" and silent(first.sock)
        b.unsubscribe()
        b.unsubscribe()
        a.message("two")
        assert silent(second.sock)
        assert [b.event()["text"] for _ in range(2)] == ["one", "two"]


@test
def a_subscription_ends_with_logout_and_with_the_connection():
    """Datagrams to a port that somebody else may have by then."""
    s = ProtocolServer()
    with s.session("pc3") as a, Subscription(s.udp_address) as port:
        with s.session("pc4") as b:
            b.subscribe(port.port)
            b.logout()
            b.login("pc4", PASSWORDS["pc4"])
            a.message("after logout")
            assert b.event()["text"] == "after logout" and silent(port.sock)
            b.subscribe(port.port)
            a.message("heard")
            port.sock.settimeout(10)
            assert port.event()["text"] == "heard"
        eventually(lambda: len(a.who()) == 1, "the session to end")
        a.message("after the end")
        assert silent(port.sock)


@test
def a_port_below_1024_or_beyond_65535_is_refused():
    """bad-port: no datagrams to services of the system."""
    s = ProtocolServer()
    with s.session("pc3") as c:
        for port in (-1, 0, 1, 53, 1023, 65536, 65536 + 40000, 2**31, 2**63 - 1, -2**63):
            assert code_of(c, "SUBSCRIBE", port=port) == "bad-port", port
        for port in (1024, 65535):
            assert c.do("SUBSCRIBE", port=port)["port"] == port
        c.unsubscribe()


@test
def a_server_without_udp_says_so():
    """no-udp: silence would be taken for loss."""
    s = ProtocolServer("--no-udp", lines=1)
    with s.session("pc3") as c:
        assert code_of(c, "SUBSCRIBE", port=40000) == "no-udp"
        still_usable(c)


@test
def events_leave_from_the_address_that_the_subscriber_connected_to():
    """A server on all addresses: a client drops what comes from elsewhere."""
    s = ProtocolServer("--bind", "0.0.0.0", "-4")
    with s.session("pc3") as a, Client(s.ports["tcp"], "127.0.0.2") as b, \
            Subscription(("127.0.0.2", s.ports["udp"]), "0.0.0.0") as port:
        b.login("pc4", PASSWORDS["pc4"])
        b.subscribe(port.port)
        a.message("d'où ?")
        assert port.event()["text"] == "d'où ?"


# --- plain mode, TLS --------------------------------------------------------------

@test
def the_first_byte_decides_for_the_whole_connection():
    """Sheet A's clients must work unchanged, whatever they send later."""
    s = ProtocolServer()
    answer = "Message reçu via TCP".encode()
    with tcp(s.ports["tcp"]) as plain:
        for text in (b"salut", b'{"command":"PING"}\n', b"{"):
            plain.sendall(text)
            assert plain.recv(1024) == answer, text
    for first in (b" ", b"\n", b"\xef\xbb\xbf", b"["):
        with tcp(s.ports["tcp"]) as plain:
            plain.sendall(first + b'{"command":"PING"}\n')
            assert plain.recv(1024) == answer, first
    with s.connect() as c:
        still_usable(c)
        c.send(b"salut\n")
        assert c.reply()["code"] == "bad-json"
        still_usable(c)


@test
def a_datagram_is_judged_by_its_own_first_byte():
    s = ProtocolServer()
    answer = "Message reçu via UDP".encode()
    with s.session("pc3") as a, udp(s.ports["udp"]) as d:
        ping = encode({"id": 1, "command": "PING", "token": a.token})
        for data, plain in ((ping, False), (b" " + ping, True), (b"salut", True),
                            (ping, False), (b"[]", True)):
            d.send(data)
            assert (d.recv(1024) == answer) == plain, data


def tls_context(s, *protocols, **versions):
    context = ssl.create_default_context(cafile=s.ca)
    if protocols:
        context.set_alpn_protocols(protocols)
    for name, value in versions.items():
        setattr(context, name, value)
    return context


@test
def tls_has_plain_mode_too():
    """spec 01: every chunk is answered "via TLS"."""
    s = ProtocolServer(tls=True)
    with tcp(s.ports["tls"]) as raw, \
            tls_context(s).wrap_socket(raw, server_hostname="localhost") as c:
        c.sendall(b"salut")
        assert c.recv(1024) == "Message reçu via TLS".encode()


@test
def alpn_is_fil_1_and_other_protocols_are_refused():
    """RFC 7301, 3.2: no_application_protocol.  A browser that was led here must
    not be understood by half (ALPACA)."""
    s = ProtocolServer(tls=True)
    for offered, chosen in (((), None), (("fil/1",), "fil/1"),
                            (("h2", "fil/1", "http/1.1"), "fil/1")):
        with tcp(s.ports["tls"]) as raw, tls_context(s, *offered).wrap_socket(
                raw, server_hostname="localhost") as c:
            assert c.selected_alpn_protocol() == chosen, (offered, chosen)
            c.sendall(b'{"command":"PING"}\n')
            assert json.loads(c.recv(1024))["status"] == "ok"
    for offered in (("h2", "http/1.1"), ("fil/2",)):
        with tcp(s.ports["tls"]) as raw:
            try:
                tls_context(s, *offered).wrap_socket(raw, server_hostname="localhost")
            except ssl.SSLError as error:
                assert "no application protocol" in str(error).lower().replace(
                    "_", " "), error
            else:
                raise AssertionError(f"{offered} was taken")


@test
def both_versions_of_tls_carry_a_session():
    """fil-protocol(7), TLS: 1.2 and 1.3, and the end is a close_notify."""
    s = ProtocolServer(tls=True)
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = tls_context(s, "fil/1", minimum_version=version,
                              maximum_version=version)
        with s.connect() as c, s.session("pc4") as witness:
            c.sock.close()
            c.sock = context.wrap_socket(tcp(s.ports["tls"]),
                                         server_hostname="localhost",
                                         suppress_ragged_eofs=False)
            c.login("pc3", PASSWORDS["pc3"])
            c.message("é" * 2048)
            assert witness.event()["via"] == "tls"
            witness.message("x" * 4096)
            assert c.event()["text"] == "x" * 4096


@test
def a_half_close_over_tls_1_3_still_gets_everything():
    """RFC 8446, 6.1: a close_notify ends one direction."""
    s = ProtocolServer(tls=True)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = tls_context(s, minimum_version=ssl.TLSVersion.TLSv1_3)
    peer = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    heard = b""
    with tcp(s.ports["tls"]) as sock:
        def until_done(step):
            while True:
                try:
                    done = step()
                    sock.sendall(outgoing.read())
                    return done
                except ssl.SSLWantReadError:
                    sock.sendall(outgoing.read())
                    incoming.write(sock.recv(65536))
        until_done(peer.do_handshake)
        peer.write(b'{"id":1,"command":"HELLO"}\n' * 100)
        with contextlib.suppress(ssl.SSLWantReadError):
            peer.unwrap()		# sends close_notify; the answer is still to come
        sock.sendall(outgoing.read())
        with contextlib.suppress(ssl.SSLZeroReturnError):
            while chunk := until_done(lambda: peer.read(65536)):
                heard += chunk
    assert heard.count(b"\n") == 100 and heard.endswith(b"\n"), heard[-200:]


# --- passwords --------------------------------------------------------------------

@test
def a_wrong_password_is_answered_after_a_second_and_the_third_ends_it():
    """spec 01.  The wait is that client's alone; an unknown user is told in the
    same words, after the same time."""
    s = ProtocolServer()
    with s.connect() as c, s.session("pc4") as other:
        took = []
        for user, code in (("pc3", "bad-credentials"), ("nobody", "bad-credentials"),
                           ("pc3", "too-many-attempts")):
            begin = time.monotonic()
            c.send(encode({"id": 1, "command": "LOGIN", "user": user,
                           "password": "wrong"}) + b"\n")
            slowest = 0.0
            while time.monotonic() - begin < 0.5:
                then = time.monotonic()
                other.ping()
                slowest = max(slowest, time.monotonic() - then)
            reply = c.reply()
            took.append(time.monotonic() - begin)
            assert reply["code"] == code, reply
            assert slowest < 0.7, f"a wrong password delays others by {slowest} s"
        assert all(1.0 <= t < 10.0 for t in took), took
        assert c.rest() == [{"event": "bye", "reason": "too-many-attempts"}]


@test
def a_right_password_after_two_wrong_ones_is_taken():
    s = ProtocolServer()
    with s.connect() as c:
        texts = {c.ask("LOGIN", user=user, password="wrong")["text"]
                 for user in ("pc3", "nobody")}
        assert len(texts) == 1, "the text tells who has an account"
        c.login("pc3", PASSWORDS["pc3"])


@test
def many_failures_from_one_address_close_it_out_and_no_other():
    """A throttle by address; never by account: that would let anybody lock it."""
    s = ProtocolServer()
    others = [s.connect() for _ in range(4)]

    def fail(client):
        for _ in range(3):
            client.ask("LOGIN", user="pc3", password="wrong")
    threads = [threading.Thread(target=fail, args=(c,)) for c in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with s.connect() as c:
        reply = c.ask("LOGIN", user="pc3", password=PASSWORDS["pc3"])
        assert reply["code"] == "too-many-attempts", reply
        assert c.rest() == [{"event": "bye", "reason": "too-many-attempts"}]
    with s.connect(source_address=("127.0.0.2", 0)) as elsewhere:
        elsewhere.login("pc3", PASSWORDS["pc3"])


@test
def neither_password_nor_token_is_ever_in_the_log():
    """spec 00: secrets are never logged.  Logs are read by many."""
    s = ProtocolServer("-v")
    secrets = [PASSWORDS["pc3"], "mauvais mot de passe"]
    with s.connect() as c:
        code_of(c, "LOGIN", user="pc3", password=secrets[1])
        c.login("pc3", PASSWORDS["pc3"])
        secrets.append(c.token)
        code_of(c, "LOGIN", user="pc3", password=PASSWORDS["pc3"])
        c.send(encode({"command": "LOGON", "password": secrets[1]}) + b"\n")
        c.reply()
        c.send(encode({"command": "LOGIN", "password": secrets[1]})[:-1] + b"\n")
        assert c.reply()["code"] == "bad-json"
        with s.datagrams(c.token) as d:
            d.message("visible")
            d.ask("LOGIN", user="pc3", password=PASSWORDS["pc3"])
        c.message("la fin")
    s.says("la fin")
    s.signal(signal.SIGUSR1)
    s.says("^UDP")
    s.stop()
    for secret in secrets:
        assert secret not in s.stderr + s.stdout, secret


def from_elsewhere():
    """In a namespace whose loopback interface has another address, too."""
    for options, code in (([], "tls-required"), (["--allow-plain-login"], "ok")):
        s = ProtocolServer("--bind", OTHER, *options, tls=True, lines=6)
        with Client(s.ports["tcp"], OTHER) as c, s.connect() as near, \
                Client(s.ports["tls"], OTHER, s.ca) as over_tls:
            said = code_of(c, "LOGIN", user="pc3", password=PASSWORDS["pc3"])
            assert said == code, (options, said)
            still_usable(c)
            near.login("pc3", PASSWORDS["pc3"])
            over_tls.login("pc3", PASSWORDS["pc3"])


@test
def a_password_in_the_clear_from_another_machine_is_refused():
    """tls-required, unless --allow-plain-login: it was read on the way.  The
    other machine is another address, in a network namespace."""
    need("certtool", "openssl")
    in_namespace("from elsewhere")


# --- the end ----------------------------------------------------------------------

@test
def sigterm_says_bye_to_every_session():
    """fil-protocol(7): the last line is the reason; the end is no accident."""
    s = ProtocolServer(tls=True)
    clients = [s.session("pc3"), s.session("pc4", tls=True), s.connect()]
    still_usable(clients[2])
    assert s.stop() == 0
    for c in clients:
        assert c.rest() == [{"event": "bye", "reason": "stopping"}]


@test
def an_idle_session_is_told_bye_and_ping_keeps_one():
    """--idle-timeout counts what the client sends, not what it hears."""
    s = ProtocolServer("--idle-timeout", "0.8")
    with s.session("pc3") as idle, s.session("pc4") as lively:
        begin = time.monotonic()
        while time.monotonic() - begin < 2.0:
            lively.message("es-tu là ?")
            time.sleep(0.1)
        said = idle.rest()
        assert said[-1] == {"event": "bye", "reason": "idle"}, said[-1]
        assert {e["text"] for e in said[:-1]} == {"es-tu là ?"}
        lively.ping()


@test
def the_users_file_is_read_again_under_a_hundred_sessions():
    """SIGHUP: nobody is dropped; the new password works, the old one not any
    more; who is logged in stays so, even if his account is gone."""
    users = folder() / "changing"
    accounts = {f"u{n}": "before" for n in range(100)}
    write_users(users, accounts)
    s = ProtocolServer("-v", users=users)
    sessions = [s.session(name, "before") for name in accounts]
    write_users(users, {**{name: "after" for name in list(accounts)[:99]}, "new": "x"})
    s.signal(signal.SIGHUP)
    s.says("SIGHUP")
    with s.connect() as c:
        eventually(lambda: code_of(c, "LOGIN", user="new", password="x") == "ok",
                   "the new account")
        c.logout()
        assert code_of(c, "LOGIN", user="u1", password="before") == "bad-credentials"
        c.login("u1", "after")
        seq = c.message("toujours là ?")
        for member in sessions:
            assert member.event()["seq"] == seq
        assert len(c.who()) == 101


@test
def a_users_file_that_became_wrong_is_reported_and_the_old_one_stays():
    """spec 00, SIGHUP: a slip of the editor must not lock everybody out."""
    users = folder() / "spoilt"
    write_users(users, {"pc3": "x"})
    s = ProtocolServer(users=users)
    for content in ("pc3\n", None):
        if content is None:
            users.unlink()
        else:
            users.write_text(content)
        before = s.stderr.count(str(users))
        s.signal(signal.SIGHUP)
        eventually(lambda: s.stderr.count(str(users)) > before, "the complaint")
        with s.connect() as c:
            c.login("pc3", "x")


@test
def a_client_beyond_the_limit_is_told_in_the_clear():
    """fil-protocol(7): the one thing that is no JSON; over TLS just the end."""
    s = ProtocolServer("--max-clients", "1", tls=True)
    with s.session("pc3") as first, tcp(s.ports["tcp"]) as second:
        assert second.recv(100) == "Serveur occupé".encode()
        assert second.recv(100) == b""
        with tcp(s.ports["tls"]) as third, contextlib.suppress(ConnectionError):
            assert third.recv(100) == b""
        still_usable(first)


if __name__ == "__main__":
    if sys.argv[1:] == ["from elsewhere"]:
        alone(from_elsewhere, OTHER)
    main()
