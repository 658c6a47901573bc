#!/usr/bin/env python3
"""ftp.py - fil-ftp against fil-ftpd: sessions, scripts, URLs, mirrors, TLS."""
import contextlib, os, re, signal, sys

import harness
from fake import said
from ftpfake import FakeFtp, empty_folder, fil_ftp, script
from ftppeers import BIG, Ftpd
from harness import Process, eventually, program, test
from tlspeers import certificates

CAKE = b"the cake\r\nis here\n"


@contextlib.contextmanager
def server(*options, **how):
    """fil-ftpd with a cake in a folder, and something big; harness.py ends it."""
    ftpd = Ftpd(*options, **how)
    (ftpd.tree / "pub").mkdir(exist_ok=True)
    (ftpd.tree / "pub" / "cake").write_bytes(CAKE)
    (ftpd.tree / "pub" / "big").write_bytes(BIG)
    os.utime(ftpd.tree / "pub" / "cake", (1700000000, 1700000000))
    yield ftpd


def session(ftpd, *lines, options=(), host="localhost", cwd=None, **how):
    """As guest, then these lines."""
    orders = "\n".join([f"user guest {ftpd.password}", *lines, ""])
    return fil_ftp(*options, host, ftpd.port, script=orders, cwd=cwd, **how)


def by_url(ftpd, *options, path="pub/cake", cwd=None):
    """As guest, with the password in a file."""
    secret = cwd.parent / (cwd.name + ".secret")
    secret.touch(0o600)
    secret.write_text(ftpd.password + "\n")
    try:
        return fil_ftp("--password-file", secret, *options,
                       f"ftp://guest@localhost:{ftpd.port}/{path}", cwd=cwd)
    finally:
        secret.unlink()


@test
def the_sessions_of_the_sheet_work_from_a_script():
    """Sheet B: log in, binary, passive, cd, dir, get, quit."""
    with server() as ftpd, empty_folder() as here:
        status, out, err = session(ftpd, "binary", "passive", "pwd", "cd pub", "dir", "get cake",
                                   "quit", cwd=here)
        assert status == 0, err
        assert out.startswith("/\n") and " cake\r\n" in out, out
        assert (here / "cake").read_bytes() == CAKE
        assert (here / "cake").stat().st_mtime == 1700000000


@test
def each_verb_does_what_it_says():
    """spec 06: the table of verbs, from one end to the other."""
    with server() as ftpd, empty_folder() as here:
        (here / "a b").write_text("one\ntwo\n")
        (here / "more").write_text("three\n")
        pub = ftpd.tree / "pub"
        status, out, err = session(
            ftpd, "cd pub", "ls", "nlist", "lpwd", "mkdir 'new folder'", "cd new\\ folder",
            'put "a b"', "append more 'a b'", "rename 'a b' c", "size c", "modtime c", "cat c",
            "put c d", "reget c", "cdup", "pwd", "delete 'new folder/c'", "mput *o* no*such",
            cwd=here)
        # put c d: no such file here; a script stops at the first error
        assert status == 1 and "14\n" in out and "one\ntwo\nthree\n" in out, (out, err)
        assert (pub / "new folder" / "c").read_text() == "one\ntwo\nthree\n"
        assert not (pub / "new folder" / "d").exists()
        status, out, err = session(
            ftpd, "cd pub/new folder", "cd 'pub/new folder'", "get c", "reget c", "lcd /",
            f"lcd {here}", "delete c", "cdup", "rmdir 'new folder'", "pwd", "mput m*", "ascii",
            "get cake text", "binary", "status", "stat", "feat", "quote NOOP", "prompt", "hash",
            "verbose", "help get", "user guest " + ftpd.password, "close", options=("-k",),
            cwd=here)
        assert status == 1, err		# of the first cd alone: too many words
        assert err.count(said("this is typed: %s %s").split("%s")[0]) == 1, err
        assert (here / "c").read_text() == "one\ntwo\nthree\n"
        assert not (pub / "new folder").exists() and (pub / "more").exists(), err
        assert (here / "text").read_bytes() == CAKE, (here / "text").read_bytes()
        assert "MLST type*" in out and "/pub\n" in out, out


