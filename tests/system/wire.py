#!/usr/bin/env python3
"""wire.py - what somebody reads who listens on the wire, by tshark.

Everything runs in a network namespace of its own: nobody need be root, and
nothing else is on its loopback interface.  Its second address stands for
another machine's."""
import contextlib, itertools, pathlib, re, sys, tempfile

from filprotocol import Client, Subscription
from harness import (NotHere, Process, alone, eventually, in_namespace, main, need, run,
                     test, udp)
from protocolserver import OTHER, PASSWORDS, ProtocolServer, code_of

TEXT = "rendez-vous à midi sous l'horloge"
SECRETS = {"password": PASSWORDS["pc3"].encode(), "text": TEXT.encode()}


class Capture:
    """All that crosses the loopback interface while it is open.

    A datagram with a mark is sent until the file has it: what follows the first
    mark is captured, and what came before the last is in the file."""

    marks = itertools.count(1)

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="fil-wire-", suffix=".pcapng")
        self.tshark = Process(["tshark", "-q", "-i", "lo", "-w", self.file.name])
        self.mark()

    def mark(self):
        word = f"mark {next(self.marks)} of the test".encode()

        def seen():
            if self.tshark.popen.poll() is not None:
                if re.search("permission|permitted", self.tshark.stderr, re.I):
                    raise NotHere("this user's tshark may not capture")
                raise AssertionError(self.tshark.stderr)
            with contextlib.suppress(ConnectionError), udp(9) as sock:
                sock.send(word)
            return word in self.bytes()
        eventually(seen, "tshark to see a datagram")

    def bytes(self):
        return pathlib.Path(self.file.name).read_bytes()

    def close(self):
        self.mark()
        self.tshark.popen.terminate()
        self.tshark.wait()

    def fields(self, filter, *names, decode=()):
        """What tshark reads in the packets that the filter lets through."""
        argv = ["tshark", "-r", self.file.name, "-Y", filter, "-T", "fields"]
        argv += [word for name in names for word in ("-e", name)]
        argv += [word for rule in decode for word in ("-d", rule)]
        status, out, err = run(argv)
        assert status == 0, err
        return [line for line in out.decode().splitlines() if line.strip()]

    def readable(self):
        """Which of the secrets stand in it."""
        return {name for name, secret in SECRETS.items() if secret in self.bytes()}


def converse(s, port, host, ca, subscription=None):
    """pc3 logs in and says something that pc4 hears; returns what came."""
    with Client(port, host, ca) as a, s.session("pc4", tls=True) as b:
        if subscription:
            b.subscribe(subscription.port)
        a.login("pc3", PASSWORDS["pc3"])
        a.message(TEXT)
        event = b.event()
        assert event["text"] == TEXT
        return event["via"]


def on_the_wire(part):
    need("tshark", "certtool", "openssl")
    in_namespace(part)


def in_the_clear():
    s = ProtocolServer("--allow-plain-login", "--bind", OTHER, tls=True, lines=6)
    capture = Capture()
    assert converse(s, s.ports["tcp"], OTHER, None) == "tcp"
    capture.close()
    assert capture.readable() == {"password", "text"}, capture.readable()
    sent = capture.fields(f"tcp.dstport == {s.ports['tcp']} && tcp.len > 0", "tcp.payload")
    said = bytes.fromhex("".join(sent)).decode()
    assert '"LOGIN"' in said and PASSWORDS["pc3"] in said and TEXT in said, said


@test
def in_the_clear_password_and_text_can_be_read_on_the_wire():
    """Sheet A's analysis of the traffic, and why --allow-plain-login has that
    name.  It also shows that the tests below could fail."""
    on_the_wire("in_the_clear")


def over_tls():
    s = ProtocolServer(tls=True)
    capture = Capture()
    assert converse(s, s.ports["tls"], "127.0.0.1", s.ca) == "tls"
    capture.close()
    assert capture.readable() == set(), capture.readable()
    for word in (b"LOGIN", b"password", b"token", b"pc3", b"pc4", b"status"):
        assert word not in capture.bytes(), word
    port = s.ports["tls"]
    decode = [f"tcp.port=={port},tls"]
    hello = capture.fields("tls.handshake.type == 1",
        "tls.handshake.extensions_alpn_str", decode=decode)
    assert len(hello) >= 2 and set(hello) == {"fil/1"}, hello
    records = capture.fields(f"tls.record.opaque_type == 23 && tcp.dstport == {port}",
        "tls.record.length", decode=decode)
    assert len(records) >= 4, "no TLS was captured"
    versions = capture.fields("tls.handshake.type == 2",
        "tls.handshake.extensions.supported_version", decode=decode)
    assert len(versions) >= 2 and set(versions) == {"0x0304"}, versions


@test
def over_tls_neither_password_nor_text_can_be_read():
    """spec 01, bar: a capture shows no clear text; only the name of the protocol
    in the client's first message."""
    on_the_wire("over_tls")


def refused():
    s = ProtocolServer("--bind", OTHER, tls=True, lines=6)
    capture = Capture()
    with Client(s.ports["tcp"], OTHER) as c:
        assert code_of(c, "LOGIN", user="pc3",
                       password=PASSWORDS["pc3"]) == "tls-required"
    capture.close()
    assert capture.readable() == {"password"}


@test
def a_login_that_is_refused_for_want_of_tls_was_read_all_the_same():
    """fil-protocol(7) says so: change that password.  The server can refuse it,
    but not take it back from the wire."""
    on_the_wire("refused")


def by_udp():
    s = ProtocolServer(tls=True)
    with Subscription(s.udp_address) as port:
        capture = Capture()
        converse(s, s.ports["tls"], "127.0.0.1", s.ca, port)
        assert port.event()["text"] == TEXT
        capture.close()
    assert capture.readable() == {"text"}, capture.readable()


@test
def an_event_by_udp_is_in_the_clear_even_to_a_session_over_tls():
    """fil-protocol(7), CAVEATS: who subscribes must know."""
    on_the_wire("by_udp")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        alone(globals()[sys.argv[1]], OTHER)
    main()
