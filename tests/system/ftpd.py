#!/usr/bin/env python3
"""ftpd.py - fil-ftpd with the clients that people have: tnftp, inetutils ftp,
lftp, curl, wget, Python's ftplib; and what it answers to each command."""
import contextlib, datetime, ftplib, io, os, pathlib, re, signal, stat, struct, subprocess, tempfile, time

from harness import (DEADLINE, FRENCH, Server, eventually, main, need, program, run, spoken,
                     tcp, test)
from ftppeers import BIG, Control, Ftpd, drain, folder

SIZES = {"empty": b"", "one": b"x", "big": BIG}
TEXT = b"one\ntwo\n\nlast without an end"
ODD = "a name with spaces é 漢"


# --- a session by each client --------------------------------------------------

def typed(client, server, commands, here):
    """A client that reads commands; what it printed."""
    need(client)
    script = "\n".join([f"user guest {server.password}", *commands, "quit", ""])
    status, out, err = run([client, "-n", "-v", "-p", "127.0.0.1", server.port],
                           script.encode(), cwd=here, env={"TERM": "dumb", "HOME": str(here)})
    return (out + err).decode("utf-8", "replace")


def a_session_typed(client):
    """login, pwd, cd, ls, get and put of 0, 1 and 1 MiB + 3 bytes, in binary
    and as text, resume, rename, delete, folders, odd names."""
    server, here = Ftpd(), folder()
    (server.tree / "pub").mkdir()
    for name, content in SIZES.items():
        (server.tree / "pub" / name).write_bytes(content)
        (here / f"up-{name}").write_bytes(content)
    (server.tree / "text").write_bytes(TEXT)
    (server.tree / ODD).write_bytes(b"odd")
    (here / "up-text").write_bytes(TEXT)
    (here / "part").write_bytes(BIG[:1000])
    said = typed(client, server, [
        "binary", "pwd", "cd pub", "ls",
        "get empty", "get one", "get big", "reget big part",
        "put up-empty", "put up-one", "put up-big",
        "ascii", "put up-text", "get ../text down-text",
        "binary", f'get "../{ODD}" odd', f'put up-one "{ODD}"',
        "rename up-one renamed", "delete up-empty",
        "mkdir new", "cd new", "pwd", "cd ..", "mkdir gone", "rmdir gone"], here)
    for name, content in SIZES.items():
        assert (here / name).read_bytes() == content, (name, said)
    assert (here / "part").read_bytes() == BIG, said
    assert (here / "down-text").read_bytes() == TEXT, said
    assert (here / "odd").read_bytes() == b"odd", said
    pub = server.tree / "pub"
    assert (pub / "up-big").read_bytes() == BIG, said
    assert (pub / "up-text").read_bytes() == TEXT, said
    assert (pub / "renamed").read_bytes() == b"x", said
    assert (pub / ODD).read_bytes() == b"x", said
    assert (pub / "new").is_dir(), said
    for gone in ("up-empty", "up-one", "gone"):
        assert not (pub / gone).exists(), (gone, said)
    for path in ("/", "/pub/new"):
        assert re.search(rf'(257 "|directory: ){path}("|\r?$)', said, re.M), (path, said)
    assert re.search(r"^-rw.* 1048579 .* big\r?$", said, re.M), said
    assert server.leftovers() == []


@test
def tnftp_holds_a_whole_session():
    """spec/05: every classic client works."""
    a_session_typed("tnftp")


@test
def inetutils_ftp_holds_a_whole_session():
    a_session_typed("inetutils-ftp")


