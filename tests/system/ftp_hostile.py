#!/usr/bin/env python3
"""ftp_hostile.py - fil-ftp with servers that lie, stall, break off, or want to write
where they have no business."""
import contextlib, errno, fcntl, os, signal, socket, struct, tempfile, termios, time

import harness
from fake import said
from ftpfake import (FEATURES, HANG_UP, STALL, FakeFtp, empty_folder, facts, fil_ftp, reset,
                     script)
from harness import Process, eventually, program, test
from pki import pki

CAKE = b"a cake\n" * 1000


def fetch(fake, *options, path="cake", cwd=None):
    return fil_ftp("--timeout", "1", *options, fake.url(path), cwd=cwd)


def refused(fake, *options, says, path="cake"):
    """The file is not fetched, for this reason, and nothing is left of it."""
    with empty_folder() as here:
        status, out, err = fetch(fake, *options, path=path, cwd=here)
        assert status == 1, (status, out, err)
        assert says in err, err
        assert os.listdir(here) == [], os.listdir(here)
    return err


# --- data connections ------------------------------------------------------------------

@test
def the_address_in_a_227_is_not_dialled():
    """spec 06, CVE-2020-8284: a server that answers PASV with the address of somebody
    else, or of our own network, would have us connect there.  Only the port counts."""
    def pasv(session, _):
        high, low = divmod(session.listen(), 256)
        return f"227 Entering Passive Mode (192,0,2,1,{high},{low})."
    with FakeFtp({"cake": CAKE}, replies={"EPSV": "500 what?", "PASV": pasv}) as fake, \
            empty_folder() as here:
        status, _, err = fetch(fake, cwd=here)
        assert status == 0, err
        assert (here / "cake").read_bytes() == CAKE


@test
def a_227_or_229_without_a_port_is_an_error():
    """RFC 959 4.1.2, RFC 2428: nothing is guessed from half an answer."""
    for reply in ("229 ok", "229 (|||0|)", "229 (|||65536|)", "229 (|||x|)", "229 (|||1234)",
                  "229 (||| 99|)", "229 (|a|b|99|)"):
        with FakeFtp({"cake": CAKE}, replies={"EPSV": reply}) as fake:
            refused(fake, says=said("%s: no port is in that answer").split("%s")[1])
    for reply in ("227 ok", "227 (1,2,3,4,5)", "227 (1,2,3,4,256,1)", "227 (1,2,3,4,0,0)",
                  "227 (1,2,3,4,5,6,7)", "227 =-1,2,3,4,5,6,"):
        with FakeFtp({"cake": CAKE}, replies={"EPSV": "500 what?", "PASV": reply}) as fake:
            refused(fake, says=said("%s: no port is in that answer").split("%s")[1])


@test
def a_data_connection_that_ends_early_leaves_no_file():
    """spec 06: the local file is replaced only after 226 with the right size.  To recv()
    half a file ends as a whole one does."""
    def short(session, _):
        session.send(CAKE[:100])
    with FakeFtp({"cake": CAKE}, replies={"RETR": short}) as fake:
        refused(fake, says="100")

    def broken(session, _):
        session.say("150 here it comes")
        with session.data() as sock:
            sock.sendall(CAKE[:100])
        return "426 my disk broke"
    with FakeFtp({"cake": CAKE}, replies={"RETR": broken, "SIZE": "500 what?"}) as fake:
        refused(fake, says="426 my disk broke")


@test
def a_transfer_without_its_226_leaves_no_file():
    """RFC 959 5.4: until 226 has come, the server may still say that it was wrong."""
    def silent(session, _):
        session.say("150 here it comes")
        with session.data() as sock:
            sock.sendall(CAKE)
        return STALL
    with FakeFtp({"cake": CAKE}, replies={"RETR": silent}) as fake:
        refused(fake, says="recv: ")


