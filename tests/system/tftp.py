#!/usr/bin/env python3
"""tftp.py - fil-tftpd and fil-tftp, with each other and with those of others."""
import contextlib, itertools, os, pathlib, re, signal, socket, sys, tempfile, time

from harness import (DEADLINE, NotHere, Process, Server, alone, eventually, have_ipv6,
                     in_namespace, main, need, program, run, spoken, test)
from terminal import Terminal
from unpacked import libraries, unpacked

os.environ["PATH"] += ":/usr/sbin:/sbin"	# where servers are

BLOCKS = (8, 199, 512, 1468, 9001, 65464)
WINDOWS = (1, 4, 64, 256)
CAKE = bytes(i * i % 251 for i in range(100000))
SOAK = os.environ.get("FIL_SOAK")
TEXT = b"une ligne\nune autre\r\n\rfin" * 700


@contextlib.contextmanager
def folders():
    """The server's and the client's."""
    with tempfile.TemporaryDirectory(prefix="fil-tftp-") as path:
        served, here = pathlib.Path(path, "served"), pathlib.Path(path, "here")
        served.mkdir()
        here.mkdir()
        served.chmod(0o777)
        (served / "cake").write_bytes(CAKE)
        yield served, here


def server(served, *options, host="127.0.0.1"):
    return Server("fil-tftpd", "--port", "0", "--bind", host, *options, served,
                  lines=1)


def client(port, *arguments, cwd, host="127.0.0.1", options=(), **more):
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return run([program("fil-tftp"), *options, where, *arguments], cwd=cwd, **more)


def hosts():
    return ("127.0.0.1", "::1") if have_ipv6() else ("127.0.0.1",)


def leftovers(folder):
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


# --- ours with ours -------------------------------------------------------------

@test
def the_sheets_session_works_line_by_line():
    """Sheet B: binary, verbose, trace, get cake, put cake, quit."""
    with folders() as (served, here):
        s = server(served)
        session = b"binary\nverbose\ntrace\nget cake\nput cake\nquit\n"
        status, out, err = run([program("fil-tftp"), "127.0.0.1",
                                "--port", s.ports["udp"]], session, cwd=here)
        assert status == 0, err
        assert out.decode().splitlines() == [
            spoken("Verbose mode on.", "Mode bavard activé."),
            spoken("Packet tracing on.", "Trace des paquets activée.")], out
        assert (here / "cake").read_bytes() == CAKE
        assert (served / "cake").read_bytes() == CAKE
        for line in (b"sent RRQ <file=cake, mode=octet, ", b"received DATA <block=1, ",
                     b"sent WRQ <file=cake, mode=octet, ", b"received ACK <block="):
            assert b"\n" + line in b"\n" + err, (line, err)
        s.says(spoken("put cake: 100000 bytes", "a déposé cake"))


def transfer_all(rows, text=False):
    """Put and get back files of some sizes: rows of (blksize, window, size)."""
    pattern = (TEXT if text else CAKE) * 300
    with folders() as (served, here):
        for host in hosts():
            s = server(served, "-q", host=host)
            script, files = ["mode netascii" if text else "mode octet"], []
            for number, (blksize, window, size) in enumerate(rows):
                name = f"f{number}"
                (here / name).write_bytes(pattern[:size])
                files.append((name, blksize, window, size))
                script += [f"blksize {blksize}", f"window {window}",
                           f"put {name}", f"get {name} {name}.back"]
            status, _, err = client(s.ports["udp"], cwd=here, host=host,
                                    options=["-q"], deadline=60 + len(rows),
                                    data="\n".join(script).encode())
            assert (status, err) == (0, b""), err.decode()
            for name, *shape in files:
                data = (here / name).read_bytes()
                assert (served / name).read_bytes() == data, ("put", host, shape)
                assert (here / f"{name}.back").read_bytes() == data, ("get", host, shape)
            assert not leftovers(served) and not leftovers(here)


def sizes(blksize):
    return (0, 1, blksize - 1, blksize, blksize + 1)


@test
def every_block_size_and_window_carries_every_size():
    """RFC 2348, 7440: the last block is the first that is not full, be it empty.
    Each pair of two values once; all of them under FIL_SOAK."""
    every = [(b, w, n) for b in BLOCKS for w in WINDOWS for n in sizes(b)]
    some = [(b, w, sizes(b)[(i + j) % 5]) for i, b in enumerate(BLOCKS)
            for j, w in enumerate(WINDOWS)]
    transfer_all(every if SOAK else some)


