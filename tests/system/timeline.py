"""timeline.py - fil-timeline: what was logged is what is drawn."""
import json, pathlib, re, signal, subprocess, tempfile
import xml.dom.minidom

import harness
from harness import (BUILD, NotHere, Process, eventually, program, run, spoken, test)

TIMELINE = program("fil-timeline")
EXPLAIN = program("fil-explain")
S = 10 ** 9				# nanoseconds


def start(pid, program="server", t=0, boot="here", wall=0):
    return {"phase": "start", "t": t, "wall": wall, "pid": pid, "program": program,
        "host": "h", "boot": boot}


def call(pid, name, begin, end, **more):
    return {"phase": "end", "t": end, "begin": begin, "pid": pid, "tid": pid,
        "thread": "main", "call": name, "args": "", "result": 0, **more}


def moved(pid, name, begin, end, ends, offset, count, proto="tcp", sock=1):
    local, peer = ends
    return call(pid, name, begin, end, fd=3, sock=sock, proto=proto, local=local, peer=peer,
        dir="out" if name == "send" else "in", offset=offset, bytes=count, result=count)


A, B = "127.0.0.1:1000", "127.0.0.1:2000"


def drawn(*logs, options=(), status=0):
    """The output for logs, each a list of records."""
    with tempfile.TemporaryDirectory(prefix="fil-timeline-") as folder:
        paths = []
        for number, records in enumerate(logs):
            path = pathlib.Path(folder, f"log {number}.log")
            path.write_text(records if isinstance(records, str) else
                "".join(json.dumps(r) + "\n" for r in records))
            paths.append(path)
        got, out, err = run([TIMELINE, *options, *paths])
    assert got == status, (got, err.decode())
    return out.decode() if status == 0 else err.decode()


def ladder(*logs, options=()):
    return drawn(*logs, options=("--text", *options)).splitlines()


def image(text):
    """The SVG of a page, parsed: a browser would refuse what XML refuses."""
    return xml.dom.minidom.parseString(re.search(r"<svg.*</svg>", text, re.S)[0])


SERVER = [start(1, "server"), call(1, "accept", S, 2 * S, listens=True, local=A, fd=3,
    sock=9, proto="tcp"), moved(1, "recv", 2 * S, 5 * S, (A, B), 0, 10)]
CLIENT = [start(2, "client"), moved(2, "send", 4 * S, 4 * S + 5, (B, A), 0, 10)]


@test
def a_send_points_at_the_read_that_got_its_bytes():
    """Spec 09: an arrow from each send, across programs, by the offset in the
    stream: not by what came first."""
    lines = ladder(SERVER, CLIENT)
    assert re.fullmatch(r" +3\.000 s  client main  send\(.*\) = 10  ==> server main",
        lines[2]), lines
    two = [start(1, "server"), moved(1, "recv", 0, 2 * S, (A, B), 0, 4),
        moved(1, "recv", 2 * S, 3 * S, (A, B), 4, 6),
        moved(1, "recv", 3 * S, 4 * S, (A, B), 10, 5)]
    sends = [start(2, "client"), moved(2, "send", S, S, (B, A), 0, 10),
        moved(2, "send", S, S, (B, A), 10, 5)]
    page = image(drawn(two, sends))
    arrows = [p for p in page.getElementsByTagName("path")
        if p.getAttribute("class") == "arrow"]
    assert len(arrows) == 3, len(arrows)	# one send took two reads


@test
def addresses_that_are_used_again_are_not_confused():
    """A port comes back: the second connection starts at offset 0 as the first."""
    reads = [start(1), moved(1, "recv", 0, 2 * S, (A, B), 0, 5),
        moved(1, "recv", 5 * S, 7 * S, (A, B), 0, 5, sock=2)]
    sends = [start(2, "client"), moved(2, "send", S, S, (B, A), 0, 5),
        moved(2, "send", 6 * S, 6 * S, (B, A), 0, 5, sock=2)]
    page = image(drawn(reads, sends))
    ends = sorted(float(re.search(r"L([\d.]+)", p.getAttribute("d"))[1])
        for p in page.getElementsByTagName("path") if p.getAttribute("class") == "arrow")
    assert len(ends) == 2 and ends[0] < ends[1], ends


