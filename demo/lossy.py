#!/usr/bin/env python3
"""lossy.py - a UDP relay that loses, copies, reorders and delays, by dice.

A client asks the relay as if it were the TFTP server; each client gets a socket
that faces it, as a transfer identifier, and one that faces the server.  The same
seed rolls the same dice."""
import collections, heapq, itertools, random, select, signal, socket, struct, sys
import threading, time

DATA, ACK = 3, 4
Packet = collections.namedtuple("Packet", "to_server opcode block size")


class Session:
    """One client's two sockets."""

    def __init__(self, client, server, family):
        host = server[0]
        self.client, self.request, self.transfer = client, server, None
        self.facing_client = socket.socket(family, socket.SOCK_DGRAM)
        self.facing_server = socket.socket(family, socket.SOCK_DGRAM)
        for sock in (self.facing_client, self.facing_server):
            sock.bind((host, 0))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)


class Relay:
    """with Relay(port, loss=0.05) as relay: a client asks relay.port."""

    def __init__(self, port, host="127.0.0.1", loss=0.0, copies=0.0, late=0.0,
                 delay=0.0, seed=1, drop=None, tell=None):
        self.server = (host, port)
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.loss, self.copies, self.late, self.delay = loss, copies, late, delay
        self.drop = drop                # a function of Packet: lose this one
        self.tell = tell                # a function of each that was lost
        self.dice = random.Random(seed)
        self.sock = socket.socket(self.family, socket.SOCK_DGRAM)
        self.sock.bind((host, 0))
        self.port = self.sock.getsockname()[1]
        self.sessions = {}              # by the client's address
        self.passed, self.lost = [], []
        self._waiting, self._count = [], itertools.count()
        self._over = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over = True
        self._thread.join(5)
        for session in self.sessions.values():
            session.facing_client.close()
            session.facing_server.close()
        self.sock.close()

    def lost_of(self, opcode):
        return [p for p in self.lost if p.opcode == opcode]

    def sent_again(self):
        """How often a block of data was put on the wire beyond its first time."""
        blocks = [p.block for p in self.passed + self.lost if p.opcode == DATA]
        return len(blocks) - len(set(blocks))

    def _run(self):
        while not self._over:
            socks = {self.sock: None}
            for session in self.sessions.values():
                socks[session.facing_client] = socks[session.facing_server] = session
            wait = 0.05
            if self._waiting:
                wait = min(wait, max(0, self._waiting[0][0] - time.monotonic()))
            for sock in select.select(list(socks), [], [], wait)[0]:
                data, source = sock.recvfrom(65536)
                self._came(sock, socks[sock], data, source)
            now = time.monotonic()
            while self._waiting and self._waiting[0][0] <= now:
                _, _, sock, data, to = heapq.heappop(self._waiting)
                try:
                    sock.sendto(data, to)
                except OSError:
                    pass                # that one is lost, too

    def _came(self, sock, session, data, source):
        if sock is self.sock:           # a request
            session = self.sessions.get(source)
            if session is None:
                session = self.sessions[source] = Session(source, self.server,
                                                          self.family)
            self._pass(session.facing_server, data, session.request, True)
        elif sock is session.facing_server:
            session.transfer = source
            self._pass(session.facing_client, data, session.client, False)
        elif session.transfer:
            self._pass(session.facing_server, data, session.transfer, True)

    def _pass(self, sock, data, to, to_server):
        opcode, block = struct.unpack("!HH", data[:4]) if len(data) >= 4 else (0, 0)
        packet = Packet(to_server, opcode, block, len(data))
        if self.dice.random() < self.loss or (self.drop and self.drop(packet)):
            self.lost.append(packet)
            if self.tell:
                self.tell(packet)
            return
        self.passed.append(packet)
        for _ in range(2 if self.dice.random() < self.copies else 1):
            late = 1.5 * self.delay + 0.002 if self.dice.random() < self.late else 0
            heapq.heappush(self._waiting, (time.monotonic() + self.delay + late,
                                           next(self._count), sock, data, to))


def serve(arguments):
    """lossy.py PORT LOSS SEED: until it is stopped, say what was lost."""
    port, loss, seed = int(arguments[0]), float(arguments[1]), int(arguments[2])
    names = {DATA: "DATA", ACK: "ACK"}

    def tell(packet):
        name = names.get(packet.opcode)
        if name:
            print(f"lost {name} <block={packet.block}>", flush=True)
    with Relay(port, loss=loss, seed=seed, tell=tell) as relay:
        print(f"lossy: listening on udp 127.0.0.1:{relay.port}", flush=True)
        signal.sigwait([signal.SIGTERM, signal.SIGINT])


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
    serve(sys.argv[1:])
