"""bars.py - what is promised of each tool, and the figure that shows it.

Only ratios to what runs beside, and bounds of memory, are promised: no speed in
itself means anything on another machine.  What else is promised is behaviour, and
the system tests prove it (ELSEWHERE)."""
from table import Bar

BARS = [
    Bar("fil-mixedd", "conns", "10,000 idle clients: a client", at_most=16),
    Bar("fil-mixedd", "conns", "all idle clients, pinged again: answered", at_least=100,
        exact=True),
    Bar("fil-mixedd", "conns", "clients taken, with a first ping", against="c-thread"),
    *(Bar("fil-mixedd", "ack", f"{n}: requests", 0.95, "c-thread")
      for n in ("1 connection", "64 connections", "1,000 connections")),
    *(Bar("fil-mixedd", "ack", f"{n}: requests", 1.0, "py-asyncio")
      for n in ("1 connection", "64 connections")),
    *(Bar("fil-mixedd", "tls", f"TLS {version}, {kind}, {at_once} at once: handshakes", 0.9)
      for version in ("1.2", "1.3") for kind, at_once in (("full", 1), ("full", 4),
                                                          ("resume", 1))),
    *(Bar("fil-chatd", "chat", f"{crowd}: lines delivered", least, against)
      for crowd in ("10 receivers, 1 sender", "10 receivers, 4 senders",
                    "100 receivers, 1 sender", "100 receivers, 4 senders",
                    "1,000 receivers, 1 sender", "1,000 receivers, 4 senders")
      for least, against in ((1.0, "best"), (0.7, "limit"))),
    *(Bar("fil-chatd", "chat", f"{n} receivers, 1 sender, paced: p99")
      for n in ("10", "100", "1,000")),
    Bar("fil-chatd", "chat", "one stopped reader among 100: p99 as without", at_least=0.5),
    Bar("fil-chatd", "chat", "10,000 members: who heard a line", at_least=100, exact=True),
    Bar("fil-chatd", "chat", "10,000 members: memory of each", at_most=24),
    *(Bar("fil-proxy", "proxy", f"{way}, 1 stream", 1.0, peer)
      for way in ("upload", "download") for peer in ("haproxy-splice", "socat")),
    Bar("fil-proxy", "proxy", "connect, ping, close", 0.6, "nginx"),
    Bar("fil-proxy", "proxy", "connect, ping, close", 3.0, "socat"),
    Bar("fil-proxy", "proxy", "ping-pong: added time (p50)", 1.0, "nginx"),
    *(Bar("fil-proxy", "proxy", f"{way}, 1 stream", 0.3, "fil", "fil-print")
      for way in ("upload", "download")),
    Bar("fil-proxy", "proxy", "5,000 idle connections: each", at_most=40),
    *(Bar("fil-daytimed", "daytime", f"{window} under way: datagrams", 0.9, "c-recvfrom")
      for window in (1, 32)),
    Bar("fil-gethttp", "http", "download of 1 GiB: time", 1.0, "curl"),
    Bar("fil-ftpd", "ftpd", "RETR of 1 GiB"),
    Bar("fil-ftpd", "ftpd", "RETR of 1 GiB: server CPU"),
    Bar("fil-ftpd", "ftpd", "STOR of 1 GiB", 1.2),
    Bar("fil-ftpd", "ftpd", "RETR of 1 GiB under TLS (PROT P)"),
    Bar("fil-ftpd", "ftpd", "STOR of 1 GiB under TLS (PROT P)"),
    Bar("fil-ftpd", "ftpd", "1 KiB files, one session", 1.5),
    *(Bar("fil-ftpd", "ftpd", f"logins, {n} at a time", 2.0, "pyftpdlib") for n in (1, 8)),
    *(Bar("fil-ftpd", "ftpd", f"200 clients at once, 4 MiB each: {what}", at_least=100,
          exact=True) for what in ("greeted", "served")),
    Bar("fil-ftpd", "ftpd", "200 clients at once, 4 MiB each: all done"),
    Bar("fil-ftpd", "ftpd", "300 idle sessions: memory (RSS)", at_most=10),
    Bar("fil-ftpd", "ftpd", "LIST of 10,000 entries", 1.5),
    Bar("fil-ftpd", "ftpd", "LIST of 100,000 entries"),
    Bar("fil-ftpd", "ftpd", "MLSD of 100,000 entries"),
    Bar("fil-ftp", "ftpc", "get of 1 GiB: time"),
    Bar("fil-ftp", "ftpc", "get of 1 GiB: client CPU"),
    Bar("fil-ftp", "ftpc", "mirror of 10,000 files: time", 1.0, "lftp"),
    Bar("fil-ftp", "ftpc", "start, log in, get 1 KiB, end: time", at_most=20),
    *(Bar("fil-tftpd", "tftpd", f"{way}, 32 MiB, blksize 512, window 1") for way in ("get", "put")),
    *(Bar("fil-tftpd", "tftpd", f"{way}, 32 MiB, blksize {blksize}, window {window}", least,
          "atftpd")
      for blksize in ("512", "1,428") for window in (16, 64)
      for way, least in (("get", 2.0), ("put", 1.0))),
    Bar("fil-tftpd", "tftpd", "100 gets of 1 MiB at once", 1.0, "dnsmasq"),
    Bar("fil-tftpd", "tftpd", "100 gets of 1 MiB at once: done", at_least=100, exact=True),
]

ELSEWHERE = [
    ("fil-mixedd", "clients who stall, trickle or vanish harm nobody", "mixed_hostile.py, soak.py"),
    ("fil-mixedd", "certificate errors; a scan of TLS", "mixed_tls_client.py, tls.py"),
    ("fil-chatd", "transcripts are identical; joins and leaves do not grow",
     "chat.py, chat_hostile.py, soak.py"),
    ("fil-proxy", "ends, resets, and a reader who never reads", "proxy.py, proxy_hostile.py"),
    ("fil-daytimed", "a flood from one source leaves others served", "daytime_hostile.py"),
    ("fil-gethttp, fil-smtp", "with whom they work", "gethttp.py, smtp.py, smtp_dns.py"),
    ("fil-ftp", "20 resets during a get", "ftp_hostile.py"),
    ("fil-tftpd", "lossy paths; block sizes 199 to 65464", "tftp_lossy.py, tftp.py"),
]