@test
def a_datagram_finds_its_way_to_a_socket_of_any_address():
    """A UDP client's own address is 0.0.0.0 until somebody answers it."""
    reads = [start(1), moved(1, "recv", 0, 2 * S, (A, B), 0, 7, "udp")]
    sends = [start(2, "client"), moved(2, "send", S, S, ("0.0.0.0:2000", A), 3, 7, "udp")]
    assert "==> server main" in "\n".join(ladder(reads, sends))


@test
def logs_of_two_machines_are_set_by_their_dates():
    """Their monotonic clocks have nothing to do with each other."""
    date = 1_800_000_000 * S		# seconds since 1970, as a date is
    here = [start(1, boot="one", t=0, wall=date), *SERVER[1:]]
    there = [start(2, "client", boot="two", t=500 * S, wall=date),
        moved(2, "send", 504 * S, 504 * S, (B, A), 0, 10)]
    lines = ladder(here, there)
    assert lines[2].startswith("    3.000 s  client main  send("), lines


@test
def a_wait_that_had_not_ended_is_drawn_to_the_end():
    """The thread that is stuck for ever is the one that is looked for."""
    stuck = [start(1), {"phase": "begin", "t": S, "pid": 1, "tid": 1, "thread": "main",
        "call": "accept", "args": "", "fd": 3, "sock": 1, "proto": "tcp",
        "local": A, "listens": True}]
    other = [start(2, "client"), call(2, "socket", 0, 1), call(2, "close", 9 * S, 9 * S)]
    line = [l for l in ladder(stuck, other) if "accept" in l][0]
    assert line.endswith(spoken("...  [waited 8.000 s for a client]",
        "...  [a attendu 8.000 s pour un client]")), line
    waits = [r for r in image(drawn(stuck, other)).getElementsByTagName("rect")
        if r.getAttribute("class") == "wait" and float(r.getAttribute("width")) > 500]
    assert len(waits) == 1


@test
def a_part_of_the_time_is_all_that_is_drawn():
    """--from, --to: a long run is looked at piece by piece."""
    log = [start(1), *(call(1, f"call{n}", n * S, n * S + 5) for n in range(10))]
    names = lambda *options: re.findall(r"call\d", "\n".join(ladder(log, options=options)))
    assert names() == [f"call{n}" for n in range(10)]
    assert names("--from", "3", "--to", "5") == ["call3", "call4", "call5"]
    assert names("--from", "8") == ["call8", "call9"]
    assert names("--from", "100") == []
    assert "<svg" in drawn(log, options=("--from", "100"))


@test
def each_log_may_have_a_timeline_of_its_own_in_one_scale():
    """--each: the four models one above the other."""
    long = [start(1), call(1, "recv", 0, 10 * S), call(1, "close", 10 * S, 10 * S)]
    short = [start(1), call(1, "recv", 0, 5 * S), call(1, "close", 5 * S, 5 * S)]
    page = drawn(long, short, options=("--each",))
    titles = re.findall(r'class="title"[^>]*>([^<]*)<', page)
    assert titles == ["log 0", "log 1"], titles
    assert drawn(long, short, options=("--each", "--text")).count("== log ") == 2


@test
def what_is_drawn_is_whole_in_itself():
    """Spec 09: one page, no network: it is opened from a memory stick."""
    page = drawn(SERVER, CLIENT)
    assert "<script" not in page
    assert re.findall(r"""(?:src|href)=|url\((?!#)|@import""", page) == []
    assert set(re.findall(r"https?://[^\"]*", page)) == {"http://www.w3.org/2000/svg"}
    assert drawn(SERVER, CLIENT, options=("--svg",)).startswith("<svg ")


