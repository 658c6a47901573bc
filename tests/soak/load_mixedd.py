"""load_mixedd.py - who comes to fil-mixedd: over TCP, UDP and TLS at once."""
import contextlib, socket, types

from crowd import Refused
from filprotocol import Client, Datagrams
from harness import DEADLINE, program, run, tcp
import hostile
from hostile import HOST
from protocolserver import PASSWORDS, ProtocolServer
from tlspeers import context, tls

NAME = "fil-mixedd"
BUSY = "Serveur occupé".encode()
ROUGH = ("recvfrom=EINTR:percent=10", "recvmsg=EINTR:percent=10", "sendto=ENOBUFS:percent=5")
SCARCE = ("crypt_r=ENOMEM:percent=5",)
WORDS = (b"bonjour", b'{"command":"HELLO"}\n', b'{"command":"PING"}\n',
         b'{"command":"LOGIN","user":"pc3","password":"wrong"}\n',
         b'{"command":"MESSAGE","text":"' + b"x" * 4000 + b'"}\n',
         b'{"command":"SUBSCRIBE","port":9}\n', b"{" * 40 + b"\n", b'{"id":\n')


def start(**popen):
    server = ProtocolServer("--max-clients", "0", "--max-per-host", "64", tls=True, **popen)
    return server, types.SimpleNamespace(ports=server.ports, ca=server.ca, words=WORDS,
                                         datagrams=WORDS)


class Caller(Client):
    """An end of the connection is no answer."""

    def reply(self):
        found = super().reply()
        if found is None:
            raise EOFError("no reply")
        return found


def answer(kind):
    return f"Message reçu via {kind}".encode()


def exchange(sock, kind):
    """A word and its answer; but where the server's recv comes short, it has heard
    several words."""
    expected, heard = answer(kind), b""
    with sock:
        sock.sendall(b"bonjour")
        while len(heard) < len(expected) and (piece := sock.recv(4096)):
            heard += piece
        if kind == "TCP":
            sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(4096):
                heard += piece
    whole = expected * 7
    if len(heard) < len(expected) or len(heard) % len(expected):
        assert whole.startswith(heard) or BUSY.startswith(heard), heard
        raise Refused(f"the end after {heard!r}")
    assert whole.startswith(heard), heard


def a_word_over_tcp(place, dice):
    exchange(tcp(place.ports["tcp"]), "TCP")


def a_word_over_tls(place, dice):
    exchange(tls(place.ports["tls"], context(place.ca)), "TLS")


def a_word_over_udp(place, dice):
    """Datagrams may be lost: it asks again."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        sock.connect((HOST, place.ports["udp"]))
        for _ in range(int(2 * DEADLINE)):
            sock.send(b"bonjour")
            with contextlib.suppress(TimeoutError):
                assert sock.recv(1024) == answer("UDP")
                return
    raise TimeoutError("no answer over UDP")


def a_session_with_another(place, dice):
    """pc3 over TLS says what pc4 over TCP hears, and once more over UDP."""
    with Caller(place.ports["tls"], HOST, place.ca) as a, \
            Caller(place.ports["tcp"], HOST) as b:
        b.login("pc4", PASSWORDS["pc4"])
        a.login("pc3", PASSWORDS["pc3"])
        assert {"pc3", "pc4"} <= {user["user"] for user in a.who()}
        for say in (a.message, Datagrams(a.token, place.ports["udp"], tries=20).message):
            text = f"le mot de passe est {dice.random()}"
            say(text, "pc4")
            while (event := b.event()) is not None and event.get("text") != text:
                pass
            if event is None:
                raise EOFError("pc4 is cut off")
            assert event["from"] == "pc3", event
        a.logout()


def the_client_itself(place, dice):
    kind = dice.choice(("tcp", "udp", "tls"))
    trust = ("--ca", place.ca) if kind == "tls" else ()
    status, out, err = run([program("fil-mixed"), f"--{kind}", *trust, "-q", "--port",
                            place.ports[kind], HOST, "bonjour"], deadline=2 * DEADLINE)
    if status != 0 or out == BUSY:
        raise Refused(err)
    assert out in [answer(kind.upper()) * n for n in range(1, 8)], out


HONEST = (a_word_over_tcp, a_word_over_tls, a_word_over_udp, a_session_with_another,
          the_client_itself)
HOSTILE = hostile.TCP + hostile.TLS + hostile.UDP
HOSTILE_PROCESSES = 2