@test
def text_is_the_same_after_netascii_there_and_back():
    """RFC 1350 1: a newline is CR LF on the wire; pairs may be cut by a block."""
    rows = [(b, w, n) for b, w in zip(BLOCKS, (1, 4, 64, 256, 4, 1))
            for n in (0, b, b + 1, 3 * b)]
    transfer_all(rows if SOAK else rows[::2], text=True)


@test
def a_file_of_more_than_65536_blocks_arrives():
    """Block numbers have 16 bits and go round: 32 MiB at 512 was once the end."""
    transfer_all([(8, 64, 65536 * 8 + 5), (8, 1, 65535 * 8)] +
                 ([(512, 16, 65537 * 512)] if SOAK else []))


@test
def a_hundred_transfers_at_once_all_arrive():
    """spec 07's Bar: no failure."""
    with folders() as (served, here):
        s = server(served, "-q", "--max-per-host", "0")
        clients = [Process([program("fil-tftp"), "-q", "--window", 1 + n % 7,
                            "--blksize", 1428, f"127.0.0.1:{s.ports['udp']}",
                            "get", "cake", f"c{n}"], cwd=here) for n in range(100)]
        for one in clients:
            assert one.wait(60) == 0, one.stderr
        assert all((here / f"c{n}").read_bytes() == CAKE for n in range(100))
        eventually(lambda: s.clients() == 0, "the threads to end")


# --- files ----------------------------------------------------------------------

@test
def names_are_kept_below_the_folder():
    """spec 07: /x is x; what leads out is refused, and so is what is no file."""
    with folders() as (served, here):
        (served / "sub").mkdir()
        (served / "sub" / "x").write_bytes(b"deep")
        (served / "out").symlink_to("/etc/passwd")
        os.mkfifo(served / "fifo")
        s = server(served)
        for name, expected in (("/cake", CAKE), ("sub/x", b"deep"),
                               ("//sub//./x", b"deep"), ("sub/../cake", CAKE),
                               ("../../cake", CAKE)):
            status, _, err = client(s.ports["udp"], "get", name, "got", cwd=here)
            assert status == 0 and (here / "got").read_bytes() == expected, err
        for name, words, code in (
                ("nothing", b"File not found", 1), ("cake/x", b"File not found", 1),
                ("out", b"Access violation", 2), ("fifo", b"Access violation", 2),
                ("sub", b"Access violation", 2), ("../etc/passwd", b"File not found", 1)):
            status, _, err = client(s.ports["udp"], "get", name, "none", cwd=here)
            assert status == 1 and words in err, (name, err)
            assert str(code).encode() + b")" in err, (name, err)
            assert not (here / "none").exists()


@test
def write_says_what_may_happen_to_files_that_are_there():
    """--write: overwrite, create, existing, unique, none; errors 6, 1, 2."""
    new = b"new"
    with folders() as (served, here):
        (here / "n").write_bytes(new)
        for policy, name, status, served_name, code in (
                ("overwrite", "cake", 0, "cake", None),
                ("create", "cake", 1, None, 6), ("create", "fresh", 0, "fresh", None),
                ("existing", "absent", 1, None, 1), ("existing", "cake", 0, "cake", None),
                ("unique", "cake", 0, "cake.1", None), ("none", "cake", 1, None, 2)):
            (served / "cake").write_bytes(CAKE)
            (served / "cake").chmod(0o640)
            s = server(served, "--write", policy)
            got, _, err = client(s.ports["udp"], "put", "n", name, cwd=here)
            assert got == status, (policy, name, err)
            if code:
                assert b" %d)" % code in err, (policy, err)
                assert (served / "cake").read_bytes() == CAKE
            else:
                assert (served / served_name).read_bytes() == new
            if served_name == "cake":
                assert (served / "cake").stat().st_mode & 0o777 == 0o640
            s.end()
        assert not leftovers(served)


@test
def an_upload_that_is_too_large_is_refused():
    """ERROR 3: at once if tsize says so, else when it becomes too large."""
    with folders() as (served, here):
        (here / "big").write_bytes(CAKE)
        for options in (["--max-file-size", "99999"], ["--min-free", str(1 << 60)]):
            s = server(served, *options)
            for mode in ("octet", "netascii"):	# with tsize, and without
                status, _, err = client(s.ports["udp"], "put", "big", cwd=here,
                                        options=["-m", mode])
                assert status == 1 and b"Disk full" in err and b" 3)" in err, err
            eventually(lambda: not leftovers(served), "the temporary file to go")
            assert not (served / "big").exists()
            s.end()