@test
def lftp_holds_a_whole_session():
    need("lftp")
    server, here = Ftpd(), folder()
    (server.tree / "pub").mkdir()
    for name, content in SIZES.items():
        (server.tree / "pub" / name).write_bytes(content)
        (here / f"up-{name}").write_bytes(content)
    (server.tree / ODD).write_bytes(b"odd")
    (server.tree / "text").write_bytes(TEXT)
    (here / "part").write_bytes(BIG[:1000])
    (here / "many").mkdir()
    for number in range(20):
        (here / "many" / f"f {number}").write_bytes(b"%d" % number)
    script = f"""set net:timeout {DEADLINE:.0f}; set net:max-retries 2; set cmd:fail-exit yes
set ftp:ssl-allow no; set ftp:charset UTF-8; set file:charset UTF-8
open -u guest,{server.password} ftp://127.0.0.1:{server.port}
pwd; cd pub; ls; cls -l
get empty; get one; get big; get -c big -o part
get -a ../text -o down-text
put up-empty; put up-one; put up-big; put -a up-one -o ascii
get "../{ODD}" -o odd; put up-one -o "{ODD}"
mv up-one renamed; rm up-empty; mkdir new; rmdir new
mirror -R many there; mirror there back; rm -r there
chmod 600 renamed
quit
"""
    status, out, err = run(["lftp", "-f", "/dev/stdin"], script.encode(), cwd=here,
                           env={"HOME": str(here)}, deadline=3 * DEADLINE)
    assert status == 0, (out + err).decode()
    for name, content in SIZES.items():
        assert (here / name).read_bytes() == content, name
    assert (here / "part").read_bytes() == BIG
    assert (here / "down-text").read_bytes() == TEXT
    assert (here / "odd").read_bytes() == b"odd"
    pub = server.tree / "pub"
    assert (pub / "up-big").read_bytes() == BIG and (pub / ODD).read_bytes() == b"x"
    assert stat.S_IMODE((pub / "renamed").stat().st_mode) == 0o600
    assert not any((pub / gone).exists() for gone in ("up-empty", "new", "there"))
    for number in range(20):
        assert (here / "back" / f"f {number}").read_bytes() == b"%d" % number


@test
def curl_gets_puts_resumes_renames_and_lists():
    need("curl")
    server, here = Ftpd(), folder()
    base = f"ftp://127.0.0.1:{server.port}/"
    def curl(*arguments):
        status, out, err = run(["curl", "-sS", "-u", f"guest:{server.password}", *arguments],
                               cwd=here)
        assert status == 0, err.decode()
        return out
    for name, content in SIZES.items():
        (here / name).write_bytes(content)
        curl("-T", name, base + "new/", "--ftp-create-dirs")
        assert curl(base + "new/" + name) == content
    (here / "part").write_bytes(BIG[:1000])
    curl("-C", "-", "-o", "part", base + "new/big")
    assert (here / "part").read_bytes() == BIG
    (server.tree / "begun").write_bytes(BIG[:5000])
    curl("-C", "5000", "-T", "big", base + "begun")
    assert (server.tree / "begun").read_bytes() == BIG
    assert curl("-r", "5-9", base + "begun") == BIG[5:10]
    curl("-T", "one", base + "a%20b%C3%A9")
    assert (server.tree / "a bé").read_bytes() == b"x"
    assert curl("-l", base + "new/").split() == [b"big", b"empty", b"one"]
    assert curl("-P", "-", base + "new/one") == b"x"
    curl("-Q", "-RNFR new/one", "-Q", "-RNTO two", base)
    assert (server.tree / "two").exists() and not (server.tree / "new/one").exists()
    (server.tree / "text").write_bytes(TEXT)
    assert curl("-B", base + "text") == TEXT	# CRLF on the wire, and curl's own LF here


@test
def wget_fetches_a_tree():
    need("wget")
    server, here = Ftpd(), folder()
    (server.tree / "a" / "b").mkdir(parents=True)
    for name, content in SIZES.items():
        (server.tree / "a" / "b" / name).write_bytes(content)
    (server.tree / "a" / "two words é").write_bytes(b"odd")
    status, _, err = run(["wget", "-q", "-r", "-nH", "--ftp-user=guest", "--restrict-file-names=nocontrol",
        f"--ftp-password={server.password}", f"ftp://127.0.0.1:{server.port}/a"], cwd=here)
    assert status == 0, err.decode()
    for name, content in SIZES.items():
        assert (here / "a" / "b" / name).read_bytes() == content, name
    assert (here / "a" / "two words é").read_bytes() == b"odd"


