"""people.py - what people read: manual pages, --help, README, the log; in French."""
import os, re, signal

import harness
from harness import BUILD, FRENCH, SOURCE, Server, need, run, spoken, tcp, test

# Every program that is installed.  Its page is man/NAME.SECTION.
PROGRAMS = ("fil-mixedd", "fil-mixed", "fil-demo", "fil-certs", "fil-lab", "fil-passwd",
            "fil-chatd", "fil-chat", "fil-daytimed", "fil-daytime", "fil-gethttp",
            "fil-proxy", "fil-smtp", "fil-ftpd", "fil-ftp", "fil-tftpd", "fil-tftp",
            "fil-explain", "fil-timeline")

COMMANDS = ("./bootstrap --install && ./configure && make demo",
            "./bootstrap --install && ./configure && make check")
SECTIONS = ("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO",
            "STANDARDS", "CAVEATS")
LONGEST_FILE = 450
NO_BREAK = "\u00a0\u202f"

ENGLISH = {"LC_ALL": "C", "LANGUAGE": ""}
OURS = {} if FRENCH else ENGLISH	# the language of this run


def languages():
    """English always; French when the suite runs in French."""
    return (ENGLISH, OURS) if FRENCH else (ENGLISH,)


def command(name):
    """Where the build has put a program."""
    places = [BUILD / folder / name for folder in ("src", "demo", "certs", "lab")]
    found = [path for path in places if path.exists()]
    assert found, f"{name} is not built"
    return found[0]


def page_of(name):
    """The path of a program's manual page."""
    found = list((SOURCE / "man").glob(f"{name}.[1-9]"))
    assert len(found) == 1, f"{name} has {len(found)} manual pages"
    return found[0]


def pages():
    return sorted((SOURCE / "man").glob("*.[1-9]"))


def read(path):
    return (SOURCE / path).read_text("utf-8")


def help_of(name, env):
    status, out, err = run([command(name), "--help"], env=env)
    assert (status, err) == (0, b""), (name, status, err)
    return out.decode("utf-8")


def options_in_help(text):
    """(short, long, argument) of each option, as '-p', '--port', 'port'.  A row
    may hold several:  -4, --ipv4, -6, --ipv6   text of both."""
    option = r"(?:(-\w), )?(--[\w.-]+)(?: ([^\s,]+))?(?:, |$)"
    rows = re.findall(r"^ +(-.*?)(?: {2,}\S.*)?$", text, re.M)
    return [(short, long, argument.lower()) for row in rows
        if re.fullmatch(f"(?:{option})+", row)
        for short, long, argument in re.findall(option, row)]


def options_in_page(text):
    """The same from the page's list:  .It Fl p , Fl -port Ar port"""
    found = []
    for line in re.findall(r"^\.It (Fl .*)$", text, re.M):
        names = re.findall(r"Fl (\S+)", line)
        argument = re.sub(r"\b(Fl \S+|Ar|Cm|Ns)|[\s,]", "", line)
        short = ["-" + n for n in names if not n.startswith("-")]
        found.append(("".join(short), "-" + names[-1], argument.lower()))
    return found


def options_mentioned(text):
    """Each option that a macro names; Fl 46h is three of them."""
    found = set()
    for line in re.findall(r"^\..*$", text, re.M):
        for name in re.findall(r"\bFl (-[\w.-]*\w|\w+)", line):
            found |= {"-" + name} if name[0] == "-" else {"-" + c for c in name}
    return found


def section(text, title):
    return re.search(rf"^\.Sh {title}$(.*?)(?=^\.Sh|\Z)", text, re.M | re.S)[1]


def makefile_list(name):
    """The words of NAME = ... in Makefile.am, over continued lines."""
    text = read("Makefile.am").replace("\\\n", " ")
    return re.search(rf"^{name} = (.*)$", text, re.M)[1].split()


# --- programs and their pages -------------------------------------------------

@test
def every_installed_program_is_checked_here():
    """A program that is missing from the list above is one that nobody checks."""
    assert sorted(PROGRAMS) == sorted(makefile_list("TOOLS"))


