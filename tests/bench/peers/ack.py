"""ack.py thread|asyncio|udp PORT - the course's kind of server in Python: a
fixed answer to each message."""
import asyncio, socket, sys, threading

REPLY = "Message reçu via TCP".encode()


def answer(sock):
    try:
        while sock.recv(1024):
            sock.sendall(REPLY)
    except OSError:
        pass
    sock.close()


async def answer_asyncio(reader, writer):
    try:
        while await reader.read(1024):
            writer.write(REPLY)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def serve_asyncio(port):
    server = await asyncio.start_server(answer_asyncio, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def serve_threads(port):
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=answer, args=(sock,), daemon=True).start()


def serve_udp(port):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", port))
        while True:
            _, sender = sock.recvfrom(1024)
            sock.sendto(REPLY, sender)


kind, port = sys.argv[1], int(sys.argv[2])
if kind == "asyncio":
    asyncio.run(serve_asyncio(port))
else:
    {"thread": serve_threads, "udp": serve_udp}[kind](port)
