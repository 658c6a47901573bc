"""load_daytimed.py - who comes to fil-daytimed: to be told the date."""
import contextlib, re, socket, types

from crowd import Refused
from harness import DEADLINE, Server, program, run, tcp
import hostile
from hostile import HOST

NAME = "fil-daytimed"
ROUGH = ("recvfrom=EINTR:percent=10", "sendto=ENOBUFS:percent=5")
SCARCE = ()
DATE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\r\n")
WORDS = (b"what time is it?\r\n", b"x" * 10000)


def start(**popen):
    server = Server("fil-daytimed", "--port", "0", "--udp-port", "0", "--bind", HOST,
                    "--format", "iso", "--utc", "--max-clients", "0", "--max-per-host", "64",
                    lines=2, **popen)
    return server, types.SimpleNamespace(ports=server.ports, words=WORDS, datagrams=WORDS)


def a_date_over_tcp(place, dice):
    heard = b""
    with tcp(place.ports["tcp"]) as sock:
        while piece := sock.recv(1024):
            heard += piece
    if not heard.endswith(b"\r\n"):
        raise EOFError(f"the end after {heard}")
    assert DATE.fullmatch(heard), heard


def a_date_over_udp(place, dice):
    """Datagrams may be lost: it asks again."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        sock.connect((HOST, place.ports["udp"]))
        for _ in range(int(2 * DEADLINE)):
            sock.send(b"")
            with contextlib.suppress(TimeoutError):
                heard = sock.recv(1024)
                assert DATE.fullmatch(heard), heard
                return
    raise TimeoutError("no date over UDP")


def the_client_itself(place, dice):
    status, out, err = run([program("fil-daytime"), "-q", "--port", place.ports["tcp"], HOST],
                           deadline=2 * DEADLINE)
    if status != 0:
        raise Refused(err)
    assert DATE.fullmatch(out.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")), out


HONEST = (a_date_over_tcp, a_date_over_tcp, a_date_over_udp, the_client_itself)
HOSTILE = hostile.TCP + hostile.UDP
HOSTILE_PROCESSES = 2
