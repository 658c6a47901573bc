#!/usr/bin/env python3
"""ftp_prompt.py - what a person sees who types orders to fil-ftp.

It runs in a real terminal (tmux), which is asked what it shows."""
import os, re

import harness
from fake import said
from ftpfake import FakeFtp, empty_folder, facts
from ftppeers import Ftpd
from harness import NotHere, eventually, program, spoken, test
from terminal import EDITED, SANE, Terminal


def at(port, here, *options, edited=True):
    """A person in a folder, with fil-ftp connected."""
    if edited and not EDITED:
        raise NotHere("built without libedit")
    person = Terminal(f"cd {here}; clear; {program('fil-ftp')} {' '.join(options)} 127.0.0.1 "
                      f"{port}; echo status $?; {SANE}", columns=76, rows=24)
    person.sees(re.escape(said("log in with: user NAME (or user anonymous)")[:30]))
    return person


@test
def the_session_of_the_sheet_is_typed():
    """Sheet B: "navigate the tree and download a file in passive binary mode"."""
    ftpd = Ftpd()
    (ftpd.tree / "pub").mkdir()
    (ftpd.tree / "pub" / "cake").write_text("the cake\n")
    with empty_folder() as here:
        person = at(ftpd.port, here)
        person.line("user guest")
        person.sees(spoken("Password of guest:", "Mot de passe de guest.:"))
        person.line(ftpd.password)
        for order in ("binary", "passive", "cd pub"):
            person.sees("^ftp /> *$")
            person.line(order)
        person.sees("^ftp /pub> *$")
        person.line("dir")
        person.sees(r"^-  +9  \d{4}-\d\d-\d\d \d\d:\d\d  cake$")
        person.line("get cake")
        person.sees(r"^fil-ftp: cake.*: 9 ")
        person.line("quit")
        person.sees("^status 0$")
        person.sees("^4$")		# the terminal is as it was
        assert (here / "cake").read_text() == "the cake\n"
        assert ftpd.password not in person.screen()


@test
def tab_completes_verbs_and_remote_and_local_names():
    """spec 06.  Blanks are typed with a backslash; behind a folder goes no blank; what
    changed is asked again."""
    names = (facts("a cake", b"x") + facts("alpha", kind="dir") + facts("beta", b"y")
             + facts("bad\x1b[2J"))
    with FakeFtp({"a cake": b"x", "alpha/inner": b"z"}, names) as fake, empty_folder() as here:
        def mlsd(session, path):
            session.send(facts("inner", b"z") if path == "alpha" else fake.listing)
        fake.replies["MLSD"] = mlsd
        (here / "gift one").write_text("gift")
        person = at(fake.port, here)
        person.line("user anonymous")
        person.sees("^ftp /> *$")
        person.type("rmd")
        person.key("Tab")
        person.sees("^ftp /> rmdir *$")
        person.key("C-u")
        person.type("get a")
        person.key("Tab")
        person.sees(r"^a\\ cake  alpha/ *$")
        person.type("l")
        person.key("Tab")
        person.sees("^ftp /> get alpha/$")
        person.key("Tab")
        person.sees("^ftp /> get alpha/inner *$")
        person.key("C-u")
        person.type("put g")
        person.key("Tab")
        person.sees(r"^ftp /> put gift\\ one *$")
        person.key("Enter")
        eventually(lambda: "gift one" in fake.files, "the gift")
        before = fake.verbs().count("MLSD")
        fake.listing += facts("gamma", b"g")
        person.type("get g")
        person.key("Tab")
        person.sees("^ftp /> get gamma *$")
        assert fake.verbs().count("MLSD") == before + 1
        person.key("C-u")
        person.type("get bad")
        person.key("Tab")
        person.type("x")
        person.sees("^ftp /> get badx$")		# it is not offered
        person.key("C-u")
        person.line("quit")
        person.sees("^status 0$")


