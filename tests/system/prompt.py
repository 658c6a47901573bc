#!/usr/bin/env python3
"""prompt.py - what a person sees who types while others speak.

fil-mixed runs in a real terminal (tmux), which is asked what it shows."""
import contextlib, os, pathlib, re, signal, tempfile

import harness
from fake import TOKEN, Fake, said
from harness import NotHere, eventually, program, spoken, test
from terminal import EDITED, SANE, Terminal


def typed_session(*options, edited=True, login=False, **env):
    """A person at a terminal, in a session with a server.  edited: the line is
    edited, which the test is about."""
    if edited and not EDITED:
        raise NotHere("built without libedit")
    server = Fake()
    how = "--login pc3" if login else "--protocol"
    person = Terminal(f"clear; {program('fil-mixed')} {how} --port {server.port} "
                      f"{' '.join(options)} 127.0.0.1; echo status $?", **env)
    server.greet()
    if not login and edited:
        person.sees("^>$")
    return person, server


def is_asked(server, text):
    request = server.request("MESSAGE")
    assert request["text"] == text, request
    server.ok(request, seq=1)


def rows(person):
    return person.screen().split("\n")


@test
def the_word_being_typed_is_intact_while_events_arrive():
    """Issue 5: incoming lines appear above the line being typed and never
    disturb it.  What is sent is what was typed."""
    person, server = typed_session()
    person.type("bonj")
    person.sees("^> bonj$")
    for n in range(5):
        server.message(f"message {n}")
    person.has([f"pc4: message {n}" for n in range(5)] + ["> bonj"])
    person.type("our")
    person.key("Left", "Left", "Left")
    server.message("encore")
    person.sees("^pc4: encore$")
    person.type("O")
    person.has([f"pc4: message {n}" for n in range(5)] + ["pc4: encore", "> bonjOour"])
    person.key("Enter")
    is_asked(server, "bonjOour")
    person.sees("^[*] ")


