#!/usr/bin/env python3
"""measure.py - the numbers of the report, as JSON on standard output.

    measure.py BUILD

BUILD is where make has built: the lessons and fil-mixedd are run from there.
Every number is of this machine, at this moment; what the report argues with are
the relations between them."""
import asyncio, json, os, pathlib, re, socket, subprocess, sys, tempfile, threading, time

BUILD = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else pathlib.Path()
IDLE, ROUNDS, TALK = 500, 2000, 3.0
TURNS = 100			# of which the best counts: a busy machine only takes away

# What sheet B teaches: one thread, and a coroutine a client.
ASYNCIO = """
import asyncio, sys
async def serve(reader, writer):
    while await reader.read(1024):
        writer.write("Message reçu via TCP".encode())
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096)
    print("listening on tcp 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
ASYNCIO_WAIT = """
import asyncio
async def say(word, seconds):
    await asyncio.sleep(seconds)
    print(word)
async def main():
    await asyncio.gather(say("hello", 5), say("world", 2))
asyncio.run(main())
"""


def wait_of(argv):
    """How long it takes, and the words in their order."""
    begin = time.monotonic()
    out = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    return {"seconds": round(time.monotonic() - begin, 1),
            "words": re.findall(r"^(hello|world)$", out, re.M)}


class Running:
    """A server that has said where it listens."""

    def __init__(self, *argv):
        self.process = subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self.ports = []

    def __enter__(self):
        return self

    def port(self):
        line = self.process.stdout.readline()
        return int(re.search(r"127\.0\.0\.1:(\d+)", line)[1])

    def memory(self):
        """Its own pages, in KiB."""
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return sum(int(n) for n in re.findall(r"^Private_\w+:\s+(\d+)", text, re.M))

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def datagram_wait(lesson):
    """Somebody talks over TCP for TALK seconds: how long does a datagram wait?"""
    with Running(BUILD / "src/lessons" / lesson, "0", "0") as server:
        tcp, udp = server.port(), server.port()
        talker = socket.create_connection(("127.0.0.1", tcp))
        talker.sendall(b"salut")
        talker.recv(100)
        timer = threading.Timer(TALK, talker.close)
        timer.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(3 * TALK)
            asker.connect(("127.0.0.1", udp))
            begin = time.monotonic()
            asker.send(b"salut")
            asker.recv(100)
            took = time.monotonic() - begin
        timer.cancel()
        talker.close()
        return round(took, 4)


def talk(sock):
    """How long it takes to be answered so often."""
    begin = time.monotonic()
    for _ in range(ROUNDS):
        sock.sendall(b"salut")
        sock.recv(100)
    return time.monotonic() - begin


def cost(*argv):
    """What an idle client costs in memory, and how fast one client is answered."""
    with Running(*argv) as server:
        port = server.port()

        def client():
            sock = socket.create_connection(("127.0.0.1", port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(b"salut")
            sock.recv(100)
            return sock
        first = client()
        before = server.memory()
        others = [client() for _ in range(IDLE)]
        after = server.memory()
        for other in others:
            other.close()
        took = min(talk(first) for _ in range(TURNS))
        first.close()
        return {"idle_kib": round((after - before) / IDLE, 1),
                "answers": round(ROUNDS / took)}


def main():
    lessons = BUILD / "src/lessons"
    with tempfile.TemporaryDirectory() as folder:
        server = pathlib.Path(folder, "server.py")
        server.write_text(ASYNCIO)
        wait = pathlib.Path(folder, "wait.py")
        wait.write_text(ASYNCIO_WAIT)
        json.dump({
            "waits": {"wait_sequential": wait_of([lessons / "wait_sequential"]),
                      "wait_threads": wait_of([lessons / "wait_threads"]),
                      "wait_select": wait_of([lessons / "wait_select"]),
                      "asyncio": wait_of([sys.executable, wait])},
            "datagrams": {name: datagram_wait(name)
                          for name in ("mixed_naive", "mixed_select", "mixed_threads")},
            "cost": {"mixed_select": cost(lessons / "mixed_select", "0", "0"),
                     "mixed_threads": cost(lessons / "mixed_threads", "0", "0"),
                     "fil-mixedd": cost(BUILD / "src/fil-mixedd", "-q", "--port", "0",
                         "--no-udp", "--bind", "127.0.0.1", "--max-per-host", "0"),
                     "asyncio": cost(sys.executable, server)},
        }, sys.stdout, indent=1)
        print()


main()