@test
def every_option_is_in_the_page_and_the_page_has_no_other():
    """spec/00: one table gives getopt_long, --help, and the page's check.  A user
    would look up an option that is not there, or try one that is refused."""
    for name in PROGRAMS:
        told = options_in_help(help_of(name, ENGLISH))
        text = page_of(name).read_text("utf-8")
        assert told and sorted(told) == sorted(options_in_page(text)), (
            f"{name}: help and page differ in "
            f"{sorted(set(told) ^ set(options_in_page(text)))}")
        known = {o for short, long, _ in told for o in (short, long)} - {""}
        assert options_mentioned(text) <= known, (name, options_mentioned(text) - known)
        synopsis = options_mentioned(section(text, "SYNOPSIS"))
        for short, long, _ in told:
            assert {short, long} & synopsis, f"{name}: no {long} in the synopsis"


@test
def help_fits_a_terminal():
    """A terminal is 80 columns and 24 lines: what scrolls away is not read."""
    for name in PROGRAMS:
        for env in languages():
            lines = help_of(name, env).splitlines()
            wide = [line for line in lines if len(line) > 80]
            assert not wide, (name, env, wide)
            ragged = [line for line in lines if line != line.rstrip()]
            assert not ragged, f"{name}: blanks end {ragged}"
            assert len(lines) <= 24, (name, env, len(lines))


@test
def help_is_in_the_users_language_and_has_the_same_options():
    """Options are never translated, their sentences are."""
    for name in PROGRAMS:
        english, ours = help_of(name, ENGLISH), help_of(name, OURS)
        assert options_in_help(english) == options_in_help(ours), name
        assert (english != ours) == FRENCH, f"{name}: is --help translated?\n{ours}"


@test
def help_and_version_answer_on_standard_output():
    """spec/00: stdout, exit 0, so that `fil-mixedd --help | less` works."""
    config = (BUILD / "config.h").read_text()
    version = re.search(r'^#define PACKAGE_VERSION "(.*)"$', config, re.M)[1]
    for name in PROGRAMS:
        for option in ("--version", "-V"):
            assert run([command(name), option]) == (
                0, f"{name} (fil) {version}\n".encode(), b""), (name, option)
        assert run([command(name), "-h"]) == (
            0, help_of(name, {}).encode(), b""), name


@test
def a_wrong_option_is_a_usage_error():
    """spec/00: exit 2 (fil-smtp: 64, of sysexits), and the reason on stderr; stdout
    may go into a pipe."""
    for name in PROGRAMS:
        for wrong in ("--no-such-option", "-Z", "--help=yes"):
            status, out, err = run([command(name), wrong])
            assert status == (64 if name == "fil-smtp" else 2) and out == b"" and err, (
                name, wrong, status, out)


@test
def manual_pages_are_clean_for_mandoc():
    """A page that mandoc warns of is rendered differently by other formatters."""
    need("mandoc")
    assert pages()
    for page in pages():
        status, out, err = run(["mandoc", "-Tlint", "-Wwarning", page])
        assert (status, out + err) == (0, b""), (out + err).decode()


@test
def manual_pages_have_the_same_sections_in_the_same_order():
    """STYLE.md, MAN: who knows one page finds his way in all."""
    for name in PROGRAMS:
        page = page_of(name)
        found = re.findall(r"^\.Sh (.*)$", page.read_text("utf-8"), re.M)
        assert [s for s in found if s in SECTIONS] == list(SECTIONS), (name, found)
        assert ("SIGNALS" in found) == (page.suffix == ".8"), (name, found)


@test
def manual_pages_refer_to_pages_that_exist():
    """A reference to a page of ours that is not there leads nowhere."""
    for page in pages():
        for name, number in re.findall(r"\bXr (fil[\w-]*) (\d)", page.read_text("utf-8")):
            assert (SOURCE / "man" / f"{name}.{number}").exists(), (page.name, name, number)


# --- the map of the course ----------------------------------------------------

