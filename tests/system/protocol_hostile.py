#!/usr/bin/env python3
"""protocol_hostile.py - the fil protocol with clients that no page describes:
broken JSON, lines without an end, readers that stop, and crowds."""
import contextlib, json, random, select, socket, struct, threading, time

from faultrules import hits, preload
from filprotocol import Subscription, encode
from harness import eventually, main, tcp, test, udp
from protocolserver import (PASSWORDS, ProtocolServer, code_of, folder, grown,
                            resident_kib, still_usable, write_users)

LINE_MAX = 8192


def opened(server):
    """A connection that speaks the protocol already: the first byte was {."""
    client = server.connect()
    still_usable(client)
    return client


def refusals(client, cases):
    """Send each line; its reply must have this code (or one of several) and id,
    and a PING after it its own: exactly one reply a line, and a connection that
    goes on."""
    for line, codes, number in cases:
        client.send(line + b"\n")
        reply = client.reply()
        assert reply["id"] == number and reply.get("code", "ok") in codes.split(" or "), (
            reply, codes, line)
        still_usable(client)


def nested(depth, brackets="{}", **members):
    """A PING whose member "x" makes the object this deep."""
    inner = '{"a":' * (depth - 1) + "1" + "}" * (depth - 1) if brackets == "{}" \
        else "[" * (depth - 1) + "]" * (depth - 1)
    more = "".join(f',"{k}":{json.dumps(v)}' for k, v in members.items())
    return f'{{"command":"PING","x":{inner}{more}}}'.encode()


# --- JSON -----------------------------------------------------------------------