@test
def a_transfer_without_its_150_is_none():
    """RFC 959 5.4.  Without 150 there was no data connection: nothing has been sent that
    226 could confirm, and the file that is here is not replaced by an empty one."""
    for answer in ("226 done", "350 and then?"):
        replies = {"RETR": answer, "STOR": answer, "SIZE": "500 what?"}
        with FakeFtp({"cake": CAKE}, replies=replies) as fake, empty_folder() as here:
            (here / "cake").write_text("old")
            for order in ("put cake", "get cake"):
                status, _, err = fil_ftp("127.0.0.1", fake.port, script=script(order), cwd=here)
                assert status == 1 and answer in err, (order, status, err)
            assert (here / "cake").read_text() == "old"


@test
def a_rest_that_is_not_confirmed_adds_nothing():
    """RFC 3659 5.3: 350.  Who says 200 to all that he does not know sends the whole file,
    and that would go behind the half that is here."""
    with FakeFtp({"cake": CAKE}, replies={"REST": "200 fine", "SIZE": "500 what?"}) as fake, \
            empty_folder() as here:
        (here / "cake").write_bytes(CAKE[:100])
        status, _, err = fetch(fake, "-c", cwd=here)
        assert (here / "cake").read_bytes() == CAKE[:100]
        assert status == 1 and "200 fine" in err, err


@test
def a_rest_that_did_not_come_leaves_no_empty_file():
    """reget writes in place; but a name that the server does not know, or a pipe, is not
    made a file of."""
    with FakeFtp({"cake": CAKE}) as fake, empty_folder() as here:
        for order in ("reget nothing", "reget cake -"):
            status, out, err = fil_ftp("127.0.0.1", fake.port, script=script(order), cwd=here)
            assert (status, out, os.listdir(here)) == (1, "", []), (order, status, err)
        status, out, err = fetch(fake, "-c", "-o", "-", cwd=here)
        assert (status, out, os.listdir(here)) == (1, "", []), err
        os.mkfifo(here / "fifo")
        status, _, err = fetch(fake, "-c", "-o", "fifo", cwd=here)
        assert status == 1, err


@test
def a_file_that_is_longer_than_told_is_refused():
    """spec 06: the right size."""
    with FakeFtp({"cake": CAKE}, replies={"SIZE": "213 10"}) as fake:
        refused(fake, says=str(len(CAKE)))


@test
def a_data_connection_that_stalls_ends_in_time():
    """spec 06: no hang, and no partial file."""
    def stall(session, _):
        session.say("150 here it comes")
        sock = session.data()
        sock.sendall(CAKE[:100])
        session.fake.stalled.wait(20)
    with FakeFtp({"cake": CAKE}, replies={"RETR": stall}) as fake:
        refused(fake, says=said("the data connection broke off:"))


@test
def a_data_connection_that_never_comes_ends_in_time():
    """spec 06, --active: the server says 150 and does not connect."""
    with FakeFtp({"cake": CAKE}, replies={"RETR": "150 here it comes"}) as fake:
        refused(fake, "--active", says=said("no data connection with"))


@test
def a_port_where_nobody_listens_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    with FakeFtp({"cake": CAKE}, replies={
            "EPSV": f"229 (|||{port}|)",
            "PASV": "227 (127,0,0,1,%d,%d)" % divmod(port, 256)}) as fake:
        refused(fake, says=said("no data connection to"))
        status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("mget *"))
        assert status == 1 and said("no data connection to") in err and "LIST" not in err, err


@test
def a_stranger_is_not_let_in_to_an_active_data_connection():
    """spec 06: the data peer's address is checked in active mode.  Whoever is first at
    the port could give us a file of his own."""
    def eprt(session, argument):
        session.do_eprt(argument)
        stranger = socket.create_connection(session.target, 5, ("127.0.0.2", 0))
        stranger.sendall(b"evil")
        session.stranger = stranger
        return "200 fine"
    with FakeFtp({"cake": CAKE}, replies={"EPRT": eprt}) as fake, empty_folder() as here:
        status, _, err = fetch(fake, "--active", cwd=here)
        assert status == 0, err
        assert (here / "cake").read_bytes() == CAKE
        assert said("somebody else connected to the port of the data connection: not let in") \
            in err, err