@test
def ftplib_holds_a_whole_session_passive_and_active():
    server = Ftpd()
    for passive in (True, False):
        ftp = server.ftplib()
        ftp.set_pasv(passive)
        assert ftp.pwd() == "/"
        ftp.mkd("dir")
        ftp.cwd("dir")
        assert ftp.pwd() == "/dir"
        for name, content in SIZES.items():
            ftp.storbinary(f"STOR {name}", io.BytesIO(content))
            got = io.BytesIO()
            ftp.retrbinary(f"RETR {name}", got.write)
            assert got.getvalue() == content, name
            assert ftp.size(name) == len(content)
        ftp.storlines("STOR text", io.BytesIO(TEXT))
        assert (server.tree / "dir/text").read_bytes() == TEXT + b"\n"
        lines = []
        ftp.retrlines("RETR text", lines.append)
        assert lines == TEXT.decode().split("\n")
        assert ftp.nlst() == sorted([*SIZES, "text"])
        assert {name: facts["type"] for name, facts in ftp.mlsd()} == dict.fromkeys(
            [*SIZES, "text"], "file")
        ftp.rename("one", ODD)
        assert ODD in ftp.nlst()
        got = io.BytesIO()
        ftp.retrbinary("RETR big", got.write, rest=len(BIG) - 3)
        assert got.getvalue() == b"end"
        for name in ftp.nlst():
            ftp.delete(name)
        ftp.cwd("..")
        ftp.rmd("dir")
        assert os.listdir(server.tree) == []
        ftp.quit()


# --- commands ------------------------------------------------------------------

@test
def before_login_only_what_leads_to_one_is_answered():
    server = Ftpd()
    with server.control(login=False) as c:
        for command in ("CWD /", "PWD", "LIST", "RETR x", "STOR x", "PASV", "EPSV", "TYPE I",
                        "SIZE x", "DELE x", "MKD x", "STAT", "SYST", "REST 1", "REIN", "ABOR",
                        "SITE HELP", "OPTS UTF8 ON", "PORT 127,0,0,1,8,0", "ALLO 1"):
            c.ask(command, 530)
        c.ask("FEAT", 211)
        c.ask("HELP", 214)
        c.ask("NOOP", 200)
        c.ask("CLNT x", 200)
        c.ask("AUTH TLS", 502)
        c.ask("PBSZ 0", 503)
        c.ask("PROT P", 503)
        c.ask("PASS x", 503)
        c.ask("QUIT", 221)
        assert c.closed() == ""


@test
def each_command_of_the_table_is_in_help_and_answers():
    """HELP and FEAT come from the rows that answer."""
    server = Ftpd()
    with server.control() as c:
        verbs = re.findall(r"\b[A-Z]{3,4}\b", c.ask("HELP", 214).replace("HELP COMMAND", ""))
        assert len(verbs) > 50 and verbs == sorted(verbs), verbs
        for verb in set(verbs) - {"QUIT", "REIN"}:
            assert verb in c.ask(f"HELP {verb}", 214)
            c.ask("ABOR", 226)			# no listener: else LIST would wait for a client
            c.send(verb)
            code, text = c.reply()
            assert code != 500 and code != 421, text
        features = c.ask("FEAT", 211)
        for feature in ("EPRT", "EPSV", "MDTM", "MFMT", "MLST TYPE*;".lower(), "REST STREAM",
                        "SIZE", "UTF8", "CLNT"):
            assert f" {feature}".lower() in features.lower(), (feature, features)
        assert "AUTH" not in features
        c.ask("HELP NONE", 502)
        c.ask("SITE HELP", 214)
        c.ask("NONE", 500)


@test
def an_argument_too_many_or_too_few_is_501():
    server = Ftpd()
    with server.control() as c:
        for command in ("PWD x", "CDUP x", "PASV x", "QUIT x", "FEAT x", "SYST x", "RETR", "STOR",
                        "DELE", "MKD", "RMD", "RNFR", "RNTO", "TYPE", "SIZE", "PORT", "EPRT",
                        "REST", "MFMT", "SITE CHMOD", "SITE CHMOD 644", "SITE CHMOD 9 x",
                        "MFMT 2026 x", "PORT 1,2,3", "OPTS NONE"):
            c.ask(command, 501)


@test
def folders_are_walked_and_cwd_alone_goes_home():
    server = Ftpd()
    (server.tree / "a" / "b").mkdir(parents=True)
    (server.tree / "file").write_bytes(b"")
    with server.control() as c:
        c.ask("CWD a/b", 250)
        assert '"/a/b"' in c.ask("PWD", 257)
        c.ask("CDUP", 250)
        assert '"/a"' in c.ask("XPWD", 257)
        c.ask("CWD", 250)
        assert '"/"' in c.ask("PWD", 257)
        c.ask("CWD ..", 250)
        assert '"/"' in c.ask("PWD", 257)
        c.ask("CWD none", 550)
        c.ask("CWD file", 550)
        assert '"/c ""q"""' in c.ask('MKD c "q"', 257)
        c.ask('CWD c "q"', 250)
        c.ask("CWD /", 250)
        c.ask('RMD c "q"', 250)
        c.ask("RMD a", 550)
        c.ask("RMD /", 550)
        c.ask("MKD a", 550)