@test
def an_upload_that_ends_early_leaves_the_old_file():
    """spec 07: published by rename when the last block is in."""
    with folders() as (served, here):
        s = server(served, "--idle-timeout", "0.3")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(DEADLINE)
            sock.sendto(b"\0\2cake\0octet\0", ("127.0.0.1", s.ports["udp"]))
            _, transfer = sock.recvfrom(600)
            sock.sendto(b"\0\3\0\1" + bytes(512), transfer)
            assert sock.recvfrom(600)[0] == b"\0\4\0\1"
            assert len(leftovers(served)) == 1
        s.says(spoken("did not put cake", "n'a pas déposé cake"))
        eventually(lambda: not leftovers(served), "the temporary file to go")
        assert (served / "cake").read_bytes() == CAKE


@test
def an_upload_under_way_is_nobodys_file_and_a_killed_servers_goes():
    """serve/upload.h: .fil- names are hidden; serve/sweep.h: what has no lock any
    more is removed at the next start."""
    with folders() as (served, here):
        s = server(served)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(DEADLINE)
            sock.sendto(b"\0\2new\0octet\0", ("127.0.0.1", s.ports["udp"]))
            sock.recvfrom(600)
        half, = leftovers(served)
        (here / "n").write_bytes(b"new")
        for arguments in (["get", half, "got"], ["put", "n", half]):
            status, _, err = client(s.ports["udp"], *arguments, cwd=here)
            assert status == 1 and b"File not found" in err, (arguments, err)
        s.kill()
        assert leftovers(served) == [half]
        s = server(served)
        eventually(lambda: not leftovers(served), "the leftover to go")


@test
def a_failed_get_leaves_the_file_that_was_there():
    """spec 00: written under a temporary name, renamed when complete."""
    with folders() as (served, here):
        (here / "keep").write_bytes(b"old")
        s = server(served)
        status, _, err = client(s.ports["udp"], "get", "x" * 600, "keep", cwd=here)
        assert status == 1 and b"x: " in err and (here / "keep").read_bytes() == b"old"
        status, _, _ = client(s.ports["udp"], "get", "nothing", "keep", cwd=here)
        assert status == 1 and (here / "keep").read_bytes() == b"old"
        status, out, err = client(s.ports["udp"], "get", "cake", "-", cwd=here)
        assert (status, out) == (0, CAKE), err
        assert not leftovers(here)


# --- the programs ---------------------------------------------------------------

@test
def a_stop_tells_the_clients_and_takes_less_than_a_second():
    """SIGTERM with a transfer in the middle: ERROR, and the temporary file goes."""
    with folders() as (served, here):
        s = server(served)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(DEADLINE)
            sock.sendto(b"\0\2up\0octet\0", ("127.0.0.1", s.ports["udp"]))
            sock.recvfrom(600)
            assert s.clients() == 1
            assert s.stop() == 0
            assert sock.recvfrom(600)[0].startswith(b"\0\5\0\0The server stops")
        assert not leftovers(served)


@test
def the_table_of_sigusr1_shows_the_transfers():
    """spec 00: every client, thread, peer, bytes in and out."""
    with folders() as (served, here):
        s = server(served)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(DEADLINE)
            sock.sendto(b"\0\1cake\0octet\0", ("127.0.0.1", s.ports["udp"]))
            sock.recvfrom(600)
            me = "%s:%d" % ("127.0.0.1", sock.getsockname()[1])
            s.signal(signal.SIGUSR1)
            s.says(rf"^client-1 +{re.escape(me)} .* 516$")
            sock.close()


@test
def ctrl_c_ends_a_transfer_and_tells_the_server():
    """spec 00: Ctrl-C stops the transfer; the old file stays, nothing is left."""
    with folders() as (served, here), \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as fake:
        fake.bind(("127.0.0.1", 0))
        fake.settimeout(DEADLINE)
        (here / "cake").write_bytes(b"old")
        one = Process([program("fil-tftp"), f"127.0.0.1:{fake.getsockname()[1]}",
                       "get", "cake"], cwd=here)
        _, peer = fake.recvfrom(600)
        fake.sendto(b"\0\3\0\1" + bytes(512), peer)
        assert fake.recvfrom(600)[0] == b"\0\4\0\1"
        one.signal(signal.SIGINT)
        while (packet := fake.recvfrom(600)[0]) == b"\0\4\0\1":
            pass
        assert packet.startswith(b"\0\5\0\0"), packet
        assert one.wait() == -signal.SIGINT
        assert (here / "cake").read_bytes() == b"old" and not leftovers(here)