@test
def a_data_connection_for_which_there_is_no_room_is_an_error():
    """accept: EMFILE stays, and asked again and again it would take all of a CPU."""
    said_so = []
    for most in range(5, 10):
        with FakeFtp({"cake": CAKE}) as fake:
            line = (f"ulimit -n {most}; exec {program('fil-ftp')} --active --timeout 1 -o - "
                    f"{fake.url('cake')}")
            _, _, err = harness.run(["sh", "-c", line], b"", 60, {"HOME": "/nonexistent"})
            said_so += [most for row in err.decode().splitlines() if "accept: " in row
                        and os.strerror(errno.EMFILE) in row]
    assert said_so or harness.FRENCH, "no limit that only accept runs into"


# --- replies ---------------------------------------------------------------------------

@test
def endless_replies_are_cut_off():
    """spec 06: a line of 8 KiB, a reply of 512 lines, and no more memory than that."""
    def lines(session, _):
        while True:
            session.say("230-still talking")
    with FakeFtp({"cake": CAKE}, replies={"PASS": lines}) as fake:
        refused(fake, says=said("the server sent an endless reply"))
    with FakeFtp({"cake": CAKE}, greeting=b"220 " + b"x" * 20000) as fake:
        refused(fake, says=said("the server sent an endless line"))


@test
def what_is_no_reply_ends_the_session():
    for greeting in (b"HTTP/1.1 400 Bad Request\r\n", b"\r\n", b"22 x\r\n", b"220\0 x\r\n",
                     b"SSH-2.0-x\r\n", b"999 x\r\n"):
        with FakeFtp({"cake": CAKE}, greeting=greeting) as fake:
            refused(fake, says=said("what the server sent is no reply of FTP's"))


@test
def a_server_that_hangs_up_is_an_error_at_each_command():
    for verb in ("greeting", "USER", "PASS", "TYPE", "EPSV", "RETR"):
        replies = {} if verb == "greeting" else {verb: lambda *_: HANG_UP}
        greeting = (lambda *_: HANG_UP) if verb == "greeting" else "220 fake"
        with FakeFtp({"cake": CAKE}, replies=replies, greeting=greeting) as fake:
            refused(fake, says="recv: ")


@test
def a_server_that_stalls_is_an_error_at_each_command():
    for verb in ("greeting", "USER", "SIZE", "EPSV", "RETR"):
        replies = {} if verb == "greeting" else {verb: STALL}
        greeting = STALL if verb == "greeting" else "220 fake"
        with FakeFtp({"cake": CAKE}, replies=replies, greeting=greeting) as fake:
            refused(fake, says="recv: ")


@test
def a_size_that_is_none_is_an_error():
    """213 and no number: pget cannot cut it, and must not say that it did."""
    for answer in ("213 x", "213 -1", "213 99999999999999999999", "200 5"):
        with FakeFtp({"cake": CAKE}, replies={"SIZE": answer}) as fake, empty_folder() as here:
            for order in ("pget cake", "size cake"):
                status, out, err = fil_ftp("127.0.0.1", fake.port, script=script(order), cwd=here)
                assert (status, out) == (1, "") and answer in err, (order, status, err)
    with FakeFtp({"cake": CAKE}) as fake, empty_folder() as here:
        status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("pget \"a\rb\""), cwd=here)
        assert status == 1 and "4096" in err, err


@test
def a_greeting_that_never_ends_is_given_up():
    """RFC 959 5.4: 120 says that 220 comes later.  One 120 after the other, each in time,
    is no greeting."""
    def later(session, _):
        while True:
            session.say("120 in a minute")
            session.sock.settimeout(0.05)
            try:
                if not session.sock.recv(1):
                    return HANG_UP
            except TimeoutError:
                pass
    with FakeFtp({"cake": CAKE}, greeting=later) as fake:
        refused(fake, says="120 in a minute")