@test
def rename_holds_for_the_next_command_only():
    """RFC 959: RNFR must be followed at once by RNTO."""
    server = Ftpd()
    (server.tree / "a").write_bytes(b"a")
    (server.tree / "dir").mkdir()
    with server.control() as c:
        c.ask("RNTO b", 503)
        c.ask("RNFR none", 550)
        c.ask("RNTO b", 503)
        c.ask("RNFR a", 350)
        c.ask("NOOP", 200)
        c.ask("RNTO b", 503)
        for between, code in (("NONE", 500), ("RNFR none", 550), ("RNFR", 501), ("RNTO", 501),
                              ("SITE HELP", 214), ("X" * 9000, 500)):
            c.ask("RNFR a", 350)
            c.ask(between, code)
            c.ask("RNTO b", 503)
        c.ask("RNFR a", 350)
        c.ask("RNTO dir/b", 250)
        c.ask("RNTO c", 503)
    assert (server.tree / "dir" / "b").read_bytes() == b"a"


@test
def rest_holds_until_the_next_transfer_and_not_beyond():
    """Clients send REST, PASV, RETR: it must survive PASV (RFC 3659 5)."""
    server = Ftpd()
    (server.tree / "f").write_bytes(b"0123456789")
    with server.control() as c:
        c.ask("TYPE I", 200)
        c.ask("REST 4", 350)
        assert c.get("RETR f") == b"456789"
        assert c.get("RETR f") == b"0123456789"
        c.ask("REST 10", 350)
        assert c.get("RETR f") == b""
        c.ask("REST 5", 350)
        c.put("STOR f", b"ABC")
        assert (server.tree / "f").read_bytes() == b"01234ABC"
        c.put("APPE f", b"+")
        assert (server.tree / "f").read_bytes() == b"01234ABC+"
        c.put("APPE fresh", b"new")
        assert (server.tree / "fresh").read_bytes() == b"new"
        for command in ("LIST", "NLST", "MLSD", "RETR none"):
            c.ask("REST 1", 350)
            if command == "RETR none":
                c.ask(command, 550)
            else:
                c.get(command)
            assert c.get("RETR f") == b"01234ABC+", command
        c.ask("REST 1", 350)
        c.ask("TYPE A", 200)
        c.ask("RETR f", 504)


@test
def lists_have_all_forms():
    server = Ftpd()
    os.utime(server.tree, (0, 0))
    (server.tree / "sub").mkdir()
    (server.tree / "b").write_bytes(b"12345")
    (server.tree / ".hidden").write_bytes(b"")
    (server.tree / "sub" / "in").write_bytes(b"")
    (server.tree / "link").symlink_to("b")
    (server.tree / "out").symlink_to("/etc/passwd")
    (server.tree / "broken").symlink_to("none")
    os.mkfifo(server.tree / "fifo")
    os.utime(server.tree / "b", (1795320900, 1795320900))
    with server.control() as c:
        names = [line.split(None, 8)[8] for line in c.get("LIST").decode().splitlines()]
        assert names == [".hidden", "b", "link", "sub"], names
        for options in ("LIST -a", "LIST -la", "LIST -l .", "LIST --", "LIST -- ."):
            assert len(c.get(options).splitlines()) == 4, options
        assert b"-rw" in c.get("LIST b") and c.get("LIST b").count(b"\n") == 1
        assert c.get("NLST") == b".hidden\r\nb\r\nlink\r\nsub\r\n"
        assert c.get("LIST link").split()[-1] == b"link"
        assert c.get("NLST link") == b"link\r\n"
        assert c.get("NLST sub") == b"sub/in\r\n"
        assert c.get("NLST s*") == b"sub\r\n"
        assert c.get("NLST sub/*") == b"sub/in\r\n"
        assert c.get("NLST /sub/i?") == b"/sub/in\r\n"
        assert c.get("NLST none*") == b""
        assert c.get("LIST [ab]").split()[-1] == b"b"
        facts = dict(line.split(" ", 1)[::-1] for line in c.get("MLSD").decode().splitlines())
        assert sorted(facts) == [".hidden", "b", "link", "sub"], facts
        assert re.fullmatch(r"type=file;size=5;modify=20261122041500;perm=\w+;unique=\w+;"
                            r"UNIX.mode=06\d\d;UNIX.uid=\d+;UNIX.gid=\d+;", facts["b"]), facts
        assert facts["sub"].startswith("type=dir;modify="), facts
        assert "MLST OPTS size;modify;" in c.ask("OPTS MLST modify;size;nonsense;", 200)
        assert " size=5;modify=20261122041500; /b" in c.ask("MLST b", 250)
        assert "SIZE*;".lower() in c.ask("FEAT", 211).lower()
        assert c.ask("MDTM b", 213) == "213 20261122041500"
        c.ask("SIZE b", 550)
        c.ask("TYPE I", 200)
        assert c.ask("SIZE b", 213) == "213 5"
        c.ask("SIZE sub", 550)
        c.ask("MLSD b", 501)
        c.ask("LIST none", 550)
        c.ask("NLST none", 550)
        assert " b" in c.ask("STAT .", 213)
        assert "guest" in c.ask("STAT", 211)
        assert "20200102030405" in c.ask("MFMT 20200102030405 b", 213)
        assert c.ask("MDTM b", 213) == "213 20200102030405"
        c.ask("SITE CHMOD 600 b", 250)
    assert stat.S_IMODE((server.tree / "b").stat().st_mode) == 0o600


