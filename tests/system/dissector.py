"""dissector.py - Wireshark's reader of the fil protocol, on the sample captures and
on packets that are made here, byte by byte."""
import os, pathlib, re, struct, tempfile

import harness
from harness import BUILD, SOURCE, NotHere, need, run, test

LUA = SOURCE / "lab/wireshark/fil.lua"
CAPTURES = SOURCE / "lab/captures"
SAMPLES = ("tcp", "udp", "tls", "protocol", "ftp", "tftp", "chat-proxy")


def tshark(capture, *options):
    """What tshark prints, with the dissector; a mistake in Lua is on stderr."""
    need("tshark")
    status, out, err = run(["tshark", "-n", "-X", f"lua_script:{LUA}", "-r", capture,
        *options], deadline=60, env={"HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
    if b"Lua" in out + err and b"unrecognized" in err:
        raise NotHere("this tshark has no Lua")
    assert status == 0 and b"Lua" not in err, (status, err.decode())
    return out.decode("utf-8", "replace").splitlines()


def fields(capture, wanted, *names):
    """The rows of these fields, for the packets that the filter wants."""
    options = [word for name in names for word in ("-e", name)]
    return [row.split("\t") for row in		# two passes, as in the window
        tshark(capture, "-2", "-Y", wanted, "-T", "fields", *options)]


def capture_of(*segments, port=12345, client=40000):
    """A pcap of a TCP connection: (from the client?, bytes), one segment each."""
    packets, sequence = [], {True: 1000, False: 5000}

    def add(mine, flags, data):
        ports = (client, port) if mine else (port, client)
        tcp = struct.pack("!HHIIBBHHH", *ports, sequence[mine], sequence[not mine],
                          5 << 4, flags, 65535, 0, 0) + data
        ends = [bytes([10, 0, 1, 13]), bytes([10, 0, 1, 1])]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0)
        packets.append(ip + b"".join(ends if mine else ends[::-1]) + tcp)
        sequence[mine] += len(data) + (1 if flags & 3 else 0)
    add(True, 2, b"")
    add(False, 18, b"")
    for mine, data in segments:
        add(mine, 24, data)
    add(True, 17, b"")
    add(False, 17, b"")
    file = tempfile.NamedTemporaryFile(prefix="fil-made-", suffix=".pcap")
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    for number, packet in enumerate(packets):
        file.write(struct.pack("<IIII", 1, number * 1000, len(packet), len(packet)) + packet)
    file.flush()
    return file


def datagram_of(data):
    """A pcap of one datagram to port 12346."""
    udp = struct.pack("!HHHH", 40000, 12346, 8 + len(data), 0) + data
    packet = (struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0)
              + bytes([10, 0, 1, 13, 10, 0, 1, 1]) + udp)
    file = tempfile.NamedTemporaryFile(prefix="fil-made-", suffix=".pcap")
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    file.write(struct.pack("<IIII", 1, 0, len(packet), len(packet)) + packet)
    file.flush()
    return file


def made(*segments, wanted="fil", names=("frame.number", "fil.command", "fil.text"), **how):
    with capture_of(*segments, **how) as file:
        return fields(file.name, wanted, *names)


# --- the samples -----------------------------------------------------------------

@test
def every_sample_is_read_without_a_complaint():
    """The captures are what a student opens first: none may look broken."""
    assert sorted(p.stem for p in CAPTURES.glob("*.pcapng")) == sorted(SAMPLES)
    for name in SAMPLES:
        capture = CAPTURES / f"{name}.pcapng"
        assert tshark(capture), name
        assert not tshark(capture, "-Y", "_ws.malformed or fil.not_json"), name
        assert b"Linux" not in capture.read_bytes(), f"{name} tells of a machine"


@test
def a_session_over_tcp_is_read_line_by_line():
    """fil-protocol(7): each request, its reply, and what was refused."""
    rows = fields(CAPTURES / "protocol.pcapng", "fil and tcp", "fil.command", "fil.status",
                  "fil.code", "fil.text")
    assert [row for row in rows if row[0]] == [
        ["HELLO", "", "", ""], ["LOGIN", "", "", ""],
        ["MESSAGE", "", "", "salut à tous"], ["WHO", "", "", ""],
        ["MESSAGE", "", "", "psst"], ["PING", "", "", ""], ["LOGOUT", "", "", ""]], rows
    assert [row[1:3] for row in rows if row[1]] == (
        [["ok", ""]] * 4 + [["error", "no-such-user"]] + [["ok", ""]] * 2), rows


@test
def a_password_over_tcp_can_be_filtered_by():
    """The point of the capture: it is there for whoever listens."""
    rows = fields(CAPTURES / "protocol.pcapng", 'fil.password == "mot de passe"', "fil.user")
    assert rows == [["pc3"]], rows