@test
def the_map_shows_every_program_and_lesson_and_no_other():
    """fil(7) is where a newcomer looks for what there is."""
    text = read("man/fil.7")
    shown = re.findall(r"^\.It Xr (fil-[\w-]+) \d$", text, re.M)
    assert sorted(shown) == sorted(PROGRAMS), shown
    assert all(command(name).exists() for name in shown)
    lessons = {os.path.basename(path) + ".c" for path in makefile_list("LESSONS")}
    assert set(re.findall(r"^\.It Pa (\w+\.c)$", text, re.M)) == lessons, lessons
    for lesson in lessons:
        assert (SOURCE / "src/lessons" / lesson).exists(), f"no {lesson}"


@test
def the_map_shows_files_where_they_are():
    """A file that was renamed leaves a hole in the reading order."""
    names = {path.name for path in (SOURCE / "src").rglob("*.[ch]")}
    for path in re.findall(r"\bPa (\S+\.[ch])\b", read("man/fil.7")):
        found = (SOURCE / path).exists() if "/" in path else path in names
        assert found, f"fil(7) names {path}"
    for path in re.findall(r"\bPa (src/\S+)", read("man/fil.7")):
        assert (SOURCE / path).exists(), f"fil(7) names {path}"


@test
def the_map_shows_calls_where_they_stand():
    """Issue 2: the primitives are in plain sight; the map says where."""
    entries = re.findall(r"^\.It ((?:Fn \w+(?: , )?)+)\n\.Pa (\S+)", read("man/fil.7"), re.M)
    assert len(entries) > 5, entries
    for calls, path in entries:
        for call in re.findall(r"Fn (\w+)", calls):
            assert re.search(rf"(?<![\w>.]){call}\(", read(path)), f"{call} is not in {path}"


# --- README -------------------------------------------------------------------

@test
def the_readme_is_short_and_has_the_two_commands():
    """Issue 2: a stranger has a minute; the two commands are what he pastes, and
    .ci/run finds the second one here.  What a tool adds is told in its manual."""
    lines = read("README").splitlines()
    assert len(lines) <= 200, len(lines)
    for wanted in COMMANDS:
        assert lines.count("    " + wanted) == 1, wanted
        assert lines.index("    " + wanted) < 30, wanted


@test
def nothing_that_people_read_names_the_machine_it_was_made_on():
    """A path of somebody's home or build directory helps no reader."""
    private = re.compile(r"(?<![\w.~$])/(?:home|root|work|tmp|builds?|Users|mnt|srv)/\w")
    for path in [*pages(), SOURCE / "README"]:
        text = path.read_text("utf-8")
        for place in {str(BUILD), str(SOURCE)}:
            assert not re.search(rf"(?<!\w){re.escape(place)}(?=/)", text), (path.name, place)
        assert not private.search(text), (path.name, private.search(text)[0])


# --- French -------------------------------------------------------------------

def po_entries(text):
    """{msgid: [msgid_plural..., msgstr...]} of PO text, without its header."""
    entries, strings = [], None
    for line in text.splitlines():
        m = re.match(r'(msgid|msgid_plural|msgstr)(?:\[\d\])? "(.*)"$', line)
        if m and m[1] == "msgid":
            entries.append(["msgid"])
        if m:
            strings = entries[-1]
            strings.append(m[2])
        elif strings and line.startswith('"'):
            strings[-1] += line[1:-1]
        else:
            strings = None
    escapes = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
    plain = lambda s: re.sub(r"\\(.)", lambda m: escapes[m[1]], s)
    return {plain(e[1]): [plain(s) for s in e[2:]] for e in entries if e[1] != ""}


def catalogue():
    return po_entries(read("po/fr.po"))


def listed():
    return [line for line in read("po/POTFILES.in").splitlines()
        if line and not line.startswith("#")]


def extracted():
    """What xgettext finds, with the options of po/Makevars."""
    need("xgettext")
    options = re.search(r"^XGETTEXT_OPTIONS = (.*)$", read("po/Makevars"), re.M)[1]
    status, out, err = run(["xgettext", f"--directory={SOURCE}",
        f"--files-from={SOURCE}/po/POTFILES.in", *options.split(), "--output=-"],
        env=ENGLISH)
    assert status == 0, err.decode()
    return po_entries(out.decode("utf-8"))


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