@test
def a_script_stops_at_the_first_error_or_goes_on():
    """spec 06: unless -k; off a terminal nothing asks."""
    with server() as ftpd, empty_folder() as here:
        for options, expected in (((), []), (("-k",), ["cake"])):
            status, _, err = session(ftpd, "cd pub", "get nothing", "mget c*", options=options,
                                     cwd=here)
            assert status == 1 and "550" in err, err
            assert os.listdir(here) == expected
        status, _, err = session(ftpd, "nonsense", cwd=here)
        assert status == 1, err
        status, _, err = fil_ftp("localhost", ftpd.port, script="user guest\n")
        assert status == 1 and "--password-file" in err, err
        assert fil_ftp(script="ls\n")[0] == 1
        assert fil_ftp(script="\n# nothing\n")[0] == 0


@test
def a_verb_may_be_cut_short_while_it_is_the_only_one():
    with server() as ftpd, empty_folder() as here:
        status, out, err = session(ftpd, "pw", "si pub/cake", cwd=here, options=("-k",))
        assert status == 1 and out == "/\n", (out, err)		# site, size
        status, out, err = session(ftpd, "siz pub/cake", "bi", "qui", cwd=here)
        assert (status, out) == (0, f"{len(CAKE)}\n"), (out, err)


@test
def a_url_fetches_sends_and_lists():
    """spec 06: one shot."""
    with server() as ftpd, empty_folder() as here:
        status, out, err = by_url(ftpd, cwd=here)
        assert status == 0 and (here / "cake").read_bytes() == CAKE, err
        status, out, err = by_url(ftpd, "-q", "-o", "other", path="pub/%63ake", cwd=here)
        assert (status, err) == (0, "") and (here / "other").read_bytes() == CAKE
        status, out, err = by_url(ftpd, "-o", "-", cwd=here)
        assert status == 0 and out.encode() == CAKE, out
        (here / "gift").write_bytes(BIG)
        status, out, err = by_url(ftpd, "-T", "gift", path="pub/", cwd=here)
        assert status == 0 and (ftpd.tree / "pub" / "gift").read_bytes() == BIG, err
        status, out, err = by_url(ftpd, "-T", here / "gift", path="named", cwd=here)
        assert status == 0 and (ftpd.tree / "named").read_bytes() == BIG, err
        status, out, err = by_url(ftpd, path="pub/", cwd=here)
        assert status == 0 and " cake\r\n" in out, out
        status, out, err = by_url(ftpd, path="pub/nothing", cwd=here)
        assert status == 1 and "550" in err and not (here / "nothing").exists()


@test
def a_url_without_a_user_is_anonymous():
    with server("--anonymous") as ftpd, empty_folder() as here:
        status, _, err = fil_ftp(f"ftp://localhost:{ftpd.port}/pub/big", cwd=here)
        assert status == 0 and (here / "big").read_bytes() == BIG, err
        assert said("%s has no TLS: the password and all else goes in the clear")[2:] not in err


@test
def command_lines_that_make_no_sense_are_exit_2():
    for line in (["ftp://h/a", "21"], ["h", "0"], ["h", "x"], ["h", "21", "x"], ["-o", "x", "h"],
                 ["http://h/a"], ["ftp://u:p@h/a"], ["--login", "", "h"], [""],
                 ["--login", "a", "b@h"], ["-T", "a", "-o", "b", "ftp://h/"],
                 ["--tls", "no", "--ca", "x", "h"], ["--retry", "-1", "h"], ["-c", "h"],
                 ["--key", "x", "h"], ["-o", "", "ftp://h/a"]):
        status, _, err = fil_ftp(*line)
        assert status == 2 and "--help" in err, (line, status, err)