@test
def a_large_folder_streams_sorted():
    server = Ftpd()
    for number in range(12000):
        (server.tree / f"file-{number:05}").touch()
    with server.control() as c:
        names = c.get("NLST").decode().split()
        assert names == [f"file-{number:05}" for number in range(12000)]
        assert len(c.get("LIST").splitlines()) == len(c.get("MLSD").splitlines()) == 12000


@test
def types_modes_and_structures_that_nobody_has_are_refused():
    server = Ftpd()
    with server.control() as c:
        for good in ("TYPE A", "TYPE A N", "TYPE I", "TYPE L 8", "type i", "STRU F", "MODE S",
                     "OPTS UTF8 ON", "OPTS UTF8"):
            c.ask(good, 200)
        for bad in ("TYPE E", "TYPE L 7", "TYPE A T", "STRU R", "STRU P", "MODE B", "MODE C",
                    "OPTS UTF8 OFF", "SITE NONE"):
            c.ask(bad, 504)
        c.ask("ACCT x", 202)
        c.ask("ALLO 100", 202)
        c.ask("SMNT x", 502)
        assert c.ask("SYST", 215) == "215 UNIX Type: L8"
        c.ask("ABOR", 226)


@test
def stou_finds_a_name_and_tells_it():
    server = Ftpd()
    with server.control() as c:
        with c.connect() as data:
            name = re.fullmatch(r"150 FILE: (\S+)", c.ask("STOU", 150))[1]	# RFC 1123 4.1.2.9
            data.sendall(b"x")
        c.expect(226)
        assert (server.tree / name).read_bytes() == b"x"


@test
def epsv_all_shuts_out_the_rest():
    server = Ftpd()
    with server.control() as c:
        c.ask("EPSV 2", 522)
        c.ask("EPSV 1", 229)
        c.ask("EPSV ALL", 200)
        for other in ("PASV", "PORT 127,0,0,1,8,0", "EPRT |1|127.0.0.1|2048|"):
            c.ask(other, 503)
        c.epsv()


@test
def rein_begins_anew():
    server = Ftpd()
    with server.control() as c:
        c.ask("REIN", 220)
        c.ask("PWD", 530)
        c.ask("USER guest", 331)
        c.ask(f"PASS {server.password}", 230)
        c.ask("PWD", 257)