@test
def a_password_that_was_typed_is_not_in_the_history():
    """Whoever comes to the keyboard next needs only the arrow keys."""
    with FakeFtp() as fake, empty_folder() as here:
        person = at(fake.port, here)
        for n, order in enumerate(("user anonymous sesame", "quote 'pass sesame'", "close",
                                   "user anonymous sesame", "help get")):
            is_asked(person, 2 * n + 1)		# before that, the terminal echoes what comes
            person.line("binary")
            is_asked(person, 2 * n + 2)
            person.line(order)
            is_asked(person, 2 * n + 3)
            person.key("Up")
            person.type(str(n))
            person.sees(f"^ftp[^>]*> {'binary' if 'sesame' in order else order}{n} *$")
            person.key("C-u")
        person.line("quit")
        person.sees("^status 0$")


def is_asked(person, times):
    """The prompt has come so many times, and now waits for an order."""
    eventually(lambda: len(re.findall("^ftp[^>\n]*>", person.screen(), re.M)) == times
               and re.search("^ftp[^>\n]*>\\Z", person.screen(), re.M), f"prompt {times}")


def slow(session, name):
    """Of what is big, half at once, and the rest never."""
    content = session.fake.files[name]
    if name != "big":
        return session.do_retr(name)
    session.say("150 here it comes")
    with session.data() as sock:
        sock.sendall(content[:len(content) // 2])
        session.buffer += session.sock.recv(4096)
        assert session.buffer.startswith(b"ABOR"), session.buffer
    return "426 as you like"


@test
def a_transfer_shows_how_far_it_is_and_ctrl_c_ends_it_alone():
    """spec 06: progress, rate; Ctrl-C aborts (ABOR) and keeps the session, and leaves
    no half of a file."""
    with FakeFtp({"big": b"x" * 4_000_000, "cake": b"cake"}, replies={"RETR": slow}) as fake, \
            empty_folder() as here:
        person = at(fake.port, here, "--plain", edited=False)
        person.line("user anonymous")
        eventually(lambda: "PWD" in fake.verbs(), "the login")
        person.line("get big")
        person.sees(r"50%  1[.]9 M\S+")
        person.key("C-c")
        person.sees(said("interrupted"))
        eventually(lambda: os.listdir(here) == [], "the half to be gone")
        person.line("get cake")
        person.sees(r"^\S* ?fil-ftp: cake.*: 4 ")
        person.line("quit")
        person.sees("^status 0$")
        assert "ABOR" in fake.verbs() and os.listdir(here) == ["cake"]
        assert fake.verbs().count("USER") == 1, fake.commands


@test
def each_of_several_is_asked_for():
    """spec 06: prompt."""
    with FakeFtp({name: b"x" for name in ("a1", "a2", "a3", "a4")}) as fake, \
            empty_folder() as here:
        person = at(fake.port, here, "--plain", edited=False)
        person.line("user anonymous")
        eventually(lambda: "PWD" in fake.verbs(), "the login")
        person.line("mget a*")
        yes, no, all_ = spoken(("y", "n", "a"), ("o", "n", "t"))
        for name, answer in (("a1", yes), ("a2", no), ("a3", all_)):
            person.sees(f"mget {name}.?[?]")
            person.line(answer)
        person.sees("4/4 +a4")
        person.line("quit")
        person.sees("^status 0$")
        assert sorted(os.listdir(here)) == ["a1", "a3", "a4"]


@test
def a_listing_has_columns_and_no_escapes_of_the_servers():
    """spec 06: columns for ls on a terminal."""
    listing = (facts("pub", kind="dir") + facts("cake", b"x" * 10) + facts("e\x1b[2Jvil", b"")
               + b"".join(facts(f"file{n}", b"") for n in range(20)))
    with FakeFtp({}, listing) as fake, empty_folder() as here:
        person = at(fake.port, here, "--plain", "--color never", edited=False)
        person.line("user anonymous")
        eventually(lambda: "PWD" in fake.verbs(), "the login")
        person.line("ls")
        person.sees(r"^cake +\S+ +file\d+")
        person.sees(r"e\\x1b\[2Jvil")
        person.sees("pub/")
        person.line("quit")
        person.sees("^status 0$")


if __name__ == "__main__":
    harness.main()