@test
def every_file_with_texts_is_translated_and_no_other():
    """A file that po/POTFILES.in forgets speaks English for ever."""
    found = set()
    for path in (SOURCE / "src").rglob("*.[ch]"):
        if re.search(r'(?<!\w)(?:_|N_|plural)\(\s*"', without_comments(path.read_text("utf-8"))):
            found.add(path.relative_to(SOURCE).as_posix())
    for path in [path for folder in ("demo", "certs", "lab")
                 for path in (SOURCE / folder).rglob("*.sh")]:
        if re.search(r"^[^#]*\bn?gettext ['\"]", path.read_text("utf-8"), re.M):
            found.add(path.relative_to(SOURCE).as_posix())
    assert found == set(listed()), (f"missing: {sorted(found - set(listed()))}; "
        f"without a text: {sorted(set(listed()) - found)}")


@test
def the_french_catalogue_is_complete():
    """spec/00: French complete.  Half a sentence in English is worse than all."""
    need("msgfmt")
    status, _, err = run(["msgfmt", "--check", "--statistics", "--output-file=/dev/null",
        SOURCE / "po/fr.po"], env=ENGLISH)
    assert status == 0, err.decode()
    assert re.search(rb"^\d+ translated messages?\.$", err, re.M), err.decode()
    ours, theirs = set(catalogue()), set(extracted())
    assert ours == theirs, (f"not in fr.po: {sorted(theirs - ours)}; "
        f"no longer said: {sorted(ours - theirs)}")


def typography(english, french):
    """What is wrong with the punctuation of a French text, or None.

    : ; ? ! and » follow a no-break space, « is followed by one.  Free of it are
      - the inside of a word that the English has too ([::1]:80, a URL) or that
        is a time (12:03): no blank follows the sign there;
      - a prefix that the English has too, of nothing but printf's directives
        (%s: %s) or the name of a function or program (it has a _ or -); every
        other colon ends a French word, and takes its space;
      - a sign that follows another (?!)."""
    for m in re.finditer("[:;?!»]", french):
        before, after = french[:m.start()], french[m.end():]
        word = re.search(r"\S*\Z", before)[0] + m[0] + re.match(r"\S*", after)[0]
        if before[-1:] and before[-1] in NO_BREAK + "?!":
            continue
        if re.match(r"[^\s)\]»\"'’.…]", after) and (
            word in english or re.fullmatch(r"\D*\d+:\d+\D*", word)):
            continue
        if word in english and re.fullmatch(
            r"(?:%[-\w.*]*[a-zA-Z])+:|[a-z0-9]+[_-][a-z0-9_-]*:", word):
            continue
        return f"{m[0]!r} after {before[-12:]!r}"
    for m in re.finditer("«", french):
        if french[m.end():m.end() + 1] not in tuple(NO_BREAK):
            return "« without a no-break space"
    return None


@test
def the_rule_of_typography_finds_what_it_should():
    """The rule above is worth what it refuses."""
    for english, french in (("Look at:", "À voir :"), ("Look at:", "À voir:"),
            ("really?", "vraiment ?"), ("really?", "vraiment?"), ("a; b", "a ; b"),
            ("UDP: %d", "UDP: %d"), ("a: %s", "a : %s"), ('"a"', "« a »"),
            ("so!", "ainsi!Voilà"), ("(why?)", "(pourquoi?)"), ("x", "%s: x"),
            ("message: %s", "message: %s"), ("no fork", "pas_de: fork")):
        assert typography(english, french), french
    for english, french in (("Look at:", "À voir\u00a0:"), ("%s: %s", "%s: %s"),
            ("pthread_create: no", "pthread_create: non"),
            ("really?", "vraiment\u202f?"), ("UDP: %d", "UDP\u00a0: %d"),
            ("on [::1]:80", "sur [::1]:80"), ("noon", "à 12:00"), ("?!", "quoi\u202f?!"),
            ("see https://a.b", "voir https://a.b"), ('"a"', "«\u00a0a\u00a0»")):
        assert typography(english, french) is None, typography(english, french)


