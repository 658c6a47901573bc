"""load_proxy_tls.py - fil-proxy once more: with TLS, and showing what is said."""
from load_proxy import ECHO, SCARCE, start as start_proxy, with_a_hostile_server
import hostile, load_proxy
from tlspeers import certificates, context, tls

NAME = "fil-proxy-tls"
ROUGH = (*load_proxy.ROUGH, "recvmsg=EINTR:percent=10", "recvmsg=short:7:percent=10")
HOSTILE_PROCESSES = 2


def start(**popen):
    place = certificates()
    server, made = start_proxy("--listen-tls", "--cert", place / "server.pem", "--key",
                               place / "server.key", "--hex", **popen)
    made.ports["tcp"] = made.ports["tls"]
    made.ca = place / "ca.pem"
    return server, made


def there_and_back(place, dice, size):
    """A piece at a time: Python's TLS is not for two threads."""
    with tls(place.ports["tls"], context(place.ca)) as sock:
        sock.sendall(ECHO)
        while size > 0:
            piece, heard = dice.randbytes(min(size, dice.randrange(1, 40000))), b""
            sock.sendall(piece)
            while len(heard) < len(piece):
                came = sock.recv(65536)
                if not came:
                    raise EOFError(f"the end before the last {size} bytes")
                heard += came
            assert heard == piece
            size -= len(piece)


def a_word(place, dice):
    there_and_back(place, dice, dice.randrange(1, 1000))


def a_megabyte(place, dice):
    there_and_back(place, dice, dice.randrange(1 << 20))


HONEST = (a_word, a_word, a_megabyte)
HOSTILE = (*hostile.TCP, *hostile.TLS, with_a_hostile_server)
