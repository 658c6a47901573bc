"""load_tftpd.py - who comes to fil-tftpd: files go up and down by datagrams."""
import pathlib, random, socket, struct, tempfile, types

from crowd import Refused
from harness import DEADLINE, Server, program, run
import hostile
from hostile import HOST, HOSTS, wait

NAME = "fil-tftpd"
RRQ, WRQ, DATA, ACK, ERROR, OACK = range(1, 7)
ROUGH = ("recvfrom=EINTR:percent=10", "recvmsg=EINTR:percent=10", "sendto=ENOBUFS:percent=2",
         "sendmsg=ENOBUFS:percent=2", "read=EINTR:percent=5", "read=short:7:percent=5",
         "write=EINTR:percent=5", "write=short:7:percent=5")
SCARCE = ("socket=EMFILE:percent=5", "openat=EMFILE:percent=2", "write=ENOSPC:percent=1",
          "bind=EADDRINUSE:percent=2")
CAKE_SIZE = 5000
SIZES = (0, 1, 511, 512, 65536, 1 << 20)


def request(opcode, name, *options):
    return struct.pack("!H", opcode) + b"".join(
        str(word).encode() + b"\0" for word in (name, "octet", *options))


WORDS = (request(RRQ, "big"), request(WRQ, "f"), request(RRQ, "../../etc/passwd"),
         request(RRQ, "big", "blksize", 65464, "windowsize", 65535),
         request(RRQ, "x" * 600), struct.pack("!HH", DATA, 1) + bytes(512),
         struct.pack("!HH", ACK, 1), struct.pack("!HH", ERROR, 0) + b"no\0", b"\0\1")


def start(**popen):
    tree = tempfile.TemporaryDirectory(prefix="fil-soak-")
    (pathlib.Path(tree.name) / "big").write_bytes(bytes(1 << 20))
    (pathlib.Path(tree.name) / "cake").write_bytes(random.Random(1).randbytes(CAKE_SIZE))
    # a client that vanishes is noticed by a timer alone
    server = Server("fil-tftpd", "--port", "0", "--bind", HOST, "--max-clients", "0",
                    "--max-per-host", "40", "--idle-timeout", "8", tree.name, lines=1, **popen)
    server.tree = tree				# as long as it
    return server, types.SimpleNamespace(ports=server.ports, datagrams=WORDS, tree=tree.name)


def client(place, here, words, *options):
    """fil-tftp, to its end.  Thousands of clients of one address choose a port
    twice: what is left of the earlier transfer then answers, error 5 in the end,
    and another try has another port."""
    for _ in range(3):
        status, _, err = run([program("fil-tftp"), "-q", *options, f"{HOST}:"
                              f"{place.ports['udp']}", *words], deadline=4 * DEADLINE,
                             cwd=here)
        if status == 0:
            return
        if b"(error 5)" not in err:
            break
    raise Refused(words, err)


def there_and_back(place, dice, *options):
    """By fil-tftp: put, and fetched again."""
    name, content = f"h{dice.randrange(10 ** 12)}", dice.randbytes(dice.choice(SIZES))
    with tempfile.TemporaryDirectory(prefix="fil-soak-") as folder:
        here = pathlib.Path(folder)
        (here / "sent").write_bytes(content)
        client(place, here, ("put", "sent", name), *options)
        client(place, here, ("get", name, "back"), *options)
        assert (here / "back").read_bytes() == content
    pathlib.Path(place.tree, name).unlink()


def in_windows(place, dice):
    there_and_back(place, dice)


def block_by_block(place, dice):
    there_and_back(place, dice, "--window", "1", "--blksize", "1000")


def as_rfc_1350_has_it(place, dice):
    """One block, one acknowledgement; what is lost is said again."""
    packet, to, got = request(RRQ, "cake"), (HOST, place.ports["udp"]), b""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, 0))
        sock.settimeout(0.5)
        for _ in range(int(4 * DEADLINE)):
            sock.sendto(packet, to)
            try:
                answer, source = sock.recvfrom(1000)
            except TimeoutError:
                continue
            if source[0] != HOST or len(answer) < 4 or (
                    not got and answer[1] == DATA and len(answer) != 516):
                continue			# a stranger's, or of an earlier transfer
            opcode, block = struct.unpack("!HH", answer[:4])
            if opcode == ERROR:
                raise Refused(answer)
            assert opcode == DATA, answer
            if block == len(got) // 512 + 1:
                got += answer[4:]
            packet, to = struct.pack("!HH", ACK, len(got) // 512 + (len(got) % 512 > 0)), source
            if len(answer) < 516 and len(got) == CAKE_SIZE:
                sock.sendto(packet, to)
                assert got == pathlib.Path(place.tree, "cake").read_bytes()
                return
    raise TimeoutError("no file by datagrams")


class Foe(socket.socket):
    """A socket of another address; it follows who answers."""

    def __init__(self, place, dice, packet):
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.bind((dice.choice(HOSTS), 0))
        self.setblocking(False)
        self.to = (HOST, place.ports["udp"])
        self.push(packet)

    def push(self, packet):
        self.sendto(packet, self.to)

    def follow(self):
        """What has come; whoever it came from is spoken to."""
        try:
            packet, self.to = self.recvfrom(70000)
            return packet
        except BlockingIOError:
            return b""


def request_and_gone(place, dice):
    """Asked for, and never acknowledged; or announced, and never sent."""
    with Foe(place, dice, dice.choice(WORDS)):
        yield from wait(dice, 50)


def reads_a_little(place, dice):
    """With a wide window, some acknowledgements, and no more."""
    with Foe(place, dice, request(RRQ, "big", "windowsize", dice.choice((1, 64, 65535)),
                                  "blksize", dice.choice((8, 512, 65464)))) as foe:
        for _ in range(dice.randrange(50)):
            packet = foe.follow()
            if len(packet) >= 4 and packet[1] in (DATA, OACK):
                foe.push(struct.pack("!H", ACK) +
                         (packet[2:4] if packet[1] == DATA else b"\0\0"))
            yield


def unfinished_upload(place, dice):
    """Some blocks, some of them twice or of the wrong number."""
    with Foe(place, dice, request(WRQ, f"f{dice.randrange(99)}")) as foe:
        for block in range(1, dice.randrange(2, 50)):
            foe.follow()
            foe.push(struct.pack("!HH", DATA, dice.choice((block, block, block - 1, 7))) +
                     dice.randbytes(512))
            yield
        foe.push(dice.choice((struct.pack("!HH", ERROR, 0) + b"enough\0", b"", b"\0\3")))


def strangers(place, dice):
    """Packets for whatever port may be a transfer's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foe:
        foe.bind((dice.choice(HOSTS), 0))
        for _ in range(20):
            for _ in range(50):
                foe.sendto(dice.choice(WORDS), (HOST, dice.randrange(32768, 61000)))
            yield


HONEST = (in_windows, in_windows, block_by_block, as_rfc_1350_has_it)
HOSTILE = (*hostile.UDP, request_and_gone, request_and_gone, reads_a_little,
           unfinished_upload, strangers)
HOSTILE_PROCESSES = 2
