"""hostile.py - what nobody honest does to a server, whichever it is.

Each is a generator: it comes, and goes a step on whenever it is its turn.  They
come from other addresses than the honest, so that the limits of one host are
theirs.  place.words is what this server understands, to get further in by."""
import socket, ssl, struct

HOST = "127.0.0.1"
HOSTS = [f"127.0.0.{n}" for n in range(2, 6)]	# of the hostile
PATIENCE = 5.0
RESET = struct.pack("ii", 1, 0)		# SO_LINGER: close with a reset
FLOOD = 100				# connections at once: more than one host may have


class Foe(socket.socket):
    """A connection from another address; it waits for nothing."""

    def __init__(self, dice, port, wait=True, room=None, source=None):
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if room:
                self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            self.bind((source or dice.choice(HOSTS), 0))
            self.settimeout(PATIENCE if wait else 0)
            self.connect_ex((HOST, port))
        except OSError:
            self.close()
            raise
        self.setblocking(False)

    def push(self, data):
        """What can be sent without waiting."""
        try:
            return self.send(data)
        except BlockingIOError:
            return 0

    def peek(self, size=65536):
        """What has come, if anything has; b"" at the end, too."""
        try:
            return self.recv(size)
        except BlockingIOError:
            return b""

    def vanish(self):
        """As a machine that is switched off and on."""
        self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close()


def wait(dice, most):
    """So many turns, or fewer."""
    for _ in range(dice.randrange(most)):
        yield


def ports(place):
    return [port for kind, port in place.ports.items() if kind != "udp"]


# --- over TCP -------------------------------------------------------------------

def silent(place, dice):
    with Foe(dice, dice.choice(ports(place))):
        yield from wait(dice, 100)


def byte_at_a_time(place, dice):
    with Foe(dice, place.ports["tcp"]) as foe:
        for byte in dice.choice(place.words):
            foe.push(bytes([byte]))
            yield


def never_reads(place, dice):
    """Asks and asks; there is little room for the answers."""
    with Foe(dice, place.ports["tcp"], room=4096) as foe:
        for _ in range(dice.randrange(100)):
            foe.push(dice.choice(place.words) * 20)
            yield


def reads_slowly(place, dice):
    with Foe(dice, place.ports["tcp"], room=4096) as foe:
        for _ in range(dice.randrange(100)):
            foe.push(dice.choice(place.words))
            yield
            foe.peek(1)


def vanishing(place, dice):
    """By a reset: at once, within a word, or with answers on their way."""
    with Foe(dice, dice.choice(ports(place))) as foe:
        yield from wait(dice, 3)
        words = b"".join(dice.choices(place.words, k=dice.randrange(20)))
        foe.push(words[:dice.randrange(len(words) + 1)])
        yield from wait(dice, 3)
        foe.vanish()


def garbage(place, dice):
    with Foe(dice, dice.choice(ports(place))) as foe:
        for _ in range(dice.randrange(8)):
            foe.push(dice.randbytes(dice.randrange(1, 5000)))
            yield


def endless_line(place, dice):
    with Foe(dice, place.ports["tcp"]) as foe:
        foe.push(dice.choice(place.words)[:4])
        for _ in range(dice.randrange(64)):
            foe.push(b"x" * 4096)
            yield


def half_closed(place, dice):
    """Has said all, and never reads."""
    with Foe(dice, place.ports["tcp"], room=4096) as foe:
        foe.push(dice.choice(place.words) * dice.randrange(1, 100))
        foe.shutdown(socket.SHUT_WR)
        yield from wait(dice, 100)


def flood(place, dice):
    """Far more connections than one host may have, all at once."""
    foes = []
    try:
        for _ in range(FLOOD):
            foes.append(Foe(dice, dice.choice(ports(place)), wait=False))
        yield from wait(dice, 20)
    finally:
        for foe in foes:
            dice.choice((foe.close, foe.vanish))()


TCP = (silent, byte_at_a_time, never_reads, reads_slowly, vanishing, garbage,
       endless_line, half_closed, flood)


# --- over TLS -------------------------------------------------------------------

def client_hello():
    came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
    half = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(came, goes,
                                                            server_hostname="localhost")
    try:
        half.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return goes.read()


def half_a_handshake(place, dice):
    """Some bytes of a client's hello, or all; and then no more."""
    with Foe(dice, place.ports["tls"]) as foe:
        hello = client_hello()
        foe.push(hello[:dice.randrange(len(hello) + 1)])
        yield from wait(dice, 100)
        dice.choice((foe.close, foe.vanish))()


def handshake_gone_wrong(place, dice):
    """A hello with some bytes of another."""
    with Foe(dice, place.ports["tls"]) as foe:
        hello = bytearray(client_hello())
        for _ in range(dice.randrange(1, 8)):
            hello[dice.randrange(len(hello))] = dice.randrange(256)
        foe.push(bytes(hello))
        yield from wait(dice, 10)
        foe.push(dice.randbytes(100))
        yield from wait(dice, 10)


TLS = (half_a_handshake, handshake_gone_wrong)


# --- over UDP -------------------------------------------------------------------

def datagrams(place, dice):
    """A flood of them: empty ones, garbage, and what is understood."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foe:
        foe.bind((dice.choice(HOSTS), 0))
        for _ in range(dice.randrange(10)):
            for _ in range(100):
                word = dice.choice(place.datagrams)
                foe.sendto(dice.choice((b"", word, word[:-1], dice.randbytes(
                    dice.randrange(1, 2000)))), (HOST, place.ports["udp"]))
            yield


UDP = (datagrams,)