@test
def a_datagram_is_read_too():
    """UDP 12346: one object, no newline."""
    rows = fields(CAPTURES / "protocol.pcapng", "fil and udp", "fil.command", "fil.text",
                  "fil.status")
    assert rows == [["MESSAGE", "par un datagramme", ""], ["", "", "ok"]], rows


@test
def plain_mode_is_shown_as_what_was_said():
    """fil-mixedd's plain mode, on the same ports."""
    for name, transport in (("tcp", "TCP"), ("udp", "UDP")):
        rows = fields(CAPTURES / f"{name}.pcapng", "fil", "fil.plain")
        assert rows == [[f"Bonjour serveur {transport}"],
                        [f"Message reçu via {transport}"]], rows


@test
def a_reply_is_linked_to_its_request_and_back():
    """A click leads from one to the other; the time between them is told."""
    capture = CAPTURES / "protocol.pcapng"
    asked = fields(capture, "fil.command", "frame.number", "fil.reply_in")
    answered = fields(capture, "fil.status", "frame.number", "fil.request_in", "fil.time")
    assert asked and len(asked) == len(answered)
    assert asked == [[row[1], row[0]] for row in answered], (asked, answered)
    assert all(0 <= float(row[2]) < 60 for row in answered), answered


@test
def the_tls_sample_is_readable_by_its_embedded_secrets():
    """The file holds them (a Decryption Secrets Block): nothing must be set up."""
    rows = fields(CAPTURES / "tls.pcapng", "fil.command", "fil.command", "fil.text")
    assert [row[0] for row in rows] == ["HELLO", "LOGIN", "MESSAGE", "LOGOUT"], rows
    assert fields(CAPTURES / "tls.pcapng", 'fil.password == "mot de passe"', "fil.user") \
        == [["pc3"]]


@test
def without_its_secrets_the_tls_sample_says_nothing():
    """That is what whoever listens has: neither a command nor the password."""
    need("editcap")
    with tempfile.TemporaryDirectory() as folder:
        bare = os.path.join(folder, "bare.pcapng")
        status, _, err = run(["editcap", "--discard-all-secrets",
                              CAPTURES / "tls.pcapng", bare])
        assert status == 0, err
        assert tshark(bare, "-Y", "tls") and not tshark(bare, "-Y", "fil")
        assert b"mot de passe" not in open(bare, "rb").read()


@test
def tls_on_another_port_is_known_by_its_alpn():
    """fil-mixedd announces fil/1: the port does not matter."""
    capture = CAPTURES / "tls.pcapng"
    assert fields(capture, 'tls.handshake.extensions_alpn_str == "fil/1"', "frame.number")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as forget:
        forget.write('DissectorTable.get("tls.port"):remove(12347, Dissector.get("fil"))\n')
        forget.flush()
        rows = tshark(capture, "-X", f"lua_script:{forget.name}", "-Y", "fil.command",
                      "-d", "tcp.port==12347,tls")
    assert len(rows) == 4, rows


@test
def the_ftp_sample_has_two_connections():
    """Sheet B: the commands on one, cake on another that the server was asked for;
    Wireshark sees that they belong together."""
    capture = CAPTURES / "ftp.pcapng"
    streams = {row[0] for row in fields(capture, "tcp", "tcp.stream")}
    assert streams == {"0", "1"}, streams
    assert fields(capture, 'ftp.request.command == "RETR"', "ftp.request.arg") == [["cake"]]
    assert fields(capture, "ftp.response.code in {227, 229}", "tcp.stream") == [["0"]]
    assert fields(capture, "ftp-data", "tcp.stream", "ftp-data.command") \
        == [["1", "RETR cake"]]


@test
def the_tftp_sample_shows_a_block_that_came_twice():
    """Of a lossy path the timer's work is what one wants to see."""
    rows = fields(CAPTURES / "tftp.pcapng", "tftp.opcode == 3 and ip.src == 10.0.1.1",
                  "tftp.block")
    blocks = [row[0] for row in rows]
    assert len(blocks) > len(set(blocks)) > 4, blocks


@test
def the_chat_sample_has_each_line_on_both_sides_of_the_proxy():
    """pc3 and pc4 talk to pc2; pc2 talks to pc1."""
    capture = CAPTURES / "chat-proxy.pcapng"
    streams = {row[0] for row in fields(capture, 'tcp contains "salut de pc3"', "tcp.stream")}
    assert len(streams) >= 2, streams
    assert len({row[0] for row in fields(capture, "tcp", "tcp.stream")}) == 4


# --- bytes made here ---------------------------------------------------------------

@test
def a_line_split_over_segments_is_one_line():
    """TCP keeps no boundaries: fil-proxy --chunk 1 must change nothing here."""
    line = b'{"command":"MESSAGE","text":"salut"}\n'
    pieces = [(True, line[i:i + 1]) for i in range(len(line))]
    assert [row[1:] for row in made(*pieces)] == [["MESSAGE", "salut"]]


@test
def several_lines_in_one_segment_are_several_lines():
    """And the blank ones between them are none."""
    rows = made((True, b'{"command":"PING"}\n\r\n{"command":"WHO"}\r\n'),
                names=("fil.command",))
    assert rows == [["PING,WHO"]], rows