@test
def names_of_a_log_are_text_in_every_form():
    """A thread may be called anything; a page that runs it would be an attack."""
    nasty = '<script>alert("1")</script>&;#\x1b[2J'
    log = [start(1, nasty), {**call(1, nasty, 0, S, fd=3, local=nasty, peer=nasty,
        proto="tcp", sock=1), "thread": nasty, "args": nasty}]
    page = drawn(log)
    image(page)
    assert "<script" not in page and "\x1b" not in page
    text = drawn(log, options=("--text",))
    assert "\x1b" not in text and "<script>" in text
    diagram = drawn(log, options=("--mermaid",))
    assert "<script" not in diagram and "#" not in diagram and "\x1b" not in diagram


@test
def a_line_that_is_no_record_is_named():
    """A log cut short by a full disk, or another file by mistake."""
    good = json.dumps(start(1)) + "\n"
    for bad in ("{", "[]", "7", '{"phase":"other"}', "\x00", "[" * 3000, '{"a":1,"a":2}'):
        err = drawn(good + bad + "\n", status=1)
        assert "log 0.log:2" in err, (bad, err)
    assert run([TIMELINE, "/no/such.log"])[0] == 1
    assert run([TIMELINE])[0] == 2
    assert run([TIMELINE, "--each", "--mermaid", "x"])[0] == 2
    assert run([TIMELINE, "--from", "2", "--to", "1", "x"])[0] == 2
    assert drawn("").startswith("<!DOCTYPE html>")
    huge = 2 ** 63 - 1
    odd = [start(1, t=-huge, wall=huge), moved(1, "recv", huge, -huge, (A, B), -1, huge),
        moved(1, "send", -huge, huge, (B, A), huge, huge)]
    image(drawn(odd))
    ladder(odd)


@test
def a_full_disk_is_a_failure():
    """An empty page that ends with 0 would be believed."""
    with tempfile.NamedTemporaryFile("w") as log:
        log.write("".join(json.dumps(r) + "\n" for r in SERVER))
        log.flush()
        with open("/dev/full", "w") as full:
            assert subprocess.run([TIMELINE, log.name], stdout=full,
                stderr=subprocess.DEVNULL).returncode == 1


@test
def a_real_conversation_is_drawn_with_its_messages():
    """fil-explain writes what fil-timeline reads: two programs, three ways."""
    text = (BUILD / "config.log").read_text(errors="replace")[:4000]
    if "--enable-sanitizers" in text:
        raise NotHere("a sanitizer wants to be the first library")
    with tempfile.TemporaryDirectory(prefix="fil-timeline-") as folder:
        logs = [f"{folder}/server.log", f"{folder}/client.log"]
        server = Process([EXPLAIN, "-o", "/dev/null", "--log", logs[0],
            program("fil-mixedd"), "-q", "--port", "0", "--udp-port", "0"])
        ports = eventually(lambda: len(found := re.findall(r"on (?:tcp|udp) 127\S+:(\d+)",
            server.stdout)) == 2 and found, "it to listen")
        for how, port in zip(("--tcp", "--udp"), ports):
            status, out, err = run([EXPLAIN, "-o", "/dev/null", "--log", logs[1],
                program("fil-mixed"), how, "--port", port])
            assert status == 0, err
            if how == "--udp":
                continue
            eventually(lambda: '"close"' in pathlib.Path(logs[0]).read_text(), "the end")
            lines = run([TIMELINE, "--text", *logs])[1].decode()
            assert re.search(r"fil-mixed main  send\(.*==> fil-mixedd client-1", lines), lines
            assert re.search(r"fil-mixedd client-1  send\(.*==> fil-mixed main", lines), lines
        lines = run([TIMELINE, "--text", *logs])[1].decode()
        assert re.search(r"fil-mixed main  send\(.*==> fil-mixedd main", lines), lines
        server.signal(signal.SIGTERM)
        server.wait()
        diagram = run([TIMELINE, "--mermaid", *logs])[1].decode()
        assert re.search(r"P0L\d+->>P0L\d+: 19 ", diagram), diagram
        image(run([TIMELINE, *logs])[1].decode())


if __name__ == "__main__":
    harness.main()
