#!/usr/bin/env python3
"""tftp_hostile.py - packets one by one: what the RFCs warn of, and what nobody
honest sends."""
import contextlib, os, pathlib, random, socket, struct, tempfile, time

from faultrules import hits, preload
from harness import (DEADLINE, Process, Server, eventually, main, program, run, spoken,
                     test)

CAKE = bytes(i * i % 251 for i in range(5000))
RRQ, WRQ, DATA, ACK, ERROR, OACK = range(1, 7)
QUIET = 0.4			# for what must not come: twenty times the least timer


def request(opcode, name, mode="octet", *options):
    words = [name, mode, *map(str, options)]
    return struct.pack("!H", opcode) + b"".join(w.encode() + b"\0" for w in words)


def data(block, content=bytes(512)):
    return struct.pack("!HH", DATA, block & 65535) + content


def ack(block):
    return struct.pack("!HH", ACK, block & 65535)


def oack(*options):
    return struct.pack("!H", OACK) + b"".join(str(w).encode() + b"\0" for w in options)


def error(code):
    """What an ERROR packet begins with."""
    return struct.pack("!HH", ERROR, code)


@contextlib.contextmanager
def serving(*options, **popen):
    with tempfile.TemporaryDirectory(prefix="fil-tftp-") as path:
        folder = pathlib.Path(path)
        (folder / "cake").write_bytes(CAKE)
        yield Server("fil-tftpd", "--port", "0", "--bind", "127.0.0.1", *options,
                     folder, lines=1, **popen), folder


