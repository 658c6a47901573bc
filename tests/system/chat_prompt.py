#!/usr/bin/env python3
"""chat_prompt.py - what a person sees who chats, in a real terminal (tmux)."""
import pathlib, re, socket

import harness
from chatmembers import Member, chat
from chattalk import Chat, accounts
from fake import said
from harness import NotHere, Server, eventually, program, test
from terminal import EDITED, Terminal


def person(server, *options, nick=None, port=None, **env):
    """Somebody who has come in."""
    how = ["--nick", nick] if nick else []
    there = Terminal(" ".join(map(str, [program("fil-chat"), *how, *options, "127.0.0.1",
        port or server.ports["tcp"]])) + "; echo status $?", columns=100, rows=20, **env)
    label = nick or r"guest\d+"
    there.sees(rf"^{label}> *$" if EDITED and "--plain" not in options
               and env.get("TERM") != "dumb" else "joined$")
    return there


def edited():
    if not EDITED:
        raise NotHere("built without libedit")


def last(there):
    return there.screen().split("\n")[-1]


@test
def two_people_talk_and_the_word_being_typed_is_intact():
    """Issue of spec 02: two fil-chat, lines arrive while a word is half typed.
    What is sent is what was typed, and stands there once."""
    edited()
    s = chat()
    pc3, pc4 = person(s, nick="pc3"), person(s, nick="pc4")
    pc3.sees("now known as pc4$")
    pc3.type("bonj")
    pc3.sees("^pc3> bonj$")
    for n in range(5):
        pc4.line(f"message {n}")
        pc3.sees(f"^<pc4> message {n}$")
        eventually(lambda: last(pc3) == "pc3> bonj", pc3.screen())
    pc3.key("Left", "Left")
    pc4.line("encore")
    pc3.sees("^<pc4> encore$")
    pc3.type("ou")
    pc3.key("End")
    pc3.type("our")
    eventually(lambda: last(pc3) == "pc3> boounjour", pc3.screen())
    pc3.key("Enter")
    pc4.sees("^<pc3> boounjour$")
    pc3.sees("(?s)^<pc4> encore\n<pc3> boounjour\npc3>$")
    assert pc3.screen().count("boounjour") == 1, pc3.screen()
    heard = [[line for line in who.screen().split("\n") if line.startswith("<")]
             for who in (pc3, pc4)]
    assert heard[0] == heard[1], "the same lines in the same order"


@test
def hundreds_of_lines_leave_the_word_as_it_was():
    """A busy room; the word is redrawn below each of them."""
    edited()
    s = chat()
    with Member(s, "pc4") as pc4:
        pc3 = person(s, nick="pc3")
        pc3.type("à moit")
        pc4.says(*(f"ligne {n}" for n in range(300)))
        pc3.type("ié")
        pc3.sees("^<pc4> ligne 299$")
        eventually(lambda: last(pc3) == "pc3> à moitié", pc3.screen())
        pc3.key("Enter")
        pc4.hears("<pc3> à moitié$")


@test
def a_line_of_several_rows_is_taken_away_when_it_is_sent():
    """The server repeats it; it must neither stand twice nor take a row of what
    others said with it.  At the width of the terminal, one less, and one more."""
    edited()
    s = chat()
    with Member(s, "pc4") as pc4:
        pc3 = person(s, nick="pc3")
        for width in (93, 94, 95, 96, 194, 195, 250):
            pc4.says(f"avant {width}")
            pc3.sees(f"^<pc4> avant {width}$")
            pc3.type("x" * width)
            pc4.hears(f"<pc4> avant {width}$")
            pc3.key("Home", "Enter")
            pc4.hears(f"<pc3> x{{{width}}}$")
            repeated = "<pc3> " + "x" * width
            rows = [f"<pc4> avant {width}",
                    *(repeated[i:i + 100] for i in range(0, len(repeated), 100)), "pc3>"]
            eventually(lambda: pc3.screen().split("\n")[-len(rows):] == rows,
                       f"{rows} at the end of:\n{pc3.screen()}")


@test
def the_tab_key_completes_commands_and_who_is_there():
    """Nicks of the list, of arrivals, of those who speak; not of who left."""
    edited()
    s = chat()
    with Member(s, "élodie") as elodie, Member(s, "pc4") as pc4:
        pc3 = person(s, nick="pc3")
        pc3.type("/ms")
        pc3.key("Tab")
        pc3.type("él")
        pc3.key("Tab")
        pc3.type("psst")
        pc3.sees("^pc3> /msg élodie psst$")
        pc3.key("Enter")
        elodie.hears("-pc3- psst$")
        pc3.type("bonjour p")
        pc3.key("Tab")
        pc3.sees("^pc3> bonjour pc$")
        pc3.key("Tab")
        pc3.sees("^pc3  pc4|^pc4  pc3")
        elodie.leaves()
        pc3.sees("left [(]quit[)]$")
        pc4.be("zoé")
        pc3.sees("now known as zoé$")
        pc3.key("C-u")
        pc3.type("é")
        pc3.key("Tab")
        pc3.type(".z")
        pc3.sees(r"^pc3> é\.z$")
        pc3.key("C-u")
        pc3.type("z")
        pc3.key("Tab")
        pc3.sees("^pc3> zoé")
        pc3.key("C-u", "Up")
        pc3.sees("^pc3> /msg élodie psst$")


