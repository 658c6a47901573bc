#!/usr/bin/env python3
"""ftpd_hostile.py - what no honest client sends to fil-ftpd, and what happens to
uploads that do not end well."""
import contextlib, os, pathlib, resource, signal, socket, struct, subprocess, sys, threading, time

from harness import (DEADLINE, NotHere, Process, alone, eventually, in_namespace, main, need,
                     program, run, spoken, tcp, test)
from ftppeers import BIG, RESERVED, Control, Ftpd, drain, folder, inetd


def alive(server):
    """It serves on: the one thing that must hold after everything here."""
    with server.control() as c:
        c.ask("PWD", 257)


def reset(sock):
    """Close with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


# --- paths -----------------------------------------------------------------------

def tree_with_ways_out():
    outer = folder()
    tree = outer / "tree"
    (tree / "dir").mkdir(parents=True)
    (outer / "secret").write_bytes(b"secret")
    (tree / "file").write_bytes(b"file")
    (tree / "link").symlink_to("../secret")
    (tree / "absolute").symlink_to(outer / "secret")
    (tree / "up").symlink_to("..")
    (tree / "root").symlink_to("/")
    (tree / "proc").symlink_to("/proc/self/cwd")
    return outer, tree


@test
def no_path_leads_out_of_the_folder():
    """.., absolute paths and symbolic links, for each command that opens one."""
    outer, tree = tree_with_ways_out()
    server = Ftpd(tree=tree)
    outs = ["../secret", "../../../../../.." + str(outer) + "/secret", str(outer / "secret"),
            "dir/../../secret", "link", "absolute", "up/secret", "root/etc/passwd",
            "proc/tree/file", "dir/..//../secret"]
    with server.control() as c:
        c.ask("TYPE I", 200)
        for out in outs:
            for command in ("RETR", "SIZE", "MDTM", "MLST", "SITE CHMOD 600", "LIST", "NLST",
                            "CWD"):
                c.epsv()
                c.send(f"{command} {out}")
                code, text = c.reply()
                # "/tmp/..." and "../x" name a place inside, which is not there
                assert 500 <= code < 600, (command, out, text)
            c.ask(f"MLSD {out}", 550, 501)
        for folder_out in ("up", "root", "proc", "up/..", "/.."):
            c.send(f"CWD {folder_out}")
            code, text = c.reply()
            assert code == 550 or '"/"' in c.ask("PWD", 257), (folder_out, text)
        for command in ("STOR up/planted", "STOR root/tmp/planted", "MKD up/planted",
                        "RMD up/tree", "DELE up/secret", "RNFR up/secret",
                        "MFMT 20200101000000 up/secret"):
            c.ask(command, 550)
        c.ask("RNFR file", 350)
        c.ask("RNTO up/planted", 550)
        # what has the name of a link is replaced, never what the link leads to
        c.put("STOR link", b"mine")
    assert (outer / "secret").read_bytes() == b"secret"
    assert not (tree / "link").is_symlink()
    assert sorted(path.name for path in outer.iterdir()) == ["secret", "tree"]


@test
def a_folder_swapped_for_a_link_during_the_walk_leads_nowhere():
    """A check before the open could be passed by one and the open met by the
    other; here there is no check before."""
    outer, tree = tree_with_ways_out()
    (tree / "swapped").mkdir()
    (tree / "swapped" / "secret").write_bytes(b"inside")
    server = Ftpd(tree=tree)
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            os.rename(tree / "swapped", tree / "aside")
            os.symlink("..", tree / "swapped")
            os.unlink(tree / "swapped")
            os.rename(tree / "aside", tree / "swapped")
    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    try:
        with server.control() as c:
            c.ask("TYPE I", 200)
            for _ in range(400):
                with c.connect() as data:
                    c.send("RETR swapped/secret")
                    code, _ = c.reply()
                    seen.add(drain(data) if code == 150 else code)
                    if code == 150:
                        c.expect(226)
    finally:
        stop.set()
        thread.join()
    assert seen <= {b"inside", 550}, seen


@test
def names_that_could_forge_a_line_are_not_made_and_not_told():
    server = Ftpd()
    (server.tree / "a\nb").write_bytes(b"")
    (server.tree / "esc\x1b[2J").write_bytes(b"")
    (server.tree / "plain").write_bytes(b"")
    with server.control() as c:
        for command in ("STOR x\x1b", "MKD x\x7f", "APPE x\x01", "STOR x\u009b"):
            c.ask(command, 553)
        c.ask("RNFR plain", 350)
        c.ask("RNTO x\x02", 553)
        assert c.get("NLST") == b"plain\r\n"
        assert len(c.get("MLSD").splitlines()) == 1
        listed = c.get("LIST").decode().splitlines()
        assert len(listed) == 3 and listed[0].endswith(" a?b") and listed[1].endswith("esc?[2J")


@test
def names_of_uploads_under_way_are_out_of_reach():
    server = Ftpd()
    (server.tree / (RESERVED + "x")).write_bytes(b"half")
    with server.control() as c:
        c.ask("TYPE I", 200)
        for command in ("RETR", "SIZE", "DELE", "STOR", "RNFR", "MKD", "APPE", "MLST"):
            c.ask(f"{command} {RESERVED}x", 550)
        # what was refused is not what an earlier RNFR makes ready
        c.ask("MKD dir", 257)
        c.ask("RNFR dir", 350)
        c.ask(f"RNFR {RESERVED}x", 550)
        c.ask("RNTO stolen", 503)
        c.ask("RMD dir", 250)
        assert c.get("NLST") == b"" and c.get("LIST") == b"" and c.get("MLSD") == b""


# --- data connections --------------------------------------------------------------

@test
def a_stranger_at_the_passive_port_is_sent_away_and_the_right_one_served():
    """RFC 2577: whoever connects first must not get the file."""
    server = Ftpd()
    (server.tree / "f").write_bytes(b"mine")
    with server.control() as c:
        port = c.epsv()
        stranger = c.connect(port, source="127.0.0.2")
        c.send("RETR f")
        assert drain_quietly(stranger) == b""
        with c.connect(port) as data:
            c.expect(150)
            assert drain(data) == b"mine"
        c.expect(226)
    server.says("127.0.0.2")


def drain_quietly(sock):
    with contextlib.suppress(ConnectionResetError):
        return drain(sock)
    return b""


@test
def the_server_connects_to_nobody_else():
    """The FTP bounce (RFC 2577): PORT to a third party, or to a well-known port."""
    server = Ftpd()
    (server.tree / "f").write_bytes(b"mine")
    with socket.socket() as victim:
        victim.bind(("127.0.0.2", 0))
        victim.listen()
        port = victim.getsockname()[1]
        high, low = divmod(port, 256)
        with server.control() as c:
            for command in (f"PORT 127,0,0,2,{high},{low}", f"EPRT |1|127.0.0.2|{port}|",
                            "PORT 127,0,0,1,0,25", "EPRT |1|127.0.0.1|1023|",
                            f"PORT 0,0,0,0,{high},{low}", "PORT 255,255,255,255,9,9"):
                c.ask(command, 501)
            c.ask(f"EPRT |2|::1|{port}|", 522)
            c.ask("RETR f", 425)
        victim.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            raise AssertionError(victim.accept())
    alive(server)


@test
def a_port_that_nobody_listens_on_is_425():
    server = Ftpd()
    (server.tree / "f").write_bytes(b"")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        high, low = divmod(free.getsockname()[1], 256)
        with server.control() as c:
            c.ask(f"PORT 127,0,0,1,{high},{low}", 200)
            c.ask("RETR f", 425)
            c.ask("LIST", 425)


# --- the control connection ---------------------------------------------------------

@test
def a_command_may_come_in_single_bytes_and_ten_in_one_segment():
    server = Ftpd()
    with server.control() as c:
        for byte in b"PWD\r\n":
            c.send(bytes([byte]))
            time.sleep(0.001)
        c.expect(257)
        c.send(b"NOOP\r\nPWD\r\n" * 5)
        for _ in range(5):
            c.expect(200)
            c.expect(257)
        c.send(b"NOOP\n")
        c.expect(200)


@test
def a_line_of_a_mebibyte_is_refused_once():
    server = Ftpd()
    with server.control() as c:
        c.send(b"STOR " + b"x" * (1 << 20) + b"\r\nPWD\r\n")
        c.expect(500)
        c.expect(257)


@test
def nul_cr_and_telnet_codes_harm_nobody():
    server = Ftpd()
    with server.control() as c:
        c.ask(b"DELE a\0b\r\n", 501)
        c.ask(b"DELE a\rb\r\n", 501)
        c.ask(b"\xff\xf1\xff\xfd\x06PW\xff\xf9D\r\n", 257)
        c.send(b"\xff\xf4\xff\xf2\r\n\r\n")
        c.ask("NOOP", 200)
        assert '"/\ufffd"' in c.ask(b"MKD \xff\xff\r\n", 257)
    assert os.listdir(os.fsencode(server.tree)) == [b"\xff"]


@test
def offsets_that_are_none_are_refused():
    server = Ftpd()
    (server.tree / "f").write_bytes(b"0123456789")
    with server.control() as c:
        c.ask("TYPE I", 200)
        for wrong in ("-1", "12345678901234567890", "99999999999999999999", "1x", "+1", "0x1",
                      "9223372036854775808", " 1"):
            c.ask(f"REST {wrong}", 501)
        for command in ("RETR f", "STOR f"):
            c.ask("REST 11", 350)
            c.epsv()
            c.ask(command, 554)
        c.ask("REST 9223372036854775807", 350)
        c.ask("RETR f", 554)
        assert c.get("RETR f") == b"0123456789"
    assert (server.tree / "f").read_bytes() == b"0123456789"


@test
def http_and_smtp_are_not_spoken_here():
    """A browser made to post to port 21 must not get to the commands in its
    body: the first line of HTTP or SMTP closes the connection."""
    server = Ftpd()
    for verb in ("GET / HTTP/1.1", "POST / HTTP/1.1", "HEAD / HTTP/1.0", "PUT / HTTP/1.1",
                 "OPTIONS * HTTP/1.1", "DELETE / HTTP/1.1", "CONNECT x HTTP/1.1", "EHLO x",
                 "HELO x", "MAIL FROM:<a@b>", "RCPT TO:<a@b>"):
        with server.control(login=False) as c:
            c.send(verb.encode() + b"\r\nUSER guest\r\n")
            c.expect(500)
            assert c.closed() == "", verb


@test
def bad_commands_have_a_cap():
    server = Ftpd()
    with server.control() as c:
        c.send(b"NONE\r\n" * 30)
        said = c.closed()
    assert said.count("500") == 20 and "421" in said, said


@test
def guessing_passwords_is_slow_and_soon_over():
    """Each wrong one costs a second, three the connection, ten the host a wait."""
    server = Ftpd("--max-per-host", "0")

    def guess():
        with server.control(login=False) as c, contextlib.suppress(EOFError):
            for _ in range(3):
                c.ask("USER guest", 331)
                c.send("PASS wrong")
                assert c.reply()[0] in (530, 421)
    threads = [threading.Thread(target=guess) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.says(spoken("too many failures", "trop d'échecs"))
    with server.control(login=False) as c:
        c.ask("USER guest", 331)
        c.ask(f"PASS {server.password}", 530)


@test
def who_does_not_log_in_does_not_stay_for_ever():
    server = Ftpd("--idle-timeout", "0.3")
    with server.control(login=False) as c:
        assert "421" in c.closed()
    with server.control() as c:
        assert "421" in c.closed()


@test
def a_transfer_that_does_not_move_ends():
    server = Ftpd("--idle-timeout", "0.5")
    with server.control() as c:
        c.ask("TYPE I", 200)
        with c.begin("STOR f"):
            c.expect(426)
    assert list(server.tree.iterdir()) == []


# --- uploads that do not end well ----------------------------------------------------

@test
def a_lost_upload_leaves_nothing_under_its_name():
    """Whoever fetches a file that is being put must not get half of it."""
    server = Ftpd()
    (server.tree / "kept").write_bytes(b"old")
    with server.control() as c:
        c.ask("TYPE I", 200)
        for name in ("fresh", "kept"):
            data = c.begin(f"STOR {name}")
            data.sendall(BIG)
            eventually(lambda: any(path.stat().st_size > 0 for path in server.leftovers()),
                       "half a file")
            reset(data)
            c.expect(426)
        data = c.begin("STOR aborted")
        data.sendall(BIG)
        c.send("ABOR")
        c.expect(426)
        c.expect(226)
        data.close()
    other = server.control()
    other.ask("TYPE I", 200)
    data = other.begin("STOR orphan")
    data.sendall(BIG)
    reset(other.sock)			# the control connection goes
    eventually(lambda: not server.leftovers(), "the rest to be removed")
    assert [path.name for path in server.tree.iterdir()] == ["kept"]
    assert (server.tree / "kept").read_bytes() == b"old"


@test
def what_kill_9_left_is_swept_at_the_next_start():
    tree = folder()
    (tree / "deep" / "er").mkdir(parents=True)
    server = Ftpd(tree=tree)
    with server.control() as c:
        c.ask("TYPE I", 200)
        data = c.begin("STOR deep/er/f")
        data.sendall(BIG)
        eventually(server.leftovers, "half a file")
        server.signal(signal.SIGKILL)
        server.popen.wait()
    assert len(server.leftovers()) == 1
    assert not (tree / "deep" / "er" / "f").exists()
    # inetd starts one for each client: they do not search the whole tree each time
    with inetd(tree) as sock:
        assert sock.recv(100).startswith(b"220 ")
    assert len(server.leftovers()) == 1
    again = Ftpd(tree=tree)
    eventually(lambda: not again.leftovers(), "the sweep")


@test
def an_upload_under_way_is_not_swept_by_another_server():
    tree = folder()
    server = Ftpd(tree=tree)
    with server.control() as c:
        c.ask("TYPE I", 200)
        data = c.begin("STOR f")
        data.sendall(BIG)
        eventually(server.leftovers, "half a file")
        (tree / (RESERVED + "0" * 16)).write_bytes(b"")
        os.utime(tree / (RESERVED + "0" * 16), (0, 0))
        Ftpd(tree=tree)
        eventually(lambda: len(server.leftovers()) == 1, "the stale one to be swept")
        data.close()
        c.expect(226)
    assert (tree / "f").read_bytes() == BIG


@test
def a_full_disk_is_452_and_leaves_nothing():
    """In a file system of a mebibyte, in a namespace of the server's own."""
    need("unshare", "mount")
    tree = folder()
    status, _, err = run(["unshare", "--user", "--map-root-user", "--mount", "mount", "-t",
                          "tmpfs", "none", tree])
    if status != 0:
        raise NotHere(f"no mounts for this user: {err.decode().strip()}")
    script = ('mount -t tmpfs -o size=1m none "$0" && exec "$@"')
    server = Process(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, tree,
                      program("fil-ftpd"), "--port", "0", "--bind", "127.0.0.1", "--color",
                      "never", tree], env={"LANGUAGE": "", "LC_ALL": "C"})
    server.port = int(server.says(r"listening on tcp \S+:(\d+)", "stdout")[1])
    server.password = server.says(r"guest, password (\w+)", "stdout")[1]
    with Control(server) as c:
        c.ask("TYPE I", 200)
        for command in ("STOR f", "APPE f", "STOU"):
            with c.begin(command) as data:
                with contextlib.suppress(ConnectionError):
                    data.sendall(BIG + BIG)
                c.expect(452)
            assert c.get("NLST") == b"", command
        c.put("STOR small", b"x")
        assert c.get("NLST") == b"small\r\n"
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


