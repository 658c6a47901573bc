#!/usr/bin/env python3
"""nameless.py - leave out of a capture what it tells of the machine it was made on.

    nameless.py <IN >OUT

dumpcap notes the processor, the kernel and itself in the options of the section
and of its interfaces; whoever opens the file needs of them the name of the
interface and how time is counted.   Ref: the pcapng draft, 3.5 and 4.1, 4.2."""
import struct, sys

SECTION, INTERFACE = 0x0a0d0d0a, 1
KEPT = (2, 9)			# if_name, if_tsresol


def options(data, kept):
    """The options that are kept, and the end of them."""
    out, at = b"", 0
    while at < len(data):
        code, size = struct.unpack_from("<HH", data, at)
        step = 4 + (size + 3) // 4 * 4
        if code in kept:
            out += data[at:at + step]
        at += step
        if code == 0:
            break
    return out + bytes(4) if out else b""


def blocks(data):
    """(type, body) of each; this script is for the order of bytes of dumpcap here."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        yield kind, data[at + 8:at + size - 4]
        at += size


def main():
    for kind, body in blocks(sys.stdin.buffer.read()):
        if kind == SECTION:
            body = body[:16] + options(body[16:], ())
        elif kind == INTERFACE:
            body = body[:8] + options(body[8:], KEPT)
        size = struct.pack("<I", len(body) + 12)
        sys.stdout.buffer.write(struct.pack("<I", kind) + size + body + size)


main()