@test
def the_servers_words_cannot_obey_a_terminal():
    """spec 00: text from a peer is made safe before it is shown."""
    with FakeFtp(replies={"USER": b"530 no\x1b[2J\xc2\x9b2J\xff\r\n"}) as fake:
        status, _, err = fetch(fake)
        assert status == 1 and "\x1b" not in err and "\\x1b[2J" in err, err


@test
def a_password_is_not_shown_however_it_is_sent():
    with FakeFtp(replies={"PASS": "530 no"}) as fake:
        for line in ("user pc3 sesame", "quote PASS sesame", "quote 'PASS sesame'"):
            status, _, err = fil_ftp("-v", "127.0.0.1", fake.port, script=line + "\n")
            assert status == 1 and "530 no" in err and "sesame" not in err, err


# --- TLS -------------------------------------------------------------------------------

@test
def words_before_the_handshake_are_refused():
    """RFC 4217 10.1, CVE-2011-0411: what an attacker puts in behind the 234 would be
    taken for what the server says under TLS."""
    def auth(session, _):
        session.say(b"234 go on\r\n331 and the password?\r\n")
        return None
    with FakeFtp({"cake": CAKE}, replies={"AUTH": auth}) as fake:
        refused(fake, "--tls", "require", "--ca", pki()("ca"),
                says=said("more was said in the clear than the answer to AUTH TLS: somebody "
                          "may have put it there"))
        assert fake.verbs() == ["AUTH"], fake.commands


@test
def without_tls_nothing_is_said_where_it_is_required():
    """spec 06: require refuses before USER; a 230 in place of a greeting changes
    nothing."""
    for greeting, replies in (("220 fake", {"AUTH": "502 no"}), ("220 fake", {"AUTH": "200 ok"}),
                              ("230 you are in already", {})):
        with FakeFtp({"cake": CAKE}, greeting=greeting, replies=replies) as fake:
            refused(fake, "--tls", "require", says="127.0.0.1:")
            assert "USER" not in fake.verbs(), fake.commands


@test
def a_session_that_was_encrypted_is_not_made_again_in_the_clear():
    """--tls auto.  Whoever can break a connection could have the next one in the
    clear."""
    context = pki().context("good")
    sessions = []

    def auth(session, _):
        sessions.append(session)
        return session.do_auth("") if len(sessions) == 1 else "502 no TLS today"
    with FakeFtp({"cake": CAKE}, replies={"AUTH": auth, "SIZE": lambda *_: HANG_UP,
                                          "RETR": lambda *_: HANG_UP, "EPSV": lambda *_: HANG_UP},
                 context=context) as fake, empty_folder() as here:
        (here / "secret").write_text("secret\n")
        (here / "secret").chmod(0o600)
        status, _, err = fil_ftp("--timeout", "3", "--retry", "2", "--ca", pki()("ca"),
                                 "--password-file", here / "secret",
                                 f"ftp://pc3@localhost:{fake.port}/cake", cwd=here)
        assert status == 1, err
        assert fake.verbs().count("USER") == 1, fake.commands


@test
def a_certificate_that_is_refused_is_exit_3():
    """spec 00."""
    for which in ("self-signed", "expired", "foreign", "elsewhere"):
        with FakeFtp({"cake": CAKE}, context=pki().context(which)) as fake:
            status, _, err = fil_ftp("--tls", "require", "--ca", pki()("ca"),
                                     f"ftp://localhost:{fake.port}/cake")
            assert status == 3, (which, status, err)
            assert fake.verbs() == ["AUTH"], fake.commands


# --- names -----------------------------------------------------------------------------

EVIL = ("../../x", "/etc/passwd", "..", "a/b", "x\x1b[2J", "x\rRETR y", "../x", "a\tb")