def who_serves(server):
    """The threads that have a client now."""
    threads = set()
    for task in pathlib.Path(f"/proc/{server.pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if (task / "comm").read_text().startswith("client-"):
                threads.add(task.name)
    return threads


@test
def where_all_have_one_home_a_thread_serves_many():
    """A thread can enter sixteen jails (landlock(7)), so it enters one; and in it
    everything works, TLS too."""
    server, threads = Ftpd(tls=True), set()
    for number in range(20):
        with server.control(tls=number % 2) as c:
            c.put(f"STOR {number}", b"x" * number)
            assert c.get(f"RETR {number}") == b"x" * number
            threads |= who_serves(server)
            c.ask("QUIT", 221)
        eventually(lambda: not who_serves(server), "its end")
    assert len(threads) < 10, threads


@test
def where_homes_differ_no_thread_serves_two():
    """It is locked in the home of its first client: the next one would be, too."""
    need("openssl")
    tree = folder()
    for name in "alice", "bob":
        (tree / name).mkdir()
        (tree / name / "own").write_bytes(name.encode())
    users = users_file(("alice", "secret", ":/alice:elr"), ("bob", "geheim", ":/bob:elr"))
    server, threads = Ftpd("--users", users, tree=tree), []
    for name, password in (("alice", "secret"), ("bob", "geheim")) * 2:
        with server.control(user=name, password=password) as c:
            assert c.get("RETR own") == name.encode()
            threads += who_serves(server)
            c.ask("QUIT", 221)
        eventually(lambda: not who_serves(server), "its end")
    assert len(set(threads)) == 4, threads


# --- what is said during a transfer ----------------------------------------------

def stuck_retrieval(server, c):
    (server.tree / "huge").write_bytes(b"")
    os.truncate(server.tree / "huge", 1 << 30)
    c.ask("TYPE I", 200)
    return c.begin("RETR huge")


@test
def stat_and_quit_are_answered_during_a_transfer():
    """spec/05: QUIT gets 221 at once, and the transfer still ends with 226."""
    server = Ftpd()
    with server.control() as c:
        with stuck_retrieval(server, c) as data:
            assert "bytes so far" in c.ask("STAT", 211)
            c.ask("QUIT", 221)
            assert len(drain(data)) == 1 << 30
        c.expect(226)
        assert c.closed() == ""


@test
def other_commands_wait_for_the_end_in_their_order():
    server = Ftpd()
    with server.control() as c:
        with stuck_retrieval(server, c) as data:
            c.send("NOOP")
            c.send("PWD")
            c.send("STAT")
            c.send("QUIT")
            drain(data)
        c.expect(226)
        c.expect(200)
        c.expect(257)
        c.expect(211)
        c.expect(221)


@test
def abor_stops_a_transfer_in_every_dress():
    """RFC 959: 426, then 226; with and without Telnet's Synch, which may come as
    urgent data; also behind other commands."""
    server = Ftpd()
    for urgent in (b"ABOR\r\n", b"\xff\xf4\xff\xf2ABOR\r\n", None, b"NOOP\r\nABOR\r\n"):
        with server.control() as c:
            with stuck_retrieval(server, c) as data:
                if urgent:
                    c.send(urgent)
                else:
                    import socket
                    c.sock.send(b"\xff\xf4\xff", socket.MSG_OOB)
                    c.send(b"\xf2ABOR\r\n")
                c.expect(426)
                c.expect(226)
                assert len(drain_or_reset(data)) < 1 << 30
            if urgent and b"NOOP" in urgent:
                c.expect(200)
            c.ask("PWD", 257)


def drain_or_reset(data):
    try:
        return drain(data)
    except ConnectionResetError:
        return b""


@test
def abor_before_the_data_connection_ends_the_wait():
    server = Ftpd()
    (server.tree / "f").write_bytes(b"x")
    with server.control() as c:
        c.epsv()
        c.send("RETR f")
        c.send("ABOR")
        c.expect(426)
        c.expect(226)
        c.ask("PWD", 257)


# --- accounts --------------------------------------------------------------------

def users_file(*lines):
    """Lines of name, password, rest."""
    path = folder() / "users"
    text = ""
    for name, password, rest in lines:
        status, out, err = run(["openssl", "passwd", "-6", password])
        assert status == 0, err
        text += f"{name}:{out.decode().strip()}{rest}\n"
    path.write_text(text)
    path.chmod(0o600)
    return path


@test
def each_account_has_its_home_and_its_rights():
    need("openssl")
    tree = folder()
    (tree / "alice").mkdir()
    (tree / "alice" / "hers").write_bytes(b"a")
    (tree / "bobs").write_bytes(b"b")
    users = users_file(("alice", "secret", ":/alice:elrw"), ("bob", "geheim", ""))
    server = Ftpd("--users", users, tree=tree)
    with server.control(user="alice", password="secret") as c:
        assert c.get("NLST") == b"hers\r\n"
        assert c.get("RETR hers") == b"a"
        c.put("STOR new", b"n")
        c.ask("RETR ../bobs", 550)
        for refused in ("DELE hers", "MKD x", "RNFR hers", "SITE CHMOD 600 hers",
                        "MFMT 20200102030405 hers", "RMD x"):
            c.ask(refused, 550)
        c.epsv()
        c.ask("APPE hers", 550)
        assert "perm=rw;" in c.ask("MLST hers", 250) or "perm=wr;" in c.ask("MLST hers", 250)
    with server.control(user="bob", password="geheim") as c:
        assert c.get("NLST") == b"alice\r\nbobs\r\n"
        c.ask("DELE bobs", 250)
    with server.control(user="BOB", password="geheim"):
        pass


@test
def accounts_are_read_again_on_sighup():
    need("openssl")
    users = users_file(("alice", "secret", ""))
    server = Ftpd("--users", users)
    users.write_text(users_file(("carol", "new", "")).read_text())
    server.signal(signal.SIGHUP)
    server.says(spoken("accounts read again", "comptes relus"))
    with server.control(user="carol", password="new") as c:
        c.ask("PWD", 257)
    with server.control(login=False) as c:
        c.ask("USER alice", 331)
        c.ask("PASS secret", 530)


@test
def anonymous_reads_and_puts_only_where_it_may():
    tree = folder()
    (tree / "incoming").mkdir()
    (tree / "f").write_bytes(b"f")
    server = Ftpd("--anonymous", "--anonymous-upload", "incoming", tree=tree)
    for name in ("anonymous", "ftp"):
        with server.control(user=name, password="me@") as c:
            assert c.get("RETR f") == b"f"
            c.put(f"STOR incoming/{name}", b"up")
            for refused in ("STOR g", "DELE f", "MKD incoming/x", f"STOR incoming/{name}",
                            f"RETR incoming/{name}", f"DELE incoming/{name}",
                            "STOR incoming/../g", f"APPE incoming/{name}"):
                c.ask(refused, 550)
            # what MLST and MLSD promise is what may be done (RFC 3659 7.5.5)
            perms = dict(pair[::-1] for pair in re.findall(r"perm=(\w*);.* (\S+)\r",
                                                           c.get("MLSD").decode()))
            assert perms == {"f": "r", "incoming": "cel"}, perms
            assert "perm=;" in c.get("MLSD incoming").decode()
            assert "perm=;" in c.ask(f"MLST incoming/{name}", 250)
            assert "perm=cel;" in c.ask("MLST incoming", 250)
            assert "perm=el;" in c.ask("MLST /", 250)
    with server.control(login=False) as c:
        c.ask("USER guest", 331)
        c.ask("PASS x", 530)


@test
def the_known_and_the_unknown_are_told_the_same():
    """A wrong password is answered after a second, the third closes."""
    server = Ftpd()
    answers = []
    for user in ("guest", "nobody"):
        begin = time.monotonic()
        with server.control(login=False) as c:
            said = []
            for _ in range(3):
                said.append(c.ask(f"USER {user}", 331))
                said.append(c.ask("PASS wrong", 530, 421))
            answers.append(said)
            assert c.closed() == ""
        assert time.monotonic() - begin > 2.9
    assert answers[0] == answers[1]
    assert answers[0][-1].startswith("421")


# --- options -----------------------------------------------------------------------

@test
def passive_ports_and_address_are_as_told():
    server = Ftpd("--passive-ports", "40100-40119", "--passive-address", "192.0.2.7")
    with server.control() as c:
        for _ in range(5):
            assert 40100 <= c.epsv() <= 40119
        told = c.ask("PASV", 227)
        assert "(192,0,2,7,156," in told, told
    for wrong in ("1-2", "5000", "6000-5000", "x-y", "2000-70000"):
        status, _, err = run([program("fil-ftpd"), "--port", "0", "--passive-ports", wrong])
        assert status == 1 and b"--passive-ports" in err, (status, err)


@test
def a_rate_is_kept_both_ways():
    server = Ftpd("--rate-down", "400000", "--rate-up", "400000")
    (server.tree / "f").write_bytes(bytes(400000))
    with server.control() as c:
        c.ask("TYPE I", 200)
        for move in (lambda: c.get("RETR f"), lambda: c.put("STOR g", bytes(400000))):
            begin = time.monotonic()
            move()
            assert time.monotonic() - begin > 0.7


@test
def what_is_too_large_is_refused_and_leaves_nothing():
    server = Ftpd("--max-file-size", "1000", "--durable")
    with server.control() as c:
        c.ask("TYPE I", 200)
        c.put("STOR fits", bytes(1000))
        with c.begin("STOR large") as data:
            data.sendall(bytes(1001))
        c.expect(552)
        # what is there already counts
        for rest, command in ((None, "APPE"), (1000, "STOR")):
            if rest:
                c.ask(f"REST {rest}", 350)
            with c.begin(f"{command} fits") as data:
                data.sendall(b"+")
            c.expect(552)
        c.ask("REST 999", 350)
        c.put("STOR fits", b"+")
    assert [path.name for path in server.tree.iterdir()] == ["fits"]
    assert (server.tree / "fits").read_bytes() == bytes(999) + b"+"


@test
def transfers_are_logged_in_the_form_of_wu_ftpd():
    log = folder() / "xferlog"
    server = Ftpd("--xferlog", log)
    (server.tree / "a b").write_bytes(b"xyz")
    with server.control() as c:
        c.ask("TYPE I", 200)
        c.get("RETR a b")
        eventually(log.read_text, "its line, which comes after 226")
        log.rename(str(log) + ".1")
        server.signal(signal.SIGHUP)
        eventually(log.exists, "the log to be opened again")
        c.put("STOR up", b"1")
    line = pathlib.Path(str(log) + ".1").read_text()
    assert re.fullmatch(r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} \d+ 127\.0\.0\.1 3 /a_b b _ o r "
                        r"guest ftp 0 \* c\n", line), line
    eventually(lambda: " 1 /up b _ i r guest " in log.read_text(), "the second line")


