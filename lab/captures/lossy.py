#!/usr/bin/env python3
"""lossy.py - a bad path for TFTP: relays datagrams, and loses every fourth one.

    lossy.py SERVER         between whoever asks here on port 69, and SERVER

A transfer has a port of its own on each side (RFC 1350, 4), so the relay has one,
too: what comes to it from the server goes to the client, and back.  Regular, not
by chance: the capture is the same each time."""
import select, socket, sys


def port_of_ours(number=0):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", number))
    return sock


def relay(server):
    asked, to_client, to_server = port_of_ours(69), port_of_ours(), port_of_ours()
    client, transfer = None, (server, 69)
    count = 0
    while True:
        for sock in select.select([asked, to_client, to_server], [], [])[0]:
            data, peer = sock.recvfrom(65536)
            if sock is asked:
                client, transfer = peer, (server, 69)
            elif sock is to_server:
                transfer = peer
            count += 1
            if count % 4 == 0:
                continue
            if sock is to_server:
                to_client.sendto(data, client)
            else:
                to_server.sendto(data, transfer)


relay(sys.argv[1])