class Peer:
    """A socket that says what it is told to, and hears everything."""

    def __init__(self, port=0, host="127.0.0.1"):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((host, 0))
        self.port = self.sock.getsockname()[1]
        self.to = ("127.0.0.1", port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def say(self, packet):
        self.sock.sendto(packet, self.to)

    def hear(self, follow=True):
        """The next packet; from then on its sender is spoken to."""
        self.sock.settimeout(DEADLINE)
        packet, source = self.sock.recvfrom(70000)
        if follow:
            self.to = source
        return packet

    def hears_nothing(self, seconds=QUIET):
        self.sock.settimeout(seconds)
        try:
            packet = self.sock.recvfrom(70000)[0]
        except TimeoutError:
            return
        raise AssertionError(f"nothing should come, and then {packet[:40]!r}")


# --- the server's timers and windows ----------------------------------------------

@test
def a_client_that_is_gone_is_given_up_even_if_sockets_take_no_time_out():
    """setsockopt may fail, for want of memory too; the thread would wait for a
    packet for ever.  Honest ones are served meanwhile."""
    env, report = preload("setsockopt=ENOMEM")
    with serving("--idle-timeout", "1", env=env) as (s, _):
        with Peer(s.ports["udp"]) as gone:
            gone.say(request(RRQ, "cake"))
            gone.hear()
        with Peer(s.ports["udp"]) as peer:
            peer.say(request(RRQ, "cake"))
            for block in range(1, 11):
                assert peer.hear()[:4] == data(block, b"")
                peer.say(ack(block))
        eventually(lambda: s.clients() == 0, "the end of both")
        assert s.stop() == 0 and hits(report)["setsockopt=ENOMEM"] > 0


@test
def one_datagram_comes_until_the_client_has_answered():
    """The source may be forged: no window, no repetition.  A request that comes
    again, because the answer was lost, is answered again."""
    with serving() as (s, _):
        for options, first in (((), data(1, CAKE[:512])),
                               (("windowsize", 64), oack("windowsize", 64))):
            with Peer(s.ports["udp"]) as peer:
                asked = request(RRQ, "cake", "octet", *options)
                peer.say(asked)
                assert peer.hear(follow=False) == first
                peer.hears_nothing(2.2)
                peer.say(asked)
                assert peer.hear(follow=False) == first
                peer.hears_nothing()
        with Peer(s.ports["udp"]) as peer:
            asked = request(WRQ, "up")
            for _ in range(3):
                peer.say(asked)
                assert peer.hear(follow=False) == ack(0)
                peer.hears_nothing()
        assert s.clients() == 3, "a request that comes again is no second transfer"


@test
def a_duplicate_ack_at_window_1_causes_no_data():
    """RFC 1123 4.2.3.1, the Sorcerer's Apprentice: each copy would breed one."""
    with serving() as (s, _), Peer(s.ports["udp"]) as peer:
        peer.say(request(RRQ, "cake", "octet", "timeout", 2))
        assert peer.hear() == oack("timeout", 2)
        peer.say(ack(0))
        assert peer.hear() == data(1, CAKE[:512])
        peer.say(ack(1))
        assert peer.hear() == data(2, CAKE[512:1024])
        for _ in range(20):
            peer.say(ack(1))
            peer.say(ack(0))
        peer.hears_nothing()
        assert peer.hear() == data(2, CAKE[512:1024]), "only the timer repeats"
        peer.say(ack(2))
        assert peer.hear() == data(3, CAKE[1024:1536])


@test
def a_lost_ack_has_the_block_sent_again():
    """RFC 1350 2: the timer, six times at most, and then the thread ends."""
    with serving() as (s, _), Peer(s.ports["udp"]) as peer:
        peer.say(request(RRQ, "cake", "octet", "timeout", 1))
        peer.hear()
        peer.say(ack(0))
        for _ in range(6):
            assert peer.hear() == data(1, CAKE[:512])
        s.says(spoken("did not get cake: no answer", "n'a pas reçu cake"))
        eventually(lambda: s.clients() == 0, "the thread to end")


@test
def a_repeated_ack_restarts_a_window():
    """RFC 7440 4: the receiver tells the last block before a gap."""
    with serving() as (s, _), Peer(s.ports["udp"]) as peer:
        peer.say(request(RRQ, "cake", "octet", "windowsize", 4, "timeout", 5))
        assert peer.hear() == oack("timeout", 5, "windowsize", 4)
        peer.say(ack(0))
        block = lambda n: data(n, CAKE[512 * n - 512:512 * n])
        assert [peer.hear() for _ in range(4)] == [block(n) for n in (1, 2, 3, 4)]
        peer.say(ack(2))
        assert [peer.hear() for _ in range(4)] == [block(n) for n in (3, 4, 5, 6)]
        time.sleep(0.1)			# a round trip, which a copy would not take
        peer.say(ack(2))
        assert [peer.hear() for _ in range(4)] == [block(n) for n in (3, 4, 5, 6)]
        peer.hears_nothing()
        peer.say(ack(6))
        assert [peer.hear() for _ in range(4)] == [block(n) for n in (7, 8, 9, 10)]
        peer.say(ack(10))
        s.says(spoken("got cake: 5000 bytes", "a reçu cake"))


@test
def a_lost_last_ack_is_repeated():
    """RFC 1350 6: whoever has sent the last ACK dallies; the client may not know
    that its upload is complete."""
    with serving() as (s, folder), Peer(s.ports["udp"]) as peer:
        peer.say(request(WRQ, "up"))
        assert peer.hear() == ack(0)
        for _ in range(5):
            peer.say(data(1, b"all of it"))
            assert peer.hear() == ack(1)
            assert (folder / "up").read_bytes() == b"all of it"
        # the same request is a new one then, not a copy
        peer.to = ("127.0.0.1", s.ports["udp"])
        peer.say(request(WRQ, "up"))
        assert peer.hear() == ack(0)
        peer.say(data(1, b"once more"))
        assert peer.hear() == ack(1)
        assert (folder / "up").read_bytes() == b"once more"


@test
def who_dallies_takes_nobodys_place():
    """Thirty uploads of one host, one after the other, with --max-per-host 20."""
    with serving("--max-per-host", "4") as (s, folder):
        for n in range(30):
            with Peer(s.ports["udp"]) as peer:
                peer.say(request(WRQ, f"up{n}"))
                assert peer.hear() == ack(0), n
                peer.say(data(1, b"x"))
                assert peer.hear() == ack(1)
        assert s.clients() > 4, "they linger"


@test
def old_and_future_blocks_are_not_written():
    """A block of before, of later, twice: the file has each once, in order."""
    with serving() as (s, folder), Peer(s.ports["udp"]) as peer:
        peer.say(request(WRQ, "up"))
        assert peer.hear() == ack(0)
        one, two, three = (bytes([n]) * 512 for n in (1, 2, 3))
        peer.say(data(2, two))		# too early: the ACK before is repeated
        assert peer.hear() == ack(0)
        peer.say(data(1, one))
        assert peer.hear() == ack(1)
        peer.say(data(1, three))
        assert peer.hear() == ack(1)
        peer.say(data(2, two))
        assert peer.hear() == ack(2)
        for old in (0, 1, 65535, 40000):
            peer.say(data(old, three))
        peer.say(data(3, b"end"))
        while (packet := peer.hear()) != ack(3):
            assert packet in (ack(2), ack(0)), packet
        assert (folder / "up").read_bytes() == one + two + b"end"


@test
def a_strangers_packet_is_refused_and_the_transfer_goes_on():
    """RFC 1350 4: ERROR 5 to the stranger, nothing to the client; and not for
    ever, for the stranger's address may be forged."""
    with serving() as (s, _), Peer(s.ports["udp"]) as peer, \
            Peer(host="127.0.0.2") as other, Peer() as third:
        peer.say(request(RRQ, "cake"))
        assert peer.hear() == data(1, CAKE[:512])
        other.to = third.to = peer.to
        other.say(ack(1))
        assert other.hear().startswith(error(5) + b"Unknown transfer ID\0")
        third.say(error(0) + b"go away\0")
        third.say(b"x")
        third.hears_nothing()
        peer.hears_nothing(0.05)
        peer.say(ack(1))
        assert peer.hear() == data(2, CAKE[512:1024])
        for _ in range(100):
            third.say(ack(2))
        told = 0
        with contextlib.suppress(TimeoutError):
            while third.hear():
                third.sock.settimeout(QUIET)
                told += 1
                if told == 15:
                    third.hears_nothing()
                    break
        assert told == 15, told
        peer.say(ack(2))
        while peer.hear() != data(3, CAKE[1024:1536]):
            pass


# --- requests ----------------------------------------------------------------------

@test
def options_with_bad_values_are_left_out_or_lowered():
    """RFC 2347: an option is acknowledged only with a value that will be used."""
    for asked, answer in (
            (("blksize", 65465), oack("blksize", 65464)),
            (("blksize", 7), None), (("blksize", 0), None), (("blksize", -1), None),
            (("blksize", "x"), None), (("blksize", "512x"), None), (("blksize", ""), None),
            (("blksize", "9" * 40), None), (("BlkSize", 8), oack("blksize", 8)),
            (("timeout", 0), None), (("timeout", 256), None),
            (("timeout", 255), oack("timeout", 255)),
            (("windowsize", 0), None), (("windowsize", 65536), oack("windowsize", 8192)),
            (("tsize", 0), oack("tsize", 5000)), (("tsize", "?"), None),
            (("unknown", 1, "blksize", 100), oack("blksize", 100)),
            (("blksize", 100, "blksize", 200), oack("blksize", 100)),
            (("", "", "blksize", 100), None)):
        with serving("--max-per-host", "0", "--window-bytes", str(8192 * 512)) as (s, _), \
                Peer(s.ports["udp"]) as peer:
            peer.say(request(RRQ, "cake", "octet", *asked))
            packet = peer.hear()
            assert packet == (answer or data(1, CAKE[:512])), (asked, packet[:60])


@test
def a_window_that_the_socket_cannot_hold_is_lowered():
    """spec 07: receive buffers hold a window; what they cannot would be lost."""
    with serving("--window-bytes", "1000000") as (s, _), Peer(s.ports["udp"]) as peer:
        peer.say(request(WRQ, "up", "octet", "blksize", 65464, "windowsize", 65535))
        words = peer.hear()[2:].split(b"\0")
        assert words[:2] == [b"blksize", b"65464"] and words[2] == b"windowsize"
        assert 1 <= int(words[3]) <= 1000000 // 65464, words


@test
def every_malformed_request_is_refused_or_ignored():
    """spec 07: ERROR 4 with a readable opcode; under 4 bytes, and to an ERROR,
    silence: two servers would answer each other for ever."""
    with serving() as (s, _), Peer(s.ports["udp"]) as peer:
        for packet in (b"", b"\0", b"\0\1", b"\0\1x", error(0) + b"hello\0", error(4)):
            peer.say(packet)
        peer.hears_nothing()
        for packet in (b"\0\1cake", b"\0\1cake\0octet", b"\0\1\0octet\0",
                       b"\0\1cake\0mail\0", b"\0\1cake\0\0", b"\0\0cake\0octet\0",
                       b"\0\7cake\0octet\0", b"\1\1cake\0octet\0", data(1), ack(1),
                       oack("blksize", 8), b"\0\1cake\0octet\0blksize\0",
                       request(RRQ, "x" * 4000)):
            peer.say(packet)
            answer = peer.hear(follow=False)
            assert answer == error(4) + b"Illegal TFTP operation\0", (packet, answer)
        assert s.clients() == 0


@test
def what_has_no_place_in_a_transfer_ends_it():
    """RFC 1350 2: ERROR 4, and the client's own ERROR gets no answer."""
    for packet in (data(1), b"\0\7xx", request(RRQ, "cake")):
        with serving() as (s, _), Peer(s.ports["udp"]) as peer:
            peer.say(request(RRQ, "cake"))
            peer.hear()
            peer.say(packet)
            assert peer.hear().startswith(error(4)), packet
            eventually(lambda: s.clients() == 0, "the thread to end")
    with serving() as (s, folder), Peer(s.ports["udp"]) as peer:
        peer.say(request(WRQ, "up", "octet", "blksize", 8))
        peer.hear()
        peer.say(data(1, bytes(9)))	# longer than a block
        assert peer.hear().startswith(error(4))
        peer.to = ("127.0.0.1", s.ports["udp"])
        peer.say(request(WRQ, "up"))
        peer.hear()
        peer.say(error(0) + b"I have \x1b[31mchanged my mind\0")
        s.says(r"I have \\x1b\[31mchanged my mind$")
        peer.hears_nothing()
        assert [p.name for p in folder.iterdir()] == ["cake"]


@test
def clients_beyond_the_limits_are_told():
    """spec 07: --max-per-host counts loopback too."""
    with serving("--max-per-host", "2") as (s, _):
        peers = [Peer(s.ports["udp"]) for _ in range(3)]
        for peer in peers:
            peer.say(request(RRQ, "cake"))
        assert peers[2].hear().startswith(error(0) + b"Too many transfers")
        s.says("--max-per-host")
        for peer in peers[:2]:
            peer.hear()			# their threads run, then
        peers[0].say(error(0) + b"\0")
        eventually(lambda: s.clients() == 1, "a place")
        peers[2].to = ("127.0.0.1", s.ports["udp"])
        peers[2].say(request(RRQ, "cake"))
        assert peers[2].hear() == data(1, CAKE[:512])
        for peer in peers:
            peer.sock.close()


@test
def random_packets_leave_no_thread_and_no_descriptor():
    """spec 07's Bar: no crash, no leak.  FIL_SOAK packets; some thousands without."""
    dice = random.Random(69)
    seeds = [request(RRQ, "cake"), request(WRQ, "up", "netascii", "blksize", 8),
             request(RRQ, "cake", "octet", "windowsize", 64, "tsize", 0, "timeout", 1),
             data(1), ack(0), oack("blksize", 99), error(0) + b"x\0"]
    with serving("--udp-rate", "0", "--idle-timeout", "0.2", "-q",
                 "--max-file-size", "1000000") as (s, _):
        before = s.descriptors()
        peers = [Peer(s.ports["udp"]) for _ in range(8)]
        for n in range(int(os.environ.get("FIL_SOAK", "4000"))):
            packet = bytearray(dice.choice(seeds))
            for _ in range(dice.choice((0, 0, 1, 3))):
                packet[dice.randrange(len(packet))] = dice.randrange(256)
            peer = dice.choice(peers)
            if dice.random() < 0.2:
                peer.to = ("127.0.0.1", s.ports["udp"])
            peer.say(bytes(packet[:dice.randrange(len(packet) + 1)]
                           if dice.random() < 0.1 else packet))
            peer.sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                peer.to = peer.sock.recvfrom(70000)[1]
        for peer in peers:
            peer.sock.close()
        eventually(lambda: s.clients() == 0 and s.descriptors() == before,
                   "threads and descriptors to end where they began", 60)
        status, out, err = run([program("fil-tftp"), f"127.0.0.1:{s.ports['udp']}",
                                "get", "cake", "-"])
        assert (status, out) == (0, CAKE), err


# --- the client, and a server that is not honest ----------------------------------------

@contextlib.contextmanager
def asking(*arguments, options=()):
    """fil-tftp with a scripted server; the Peer has its request."""
    with tempfile.TemporaryDirectory(prefix="fil-tftp-") as path, Peer() as fake, \
            Peer() as transfer:
        pathlib.Path(path, "up").write_bytes(CAKE)
        one = Process([program("fil-tftp"), *options, f"127.0.0.1:{fake.port}",
                       *arguments], cwd=path)
        asked = fake.hear()
        transfer.to = fake.to
        yield one, asked, transfer, fake, pathlib.Path(path)


@test
def a_client_refuses_what_it_has_not_asked_for():
    """RFC 2347, 2348, 7440: ERROR 8."""
    for answer in (oack("blksize", 513), oack("windowsize", 5), oack("timeout", 1),
                   oack("blksize", 4), oack("windowsize", 0), oack("blksize", "x"),
                   oack("multicast", ""), oack("blksize", 50, "rollover", 0)):
        with asking("get", "cake", options=["--blksize", 100, "--window", 4]) as (
                one, asked, server, _, folder):
            assert asked == request(RRQ, "cake", "octet", "blksize", 100, "tsize", 0,
                                    "windowsize", 4)
            server.say(answer)
            while not (packet := server.hear()).startswith(error(8)):
                assert packet[:2] in (b"\0\1", b"\0\4"), packet
            assert one.wait() == 1
            assert not (folder / "cake").exists()


@test
def half_an_oack_is_no_answer():
    """Taken for an OACK without options, smaller blocks would end the file."""
    for answer in (oack("blksize"), oack("blksize", 50)[:-1], b"\0\6xx"):
        with asking("get", "cake") as (one, _, server, _, folder):
            server.say(answer)
            assert server.hear().startswith(error(4)), answer
            assert one.wait() == 1
            assert not (folder / "cake").exists()


@test
def a_client_falls_back_when_options_are_ignored_or_refused():
    """RFC 2347: a server of before answers by DATA 1, or by an ERROR."""
    with asking("get", "cake") as (one, _, server, fake, folder):
        server.say(data(1, bytes(512)))
        assert server.hear() == ack(1)
        server.say(data(2, b"end"))
        assert server.hear() == ack(2)
        assert one.wait() == 0 and (folder / "cake").read_bytes() == bytes(512) + b"end"
    with asking("get", "cake") as (one, _, server, fake, folder):
        server.say(error(8) + b"no\0")
        assert fake.hear() == request(RRQ, "cake"), "again, without options"
        server.say(data(1, b"small"))
        assert server.hear() == ack(1)
        assert one.wait() == 0 and (folder / "cake").read_bytes() == b"small"


@test
def a_client_does_not_ask_anew_once_a_part_has_come():
    """ERROR 8 in the midst of a file: begun again, it would have that part twice."""
    with asking("get", "cake", options=["--blksize", 512]) as (
            one, _, server, fake, folder):
        server.say(data(1))
        assert server.hear() == ack(1)
        server.say(error(8) + b"no\0")
        fake.hears_nothing()
        assert one.wait() == 1
        assert [p.name for p in folder.iterdir()] == ["up"]


@test
def a_client_asks_again_and_ignores_strangers():
    """RFC 1350 4: the first answer's port is the transfer's; any other is told."""
    with asking("put", "up", options=["--blksize", 512, "--window", 1]) as (
            one, asked, server, fake, _), Peer() as stranger:
        assert fake.hear() == asked, "the timer: a second later"
        server.say(ack(0))
        assert server.hear() == data(1, CAKE[:512])
        stranger.to = fake.to
        stranger.say(ack(0))
        assert stranger.hear().startswith(error(5))
        for n in range(1, 10):
            server.say(ack(n))
            while (packet := server.hear()) != data(n + 1, CAKE[512 * n:512 * n + 512]):
                assert packet == data(n, CAKE[512 * n - 512:512 * n])
        server.say(ack(10))
        assert one.wait() == 0, one.stderr


@test
def an_error_of_the_server_is_shown_safely():
    """spec 00: a peer's bytes are made safe before they reach a terminal."""
    with asking("get", "cake") as (one, _, server, _, _):
        server.say(error(1) + b"\x1b[2Jgone\xff\0")
        assert one.wait() == 1
        assert "\\x1b[2Jgone\ufffd" in one.stderr, one.stderr


@test
def a_server_that_falls_silent_is_given_up():
    """--timeout: seconds of silence."""
    with asking("get", "cake", options=["--timeout", "0.5"]) as (
            one, _, server, _, folder):
        server.say(data(1))
        assert server.hear() == ack(1)
        assert one.wait() == 1
        one.says(spoken("no answer from", "pas de réponse de"))
        assert [p.name for p in folder.iterdir()] == ["up"]


main()