@test
def french_punctuation_has_its_no_break_spaces():
    """spec/00.  With a plain space a colon begins a line; with none it is no
    French."""
    wrong = []
    for english, strings in catalogue().items():
        for french in strings[-2:] if len(strings) > 1 else strings:
            mistake = typography(english, french)
            if mistake:
                wrong.append(f"{french!r}: {mistake}")
    assert not wrong, "\n".join(wrong)


@test
def translations_keep_tabs_and_ends_of_lines():
    """A lost tab moves a column, a lost space glues a prompt to its answer."""
    for english, strings in catalogue().items():
        for text in filter(None, strings):
            assert text.count("\t") == english.count("\t"), text
            end = re.search(r"[ \t\n]*\Z", english)[0]
            assert re.search(r"[ \t\n]*\Z", text)[0] == end, text


def said(english):
    """What the programs say for it in the language of this run."""
    if not FRENCH:
        return english
    french = catalogue()[english][0]
    assert french != english, f"not translated: {english}"
    return spoken(english, french)


@test
def the_log_is_in_the_users_language_and_the_wire_is_not():
    """spec/00: gettext for what a person reads; never for the wire, nor for the
    "listening on" line, which scripts wait for."""
    server = Server("fil-mixedd", "--port", "0", "--no-udp", "--bind", "127.0.0.1",
        lines=1, env=OURS)
    server.says(re.escape(said("waiting for connections")) + "$")
    status, out, err = run([command("fil-mixed"), "--tcp", "--port", server.ports["tcp"],
        "127.0.0.1", "salut"], env=OURS)
    assert status == 0, err
    assert out.decode() == said("Server's reply: ") + "Message reçu via TCP\n", out
    received = re.escape(said("received over %s from %s: %s")).replace("%s", "{}")
    server.says(received.format("TCP", r"127\.0\.0\.1:\d+", "salut") + "$")
    closed = re.escape(said("%s connection closed")).replace("%s", "{}")
    server.says(closed.format("TCP") + "$")
    assert server.stop() == 0


@test
def the_table_of_sigusr1_lines_up():
    """Titles stand above their columns in every language; printf counts bytes,
    and a French title has accents."""
    server = Server("fil-mixedd", "--port", "0", "--udp-port", "0", "--bind", "127.0.0.1",
        lines=2, env=OURS)
    with tcp(server.ports["tcp"]) as client:
        client.sendall(b"salut")
        assert client.recv(1024) == "Message reçu via TCP".encode()
        server.signal(signal.SIGUSR1)
        server.says("^UDP.*\n^UDP.*\n")
    lines = server.stderr.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("client-1 "))
    title, row = lines[number - 1:number + 1]
    cells = re.fullmatch(r"(client-1 +)(127\.0\.0\.1:\d+ +)(\S.*?) +\d+ +5 +\d+", row)
    assert cells, row
    assert len(title) == len(row), f"{title}\n{row}"
    for start in (cells.start(2), cells.start(3)):
        assert title[start - 1] == " " != title[start], f"{title}\n{row}"


# --- the sources, which students read -------------------------------------------

@test
def sources_are_short_and_fit_a_terminal():
    """STYLE.md, LOOK and SIZE: a file is read from top to bottom, side by side."""
    files = sorted((SOURCE / "src").rglob("*.[ch]"))
    assert files
    wrong = []
    for path in files:
        lines = path.read_text("utf-8").splitlines()
        name = path.relative_to(SOURCE)
        if len(lines) > LONGEST_FILE:
            wrong.append(f"{name} has {len(lines)} lines")
        wrong += [f"{name}:{number} is {len(line.expandtabs(8))} columns wide"
            for number, line in enumerate(lines, 1) if len(line.expandtabs(8)) > 80]
    assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    harness.main()