@test
def a_line_and_a_half_waits_for_its_other_half():
    """What is complete is shown; the rest with the segment that completes it."""
    rows = made((True, b'{"command":"PING"}\n{"comm'), (True, b'and":"WHO"}\n'))
    assert [row[1] for row in rows] == ["PING", "WHO"], rows


@test
def the_last_line_may_lack_its_newline():
    """fil-protocol(7): what stands behind the last newline is taken for a line."""
    assert [row[1] for row in made((True, b'{"command":"PING"}'))] == ["PING"]


@test
def escapes_and_nested_members_are_understood():
    """A text is what it means, not how it was written; what is nested is skipped."""
    rows = made((True, rb'{"x":[{"command":"NO"},"]"],"command":"MESSAGE",'
                 rb'"text":"d\u00e9j\u00e0 \"vu\" \ud83d\ude00"}' + b"\n"))
    assert [row[1:] for row in rows] == [["MESSAGE", 'déjà "vu" 😀']], rows


@test
def pipelined_requests_are_answered_in_order():
    """Three requests at once, then three replies: each has its own."""
    rows = made((True, b'{"command":"A"}\n{"command":"B"}\n'), (True, b'{"command":"C"}\n'),
                (False, b'{"status":"ok","seq":1}\n'),
                (False, b'{"status":"ok","seq":2}\n{"status":"ok","seq":3}\n'),
                wanted="fil.status", names=("fil.seq", "fil.request_in"))
    assert rows == [["1", "3"], ["2,3", "3,4"]], rows


@test
def events_are_no_replies():
    """They have no request, and take none away."""
    rows = made((True, b'{"command":"WHO"}\n'),
                (False, b'{"event":"message","from":"pc4","text":"psst"}\n'),
                (False, b'{"status":"ok"}\n'), wanted="fil",
                names=("fil.event", "fil.from", "fil.reply_in", "fil.request_in"))
    assert rows == [["", "", "5", ""], ["message", "pc4", "", ""], ["", "", "", "3"]], rows


@test
def what_is_no_json_is_said_to_be_none():
    """Whatever a peer sends: Wireshark goes on, and marks it."""
    for wrong in (b"{", b'{"a"', b'{"a":', b'{"a":"\\', b'{"a":"\\u12"}', b'{"a":[}',
                  b"{]", b'{"\xff":}', b'{"a":1,}', b"{" * 3000, b'{"a":"' + b"x" * 9000):
        rows = made((True, b'{"command":"PING"}\n' + wrong + b"\n"), (True, b'{"x":1}\n'),
                    wanted="fil.not_json", names=("frame.number",))
        assert rows == [["3"]], (wrong[:20], rows)


@test
def a_datagram_that_is_cut_is_marked_too():
    """Of a stream more may come, of a datagram nothing: it was not shown at all."""
    for wrong in (b'{"command":"MESS', b'{"command":"PING"}\n{"x'):
        with datagram_of(wrong) as file:
            assert fields(file.name, "fil.not_json", "frame.number") == [["1"]], wrong
    with datagram_of(b'{"command":"PING"}') as file:
        assert fields(file.name, "fil and not fil.not_json", "fil.command") == [["PING"]]


@test
def the_script_is_lua_of_every_version():
    """Wireshark brings 5.1, 5.2, 5.3 or 5.4, by its version."""
    compilers = [c for c in ("luac5.1", "luac5.2", "luac5.3", "luac5.4")
                 if run(["sh", "-c", f"command -v {c}"])[0] == 0]
    need(*(compilers or ["luac5.4"]))
    for compiler in compilers:
        status, _, err = run([compiler, "-p", LUA])
        assert status == 0, (compiler, err)


@test
def make_install_wireshark_links_it_where_wireshark_looks():
    """The folder is the one that `tshark -G folders` names; before make install there is
    only the script of the sources, and a link to nothing would help nobody."""
    need("tshark", "make")
    for installed in (True, False):
        with tempfile.TemporaryDirectory() as home:
            place = pathlib.Path(home, "share/lab/wireshark/fil.lua")
            if installed:
                place.parent.mkdir(parents=True)
                place.write_bytes(LUA.read_bytes())
            env = {"HOME": home, "XDG_CONFIG_HOME": "", "MAKEFLAGS": "",
                   "WIRESHARK_CONFIG_DIR": ""}
            status, out, err = run(["make", "-C", BUILD, "install-wireshark",
                                    f"pkgdatadir={home}/share"], env=env, deadline=60)
            assert status == 0, (out + err).decode()
            links = [path for path in pathlib.Path(home).rglob("fil.lua") if path.is_symlink()]
            assert len(links) == 1 and "plugins" in str(links[0]), links
            assert links[0].samefile(place if installed else LUA), os.readlink(links[0])


if __name__ == "__main__":
    harness.main()
