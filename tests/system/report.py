"""report.py - the report says what the sources say, in both languages."""
import json, re, struct, sys

import harness
from harness import BUILD, SOURCE, NotHere, Process, need, run, test

REPORTS = ("report.md", "rapport.md")


def text_of(name):
    return (SOURCE / "doc" / name).read_text("utf-8")


def shape_of(text):
    """What both languages have alike: the code, and what is referred to."""
    return (re.findall(r"<!-- .* -->", text), re.findall(r"^```c\n.*?^```$", text, re.M | re.S),
            re.findall(r"\]\((.*?)\)", text), len(re.findall(r"^## ", text, re.M)))


@test
def code_and_numbers_are_those_of_the_sources():
    """An excerpt that has grown old teaches what is no longer so: make
    report-figures, or doc/figures/fill.py."""
    status, out, err = run([sys.executable, SOURCE / "doc/figures/fill.py", "--check"])
    assert status == 0, (out + err).decode()


@test
def both_languages_have_the_same_parts():
    """What is told in one is told in the other."""
    english, french = map(text_of, REPORTS)
    assert shape_of(english) == shape_of(french)
    assert len(shape_of(english)[1]) >= 7


@test
def every_picture_is_there_and_of_a_size_to_be_read():
    """A screenshot of Wireshark: a PNG, as wide as a page, with a caption below."""
    for name in REPORTS:
        pictures = re.findall(r"!\[(.+?)\]\((\S+?)\)\n\n\*Figure \d\. .+", text_of(name))
        assert len(pictures) == 4, (name, pictures)
        for _, path in pictures:
            data = (SOURCE / "doc" / path).read_bytes()
            width, height = struct.unpack(">II", data[16:24])
            assert data[:8] == b"\x89PNG\r\n\x1a\n" and 900 <= width <= 1300, (path, width)
            assert 500 <= height <= 900 and len(data) < 300_000, (path, height)


# What each caption says of packets, in its order: the capture, and a filter for each.
CAPTIONS = (
    ("tcp", "tcp.flags == 0x002", "tcp.flags == 0x012",
     "tcp.flags == 0x010 and tcp.seq == 1 and tcp.ack == 1", 'fil.plain contains "Bonjour"',
     'fil.plain contains "Message"', "tcp.flags.fin == 1"),
    ("udp", 'fil.plain contains "Bonjour"', 'fil.plain contains "Message"'),
    ("protocol", 'fil.command == "LOGIN"'),
    ("tls", 'fil.command == "LOGIN"'))


def packets_of(capture, wanted):
    status, out, err = run(["tshark", "-n", "-X", f"lua_script:{SOURCE}/lab/wireshark/fil.lua",
        "-r", SOURCE / f"lab/captures/{capture}.pcapng", "-Y", wanted, "-T", "fields", "-e",
        "frame.number"], deadline=60, env={"HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
    assert status == 0, err
    return list(map(int, out.split()))


@test
def a_caption_names_the_packets_that_are_in_the_picture():
    """A capture that is made again may count otherwise, and the text would lie."""
    need("tshark")
    found = [[n for wanted in filters for n in packets_of(capture, wanted)]
             for capture, *filters in CAPTIONS]
    for name in REPORTS:
        told = [re.findall(r"\b\d+\b", text) for text in
                re.findall(r"^\*Figure \d\.(.+?)\*$", text_of(name), re.M | re.S)]
        assert [list(map(int, numbers)) for numbers in told] == found, (name, told, found)


@test
def every_file_that_is_named_is_there():
    """"See it" must lead somewhere."""
    for name in REPORTS:
        for path in re.findall(r"`(?:[^`]* )?((?:lab|doc|tests)/[\w./-]+)`", text_of(name)):
            assert (SOURCE / path).exists(), (name, path)
        for path in re.findall(r"\b(src/lessons/\w+)", text_of(name)):
            assert (SOURCE / path.removesuffix(".c")).with_suffix(".c").exists(), path


@test
def the_trace_that_is_told_shows_the_call_that_waits():
    """select is another call for the kernel: by the name of the page nothing was shown."""
    need("strace", "setpriv")
    status, _, err = run(["strace", "-o", "/dev/null", "true"])
    if status != 0:
        raise NotHere(f"strace may not trace here: {err.decode().strip()}")
    told = {re.search(r"`strace -e (\S+) (src/lessons/\w+)`", text_of(name)).groups()
            for name in REPORTS}
    assert len(told) == 1, told
    calls, lesson = told.pop()
    # a strace that ends lets its program go on
    traced = Process(["strace", "-o", "/dev/stdout", "-e", calls, "setpriv", "--pdeathsig",
                      "KILL", "--", BUILD / lesson, "0", "0"])
    traced.says(r"select\w*\(1024, \[3 4\]", "stdout")


@test
def the_numbers_are_what_the_report_argues_with():
    """7 s one after the other, 5 s together; a datagram that waits for a stranger."""
    numbers = json.loads((SOURCE / "doc/figures/measures.json").read_text())
    for name, wait in numbers["waits"].items():
        expected = (7, ["hello", "world"]) if "sequential" in name else (5, ["world", "hello"])
        assert abs(wait["seconds"] - expected[0]) < 0.5 and wait["words"] == expected[1], name
    assert numbers["datagrams"]["mixed_naive"] >= 2.9
    assert max(numbers["datagrams"][n] for n in ("mixed_select", "mixed_threads")) < 0.01
    cost = numbers["cost"]
    assert cost["mixed_select"]["idle_kib"] < 1 < cost["mixed_threads"]["idle_kib"]
    assert (cost["asyncio"]["answers"] < cost["mixed_select"]["answers"]
            < cost["mixed_threads"]["answers"]), cost


if __name__ == "__main__":
    harness.main()