@test
def a_password_is_asked_with_echo_off_and_is_in_no_history():
    """/login NAME; the label says who one is then."""
    with accounts(prof="très secret") as users:
        s = chat("--users", str(users))
        for options, env in (((), {}), (("--plain",), {"TERM": "dumb"})):
            pc3 = person(s, *options, **env)
            pc3.line("/login prof")
            pc3.sees(re.escape(said("Password of %s: ").replace("%s", "prof").rstrip()))
            with Member(s) as other:
                other.says("pendant la question")
            pc3.line("très secret")
            pc3.sees(r"^\*\*\* you are logged in as prof$")
            pc3.sees("> pendant la question$")
            assert "secret" not in pc3.screen(), pc3.screen()
            if not options and EDITED:
                pc3.sees("^prof>")
                pc3.key("Up")
                pc3.sees("^prof> /login prof$")
                pc3.key("Up")
                pc3.key("C-u")
                assert "secret" not in pc3.screen(), pc3.screen()
            pc3.line("/quit")
            pc3.sees("^status 0$")
            assert pc3.is_sane()
            pc3.kill()


@test
def a_restart_of_the_server_leaves_the_word_and_keeps_the_line():
    """The word stays on the screen while the connection is tried again; a line
    that is typed meanwhile is said then, once, under the same nick."""
    edited()
    s = chat()
    port = s.ports["tcp"]
    pc3 = person(s, nick="pc3")
    pc3.type("à moit")
    pc3.sees("moit$")
    assert s.stop() == 0
    pc3.sees("^fil-chat: " + re.escape(said("no connection: %s; trying again in %d s")
             .split("%s")[0]))
    eventually(lambda: last(pc3) == "pc3> à moit", pc3.screen())
    pc3.type("ié")
    pc3.key("Enter")
    pc3.sees("^fil-chat: " + re.escape(said("not connected: this line is kept, and sent "
        "as soon as there is a connection"))[:40])
    pc3.type("un mo")
    pc3.sees("^pc3> un mo$")
    s = Server("fil-chatd", "--port", str(port), "--bind", "127.0.0.1", lines=1)
    pc3.sees("^<pc3> à moitié$")
    eventually(lambda: last(pc3) == "pc3> un mo", pc3.screen())
    pc3.type("t")
    pc3.key("Enter")
    pc3.sees("^<pc3> un mot$")
    with Member(s) as pc4:
        assert len([line for line in pc4.lines if "moitié" in line]) == 1, pc4.lines


@test
def ctrl_d_leaves_and_ctrl_c_leaves_the_line_first():
    """As in a shell; and the terminal is as it was."""
    edited()
    s = chat()
    with Member(s, "pc4") as pc4:
        pc3 = person(s, nick="pc3")
        pc3.type("ceci ne part pas")
        pc3.sees("pas$")
        pc3.key("C-c")
        pc3.sees("^pc3>$")
        pc3.line("ceci part")
        pc4.hears("<pc3> ceci part$")
        pc3.key("C-d")
        pc3.sees("^status 0$")
        pc4.hears(r"\*\*\* pc3 left")
        assert pc3.is_sane()


@test
def ctrl_c_does_not_wait_for_a_connection_that_is_being_tried():
    """A machine that answers nothing: the try would take 5 seconds an address;
    and the terminal is as it was."""
    edited()
    server = Chat()
    server.listener.listen(0)
    pc3 = Terminal(f"{program('fil-chat')} 127.0.0.1 {server.port}")
    server.greet()
    pc3.sees("^guest1> *$")
    pc3.type("à moit")
    pc3.sees("moit$")
    with socket.create_connection(("127.0.0.1", server.port)):	# the queue is full
        server.close()
        asked = f"0100007F:{server.port:04X} 02 "	# SYN_SENT, to that port
        eventually(lambda: asked in pathlib.Path("/proc/net/tcp").read_text(),
                   "the next try")
        tries = pc3.screen().count("fil-chat: ")
        pc3.key("C-c")
        pc3.sees("^[$]$")
        pc3.line("echo status $?")
        pc3.sees("^status 130$")
        assert pc3.screen().count("fil-chat: ") == tries, pc3.screen()
        assert pc3.is_sane()


@test
def a_stopped_chat_goes_on_where_it_was():
    """Ctrl-Z, fg, and another width: what was said meanwhile, then the word."""
    edited()
    s = chat()
    with Member(s, "pc4") as pc4:
        pc3 = person(s, nick="pc3")
        pc3.type("à moit")
        pc3.sees("moit$")
        pc3.key("C-z")
        pc3.sees("Stopped|Arrêt|Stoppé")
        pc4.says("pendant la pause")
        pc3.tmux("resize-window", "-x", "50", "-y", "20")
        pc3.line("fg")
        pc3.sees("^<pc4> pendant la pause$")
        pc3.type("ié")
        eventually(lambda: last(pc3) == "pc3> à moitié", pc3.screen())


@test
def without_redraw_each_line_is_printed_once():
    """--plain, TERM=dumb, for a screen reader: no cursor is moved."""
    s = chat()
    with Member(s, "pc4") as pc4:
        for nick, options, env in (("pc3", ("--plain",), {}), ("pc5", (), {"TERM": "dumb"})):
            there = person(s, *options, nick=nick, **env)
            there.sees(f"now known as {nick}$")
            there.type("un demi-")
            there.sees("^un demi-")
            pc4.says("au milieu")
            there.sees("<pc4> au milieu$")
            there.line("mot")
            pc4.hears(f"<{nick}> un demi-mot$")
            there.sees(f"^<{nick}> un demi-mot$")
            there.key("C-d")
            there.sees("^status 0$")
            there.kill()


harness.main()
