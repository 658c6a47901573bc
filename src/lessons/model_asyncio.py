#!/usr/bin/env python3
"""model_asyncio.py - the plain exchange in Python: one thread, asyncio's loop.

Observe   python3 model_asyncio.py, then ./model_clients: as quick as select.
          fil-explain python3 model_asyncio.py tells the calls of each await:
          epoll_wait is the only one that waits.
Weakness  what takes long between two awaits stops everybody.
"""
import asyncio
import sys

REPLY = "Message reçu via TCP".encode()


async def client(reader, writer):
    """A coroutine a client; each await lets the others go on."""
    try:
        while await reader.read(1024):      # recv, once epoll_wait says so
            writer.write(REPLY)             # send
            await writer.drain()            # waits only if the buffer is full
    except ConnectionError as error:
        print("model_asyncio:", error, file=sys.stderr)
    finally:
        writer.close()                      # close


async def main():
    """socket, setsockopt, bind, listen; accept is the loop's."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    server = await asyncio.start_server(client, "127.0.0.1", port)
    host, port = server.sockets[0].getsockname()
    print(f"model_asyncio: en attente sur {host}:{port}", flush=True)
    await server.serve_forever()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