# --- many ------------------------------------------------------------------------------

@test
def two_hundred_clients_at_once_are_all_served():
    server = Ftpd()
    (server.tree / "f").write_bytes(BIG)
    failed = []

    def fetch():
        try:
            with server.control() as c:
                c.ask("TYPE I", 200)
                assert c.get("RETR f") == BIG
        except Exception as error:
            failed.append(error)
    threads = [threading.Thread(target=fetch) for _ in range(200)]
    begin = server.descriptors()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed[:3]
    server.settles(begin)


@test
def sessions_one_after_another_leave_no_descriptor():
    """10,000 of them at ulimit -n 128.  Each leaves a port in TIME_WAIT, which other
    tests may want: so in a namespace."""
    in_namespace("ten_thousand_sessions")


def ten_thousand_sessions():
    tree = folder()
    (tree / "f").write_bytes(b"x")
    server = Ftpd("--anonymous", "-q", tree=tree, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (128, 128)))
    begin = server.descriptors()
    for number in range(10000):
        with server.control(user="ftp", password="x") as c:
            if number % 4 == 0:
                assert c.get("RETR f") == b"x"
            elif number % 4 == 1:
                c.epsv()		# and never used
            elif number % 4 == 2:
                c.ask("QUIT", 221)
    server.settles(begin)
    with server.control(user="ftp", password="x") as c:
        assert c.get("RETR f") == b"x"


@test
def a_client_beyond_the_limit_is_told_in_the_words_of_ftp():
    server = Ftpd("--max-clients", "1")
    with server.control():
        with tcp(server.port) as sock:
            assert sock.recv(1024).startswith(b"421 ")
            assert sock.recv(1024) == b""


if __name__ == "__main__":
    if len(sys.argv) > 1:
        alone(globals()[sys.argv[1]])
    main()