@test
def sixteen_levels_are_taken_and_more_are_refused():
    """fil-protocol(7): also 8000 of them, which a parser that recurses does not
    survive on a client thread's stack."""
    with opened(ProtocolServer()) as c:
        for brackets in ("{}", "[]"):
            refusals(c, [(nested(depth, brackets, id=5), code, 5) for depth, code in (
                (2, "ok"), (15, "ok"), (16, "ok"), (17, "bad-request"),
                (18, "bad-request"), (1000, "bad-request"))])
        both = "bad-json or bad-request"	# too deep, and without an end
        refusals(c, [
            (nested(8000 // 2, "[]", id=5), "bad-request", 5),
            (b'{"id":5,"command":"PING","x":' + b"[" * 8000 + b"}", both, None),
            (b"[" * 8000, both, None),
            (b"{" * 8192, both, None),
            (b'{"a":' * 1600, both, None),
            (b"[" * 4096 + b"]" * 4096, "bad-request", None),
            (b'{"x":"' + b"[{" * 4000 + b'","id":5,"command":"PING"}', "ok", 5)])


@test
def a_name_that_is_there_twice_is_refused():
    """Two parsers would believe two different ones: RFC 8259, 4."""
    with opened(ProtocolServer()) as c:
        refusals(c, [
            (b'{"id":1,"command":"PING","command":"PING"}', "bad-request", 1),
            (b'{"id":1,"command":"PING","command":"LOGOUT"}', "bad-request", 1),
            (b'{"id":1,"command":"PING","comm\\u0061nd":"PING"}', "bad-request", 1),
            (b'{"id":1,"command":"PING","x":{"a":1,"a":1}}', "bad-request", 1),
            (b'{"x":1,"x":1,"id":1,"command":"PING"}', "bad-request", 1),
            (b'{"id":1,"id":1,"command":"PING"}', "bad-request", None),
            (b'{"id":1,"id":2,"command":"PING"}', "bad-request", None),
            (b'{"id":1,"command":"PING","x":{"a":1},"y":{"a":1}}', "ok", 1)])


@test
def a_nul_is_refused_raw_and_escaped():
    """In C a text ends there: the rest would be hidden from every check."""
    with opened(ProtocolServer()) as c:
        refusals(c, [
            (b'{"id":1,"command":"PING"}\0', "bad-json", None),
            (b'\0{"id":1,"command":"PING"}', "bad-json", None),
            (b'{"id":1,"command":"PI\0NG"}', "bad-json", None),
            (b"\0" * 100, "bad-json", None),
            (b'{"id":1,"command":"PING\\u0000"}', "bad-request", 1),
            (b'{"id":1,"command":"PING","\\u0000":1}', "bad-request", 1),
            (b'{"id":1,"command":"PING","x":["\\u0000"]}', "bad-request", 1),
            (b'{"id":"a\\u0000b","command":"PING"}', "bad-request", None)])


@test
def half_a_surrogate_pair_is_not_utf8():
    """RFC 3629, 3: and neither is one in bytes of UTF-8 (CESU-8)."""
    with opened(ProtocolServer()) as c:
        cases = [(b'{"id":1,"command":"%s"}' % text, "bad-json", None) for text in (
            b"\\ud800", b"\\udfff", b"\\ud800x", b"\\ud800\\n", b"\\ud800\\ud800",
            b"\\udc00\\ud800", b"\\ud83e\\u0041", b"\xed\xa0\x80", b"\xed\xbf\xbf",
            b"\xed\xa0\xbe\xed\xb7\xb6")]
        refusals(c, cases)
        refusals(c, [('{"id":"\\ud83e\\uddf6","command":"PING"}'.encode(), "ok",
                      "\U0001f9f6")])


@test
def bytes_that_are_not_utf8_are_refused():
    """RFC 3629, 3 and 10: overlong forms, cut sequences, beyond U+10FFFF."""
    with opened(ProtocolServer()) as c:
        refusals(c, [(b'{"id":1,"command":"PING","x":"%s"}' % text, "bad-json", None)
                     for text in (b"\x80", b"\xff", b"\xfe", b"\xc0\x80", b"\xc1\xbf",
                                  b"\xe0\x80\xaf", b"\xc3", b"\xe2\x82", b"\xf0\x9f\xa7",
                                  b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80",
                                  "é".encode("latin-1"))])
        refusals(c, [(b'{"id":1,"command":"PING"}\xff', "bad-json", None)])


@test
def numbers_that_do_not_fit_are_refused_and_not_rounded():
    """An id that comes back as another number answers another request."""
    with opened(ProtocolServer()) as c:
        refusals(c, [(b'{"id":1,"command":"PING","x":%s}' % number.encode(), code, 1)
                     for number, code in (
            (str(2**63), "bad-request"), (str(-2**63 - 1), "bad-request"),
            ("9" * 8000, "bad-request"), ("1e400", "bad-request"),
            ("-1e400", "bad-request"), ("0." + "9" * 8000, "ok"), ("1e-400", "ok"),
            ("1e308", "ok"), (str(2**63 - 1), "ok"), ("-0", "ok"))])
        refusals(c, [(b'{"id":1,"command":"PING","x":%s}' % number, "bad-json", None)
                     for number in (b"01", b"+1", b"1.", b".5", b"0x10", b"NaN",
                                    b"Infinity", b"-Infinity", b"1e", b"--1", b"1_0",
                                    b"1,0", "١".encode())])


@test
def what_is_json_but_no_object_is_a_bad_request():
    """A line is an object: fil-protocol(7)."""
    with opened(ProtocolServer()) as c:
        refusals(c, [(line, "bad-request", None) for line in (
            b"[]", b'["PING"]', b'[{"id":1,"command":"PING"}]', b'"PING"', b"1", b"-1.5e3",
            b"true", b"false", b"null", b" null ", b'""')])
        refusals(c, [(b"{}", "bad-request", None), (b'{"id":1}', "bad-request", 1)])


@test
def what_is_not_json_is_told_and_costs_nothing_else():
    """A byte order mark on the second line, comments, two objects, cut ones."""
    with opened(ProtocolServer()) as c:
        ping = b'{"id":1,"command":"PING"}'
        refusals(c, [(line, "bad-json", None) for line in (
            b"\xef\xbb\xbf" + ping, b"PING", b"{", b"}", b"{]", ping[:-1], ping + b"}",
            ping + ping, ping + b",", ping + b"//", b"/**/" + ping, b"{'id':1}",
            b'{id:1}', b'{"id":1,}', b'{"id" 1}', b'{"id":}', b'{1:1}', b'{"a":1 "b":2}',
            b'{"x":"\t"}', b'{"x":"\x01"}', b'{"x":"\\x41"}', b'{"x":"\\u12"}',
            b'{"x":"\\', b'{"x":tru}', b'{"x":TRUE}', b'{"x":undefined}', b'{"x":[1,]}',
            b"\x0c" + ping, b"\xc2\xa0" + ping, b"GET / HTTP/1.1",
            b"\x16\x03\x01\x02\x00\x01")])
        refusals(c, [(b" \t" + ping + b" \t", "ok", 1)])


# --- lines ----------------------------------------------------------------------

@test
def empty_lines_are_passed_over_and_crlf_ends_a_line_too():
    """fil-protocol(7), Lines: no reply to an empty line, and none too many."""
    with opened(ProtocolServer()) as c:
        c.send(b'\n\r\n\n\n{"id":1,"command":"PING"}\r\n\r\n{"id":2,"command":"PING"}\n')
        assert [c.reply()["id"] for _ in range(2)] == [1, 2]
        c.send(b'\n' * 100000)
        c.send(b'{"id":"a\rb","command":"PING"}\n')
        assert c.reply()["code"] == "bad-json"
        assert [o for o in c.end() if "status" in o] == []


@test
def a_request_that_comes_byte_by_byte_is_one_request():
    """TCP keeps no boundaries, also not those of a character."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b:
        line = encode({"id": 7, "command": "MESSAGE", "text": "\U0001f9f5 à l'octet"})
        for n in range(len(line)):
            a.send(line[n:n + 1])
            if n % 10 == 0:
                still_usable(b)
        a.send(b"\n")
        assert a.reply()["id"] == 7
        assert b.event()["text"] == "\U0001f9f5 à l'octet"


@test
def many_requests_in_one_segment_get_their_replies_in_order():
    """A client may send before it reads: one reply each, none overtakes."""
    s = ProtocolServer()
    with s.session("pc3") as a, s.session("pc4") as b:
        requests = []
        for n in range(0, 1000, 4):
            requests += [{"id": n, "command": "PING"},
                         {"id": n + 1, "command": "MESSAGE", "text": str(n)},
                         {"id": n + 2, "command": "NO"}, {"id": n + 3, "command": "WHO"}]
        a.send(b"".join(encode(r) + b"\n" for r in requests))
        replies = [a.reply() for _ in requests]
        assert [r["id"] for r in replies] == list(range(1000))
        assert [r.get("code", "ok") for r in replies] == [
            "ok", "ok", "unknown-command", "ok"] * 250
        assert [b.event()["text"] for _ in range(250)] == [
            str(n) for n in range(0, 1000, 4)]


@test
def a_line_of_8192_bytes_is_taken_and_one_of_8193_is_not():
    """Without the line end; the CR of a CRLF is part of the end."""
    s = ProtocolServer()
    for end in (b"\n", b"\r\n"):
        with opened(s) as c:
            line = encode({"id": 1, "command": "PING", "x": ""})
            fits = line[:-2] + b"x" * (LINE_MAX - len(line)) + line[-2:]
            c.send(fits + end)
            assert c.reply()["status"] == "ok"
            c.send(b" " + fits + end)
            reply = c.reply()
            assert (reply["id"], reply["code"]) == (None, "line-too-long"), reply
            c.send(fits + end)
            assert c.reply()["status"] == "ok"
    with s.connect() as c:		# also as the very first line
        c.send(b" ".join([fits[:-1], b"}"]) + b"\n")
        assert c.reply()["code"] == "line-too-long"
        still_usable(c)


@test
def the_third_line_that_is_too_long_ends_the_connection():
    """fil-protocol(7): reply, bye, end.  A line without end costs no memory."""
    s = ProtocolServer()
    with opened(s) as c:
        for size in (LINE_MAX + 1, 20 * LINE_MAX):
            c.send(b"{" + b"x" * size + b'\n{"id":1,"command":"PING"}\n')
            assert c.reply()["code"] == "line-too-long"
            assert c.reply()["status"] == "ok"
        before = resident_kib(s.pid)
        sent, block = 0, b"x" * 65536
        while sent < 32 << 20:
            c.send(block)
            sent += len(block)
        assert grown(s.pid, before) < 4096, "a line without end takes memory"
        c.send(b"\n")
        said = c.rest()
        assert [o.get("code") for o in said] == ["line-too-long", None], said
        assert said[1] == {"event": "bye", "reason": "line-too-long"}, said


@test
def what_follows_the_end_is_not_done():
    """After the third mistake nothing counts: neither a right password, nor more
    guesses in the same segment."""
    s = ProtocolServer()
    wrong = encode({"command": "LOGIN", "user": "pc3", "password": "wrong"}) + b"\n"
    right = encode({"command": "LOGIN", "user": "pc3", "password": PASSWORDS["pc3"]}) + b"\n"
    with s.session("pc4") as witness, opened(s) as c:
        c.send(wrong * 3 + right + wrong * 5 + b'{"command":"PING"}\n')
        said = c.rest()
        assert [o.get("code", o.get("event")) for o in said] == [
            "bad-credentials", "bad-credentials", "too-many-attempts", "bye"], said
        assert [row["user"] for row in witness.who()] == ["pc4"]
    with opened(s) as c:
        c.send((b"x" * 9000 + b"\n") * 4 + right)
        said = c.rest()
        assert [o.get("code", o.get("event")) for o in said] == [
            "line-too-long"] * 3 + ["bye"], said


@test
def a_last_line_without_its_end_is_taken():
    """printf '{"command":"PING"}' | nc -N: who forgets the newline is answered."""
    s = ProtocolServer()
    for line, code in ((b'{"id":1,"command":"PING"}', None),
                       (b'{"id":1,"command":"PING"', "bad-json"),
                       (b'{"id":1}\n{"id":2,"command":"PING"}\r', None)):
        with s.connect() as c:
            c.send(line)
            assert c.end()[-1].get("code") == code, line
    with s.connect() as c:
        c.send(b"{")
        assert [o["code"] for o in c.end()] == ["bad-json"]


@test
def garbage_changes_nothing():
    """Random bytes, random JSON, random cuts: each line one reply, and the
    server goes on.  20261121."""
    s = ProtocolServer("-q")
    dice = random.Random(20261121)
    seeds = [encode({"id": 1, "command": name, "text": "é\"\\", "to": "pc4", "port": 4000,
                     "x": [[{}, None, 1.5]]}) for name in ("MESSAGE", "SUBSCRIBE", "WHO")]
    with s.session("pc3") as c, s.session("pc4") as b:
        for _ in range(60):
            lines = []
            for _ in range(20):
                line = bytearray(dice.choice(seeds))
                for _ in range(dice.randrange(1, 4)):
                    line[dice.randrange(len(line))] = dice.choice(b'{}[]",:\\u0\xc3\0 ')
                lines.append(bytes(line).replace(b"\n", b"") or b"x")
            c.send(b"\n".join(lines) + b"\n")
            for line in lines:
                assert c.reply()["status"] in ("ok", "error"), line
        still_usable(b)
    assert s.stop() == 0


# --- order, and readers that stop ------------------------------------------------

SENDERS, RECEIVERS, MESSAGES = 16, 16, 10000


@test
def every_receiver_hears_ten_thousand_messages_in_one_order():
    """fil-protocol(7), Events: 16 speak at once, and all 16 who listen hear the
    same sequence, which only grows.  Half of each are over TLS."""
    s = ProtocolServer("-q", tls=True)
    receivers = [s.session("pc4", tls=n % 2 == 1) for n in range(RECEIVERS)]
    senders = [s.session("pc3", tls=n % 2 == 1) for n in range(SENDERS)]
    heard = [[] for _ in receivers]
    said = [[] for _ in senders]

    def speak(n):
        client = senders[n]
        for i in range(MESSAGES // SENDERS):
            said[n].append((client.message(f"{n}/{i}"), f"{n}/{i}"))

    def listen(n):
        while len(heard[n]) < MESSAGES:
            event = receivers[n].event()
            heard[n].append((event["seq"], event["text"]))
    threads = [threading.Thread(target=listen, args=(n,)) for n in range(RECEIVERS)]
    threads += [threading.Thread(target=speak, args=(n,)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), [len(h) for h in heard]
    first = heard[0]
    assert [seq for seq, _ in first] == sorted({seq for seq, _ in first})
    assert all(h == first for h in heard[1:]), "two receivers, two orders"
    assert sorted(sum(said, [])) == first, "a reply's seq is not the event's"
    for n, client in enumerate(senders):
        mine = {f"{n}/{i}" for i in range(MESSAGES // SENDERS)}
        seqs = [e["seq"] for e in client.events]
        assert seqs == sorted(seqs) and not mine & {e["text"] for e in client.events}


@test
def a_receiver_that_stops_reading_delays_nobody_and_is_cut():
    """One that does not read must cost itself only: the others' messages and
    replies come as before, memory is bounded, and it ends by itself."""
    s = ProtocolServer("-q", tls=True)
    text = "x" * 4000
    for tls in (False, True):
        stuck = s.session("pc4", tls=tls)
        with s.session("pc3") as a, s.session("Émile") as b:
            slowest = 0.0
            before = resident_kib(s.pid)
            begin = time.monotonic()
            while len(a.who()) == 3:
                assert time.monotonic() - begin < 60, "it is never cut"
                then = time.monotonic()
                a.message(text)
                assert b.event()["text"] == text
                slowest = max(slowest, time.monotonic() - then)
            assert slowest < 2.0, f"one that does not read delays others by {slowest} s"
            assert grown(s.pid, before) < 16384, "its queue has no bound"
            assert stuck.event()["text"] == text, "what it had been sent is still there"
            eventually(lambda: s.clients() == 2, "its thread to end")
        eventually(lambda: s.clients() == 0, "all threads to end")


@test
def lines_that_are_sent_in_pieces_arrive_whole_and_in_order():
    """A full socket takes a part of a line, or of a TLS record, or nothing; the
    rest is sent by another thread.  Injected: most sends come short or fail."""
    env, report = preload("seed=4,sendmsg=short:100:percent=60,sendmsg=EAGAIN:percent=20")
    s = ProtocolServer("-q", tls=True, env=env)
    texts = [f"{n} " + "é" * 500 for n in range(100)]
    with s.session("pc3") as a, s.session("pc4") as b, s.session("pc4", tls=True) as c, \
            s.session("Émile", tls=True) as d:
        for n, text in enumerate(texts):
            (d if n % 2 else a).message(text)
        for member in (b, c):
            assert [member.event()["text"] for _ in texts] == texts
        assert [len(member.who()) for member in (a, b, c, d)] == [4] * 4
    assert s.stop() == 0
    assert all(hits(report).values()), hits(report)


@test
def a_client_that_never_reads_its_replies_delays_nobody():
    """It sends requests as fast as it can, and takes nothing back."""
    s = ProtocolServer("-q")
    with s.session("pc3") as a, s.session("pc4") as b:
        deaf = tcp(s.ports["tcp"])
        deaf.setblocking(False)
        line = b'{"command":"HELLO"}\n' * 1000
        with contextlib.suppress(BlockingIOError, ConnectionError):
            for _ in range(10000):
                deaf.send(line)
        for n in range(20):
            then = time.monotonic()
            a.message(str(n))
            assert b.event()["text"] == str(n)
            assert time.monotonic() - then < 1.0
        assert s.stop() == 0


@test
def a_half_close_gets_all_that_was_queued():
    """fil-protocol(7): all replies, and all events that were sent before.  Injected:
    the socket takes little, so that much is queued when the end comes."""
    env, report = preload("seed=5,sendmsg=EAGAIN:percent=80")
    s = ProtocolServer(env=env)
    with s.session("pc3") as a, s.session("pc4") as b:
        for n in range(50):
            a.message("x" * 4000 + str(n))
        b.send(b'{"id":"last","command":"PING"}\n' * 100)
        said = b.end()
        assert [o["text"][4000:] for o in said if "event" in o] == [
            str(n) for n in range(50)], len(said)
        assert [o["id"] for o in said if "status" in o] == ["last"] * 100
        eventually(lambda: len(a.who()) == 1, "the session to end")
    assert s.stop() == 0
    assert all(hits(report).values()), hits(report)


@test
def sessions_that_vanish_leave_nothing_behind():
    """Reset at any moment, also in the midst of a hash and of a wait: their
    rows, tokens, subscriptions, threads and descriptors go."""
    s = ProtocolServer("-q")
    reset = struct.pack("ii", 1, 0)
    with s.session("pc3") as a, Subscription(s.udp_address) as port:
        begin = s.descriptors()
        for n in range(60):
            c = s.connect()
            c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            if n % 4 == 0:
                c.send(b'{"id":1,"comm')
            elif n % 4 == 1:
                c.send(encode({"command": "LOGIN", "user": "pc4",
                               "password": PASSWORDS["pc4"]}) + b"\n")
            else:
                c.login("pc4", PASSWORDS["pc4"])
                c.subscribe(port.port)
                if n % 4 == 3:
                    c.send(encode({"command": "MESSAGE", "text": "adieu"}) + b"\n")
            c.close()
            a.message("qui reste ?")
        eventually(lambda: len(a.who()) == 1 and s.clients() == 1 and
                   s.descriptors() == begin, "nothing to be left of them")


@test
def a_session_that_vanishes_in_its_waiting_second_ends_at_once():
    """The second after a wrong password is interruptible: SIGTERM does not wait
    for it either."""
    s = ProtocolServer("-q")
    waiting = [s.connect() for _ in range(8)]
    for c in waiting:
        c.send(encode({"command": "LOGIN", "user": "pc3", "password": "wrong"}) + b"\n")
    eventually(lambda: s.clients() == 8, "eight threads")
    time.sleep(0.3)			# in the midst of the second, not at its ends
    begin = time.monotonic()
    assert s.stop() == 0
    assert time.monotonic() - begin < 1.0


# --- crowds ---------------------------------------------------------------------

@test
def two_hundred_clients_log_in_at_once():
    """Behind the gate two hash at a time; all get in, and whoever is in is
    served meanwhile."""
    users = folder() / "crowd"
    write_users(users, {f"u{n}": "x" for n in range(200)} | PASSWORDS)
    s = ProtocolServer("-q", users=users)
    with s.session("pc3") as a:
        clients = [s.connect(timeout=60) for _ in range(200)]
        for n, c in enumerate(clients):
            c.send(encode({"id": n, "command": "LOGIN", "user": f"u{n}",
                           "password": "x"}) + b"\n")
        slowest, done = 0.0, set()
        end = time.monotonic() + 60
        while len(done) < 200:
            assert time.monotonic() < end, len(done)
            then = time.monotonic()
            a.ping()
            slowest = max(slowest, time.monotonic() - then)
            ready = select.select([c.sock for c in clients if c not in done], [], [], 0)[0]
            for c in [c for c in clients if c.sock in ready]:
                reply = c.reply()
                assert reply["status"] == "ok", reply
                done.add(c)
        assert slowest < 2.0, f"a crowd at the gate delays others by {slowest} s"
        assert len({(r["user"]) for r in a.who()}) == 201
        seq = a.message("à tous")
        assert all(c.event()["seq"] == seq for c in clients)


@test
def sixty_four_threads_do_everything_at_once():
    """Logins, messages, subscriptions and ends of all sessions cross each other:
    no reply is lost, none is another's."""
    s = ProtocolServer("-q")
    wrong = []

    def live(n):
        dice = random.Random(n)
        try:
            for _ in range(3):
                with s.session("pc3" if n % 2 else "pc4") as c, \
                        Subscription(s.udp_address) as port:
                    for _ in range(15):
                        dice.choice((
                            lambda: c.message(f"de {n}"), c.who, c.ping,
                            lambda: code_of(c, "MESSAGE", text="?", to="pc3"),
                            lambda: c.subscribe(port.port), c.unsubscribe,
                            c.logout if dice.random() < 0.1 else c.hello,
                            lambda: code_of(c, "LOGIN", user="pc3",
                                            password=PASSWORDS["pc3"])))()
        except Exception as error:
            if getattr(error, "code", "") != "not-logged-in":
                wrong.append((n, repr(error)))
    threads = [threading.Thread(target=live, args=(n,)) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert not wrong, wrong[:3]
    eventually(lambda: s.clients() == 0, "all threads to end")
    assert s.stop() == 0


@test
def hostile_datagrams_change_nothing():
    """Broken JSON, the largest datagram, 8193 bytes of blanks: TCP and UDP go on."""
    s = ProtocolServer("--udp-rate", "0")
    with s.session("pc3") as a, s.session("pc4") as b, udp(s.ports["udp"]) as d:
        token = a.token.encode()
        for data in (b"{", b"{" * 8192, b"{" * 65507, b"{\0}", b"{}" * 100,
                     b'{"token":"' + token, b'{"token":"' + token + b'"}',
                     nested(17), b'{"x":' + b"[" * 60000 + b"}",
                     b'{"command":"PING","token":"' + token + b'"}' + b" " * 9000):
            d.send(data)
        with s.datagrams(a.token) as good:
            good.message("encore là")
        assert b.event()["text"] == "encore là"
        still_usable(a)


@test
def an_answer_that_comes_back_is_not_answered():
    """CVE-2024-2169: two servers that answer each other's answers go on for ever.
    One forged datagram, in the name of another server, would begin it."""
    s = ProtocolServer("--udp-rate", "0")
    with udp(s.ports["udp"]) as d:
        d.send(b'{"command":"PING"}' + b" " * 200)
        reply = d.recv(2000)
        assert json.loads(reply)["status"] == "error" and len(reply) < 200, reply
        event = b'{"event":"message","text":"x"}' + b" " * 200
        for ours in (reply, reply + b" " * 200, event):
            d.send(ours)
        d.send(b'{"id":7,"command":"PING"}' + b" " * 200)
        assert json.loads(d.recv(2000))["id"] == 7
        assert not select.select([d], [], [], 0.2)[0], d.recv(2000)


@test
def an_error_without_a_token_is_shorter_than_the_request():
    """Of the same length it could go back and forth for ever."""
    s = ProtocolServer()
    with udp(s.ports["udp"]) as d:
        d.send(b'{"command":"PING"}' + b" " * 200)
        size = len(d.recv(2000))
        d.send(b'{"command":"PING"}'.ljust(size))
        d.send(b'{"id":8,"command":"PING"}'.ljust(size + 20))
        assert json.loads(d.recv(2000))["id"] == 8


@test
def the_servers_own_port_cannot_be_subscribed():
    """Events to the server itself would be datagrams that it reads, for nobody."""
    s = ProtocolServer()
    with s.session("pc3") as a:
        a.send(b'{"id":1,"command":"SUBSCRIBE","port":%d}\n' % s.ports["udp"])
        assert a.reply()["code"] == "bad-port"
        still_usable(a)


if __name__ == "__main__":
    main()
