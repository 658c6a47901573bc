#!/usr/bin/env python3
"""screenshots.py - Wireshark itself, on the sample captures, as pictures.

    screenshots.py DIR [NAME...]

It runs on a display that nobody sees (Xvfb), with settings of its own, and what
is seen there is written to DIR/NAME.png.  Needs Xvfb, openbox, xdotool, xwd,
wireshark and editcap.  Look at each picture afterwards."""
import os, pathlib, struct, subprocess, sys, tempfile, time, zlib

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CAPTURES = TOP / "lab/captures"
WIDTH, HEIGHT = 1000, 640
DETAILS = 390			# their width: the bytes beside them are seen as text, too
ROW, FIRST = 15, 354		# of the packet's details: their height, where the first is

# name, capture, filter, which packet, which row of its details is opened
PICTURES = (
    ("handshake", "tcp", "tcp", "tcp.flags.syn == 1 and tcp.flags.ack == 0", 4),
    ("datagrams", "udp", "udp.port == 12346", "udp.port == 12346", 4),
    ("password", "protocol", "fil and tcp", 'fil.command == "LOGIN"', 5),
    ("hidden", "tls", "tls", 'fil.command == "LOGIN"', 5),
)

PREFERENCES = """gui.update.enabled: FALSE
gui.column.format: "No.", "%m", "Source", "%s", "Destination", "%d", "Protocol", "%p", "Info", "%i"
"""
RECENT = f"""privs.warn_if_elevated: FALSE
sys.warn_if_no_capture: FALSE
gui.toolbar_main_show: FALSE
gui.wireless_toolbar_show: FALSE
gui.geometry_main_x: 0
gui.geometry_main_y: 0
gui.geometry_main_width: {WIDTH}
gui.geometry_main_height: {HEIGHT}
gui.geometry_main_maximized: TRUE
gui.geometry_main_lower_pane: {DETAILS}
"""


def png_of(dump):
    """A PNG of what xwd has written (the format is that of X11/XWDFile.h)."""
    head = struct.unpack(">25I", dump[:100])
    width, height, bits, stride = head[4], head[5], head[11], head[12]
    begin, step = head[0] + head[19] * 12, bits // 8
    rows = []
    for y in range(height):
        line = dump[begin + y * stride:begin + y * stride + width * step]
        pixels = bytearray(width * 3)
        for colour in range(3):		# blue comes first there
            pixels[colour::3] = line[2 - colour::step]
        rows.append(b"\0" + bytes(pixels))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b""))


class Screen:
    """A display of its own, with a home of its own."""

    def __init__(self, home):
        self.home = pathlib.Path(home)
        folder = self.home / ".config/wireshark"
        folder.mkdir(parents=True)
        (folder / "preferences").write_text(PREFERENCES)
        (folder / "recent").write_text(RECENT)
        (folder / "recent_common").write_text(RECENT)
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0",
            f"{WIDTH}x{HEIGHT}x24"], pass_fds=[write], stderr=subprocess.DEVNULL)
        self.env = {**os.environ, "HOME": home, "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_HOME": str(self.home / ".config"), "QT_QPA_PLATFORM": "xcb",
            "DISPLAY": ":" + os.read(read, 16).decode().strip()}
        self.manager = subprocess.Popen(["openbox"], env=self.env, stderr=subprocess.DEVNULL)

    def run(self, *argv):
        return subprocess.run(argv, env=self.env, capture_output=True, check=True).stdout

    def still(self):
        """What is seen, once it has not changed for a second."""
        before, since = None, time.monotonic()
        while time.monotonic() - since < 1:
            now = self.run("xwd", "-root", "-silent")
            if now != before:
                before, since = now, time.monotonic()
            time.sleep(0.2)
        return before

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait()


def frame_of(capture, wanted):
    script = TOP / "lab/wireshark/fil.lua"
    out = subprocess.run(["tshark", "-n", "-X", f"lua_script:{script}", "-r", capture, "-Y",
        wanted, "-T", "fields", "-e", "frame.number"], check=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return out.split()[0]


def picture(screen, capture, shown, frame, row):
    wireshark = subprocess.Popen(["wireshark", "-n", "-X",
        f"lua_script:{TOP}/lab/wireshark/fil.lua", "-r", capture, "-Y", shown,
        "-g", frame], env=screen.env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        name = os.path.basename(capture)
        screen.run("xdotool", "search", "--sync", "--onlyvisible", "--name", name)
        screen.still()
        y = str(FIRST + ROW * (row - 1))
        screen.run("xdotool", "mousemove", "120", y, "click", "1")
        screen.run("xdotool", "key", "shift+Right")
        screen.run("xdotool", "mousemove", str(WIDTH - 1), str(HEIGHT - 1))
        return png_of(screen.still())
    finally:
        wireshark.terminate()
        wireshark.wait()


def main():
    out, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    with tempfile.TemporaryDirectory() as home:
        bare = os.path.join(home, "tls-bare.pcapng")
        subprocess.run(["editcap", "--discard-all-secrets", CAPTURES / "tls.pcapng", bare],
                       check=True)
        screen = Screen(home)
        try:
            for name, capture, shown, packet, row in PICTURES:
                if wanted and name not in wanted:
                    continue
                path = str(CAPTURES / f"{capture}.pcapng")
                frame = frame_of(path, packet)
                if name == "hidden":	# that packet, for who has no secrets
                    path = bare
                (out / f"{name}.png").write_bytes(picture(screen, path, shown, frame, row))
                print(out / f"{name}.png")
        finally:
            screen.close()


main()
