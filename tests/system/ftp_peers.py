#!/usr/bin/env python3
"""ftp_peers.py - fil-ftp with the FTP servers that others have written."""
import atexit, os, pathlib, re, shutil, tempfile

import harness
from fake import said
from ftpfake import empty_folder, fil_ftp
from ftppeers import BIG
from ftpservers import PASSWORD, PEERS
from harness import NotHere, program, test
from terminal import Terminal
from tlspeers import certificates


def tree():
    """A folder that all accounts may write to."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="fil-tree-"))
    atexit.register(shutil.rmtree, path, True)
    path.chmod(0o755)
    (path / "pub").mkdir()
    (path / "pub" / "big").write_bytes(BIG)
    (path / "pub" / "a b").write_bytes(b"blanks\n")
    (path / "pub" / ".hidden").write_bytes(b"hidden\n")
    (path / "pub" / "deep").mkdir()
    (path / "pub" / "deep" / "caf\u00e9").write_bytes(b"coffee\n")
    (path / "up").mkdir()
    (path / "up").chmod(0o777)
    for found in path.rglob("*"):
        os.chown(found, 64002, 65534) if os.geteuid() == 0 else None
    return path


def at_each(check):
    """A test a server, all named; the first problem is told."""
    for kind in PEERS:
        def one(kind=kind):
            check(kind(tree()))
        one.__name__ = f"{check.__name__}_{kind.__name__.lower()}"
        one.__doc__ = check.__doc__
        test(one)
    return check


def session(peer, *lines, options=("--tls", "no"), cwd=None):
    orders = "\n".join([f"user pc3 {PASSWORD}", *lines, ""])
    return fil_ftp("--timeout", "10", *options, "localhost", peer.port, script=orders, cwd=cwd)


@at_each
def files_go_both_ways_with(peer):
    """spec 06, bar: works against each of them."""
    with empty_folder() as here:
        (here / "gift").write_bytes(BIG)
        status, out, err = session(peer, "cd pub", "dir", "get big", "mget a*", "size big",
                                   "cd ../up", "put gift", "reput gift", "rename gift given",
                                   "append gift given", "mkdir d", "rmdir d", "ls", "ascii",
                                   "get ../pub/deep/caf\u00e9", "nlist", "quit", cwd=here)
        assert status == 0, (out, err)
        assert (here / "big").read_bytes() == BIG
        assert (here / "a b").read_bytes() == b"blanks\n"
        assert (here / "caf\u00e9").read_bytes() == b"coffee\n"
        assert (peer.tree / "up" / "given").read_bytes() == BIG + BIG
        assert f"{len(BIG)}\n" in out and " big" in out, out


@at_each
def a_mirror_is_the_same_with(peer):
    """MLSD or LIST -a; names with blanks, and such as begin with a dot."""
    with empty_folder() as here:
        for _ in range(2):
            status, out, err = session(peer, "mirror pub copy", "mirror -R up/copy copy", cwd=here)
            assert status == 0, (out, err)
        assert (here / "copy" / "a b").read_bytes() == b"blanks\n"
        assert (here / "copy" / ".hidden").read_bytes() == b"hidden\n"
        assert (peer.tree / "up" / "copy" / "deep" / "caf\u00e9").read_bytes() == b"coffee\n"
        assert err.count(" 4\n") == 2, err		# all as they were


@at_each
def the_rest_and_the_active_mode_work_with(peer):
    with empty_folder() as here:
        (here / "big").write_bytes(BIG[:12345])
        status, out, err = session(peer, "verbose", "reget pub/big", "active", "get pub/big again",
                                   "pget -n 3 pub/big pieces", cwd=here)
        assert status == 0, (out, err)
        assert "> REST 12345" in err, err
        for name in ("big", "again", "pieces"):
            assert (here / name).read_bytes() == BIG, name


@at_each
def tls_resumes_with(peer):
    """spec 06: PROT P; vsftpd insists on the session of the control connection."""
    if not peer.tls:
        raise NotHere("it has no TLS")
    ca = certificates() / "ca.pem"
    with empty_folder() as here:
        for more in ((), ("--priority", "NORMAL:-VERS-TLS1.3")):
            status, out, err = session(peer, "cd pub", "dir", "get big", "cd ../up", "put big",
                                       options=("-v", "--ca", ca, "--tls", "require", *more),
                                       cwd=here)
            assert status == 0, (out, err)
            assert (here / "big").read_bytes() == BIG
            assert (peer.tree / "up" / "big").read_bytes() == BIG
            assert said(", resumed") in err or not peer.resumes, err


@at_each
def anonymous_urls_work_with(peer):
    with empty_folder() as here:
        status, out, err = fil_ftp(f"ftp://localhost:{peer.port}/pub/big", cwd=here)
        assert status == 0 and (here / "big").read_bytes() == BIG, err
        status, out, err = fil_ftp(f"ftp://localhost:{peer.port}/pub/", cwd=here)
        assert status == 0 and "big" in out, (out, err)


@at_each
def ctrl_c_ends_the_transfer_alone_with(peer):
    """spec 06: ABOR, and the session goes on, however many replies the server has for
    it."""
    os.truncate(peer.tree / "pub" / "big", 1 << 37)
    with empty_folder() as here:
        person = Terminal(f"cd {here}; clear; {program('fil-ftp')} --plain --tls no 127.0.0.1 "
                          f"{peer.port}; echo status $?", columns=100, rows=40)
        person.sees(re.escape(said("log in with: user NAME (or user anonymous)")[:30]))
        person.line(f"user pc3 {PASSWORD}")
        person.line("verbose")
        for name, says in (("a b", "blanks"), (".hidden", "hidden")):
            person.line("get pub/big /dev/null")
            person.sees(r"^  \d%  ")
            person.key("C-c")
            person.sees(said("interrupted"))
            person.line(f"cat 'pub/{name}'")
            person.sees(f"^{says}$")
            person.tmux("send-keys", "-R")		# a clean screen
        person.line("quit")
        person.sees("^status 0$")


if __name__ == "__main__":
    harness.main()