@test
def names_that_lead_elsewhere_are_not_written():
    """spec 06: names from a listing with / and the like are refused; local writes stay
    below the target."""
    listing = b"".join(facts(name, CAKE) for name in EVIL) + facts("cake", CAKE)
    files = {name: CAKE for name in (*EVIL, "cake", "/tree/cake")}
    for order in ("mget *", "mirror /tree inside"):
        with FakeFtp(files, listing, replies={"CWD": "250 fine"}) as fake, \
                empty_folder() as above:
            here = above / "a" / "b"
            here.mkdir(parents=True)
            status, out, err = fil_ftp("-v", "127.0.0.1", fake.port, script=script(order),
                                       cwd=here)
            assert status == 1 and "\x1b" not in err, err
            found = sorted(str(path.relative_to(above)) for path in above.rglob("*")
                           if path.is_file())
            assert found == [order.startswith("mget") and "a/b/cake" or "a/b/inside/cake"], found


@test
def a_tree_without_an_end_is_given_up():
    """A server that has a folder in each folder, for ever."""
    def mlsd(session, _):
        session.send(facts("a", kind="dir"))
    with FakeFtp(replies={"MLSD": mlsd}) as fake, empty_folder() as here:
        status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("mirror / t"), cwd=here)
        assert status == 1 and said("the server's tree does not end") in err, err


@test
def a_listing_without_an_end_is_given_up():
    """64 MiB, and no more memory than that."""
    def mlsd(session, _):
        session.say("150 here it comes")
        line = facts("x" * 200) * 4000
        with session.data() as sock:
            while True:
                sock.sendall(line)
    with FakeFtp(replies={"MLSD": mlsd}) as fake, empty_folder() as here:
        status, _, err = fil_ftp("--timeout", "10", "127.0.0.1", fake.port,
                                 script=script("mget *"), cwd=here)
        assert status == 1 and said("the listing does not end") in err, err


@test
def no_link_is_followed_on_the_way_down():
    """spec 06: openat, O_NOFOLLOW.  A link that stands in the target leads out of it,
    and may have been put there by the mirror of another server."""
    with FakeFtp({"/tree/cake": CAKE, "/tree/d/x": CAKE, "cake": CAKE}) as fake, \
            empty_folder() as here:
        def mlsd(session, path):
            session.send(facts("cake", CAKE) if path.endswith("d") else
                         facts("d", kind="dir") + facts("cake", CAKE))
        fake.replies["MLSD"] = mlsd
        outside = here / "outside"
        target = here / "t"
        outside.mkdir()
        target.mkdir()
        (outside / "file").write_text("mine")
        (target / "cake").symlink_to(outside / "file")
        (target / "d").symlink_to(outside)
        status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("mirror /tree t"), cwd=here)
        assert status == 1, err
        assert (outside / "file").read_text() == "mine"
        assert os.listdir(outside) == ["file"], os.listdir(outside)
        assert os.readlink(target / "cake") == str(outside / "file")


@test
def no_link_of_the_servers_is_made():
    """spec 06: no server-made symlinks, by whatever listing."""
    for features, listing in ((FEATURES, b"type=OS.unix=slink:/etc/passwd;size=5; x\r\n"),
                              ((), b"lrwxrwxrwx 1 a b 5 Nov 22 04:15 x -> /etc/passwd\r\n")):
        with FakeFtp(listing=listing, features=features) as fake, empty_folder() as here:
            status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("mirror / t"), cwd=here)
            assert status == 0 and os.listdir(here / "t") == [], (status, err)


