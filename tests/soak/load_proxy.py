"""load_proxy.py - who talks through fil-proxy, and to whom: an echo that may be
as hostile as the clients."""
import contextlib, hashlib, multiprocessing, socket, socketserver, threading, types

from crowd import Refused
from harness import DEADLINE, Server, tcp
import hostile
from hostile import HOST, RESET, Foe, wait

NAME = "fil-proxy"
ROUGH = ("splice=EINTR:percent=5", "splice=short:7:percent=5", "connect=EINTR:late:percent=5",
         "sendmsg=EINTR:percent=5", "sendmsg=short:7:percent=5")
SCARCE = ("socket=EMFILE:percent=5", "pipe2=EMFILE:percent=20", "connect=ENETUNREACH:percent=2")

# The first byte is for the echo: what it shall be like.
ECHO, RESETS, NEVER_READS, NEVER_ENDS = b"e", b"r", b"n", b"l"
WORDS = tuple(kind + b"x" * 2000 for kind in (ECHO, RESETS, NEVER_READS, NEVER_ENDS))


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        sock = self.request
        sock.settimeout(DEADLINE)
        try:
            kind = sock.recv(1)
            if kind == RESETS:
                sock.recv(100)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            elif kind == NEVER_READS:
                threading.Event().wait(0.5)
            elif kind == NEVER_ENDS:
                for _ in range(64):
                    sock.sendall(bytes(65536))
            while kind == ECHO and (piece := sock.recv(65536)):
                sock.sendall(piece)
        except OSError:
            pass


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 1024


def echo():
    """The port of one, in a process of its own."""
    server = EchoServer((HOST, 0), Echo)
    multiprocessing.get_context("fork").Process(target=server.serve_forever,
                                                daemon=True).start()
    port = server.server_address[1]
    server.socket.close()
    return port


def start(*options, **popen):
    server = Server("fil-proxy", "--quiet", "--bind", HOST, "--max-clients", "0",
                    "--max-per-host", "64", *options, "0", HOST, echo(), lines=1, **popen)
    return server, types.SimpleNamespace(ports=server.ports, words=WORDS)


def there_and_back(sock, content):
    """What is sent comes back: all of it, and then the end."""
    came, size = hashlib.sha256(), 0

    def say():
        with contextlib.suppress(OSError):	# whoever reads hears of it
            sock.sendall(ECHO + content)
            sock.shutdown(socket.SHUT_WR)
    speaker = threading.Thread(target=say)
    speaker.start()
    try:
        while piece := sock.recv(65536):
            came.update(piece)
            size += len(piece)
    finally:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        speaker.join()
        sock.close()
    if size < len(content):
        raise Refused(f"the end after {size} bytes of {len(content)}")
    assert size == len(content) and came.digest() == hashlib.sha256(content).digest(), size


def a_word(place, dice):
    there_and_back(tcp(place.ports["tcp"]), dice.randbytes(dice.randrange(1, 1000)))


def a_megabyte(place, dice):
    there_and_back(tcp(place.ports["tcp"]), dice.randbytes(dice.randrange(1 << 21)))


def with_a_hostile_server(place, dice):
    """One side's end or reset must end the other, whatever the other waits for."""
    with Foe(dice, dice.choice(hostile.ports(place)), room=4096) as foe:
        foe.push(dice.choice(WORDS))
        yield from wait(dice, 100)
        dice.choice((foe.close, foe.vanish))()


HONEST = (a_word, a_word, a_megabyte, a_megabyte)
HOSTILE = (*hostile.TCP, with_a_hostile_server, with_a_hostile_server)
HOSTILE_PROCESSES = 2