@test
def nobody_listening_is_known_at_once():
    """Linux tells a socket that asks for it: no half minute of waiting."""
    with folders() as (_, here), \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        sock.close()
        begin = time.monotonic()
        status, _, err = client(port, "get", "x", cwd=here)
        assert status == 1 and err and time.monotonic() - begin < 10, err


@test
def wrong_operands_are_usage_errors():
    """spec 00: exit 2."""
    with folders() as (_, here):
        for arguments in (["localhost", "fetch", "x"], ["localhost", "get"],
                          ["localhost", "get", ""], ["localhost:0", "get", "x"],
                          ["localhost:99999", "get", "x"], ["", "get", "x"],
                          ["[::1", "get", "x"], ["--window", "0", "localhost"],
                          ["--blksize", "7", "localhost"], ["-m", "mail", "localhost"]):
            status, out, err = run([program("fil-tftp"), *arguments], cwd=here)
            assert status == 2 and err and out == b"", (arguments, status, err)
        for arguments in (["--port-range", "9-8"], ["--port-range", "x"],
                          ["--write", "maybe"], ["a", "b"]):
            status, _, err = run([program("fil-tftpd"), *arguments])
            assert status == 2 and err, (arguments, status)
        assert run([program("fil-tftpd"), str(here / "none")])[0] == 1


@test
def the_lines_of_a_session_are_obeyed_or_refused():
    """The classic client's commands; their first letters are enough."""
    with folders() as (served, here):
        s = server(served)
        lines = ["get cake", f"connect 127.0.0.1 {s.ports['udp']}", "asc", "mode",
                 "mode octet", "mode", "blksize 7", "blksize 512", "window 0",
                 "window 4", "timeout 5", "timeout x", "status", "frobnicate", "get", "get none",
                 "ge cake", "help", "?", "connect nobody.invalid", "q", "get cake no"]
        status, out, err = run([program("fil-tftp"), "--plain"],
                               "\n".join(lines).encode(), cwd=here)
        out, err = out.decode(), err.decode()
        assert status == 1, "some of them failed"
        assert out.startswith("netascii\noctet\n"), out
        assert re.search(r"5 s$", out, re.M), "a mistake changes nothing: " + out
        assert "127.0.0.1" in out and "512" in out and out.count("get FILE [AS]") == 2
        for word in ("connect HOST", "8", "frobnicate", "get FILE", "File not found",
                     "nobody.invalid"):
            assert word in err, (word, err)
        assert (here / "cake").read_bytes() == CAKE and not (here / "no").exists()


@test
def verbose_leaves_the_colours_as_they_were_asked_for():
    for color, expected in (("always", True), ("never", False)):
        _, _, err = run([program("fil-tftp"), "--plain", "--color", color],
                        b"verbose\nfrobnicate\n")
        assert (b"\x1b[" in err) == expected, (color, err)


@test
def inetd_hands_it_a_socket_and_it_ends_when_idle():
    """inetd's wait: the socket of the first request is descriptor 0."""
    with folders() as (served, here), \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        one = Process([program("fil-tftpd"), "--inetd", "--idle-timeout", "1", served],
                      stdin=sock)
        status, _, err = client(sock.getsockname()[1], "get", "cake", cwd=here)
        assert status == 0 and (here / "cake").read_bytes() == CAKE, err
        assert one.wait() == 0 and one.stdout == ""


@test
def transfers_come_from_the_range_of_ports():
    """--port-range: a firewall can let them through; and when all are taken the
    client is told."""
    with folders() as (served, here):
        free = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        for sock in free:
            sock.bind(("127.0.0.1", 0))
        low = free[0].getsockname()[1]
        free[0].close()
        s = server(served, "--port-range", f"{low}-{low}")
        with free[1] as sock:
            sock.settimeout(DEADLINE)
            sock.sendto(b"\0\1cake\0octet\0", ("127.0.0.1", s.ports["udp"]))
            assert sock.recvfrom(600)[1][1] == low
            status, _, err = client(s.ports["udp"], "get", "cake", cwd=here)
            assert status == 1 and b"No socket" in err, err


# --- the clients of others --------------------------------------------------------