@test
def a_line_end_in_an_argument_is_not_sent():
    """spec 06: CR, LF, NUL in any argument refused: each would be a command of its
    own."""
    with FakeFtp({"cake": CAKE}) as fake:
        for line in ("delete a\rDELE", "quote NOOP a\rQUIT", "quote 'NOOP\rQUIT'", "cd \"x\ry\""):
            status, _, err = fil_ftp("127.0.0.1", fake.port, script=script(line))
            assert status == 1 and "4096" in err, (line, err)
        assert set(fake.verbs()) <= {"USER", "PASS", "QUIT"}, fake.commands
        status, _, err = fil_ftp("127.0.0.1", fake.port, script=b"user anonymous x\ncd a\0b\n")
        assert status == 1, err
    assert fil_ftp("ftp://127.0.0.1/a%0d%0aDELE%20b")[0] == 2


@test
def a_local_name_never_starts_a_shell():
    """tnftp and others run "|command" as a local name: spec 06."""
    with FakeFtp({"|touch hit": CAKE, "cake": CAKE}) as fake, empty_folder() as here:
        status, _, err = fil_ftp("127.0.0.1", fake.port, cwd=here, script=script(
            "get '|touch hit'", "get cake '|touch hit2'", "mget '|*'"))
        assert status == 0, err
        assert sorted(os.listdir(here)) == ["|touch hit", "|touch hit2"], os.listdir(here)


@test
def a_file_of_the_name_of_standard_input_is_a_file():
    """mput: what a pattern finds is in the folder; the rest of a script is no file."""
    with FakeFtp() as fake, empty_folder() as here:
        (here / "-").write_bytes(CAKE)
        status, out, err = fil_ftp("127.0.0.1", fake.port, script=script("mput *", "pwd"),
                                   cwd=here)
        assert status == 0 and fake.files == {"-": CAKE} and out == "/\n", (err, fake.files)


# --- broken connections -----------------------------------------------------------------

def resetting(every, meanwhile=lambda fake: None):
    """RETR, with a reset after so many bytes; the whole is there in the end."""
    def retr(session, name):
        content = session.fake.files[name][session.offset:]
        session.offset = 0
        session.say("150 here it comes")
        sock = session.data()
        if len(content) <= every:
            sock.sendall(content)
            sock.close()
            return "226 done"
        sock.sendall(content[:every])
        # what is sent must be there before the reset throws it away
        eventually(lambda: unsent(sock) == 0, "the piece to be taken")
        time.sleep(0.02)
        meanwhile(session.fake)
        reset(sock)
        reset(session.sock)
        return HANG_UP
    return retr


def unsent(sock):
    return struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4))[0]


@test
def after_twenty_resets_the_file_is_right():
    """spec 06, bar: --retry reconnects, logs in, and asks for the rest."""
    content = os.urandom(2_000_000)
    with FakeFtp({"big": content}, replies={"RETR": resetting(95_000)}) as fake, \
            empty_folder() as here:
        status, _, err = fetch(fake, "--retry", "40", path="big", cwd=here)
        assert status == 0, err
        assert (here / "big").read_bytes() == content
        assert fake.verbs().count("REST") >= 20, fake.commands


@test
def a_file_that_has_changed_meanwhile_is_fetched_from_its_beginning():
    """spec 06: size and time compared.  Half of one file and half of another is no
    file."""
    old, new = b"o" * 200_000, b"n" * 200_000

    def change(fake):
        fake.files = {name: new for name in fake.files}
        fake.time = "20261122041501"

    def retr(session, name):
        if session.fake.files[name] is old:
            return resetting(100_000, change)(session, name)
        return session.do_retr(name)
    for order in ("get big", "mget b*", "mirror / ."):
        with FakeFtp({"big": old}, replies={"RETR": retr}) as fake, empty_folder() as here:
            fake.files["/big"] = old
            status, _, err = fil_ftp("--timeout", "3", "--retry", "3", "127.0.0.1", fake.port,
                                     script=script(order), cwd=here)
            assert status == 0, (order, err)
            assert (here / "big").read_bytes() == new, order


