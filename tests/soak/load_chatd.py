"""load_chatd.py - who comes to fil-chatd: pairs who talk, and a noisy lobby."""
import re, types

from chatmembers import Member, chat
from crowd import Refused
from harness import DEADLINE, program, run, tcp
import hostile
from hostile import HOST, Foe
from tlspeers import certificates, context, tls

NAME = "fil-chatd"
ROUGH = ("sendmsg=EINTR:percent=10", "sendmsg=short:7:percent=10",
         "recvmsg=EINTR:percent=10", "recvmsg=short:3:percent=10")
SCARCE = ("pthread_mutex_init=ENOMEM:percent=2",)
WORDS = (b"bonjour\r\n", b"/who\n", b"/nick n%d\n" % 7, b"/join room\n", b"/history 100\n",
         b"/msg guest1 psst\n", b"/rooms\n", b"/login nobody\nwrong\n", b"/time on\n",
         b"x" * 1000 + b"\n", b"\x1b[2J\xff\xfe\n", b"/ignore guest1\n", b"/quit\n")


def start(**popen):
    place = certificates()
    server = chat("--line-rate", "20", "--max-clients", "0", "--max-per-host", "64",
                  "--cert", place / "server.pem", "--key", place / "server.key", lines=2,
                  **popen)
    return server, types.SimpleNamespace(ports=server.ports, words=WORDS,
                                         ca=place / "ca.pem")


class Talker(Member):
    """A member who knows that without memory a notice is not told, and that who says
    something has been cut off."""

    def __init__(self, place, dice, kind):
        self.lines, self.heard, self.rest, self.raw = [], 0, b"", b""
        self.sock = tls(place.ports["tls"], context(place.ca)) if kind == "tls" else \
            tcp(place.ports["tcp"])
        self.sock.settimeout(2 * DEADLINE)
        self.nick = self.hears(r"\*\*\* welcome, you are (\w+):")[1]
        nick = f"h{dice.randrange(10 ** 12)}"
        self.asks_for(f"/nick {nick}", rf"\*\*\* {self.nick} is now known as {nick}$")
        self.nick = nick

    def receive(self):
        if not super().receive():
            raise EOFError(f"the end after {self.lines[-3:]}")
        return True

    def asks_for(self, command, pattern):
        """The command, or nothing more than a word that is no command, and then
        this must have been told."""
        if command:
            self.says(command)
        told = self.since()
        if not any(re.match(pattern, line) for line in told):
            raise Refused(f"{self.nick} was not told {pattern!r}: {told}")

    def hears_word(self):
        """The next line that is no notice."""
        return self.hears("[^*].*")[0]


def talk(place, dice, kinds):
    """Two in a room of their own: each hears every word, in its order."""
    room = f"r{dice.randrange(10 ** 12)}"
    with Talker(place, dice, kinds[0]) as one, Talker(place, dice, kinds[1]) as two:
        one.asks_for(f"/join {room}", rf"\*\*\* {one.nick} joined$")
        two.asks_for(f"/join {room}", rf"\*\*\* {two.nick} joined$")
        one.asks_for("", rf"\*\*\* {two.nick} joined$")
        for n in range(dice.randrange(2, 5)):
            for who, other in ((one, two), (two, one)):
                text = f"{n}: {'é' * dice.randrange(400)}"
                who.says(text)
                # one whose words cannot be said is cut off; the other waits in vain
                assert who.hears_word() == other.hears_word() == f"<{who.nick}> {text}"
        one.asks_for(f"/msg {two.nick} psst", f"-{one.nick} -> {two.nick}- psst$")
        assert two.hears_word() == f"-{one.nick}- psst"
        two.says("/quit")


def two_talk_over_tcp(place, dice):
    talk(place, dice, ("tcp", "tcp"))


def two_talk_over_tls(place, dice):
    talk(place, dice, ("tls", "tcp"))


def the_client_itself(place, dice):
    """Its own words come back to it."""
    text = f"ici {dice.random()}"
    room = f"r{dice.randrange(10 ** 12)}"
    status, out, err = run([program("fil-chat"), "--plain", "--port", place.ports["tcp"],
                            HOST], f"/join {room}\n{text}\n/quit\n".encode(),
                           deadline=2 * DEADLINE)
    if status != 0 or f"> {text}\n".encode() not in out:
        raise Refused(status, out, err)


def shouting(place, dice):
    """To all in the lobby, who are hostile, too; and it never hears a word."""
    with Foe(dice, place.ports["tcp"], room=4096) as foe:
        for _ in range(dice.randrange(200)):
            foe.push(b"x" * dice.randrange(1000) + b"\n")
            yield


def of_many_names(place, dice):
    with Foe(dice, place.ports["tcp"]) as foe:
        for _ in range(dice.randrange(100)):
            foe.push(b"/nick n%d\n/join r%d\n" % (dice.randrange(99), dice.randrange(99)))
            foe.peek()
            yield


HONEST = (two_talk_over_tcp, two_talk_over_tcp, two_talk_over_tls, the_client_itself)
HOSTILE = (*hostile.TCP, *hostile.TLS, shouting, of_many_names)
HOSTILE_PROCESSES = 2
