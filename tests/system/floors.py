#!/usr/bin/env python3
"""floors.py - the house stands on its floors: nothing below leans on what is above."""
import collections, re, subprocess, tempfile, pathlib

from harness import BUILD, SOURCE, main, need, test

FLOORS = ["base", "proto", "net", "client", "serve", "tools"]
BESIDE = {"client", "serve"}		# on one floor: neither leans on the other
APART = {"lessons": set(), "explain": {"base"}}	# include their own, and these
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def leans(floor, other):
    """Is other above floor, or beside it?"""
    return (FLOORS.index(other) > FLOORS.index(floor)
            or (floor != other and {floor, other} == BESIDE))


def breaches(source):
    """Every include below source/src that goes up, sideways, or nowhere."""
    found = []
    for path in sorted((source / "src").rglob("*.[ch]")):
        place = path.relative_to(source / "src").parts
        for target in INCLUDE.findall(path.read_text("utf-8")):
            if target == "config.h":
                continue
            to = target.split("/")
            if place[0] in APART:
                wrong = to[0] not in APART[place[0]] | {place[0]}
            elif to[0] not in FLOORS or len(to) < 2:
                wrong = True
            elif place[0] == "tools" and to[0] == "tools":
                wrong = place[1] != to[1]
            else:
                wrong = leans(place[0], to[0])
            if wrong:
                found.append(f"{'/'.join(place)} includes {target}")
    return found


def symbols(archive):
    """(defined, undefined) names of an archive."""
    text = subprocess.run(["nm", "-P", "-g", archive], capture_output=True,
                          text=True, check=True).stdout
    names = collections.defaultdict(set)
    for line in text.splitlines():
        field = line.split()
        if len(field) >= 2:
            names["undefined" if field[1] == "U" else "defined"].add(field[0])
    return names["defined"], names["undefined"]


@test
def a_file_includes_only_its_own_floor_and_those_below():
    """DESIGN rule 1.  A breach makes a codec depend on a socket: nobody can
    test it alone any more."""
    assert breaches(SOURCE) == []


@test
def a_breach_of_the_floors_is_found():
    """The test above can fail: each kind of breach, in a tree made for it."""
    bad = {
        "src/base/a.c": '#include "net/io.h"\n',
        "src/net/b.h": '# include "serve/server.h"\n',
        "src/tools/chat/c.c": '#include "tools/mixed/exchange.h"\n',
        "src/lessons/d.c": '#include "net/io.h"\n',
        "src/serve/e.c": '#include "umbrella.h"\n',
        "src/client/f.c": '#include "serve/server.h"\n',
        "src/serve/g.h": '#include "client/secret.h"\n',
        "src/net/h.c": '#include "client/secret.h"\n',
        "src/explain/k.c": '#include "net/io.h"\n',
        "src/tools/chat/l.c": '#include "explain/output.h"\n',
    }
    good = {"src/tools/mixed/f.c": '#include "net/io.h"\n#include <poll.h>\n',
            "src/tools/passwd/i.c": '#include "client/secret.h"\n#include "serve/users.h"\n',
            "src/client/j.c": '#include "client/secret.h"\n#include "net/io.h"\n'}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**bad, **good}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert len(breaches(pathlib.Path(folder))) == len(bad)


@test
def each_source_file_includes_its_own_header_first():
    """DESIGN rule 3: so each header is shown to stand alone."""
    for path in (SOURCE / "src").rglob("*.c"):
        header = path.with_suffix(".h")
        if not header.exists():
            continue
        own = str(header.relative_to(SOURCE / "src"))
        includes = [i for i in INCLUDE.findall(path.read_text("utf-8"))
                    if i != "config.h"]
        assert includes and includes[0] == own, f"{path.name}: {includes[:1]}"


@test
def a_floors_library_needs_nothing_of_the_floors_above():
    """DESIGN rule 2, seen in the objects: what libnet.a leaves undefined is in
    libbase.a or in the system, never in libserve.a; libclient.a and libserve.a
    stand beside each other."""
    need("nm")
    built = [(f, BUILD / "src" / f / f"lib{f}.a") for f in FLOORS]
    built = [(f, a) for f, a in built if a.exists()]
    assert len(built) >= 3
    for floor, archive in built:
        _, undefined = symbols(archive)
        for other, theirs in built:
            leaning = undefined & symbols(theirs)[0] if leans(floor, other) else set()
            assert not leaning, f"lib{floor}.a needs {leaning} of {other}"


@test
def only_net_tls_includes_gnutls():
    """DESIGN, tree: one file knows the TLS library."""
    for path in (SOURCE / "src").rglob("*.[ch]"):
        if re.search(r"#\s*include\s+<gnutls", path.read_text("utf-8")):
            assert path.relative_to(SOURCE / "src").parts[:1] == ("net",) \
                and path.stem.startswith("tls"), path


@test
def mutable_state_of_a_file_is_one_of_the_three_allowed():
    """DESIGN rule 4: program name and log sink (base/log.c), the wake pipe
    (serve/lifecycle.c; client/prompt_signals.c and client/interrupt.c note
    signals).  In the objects: nothing else is in .data or .bss."""
    need("nm")
    allowed = {"sink", "wake_pipe", "pending_events", "pending_signals",
               "pending_signal"}
    for floor in FLOORS:
        archive = BUILD / "src" / floor / f"lib{floor}.a"
        if not archive.exists():
            continue
        text = subprocess.run(["nm", "-f", "sysv", archive], check=True,
                              capture_output=True, text=True).stdout
        rows = [[f.strip() for f in line.split("|")]
                for line in text.splitlines() if line.count("|") == 6]
        # constant tables of pointers are in .data.rel.ro: not mutable
        found = {row[0].split(".")[0] for row in rows
                 if row[6] in (".data", ".bss", "*COM*")}
        # what sanitizers and coverage put beside them
        found = {name for name in found if name and not name.startswith("__")}
        assert found <= allowed, f"lib{floor}.a: {found - allowed}"


main()