@test
def what_went_to_standard_output_is_not_taken_back():
    """-o -, into a file that somebody else has begun: to cut it would take away his
    lines, too."""
    broken = []

    def retr(session, name):
        broken.append(name)
        return resetting(100_000)(session, name) if len(broken) == 1 else session.do_retr(name)
    with FakeFtp({"big": b"b" * 200_000}, replies={"RETR": retr, "REST": "502 what?"}) as fake, \
            empty_folder() as here:
        line = f"echo his; exec {program('fil-ftp')} --retry 3 -o - {fake.url('big')}"
        status, _, err = harness.run(["sh", "-c", f"({line}) >out"], b"", 60, {"HOME": str(here)},
                                     cwd=here)
        assert (here / "out").read_bytes() == b"his\n" + b"b" * 100_000
        assert status == 1, err


@test
def a_server_that_cannot_restart_sends_all_of_it_once_more():
    """RFC 3659 5: REST is an extension.  The half that came first does not stay in the
    file."""
    content = os.urandom(200_000)
    broken = []

    def retr(session, name):
        if broken:
            return session.do_retr(name)
        broken.append(name)
        return resetting(100_000)(session, name)
    with FakeFtp({"big": content}, replies={"RETR": retr, "REST": "502 what?"}) as fake, \
            empty_folder() as here:
        status, _, err = fetch(fake, "--retry", "3", path="big", cwd=here)
        assert status == 0 and (here / "big").read_bytes() == content, err
        assert "REST 100000" in fake.commands, fake.commands


@test
def the_rest_is_not_fetched_from_another_folder():
    """quote CWD: after a new login the same name is another file's, unless we go back
    first.  Who cannot know where that is begins nothing that he may have to go on with."""
    for answer, files, logins in (('257 "/sub"', ["big"], 2), ("502 what?", [], 1)):
        with FakeFtp({"big": b"b" * 200_000}, replies={"RETR": resetting(100_000),
                                                       "PWD": answer}) as fake, \
                empty_folder() as here:
            status, _, err = fil_ftp("--timeout", "3", "--retry", "3", "127.0.0.1", fake.port,
                                     script=script("quote CWD sub", "get big"), cwd=here)
            assert (status == 0, os.listdir(here)) == (files != [], files), err
            assert fake.verbs().count("USER") == logins, fake.commands
            assert ("CWD /sub" in fake.commands) == (logins == 2), fake.commands


@test
def a_5yz_is_final():
    """spec 06: asking again would not help."""
    with FakeFtp({"cake": CAKE}, replies={"RETR": "550 go away"}) as fake:
        refused(fake, "--retry", "5", says="550 go away")
        assert fake.verbs().count("RETR") == 1, fake.commands


@test
def what_a_terminal_interrupts_ends_the_transfer_and_not_the_file():
    """spec 06: Ctrl-C; the program ends by the signal, the old file stays, the temporary
    one does not."""
    def stall(session, _):
        session.say("150 here it comes")
        sock = session.data()
        sock.sendall(CAKE[:100])
        session.held = sock
    with FakeFtp({"cake": CAKE}, replies={"RETR": stall}) as fake, empty_folder() as here:
        (here / "cake").write_text("old")
        process = Process([program("fil-ftp"), fake.url("cake")], cwd=here)
        eventually(lambda: len(os.listdir(here)) == 2 and "RETR" in fake.verbs(),
                   "the temporary file")
        process.signal(signal.SIGINT)
        assert process.wait() == -signal.SIGINT, process.stderr
        assert os.listdir(here) == ["cake"] and (here / "cake").read_text() == "old"
        assert "ABOR" in fake.verbs(), fake.commands


