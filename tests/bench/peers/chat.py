"""chat.py drain|buffer PORT - a chat by asyncio, each line to every other member.
drain: it waits for each member in turn, so that a slow one stops all.
buffer: it only writes, so that a slow member's lines pile up in memory."""
import asyncio, sys

KIND, PORT = sys.argv[1], int(sys.argv[2])
members = set()


async def serve(reader, writer):
    members.add(writer)
    try:
        while line := await reader.readline():
            for member in list(members - {writer}):
                member.write(line)
                if KIND == "drain":
                    await member.drain()
    except (OSError, ValueError):
        pass
    members.discard(writer)
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", PORT, backlog=1024)
    await server.serve_forever()

asyncio.run(main())