@test
def the_log_of_transfers_has_local_time():
    """libc reads the time zone when it is first needed: by a thread that may open
    nothing but its home, unless somebody has asked before."""
    zone, log = folder() / "zone", folder() / "xferlog"
    ahead = 9 * 3600
    zone.write_bytes(struct.pack(">4s16x6lLBx4s", b"TZif", 0, 0, 0, 0, 1, 4, ahead, 0, b"FIL"))
    server = Ftpd("-q", "--xferlog", log, env={"TZ": f":{zone}"})
    (server.tree / "f").write_bytes(b"xyz")
    with server.control() as c:
        c.get("RETR f")
    eventually(lambda: "/f" in log.read_text(), "the line")
    told = datetime.datetime.strptime(log.read_text()[:24], "%a %b %d %H:%M:%S %Y")
    late = datetime.datetime.utcnow() + datetime.timedelta(seconds=ahead) - told
    assert abs(late.total_seconds()) < 600, told


@test
def wrong_options_are_told():
    for options in (("--require-tls",), ("--implicit-tls",), ("--anonymous-upload", "x"),
                    ("--cert", "x"), ("a", "b")):
        status, _, err = run([program("fil-ftpd"), "--port", "0", *options])
        assert status == 2, (options, status, err)
    for options in (("/none",), ("--users", "/none"),
                    ("--anonymous", "--anonymous-upload", "none", folder()),
                    ("--anonymous", "--anonymous-upload", ".", folder()),
                    ("--anonymous", "--anonymous-upload", "../x", folder())):
        status, _, err = run([program("fil-ftpd"), "--port", "0", *options])
        assert status == 1 and (b"open: " in err or b"--anonymous-upload: " in err), err