@test
def netrc_tells_who_we_are():
    """spec 06: refused if others can read it and it holds a password."""
    with server() as ftpd, empty_folder() as here:
        netrc = here / ".netrc"
        netrc.touch(0o600)
        netrc.write_text(f"machine localhost login guest password {ftpd.password}\n")
        there = f"ftp://localhost:{ftpd.port}/pub/cake"
        status, _, err = fil_ftp(there, cwd=here)
        assert status == 0 and (here / "cake").read_bytes() == CAKE, err
        status, out, err = fil_ftp("localhost", ftpd.port, script="pwd\n", cwd=here)
        assert (status, out) == (0, "/\n"), err
        assert fil_ftp("-n", there, cwd=here)[0] == 1
        netrc.chmod(0o644)
        status, _, err = fil_ftp(there, cwd=here)
        assert status == 1 and "chmod 600" in err, err


@test
def the_server_may_open_the_data_connection():
    """spec 06: EPRT, or PORT, with --active; and by IPv6."""
    with server() as ftpd, empty_folder() as here:
        status, _, err = by_url(ftpd, "--active", "-v", cwd=here)
        assert status == 0 and "> EPRT |" in err and (here / "cake").exists(), err
        status, out, err = session(ftpd, "active", "get pub/big", "passive", "get pub/cake",
                                   cwd=here)
        assert status == 0 and (here / "big").read_bytes() == BIG, err
    with FakeFtp({"cake": CAKE}, replies={"EPRT": "500 what?", "PORT": port}) as fake, \
            empty_folder() as here:
        status, _, err = fil_ftp("--active", fake.url("cake"), cwd=here)
        assert status == 0 and (here / "cake").read_bytes() == CAKE, err
        assert [verb for verb in fake.verbs() if verb.endswith("RT")] == ["EPRT", "PORT"]


def port(session, argument):
    numbers = argument.split(",")
    session.target = ".".join(numbers[:4]), int(numbers[4]) * 256 + int(numbers[5])
    return "200 fine"


@test
def what_worked_is_remembered():
    """spec 06: EPSV is not tried again where it was refused."""
    with FakeFtp({"cake": CAKE, "b": b"b"}, replies={"EPSV": "500 what?"}) as fake, \
            empty_folder() as here:
        status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("get cake", "get b"),
                                 cwd=here)
        assert status == 0, err
        assert fake.verbs().count("EPSV") == 1 and fake.verbs().count("PASV") == 2, fake.commands


@test
def the_rest_of_a_file_is_fetched_and_sent():
    """spec 06: reget, reput, --continue."""
    with server() as ftpd, empty_folder() as here:
        (here / "big").write_bytes(BIG[:1000])
        status, _, err = session(ftpd, "verbose", "cd pub", "reget big", "reget big", cwd=here)
        assert status == 0 and (here / "big").read_bytes() == BIG, err
        assert err.count("> REST 1000") == 1 and err.count("> RETR") == 1, err
        (here / "big").write_bytes(BIG[:-1])
        status, _, err = by_url(ftpd, "-c", path="pub/big", cwd=here)
        assert status == 0 and (here / "big").read_bytes() == BIG, err
        (ftpd.tree / "half").write_bytes(BIG[:5000])
        status, _, err = session(ftpd, "verbose", "reput big half", "reput big fresh", cwd=here)
        assert status == 0 and (ftpd.tree / "half").read_bytes() == BIG, err
        assert "> REST 5000" in err and (ftpd.tree / "fresh").read_bytes() == BIG, err
        status, _, err = session(ftpd, "ascii", "reget pub/big", "reput big x", cwd=here,
                                 options=("-k",))
        assert status == 1 and not (ftpd.tree / "x").exists(), err
        (here / "big").write_bytes(BIG + b"more")
        status, _, err = session(ftpd, "reget pub/big", cwd=here)
        assert status == 1 and (here / "big").read_bytes() == BIG + b"more", err