def check_client(get, put, sizes_of_files=(0, 511, 512, 513, 100000), options=()):
    """A client of another house gets and puts files of awkward sizes.  get and put
    are its command lines, which name the server as HOST and PORT."""
    for host in hosts():
        with folders() as (served, here):
            s = server(served, *options, host=host)
            where = {"HOST": host, "URL": f"[{host}]" if ":" in host else host,
                     "PORT": s.ports["udp"]}

            def ask(command):
                return run([re.sub("HOST|URL|PORT", lambda m: str(where[m[0]]), str(word))
                            for word in command], cwd=here)
            for size in sizes_of_files:
                (served / "there").write_bytes(CAKE[:size])
                (here / "up").write_bytes(CAKE[:size])
                back = here / "back"
                back.unlink(missing_ok=True)
                status, out, err = ask(get)
                # curl makes no file if nothing comes
                got = back.read_bytes() if back.exists() else b""
                assert got == CAKE[:size], (get, status, size, len(got), out, err, s.stderr)
                (served / "up").unlink(missing_ok=True)
                status, out, err = ask(put)
                eventually(lambda: (served / "up").exists(),
                           f"{put} of {size} bytes: {out} {err} {s.stderr}")
                assert (served / "up").read_bytes() == CAKE[:size], size


@test
def the_sheets_session_with_the_classic_client_at_a_terminal():
    """Sheet B: what a student types into tftp-hpa, and sees."""
    need("tftp")
    with folders() as (served, here):
        s = server(served)
        person = Terminal(f"cd {here} && clear && tftp 127.0.0.1 {s.ports['udp']}", 80, 24)
        for typed, shown in (("binary", "binary$"), ("verbose", "Verbose mode on[.]$"),
                             ("trace", "Packet tracing on[.]$"),
                             ("get cake", "^Received 100000 bytes in "),
                             ("put cake", "^Sent 100000 bytes in ")):
            person.sees("^tftp>")
            person.line(typed)
            person.sees(shown)
        assert "received ACK <block=196>" in person.screen(), person.screen()
        person.line("quit")
        person.sees(r"^[$]$")
        assert (here / "cake").read_bytes() == (served / "cake").read_bytes() == CAKE


@test
def the_classic_client_of_debian_gets_and_puts():
    """tftp-hpa, with no options and all of a session by one socket."""
    need("tftp")
    classic = ["tftp", "-m", "binary", "HOST", "PORT", "-c"]
    check_client([*classic, "get", "there", "back"], [*classic, "put", "up", "up"])
    with folders() as (served, here):
        s = server(served)
        (here / "a").write_bytes(b"a")
        session = b"binary\nverbose\ntrace\nget cake\nput cake\nput a\nput a\nget a b\nquit\n"
        status, out, err = run(["tftp", "127.0.0.1", s.ports["udp"]], session, cwd=here)
        assert (here / "cake").read_bytes() == CAKE, (out, err)
        assert (here / "b").read_bytes() == b"a", (out, err, s.stderr)
        text = b"deux\nlignes\r\n"
        (here / "text").write_bytes(text)
        run(["tftp", "-m", "netascii", "127.0.0.1", s.ports["udp"], "-c", "put", "text"],
            cwd=here)
        eventually(lambda: (served / "text").exists(), "the text")
        # its own way with a CR is not ours to judge; a newline is a newline
        assert (served / "text").read_bytes().count(b"\n") == 2


@test
def atftp_gets_and_puts_with_every_option():
    """The client with windowsize (RFC 7440).  Each pair of two values once; all of
    them under FIL_SOAK."""
    need("atftp")
    every = list(itertools.product(BLOCKS, WINDOWS))
    for blksize, window in every if SOAK else zip(BLOCKS, itertools.cycle(WINDOWS)):
        asked = {"blksize": blksize, "windowsize": window, "tsize": 0, "timeout": 2}
        atftp = ["atftp", *(word for name, value in asked.items()
                            for word in ("--option", f"{name} {value}"))]
        check_client([*atftp, "--get", "-r", "there", "-l", "back", "HOST", "PORT"],
                     [*atftp, "--put", "-r", "up", "-l", "up", "HOST", "PORT"],
                     (*sizes(blksize), 20000), ["--max-per-host", "0"])


@test
def curl_gets_and_puts():
    need("curl")
    for blksize in BLOCKS:
        curl = ["curl", "-s", "--max-time", "15", "--tftp-blksize", blksize]
        check_client([*curl, "-o", "back", "tftp://URL:PORT/there"],
                     [*curl, "-T", "up", "tftp://URL:PORT/up"],
                     # it sends nothing at all of a file of no bytes
                     (*sizes(blksize)[1:], 20000))