@test
def an_interrupt_ends_all_pieces_at_once():
    """pget: each thread waits for a server that says no more, and --timeout 0 has no
    end."""
    def silent(session, _):
        session.fake.stalled.wait(10 * harness.DEADLINE)
        return HANG_UP

    def stall(session, name):
        session.say("150 here it comes")
        session.held = session.data()
        session.held.sendall(session.fake.files[name][session.offset:][:100])
        return silent(session, name)
    for verb, reply in (("RETR", stall), ("EPSV", silent)):
        with FakeFtp({"big": CAKE * 100}, replies={verb: reply}) as fake, \
                empty_folder() as here, tempfile.TemporaryFile() as orders:
            orders.write(script("pget -n 3 big").encode())
            orders.seek(0)
            process = Process([program("fil-ftp"), "--timeout", "0", "127.0.0.1", fake.port],
                              cwd=here, stdin=orders)
            eventually(lambda: fake.verbs().count(verb) == 3, "the pieces")
            process.signal(signal.SIGINT)
            assert process.wait() == -signal.SIGINT, process.stderr
            assert os.listdir(here) == [], os.listdir(here)


@test
def pieces_of_two_files_are_no_file():
    """pget: the file becomes another one, of the same size, while its pieces come; and a
    file of which SIZE says no more."""
    def change(session, name):
        session.fake.replies["MDTM"] = "213 20261122041501"
        return session.do_retr(name)

    def vanish(session, name):
        session.fake.replies["SIZE"] = "550 gone"
        return session.do_retr(name)
    for reply in (change, vanish):
        with FakeFtp({"big": CAKE * 100}, replies={"RETR": reply}) as fake, \
                empty_folder() as here:
            status, _, err = fil_ftp("127.0.0.1", fake.port, script=script("pget -n 3 big"),
                                     cwd=here)
            told = said("%s: the server's file has changed meanwhile")[2:]
            assert status == 1 and err.count(told) == 1, err
            assert os.listdir(here) == [], os.listdir(here)


@test
def late_answers_to_a_piece_are_not_taken_for_those_of_what_follows():
    """A piece is cut off in the middle of its sending: 426, and 226 behind it.  One session
    fetches all of them, and goes on."""
    def cut_off(session, name):
        if name == "cake":
            return session.do_retr(name)
        session.say("150 here it comes")
        with session.data() as sock, contextlib.suppress(OSError):
            sock.sendall(session.fake.files[name][session.offset:])
        session.offset = 0
        return "426 cut off\r\n226 and this was all"

    def only_one(session, _):
        return "421 one is enough" if session.fake.verbs().count("USER") > 1 else "331 go on"
    with FakeFtp({"big": CAKE * 100, "cake": CAKE},
                 replies={"RETR": cut_off, "USER": only_one}) as fake, empty_folder() as here:
        status, _, err = fil_ftp("127.0.0.1", fake.port, script=script(
            "pget -n 5 big", "get cake", "size cake"), cwd=here)
        assert (here / "big").read_bytes() == CAKE * 100, err
        assert (here / "cake").read_bytes() == CAKE and status == 0, err


@test
def a_second_interrupt_ends_the_program_and_leaves_nothing():
    """spec 00: twice the program.  Here the server never answers ABOR."""
    def stall(session, _):
        session.say("150 here it comes")
        session.held = session.data()
        session.held.sendall(CAKE[:100])
        return STALL
    for how in ("script", "url"):
        with FakeFtp({"cake": CAKE}, replies={"RETR": stall}) as fake, empty_folder() as here, \
                tempfile.TemporaryFile() as orders:
            orders.write(script("get cake").encode())
            orders.seek(0)
            where = [fake.url("cake")] if how == "url" else ["127.0.0.1", fake.port]
            process = Process([program("fil-ftp"), "--timeout", "0", *where], cwd=here,
                              stdin=orders)
            eventually(lambda: len(os.listdir(here)) == 1 and "RETR" in fake.verbs(),
                       "the temporary file")
            process.signal(signal.SIGINT)
            process.says(said("interrupted"))
            process.signal(signal.SIGINT)
            assert process.wait() == -signal.SIGINT, process.stderr
            # nobody waited until the server had had its time
            assert said("%s does not end the transfer: the session is closed")[2:] \
                not in process.stderr, process.stderr
            assert os.listdir(here) == [], os.listdir(here)


if __name__ == "__main__":
    harness.main()