@test
def a_file_that_cannot_be_written_is_an_error():
    with server() as ftpd, empty_folder() as here:
        (here / "dir").mkdir()
        status, _, err = session(ftpd, "get pub/cake dir", cwd=here)
        assert status == 0 and (here / "dir" / "cake").read_bytes() == CAKE, err
        status, _, err = session(ftpd, "get pub/cake no/such/dir", cwd=here)
        assert status == 1 and "no/such/" in err, err
        status, _, err = by_url(ftpd, "-o", "/dev/full", cwd=here)
        assert status == 1 and "ENOSPC" in err or "No space" in err or harness.FRENCH, err


@test
def pieces_make_the_whole():
    """spec 06: pget, segments of one file, a thread each."""
    with server() as ftpd, empty_folder() as here:
        status, _, err = session(ftpd, "cd pub", "pget -n 7 big", "pget cake c", "pget -n 1 big b",
                                 cwd=here)
        assert status == 0, err
        assert (here / "big").read_bytes() == (here / "b").read_bytes() == BIG
        assert (here / "c").read_bytes() == CAKE
        assert (here / "c").stat().st_mtime == 1700000000	# as get does
    for most in ("1", "3"):
        with server("--max-per-host", most) as ftpd, empty_folder() as here:
            status, _, err = session(ftpd, "cd pub", "pget -n 8 big", host="127.0.0.1", cwd=here)
            assert status == 0 and (here / "big").read_bytes() == BIG, err
    with FakeFtp({"cake": CAKE}, replies={"RETR": "550 no"}) as fake, empty_folder() as here:
        status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("pget cake"), cwd=here)
        assert status == 1 and os.listdir(here) == [], err


# --- mirrors -----------------------------------------------------------------------------

FILES = 10000 if os.environ.get("FIL_SOAK") else 2000


def tree(root, files=FILES):
    for n in range(files):
        path = root / f"d{n % 20}" / f"e{n % 3}" / f"file {n}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{n}\n" * 20)
    (root / "empty").mkdir()
    return root


def same(one, other):
    def all_of(root):
        return {path.relative_to(root): path.is_dir() or path.read_bytes()
                for path in root.rglob("*")}
    return all_of(one) == all_of(other)


@test
def a_mirror_that_was_stopped_is_finished_by_the_next():
    """Issue 9.  What is there already is not fetched again; what was half there is
    not there.  Each file leaves a port in TIME_WAIT: so in a namespace."""
    harness.in_namespace("mirror_twice")


def mirror_twice():
    with server("--rate-down", "1000000") as ftpd, empty_folder() as here:
        tree(ftpd.tree / "tree")
        for folder in (ftpd.tree / "tree").glob("d*"):		# 20: four seconds
            (folder / "slow").write_bytes(bytes(200000))
        orders = here / "orders"
        orders.write_text(f"user guest {ftpd.password}\nmirror tree copy\n")
        process = Process([program("fil-ftp"), "localhost", str(ftpd.port)],
                          stdin=open(orders), cwd=here)
        copied = here / "copy"
        eventually(lambda: copied.exists() and sum(1 for _ in copied.rglob("file *")) > 100,
                   "some of the files")
        process.signal(signal.SIGINT)
        assert process.wait() != 0, process.stderr
        done = {path: path.stat().st_ino for path in copied.rglob("file *")}
        assert not [path for path in copied.rglob(".*")], "no half of a file stays"
        assert 0 < len(done) < FILES, len(done)
        status, _, err = session(ftpd, "mirror tree copy", cwd=here)
        assert status == 0, err
        assert same(ftpd.tree / "tree", copied)
        assert all(path.stat().st_ino == inode for path, inode in done.items())
        status, _, err = session(ftpd, "mirror tree copy", cwd=here)
        assert status == 0 and f" {FILES + 20}\n" in err, err