@test
def busybox_gets_and_puts():
    """Its blocks have 24 bytes at least."""
    need("busybox")
    for blksize in BLOCKS[1:]:
        box = ["busybox", "tftp", "-b", blksize]
        check_client([*box, "-g", "-r", "there", "-l", "back", "HOST", "PORT"],
                     [*box, "-p", "-r", "up", "-l", "up", "HOST", "PORT"],
                     (*sizes(blksize), 20000))


# --- the servers of others --------------------------------------------------------

def check_server(host, port, folder, rows):
    """Our client with a server of another house, which may lower or ignore what
    is asked for: rows of (blksize, window, and is it a put?)."""
    served, here = folder
    for blksize, window, puts in rows:
        for size in (*sizes(blksize), 100000):
            (served / "there").write_bytes(CAKE[:size])
            (served / "there").chmod(0o666)
            (here / "up").write_bytes(CAKE[:size])
            options = ["--blksize", blksize, "--window", window]
            status, _, err = client(port, *(["put", "up"] if puts else
                                            ["get", "there", "back"]),
                                    cwd=here, host=host, options=options)
            assert status == 0, (blksize, window, size, err)
            if puts:
                eventually(lambda: (served / "up").read_bytes() == CAKE[:size],
                           "the server to have written it")
            else:
                assert (here / "back").read_bytes() == CAKE[:size]


def other_server(*argv, rows, port, host="127.0.0.1", env=None):
    """Its command line names the folder as SERVED."""
    table = pathlib.Path("/proc/net/udp6" if ":" in host else "/proc/net/udp")
    with folders() as (served, here):
        (served / "up").touch()
        (served / "up").chmod(0o666)
        one = Process([str(a).replace("SERVED", str(served)) for a in argv], env=env)
        eventually(lambda: f":{port:04X} " in table.read_text(), f"{argv[0]} to listen")
        check_server(host, port, (served, here), rows)
        one.kill()


def rows(blocks, puts=(False, True)):
    """Each block size with some windows; with all of them under FIL_SOAK."""
    return [(b, w, p) for i, b in enumerate(blocks) for j, w in enumerate(WINDOWS)
            for p in puts if SOAK or (i + j) % 2 == 0]


def atftpd():
    """It and tftpd-hpa exclude each other, as packages."""
    return unpacked("atftpd", "atftpd", "libwrap0")


def with_atftpd():
    # with windows its uploads lose what its socket cannot hold (and wait 5 s);
    # told to bind ::1 it binds 0.0.0.0
    other_server(atftpd() / "usr/sbin/atftpd", "--daemon", "--no-fork", "--port", "6970",
                 "--bind-address", "127.0.0.1", "--user", "root.root", "SERVED",
                 port=6970, env=libraries(atftpd()),
                 rows=[row for row in rows(BLOCKS)
                       if not row[2] or row[0] * row[1] < 100000])


def with_dnsmasq():
    for host in hosts():
        # -d: it becomes nobody else
        other_server("dnsmasq", "-d", "-C", "/dev/null", "-p", "0", "--enable-tftp",
                     "--tftp-root=SERVED", f"--listen-address={host}",
                     "--bind-interfaces", "-u", "root", "--pid-file=",
                     port=69, host=host, rows=rows(BLOCKS, [False]))


@test
def our_client_works_with_tftpd_hpa():
    """It becomes another user, which only root may, and not in a namespace."""
    if os.geteuid() != 0:
        raise NotHere("tftpd-hpa serves as root only")
    place = unpacked("tftpd-hpa", "tftpd-hpa", "libwrap0")
    for host in hosts():
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,
                           socket.SOCK_DGRAM) as sock:
            sock.bind((host, 0))
            port = sock.getsockname()[1]
        where = ["-6", "-a", f"[{host}]:{port}"] if ":" in host else \
            ["-4", "-a", f"{host}:{port}"]
        other_server(place / "usr/sbin/in.tftpd", "-L", *where, "-c", "-p", "-u", "root", "-s",
                     "SERVED", port=port, host=host, rows=rows(BLOCKS),
                     env=libraries(place))


@test
def our_client_works_with_atftpd():
    atftpd()
    in_namespace("with_atftpd")


@test
def our_client_works_with_dnsmasq():
    """It lowers block sizes to what its interface takes, and knows no window."""
    need("dnsmasq")
    in_namespace("with_dnsmasq")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        alone(globals()[sys.argv[1]])
    main()