@test
def half_of_a_character_waits_for_its_other_half():
    """An é is two bytes, and between them a message may come; in the C locale,
    too, where libedit alone would know no letters beyond ASCII."""
    for locale in ({}, {"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}):
        person, server = typed_session(**locale)
        person.type("ét")
        person.byte(0xc3)
        server.message("à l'heure")
        person.sees("^pc4: à l'heure$")
        person.byte(0xa9, 0xff, 0xc3)		# and bytes that are none
        person.type(" 日本")
        person.sees("^> été 日本$")
        person.key("Enter")
        is_asked(server, "été 日本")
        person.kill()


@test
def a_line_of_several_rows_is_taken_away_and_put_back_whole():
    """A row too many erased is somebody's message lost; one too few leaves
    rubbish.  With wide characters at the margin, tabs, and the cursor above."""
    person, server = typed_session()
    text = "abcd " * 20 + "x" * 11 + "日本語" + "y" * 56 + "本" + " fin"
    person.key("C-v", "Tab")
    person.type(text)
    person.sees("fin$")
    before = rows(person)
    assert before[2].startswith("日"), before
    server.message("un")
    person.has(["pc4: un", *before])
    person.key("C-a")
    # The cursor in a row above the last: before, in and behind wide characters.
    for n, (steps, place) in enumerate(((58, "5,1"), (54, "0,2"), (57, "0,3"))):
        column, row = place.split(",")
        person.key(*["Right"] * steps)
        eventually(lambda: person.cursor() == f"{column},{int(row) + n + 1}",
                   f"{place}; it is {person.cursor()}")
        server.message(f"{n}")
        person.has(["pc4: un", *(f"pc4: {i}" for i in range(n + 1)), *before])
    person.key("Enter")
    is_asked(server, "\t" + text)


@test
def the_tab_key_completes_verbs_and_names():
    """Issue 5.  Verbs of the table, and whoever was seen."""
    person, server = typed_session()
    person.type("/w")
    person.key("Tab")
    person.sees("^> /who")
    person.key("Enter")
    server.ok(server.request("WHO"), users=[
        {"user": name, "via": "tcp", "since": "-"}
        for name in ("pc3", "pc4", "élodie", "x\x1b[2J", "y\u202e", "z z")])
    person.sees("z z")
    for letter in "xyz":		# never a name that does what it should not
        person.type("/msg " + letter)
        person.key("Tab")
        person.type(".")
        person.sees(rf"^> /msg {letter}\.$")
        person.key("C-u")
    person.type("/h")
    person.key("Tab")
    person.sees("^> /hel$")
    person.key("Tab")
    person.sees("^/hello  /help")
    person.key("C-u")
    person.type("/msg é")
    person.key("Tab")
    person.type("salut")
    person.sees("^> /msg élodie salut$")
    person.key("Enter")
    request = server.request("MESSAGE")
    assert (request["to"], request["text"]) == ("élodie", "salut"), request


@test
def what_was_typed_before_can_be_had_again():
    """A history, in memory: the Up key, and Ctrl-R, during which messages come."""
    person, server = typed_session()
    for text in ("premier", "deuxième"):
        person.line(text)
        is_asked(server, text)
        person.sees("^> " + text)
    person.key("C-r")
    person.type("prem")
    server.message("entre temps")
    person.sees("^pc4: entre temps$")
    person.key("Enter")
    is_asked(server, "premier")
    person.key("Up", "Up")
    person.sees("^> deuxième$")
    person.key("Enter")
    is_asked(server, "deuxième")


@test
def the_users_own_keys_are_heeded():
    """editline(7): ~/.editrc, or the file that EDITRC names."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / ".editrc").write_text('bind -s "^T" bonsoir\n')
        for env in ({"HOME": folder}, {"EDITRC": folder + "/.editrc"}):
            person, server = typed_session(**env)
            person.key("C-t")
            person.sees("^> bonsoir$")
            person.kill()


@test
def ctrl_c_leaves_the_line_and_then_the_program():
    """As in a shell; and the terminal is as it was."""
    person, server = typed_session()
    person.type("ceci ne part pas")
    person.sees("pas$")
    person.key("C-c")
    person.sees("^>$")
    person.line("ceci part")
    is_asked(server, "ceci part")
    person.sees("^[*] ")
    person.key("C-c")
    person.sees("^[$]$")
    person.line("echo status $?")
    person.sees("^status 130$")
    assert person.is_sane()


@test
def ctrl_d_ends_the_session_well():
    """The end of input; and a person who was refused something knows it: 0."""
    person, server = typed_session()
    person.line("/nosuch")
    person.sees("^! ")
    person.key("C-d")
    assert server.at_end()
    server.close()
    person.sees("^status 0$")
    assert person.is_sane()


def process_of(server):
    """The pid of the client of this server."""
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if b"fil-mixed" in words[0] and str(server.port).encode() in words:
                return int(path.parent.name)
    raise AssertionError("no client")


@test
def a_signal_that_ends_the_program_leaves_the_terminal_as_it_was():
    """An interactive shell restores it for itself; a script does not, and what
    comes after it would be typed without echo."""
    if not EDITED:
        raise NotHere("built without libedit")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        server = Fake()
        person = Terminal("clear; sh -c \"trap : INT; "
            f"{program('fil-mixed')} --protocol --port {server.port} 127.0.0.1; "
            f"echo status \\$?; {SANE}\"")
        server.greet()
        person.sees("^>$")
        if number != signal.SIGINT:
            person.type("un mo")
            person.sees("un mo$")
        os.kill(process_of(server), number)
        person.sees(f"^status {128 + number}$")
        person.sees("^4$")
        person.kill()


@test
def a_stopped_session_goes_on_where_it_was():
    """Ctrl-Z, a command, fg: the terminal is the shell's meanwhile, and the
    word is still there."""
    person, server = typed_session()
    person.type("à moit")
    person.sees("moit$")
    person.key("C-z")
    person.sees("Stopped|Arrêt|Stoppé")
    assert person.is_sane()
    server.message("pendant la pause")
    person.line("fg")
    person.sees("^pc4: pendant la pause$")
    person.type("ié")
    person.sees("^> à moitié$")
    person.key("Enter")
    is_asked(server, "à moitié")


@test
def a_window_that_changes_its_size_keeps_the_line():
    """SIGWINCH: what is drawn next is drawn for the new width."""
    person, server = typed_session()
    person.type("m" * 70)
    person.sees("^m+$")
    person.tmux("resize-window", "-x", "40", "-y", "16")
    server.message("plus étroit")
    person.sees("^pc4: plus étroit$")
    eventually(lambda: rows(person)[-2:] == ["> " + "m" * 38, "m" * 32],
               "the line in 40 columns")
    person.key("Enter")
    is_asked(server, "m" * 70)


@test
def without_editing_what_is_typed_is_sent_whole_all_the_same():
    """TERM=dumb, --plain, no libedit: the terminal itself keeps the line, and
    what arrives stands where it stands."""
    for options, env in ((("--plain",), {}), ((), {"TERM": "dumb"})):
        person, server = typed_session(*options, edited=False, **env)
        person.type("un demi-")
        person.sees("^un demi-")
        server.message("au milieu")
        person.sees("pc4: au milieu$")
        person.line("mot été")
        is_asked(server, "un demi-mot été")
        person.sees("^[*] ")
        person.key("C-d")
        assert server.at_end()
        server.close()
        person.sees("^status 0$")
        assert person.is_sane()
        person.kill()


@test
def a_server_that_is_gone_gives_the_terminal_back():
    """The word that was being typed is lost; the shell must not be."""
    for options in ((), ("--plain",)):
        person, server = typed_session(*options, edited=False)
        person.type("trop tar")
        person.sees("tar$")
        server.bye("stopping")
        server.close()
        person.sees("^status 1$")
        assert re.search("! ", person.screen()), person.screen()
        assert person.is_sane()
        person.kill()


@test
def a_password_is_asked_without_showing_it():
    """spec 00: on the terminal, echo off; then the label says who one is."""
    asks = spoken("Password of pc3:", "Mot de passe de pc3.:")
    person, server = typed_session(login=True, edited=False)
    person.sees(f"^{asks}$")
    person.line("secret")
    request = server.request("LOGIN")
    assert request["password"] == "secret", request
    server.ok(request, user="pc3", token=TOKEN)
    person.sees("pc3" + (">$" if EDITED else ""))
    assert "secret" not in person.screen() and TOKEN not in person.screen()
    person.line("/login pc3")
    person.sees(f"/login pc3\n{asks}$")
    person.line("encore")
    assert server.request("LOGIN")["password"] == "encore"
    assert "encore" not in person.screen(), person.screen()


@test
def details_do_not_disturb_the_line_either():
    """-v writes on standard error, which is the same terminal."""
    person, server = typed_session("-v")
    person.type("un mo")
    person.sees("^> un mo$")
    server.message("salut")
    eventually(lambda: rows(person)[-2:] == ["pc4: salut", "> un mo"], person.screen())


harness.main()