@test
def a_mirror_goes_the_other_way_too():
    """spec 06: -R, --dry-run."""
    with server() as ftpd, empty_folder() as here:
        tree(here / "mine", 60)
        status, out, err = session(ftpd, "mirror -R --dry-run yours mine", cwd=here)
        assert status == 0 and out.count("put ") == 60 and not (ftpd.tree / "yours").exists()
        (here / "mine" / "link").symlink_to("/etc/passwd")
        status, out, err = session(ftpd, "mirror -R yours mine", "mirror -R yours mine", cwd=here)
        (here / "mine" / "link").unlink()
        assert status == 0 and same(here / "mine", ftpd.tree / "yours"), err
        assert re.search(r" 0\D+ 60\n", err), err
        status, out, err = session(ftpd, "mirror --dry-run yours again", cwd=here)
        assert status == 0 and out.count("get ") == 60 and not (here / "again").exists(), out
        (here / "mine" / "d1" / "e1" / "file 1").write_text("other")
        status, _, err = session(ftpd, "mirror -R yours mine", cwd=here)
        assert status == 0 and same(here / "mine", ftpd.tree / "yours"), err


# --- TLS ---------------------------------------------------------------------------------

@test
def a_named_user_is_encrypted_where_the_server_can():
    """spec 06: --tls auto; data connections too, and they resume the session."""
    ca = certificates() / "ca.pem"
    for options in ((), ("--priority", "NORMAL:-VERS-TLS1.3"), ("--active",),
                    ("--tls", "require")):
        with server("--require-tls", tls=True) as ftpd, empty_folder() as here:
            status, _, err = session(ftpd, "cd pub", "get big", "put big new", "mget c*",
                                     options=("-v", "--ca", ca, *options), cwd=here)
            assert status == 0, err
            assert (here / "big").read_bytes() == BIG
            assert (ftpd.tree / "pub" / "new").read_bytes() == BIG
            assert err.count(said(", resumed")) >= 3, err
            assert ftpd.password not in err


@test
def a_certificate_that_nobody_knows_is_exit_3():
    """spec 06: verification on."""
    with server(tls=True) as ftpd, empty_folder() as here:
        status, _, err = by_url(ftpd, cwd=here)
        assert status == 3 and os.listdir(here) == [], err
        status, _, err = by_url(ftpd, "--insecure", cwd=here)
        assert status == 0, err
        assert by_url(ftpd, "--tls", "no", "-o", "-", cwd=here)[0] == 0


@test
def a_fall_back_to_clear_text_is_told():
    with server() as ftpd, empty_folder() as here:
        status, _, err = by_url(ftpd, cwd=here)
        told = said("%s has no TLS: the password and all else goes in the clear")[2:]
        assert status == 0 and told in err, err
        status, _, err = by_url(ftpd, "--tls", "require", cwd=here)
        assert status == 1, err


@test
def a_listing_that_is_not_mlsd_will_do():
    """spec 06: LIST -a, and plain LIST where that fails or is empty; UNIX and DOS."""
    lines = {"unix": b"total 2\r\n-rw-r--r-- 1 a b 18 Nov 22 04:15 cake\r\n",
             "dos": b"11-22-26  04:15AM                   18 cake\r\n"}
    for listing in lines.values():
        for hides in (True, False):
            def list_(session, argument):
                if hides and argument.startswith("-a"):
                    return "550 no such file"
                session.send(listing)
            with FakeFtp({"cake": CAKE}, features=(), replies={"LIST": list_}) as fake, \
                    empty_folder() as here:
                status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("mget *"), cwd=here)
                assert status == 0 and (here / "cake").read_bytes() == CAKE, err


if __name__ == "__main__":
    if len(sys.argv) > 1:
        harness.alone(globals()[sys.argv[1]])
    harness.main()