@test
def ipv6_has_epsv_and_eprt_and_no_pasv():
    server = Server("fil-ftpd", "--port", "0", "--bind", "::1", folder(), lines=1)
    server.port = server.ports["tcp"]
    server.password = eventually(lambda: re.search(r"(\w{12})$", server.stdout.strip()), "it")[1]
    ftp = ftplib.FTP(timeout=DEADLINE)
    ftp.connect("::1", server.port)
    ftp.login("guest", server.password)
    ftp.storbinary("STOR f", io.BytesIO(BIG))
    ftp.set_pasv(False)
    got = io.BytesIO()
    ftp.retrbinary("RETR f", got.write)
    assert got.getvalue() == BIG
    assert ftp.sendcmd("EPSV 2").startswith("229")
    try:
        ftp.sendcmd("PASV")
        raise AssertionError("PASV over IPv6")
    except ftplib.error_temp as error:
        assert str(error).startswith("425")


@test
def stopping_ends_idle_stuck_and_waiting_clients_in_time():
    """spec/00: within 1 s, goodbye in the protocol's words."""
    server = Ftpd()
    idle = server.control()
    stuck = server.control()
    data = stuck_retrieval(server, stuck)
    waiting = server.control()
    waiting.epsv()
    waiting.send("RETR huge")
    status = server.stop()
    assert status == 0
    assert "421" in idle.closed()
    data.close()


main()
