"""mailpeers.py - mail servers and DNS servers for fil-smtp: real ones, and scripted
ones that say what a test wants."""
import contextlib, functools, json, os, pathlib, shutil, socket, ssl, struct, sys
import tempfile, threading

from harness import DEADLINE, Process, Skip, eventually, program, run, stop_accepting

ME = "me@pc3.example"
YOU = "you@iiia.example"
HANG_UP, STALL = "hang up", "stall"	# what a scripted server may do for a reply


def smtp(*options, to=YOU, data=b"", env=None):
    """fil-smtp to its end: status, standard output, standard error."""
    status, out, err = run([program("fil-smtp"), "--from", ME, *options, to], data=data,
                           env=env)
    return status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


# --- a scripted mail server -------------------------------------------------------

class Mail:
    """Answers each command; replies changes an answer: bytes, HANG_UP or STALL.

    Keys are "greeting", the verbs, and "text" for the final dot.  What came is in
    commands and messages; a list of replies answers one connection after the other."""

    usual = {"greeting": b"220 mail ESMTP\r\n", "HELO": b"250 mail\r\n",
             "STARTTLS": b"220 go\r\n", "AUTH": b"235 2.7.0 welcome\r\n",
             "MAIL": b"250 2.1.0 ok\r\n", "RCPT": b"250 2.1.5 ok\r\n",
             "DATA": b"354 go on\r\n", "text": b"250 2.0.0 taken\r\n",
             "QUIT": b"221 bye\r\n"}

    def __init__(self, replies=None, features=("8BITMIME",), context=None, smtps=False,
                 host="127.0.0.1", port=0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, port), family=family)
        self.host, self.port = host, self.listener.getsockname()[1]
        self.replies, self.context, self.smtps = replies or {}, context, smtps
        lines = ["mail", *features]
        self.ehlo = "".join(f"250{'-' if n < len(lines) - 1 else ' '}{line}\r\n"
                            for n, line in enumerate(lines)).encode()
        self.commands, self.messages, self.connections = [], [], 0
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def serve(self):
        with contextlib.suppress(OSError):		# of close()
            while True:
                sock, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.talk, args=(sock,), daemon=True).start()

    def close(self):
        stop_accepting(self.listener, self.thread)

    def talk(self, sock):
        sock.settimeout(DEADLINE)
        with contextlib.suppress(OSError, ssl.SSLError):
            self.dialogue(sock)
        with contextlib.suppress(OSError):
            sock.close()

    def dialogue(self, sock):
        if self.smtps:
            sock = self.context.wrap_socket(sock, server_side=True)
        lines = sock.makefile("rb")
        if not self.answer(sock, lines, "greeting"):
            return
        while line := lines.readline():
            self.commands.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            verb = (self.commands[-1].split() or [""])[0].upper()
            if not self.answer(sock, lines, verb) or verb == "QUIT":
                return
            is_taken = self.replies.get(verb, b"2").startswith(b"2")
            if verb == "STARTTLS" and self.context and is_taken:
                sock = self.context.wrap_socket(sock, server_side=True)
                lines = sock.makefile("rb")
            if verb == "DATA" and not self.take_message(sock, lines):
                return

    def answer(self, sock, lines, key):
        """False: the connection is over."""
        reply = self.replies.get(key, self.ehlo if key == "EHLO" else
                                 self.usual.get(key, b"502 5.5.2 what?\r\n"))
        if reply is STALL:
            lines.read()			# until the client gives up
        if reply in (STALL, HANG_UP):
            return False
        sock.sendall(reply)
        return not reply.startswith(b"421") and (key != "DATA" or reply.startswith(b"3")
                                                 or self.until_quit(sock, lines))

    def until_quit(self, sock, lines):
        self.commands.append(lines.readline().decode().rstrip("\r\n"))
        sock.sendall(self.usual["QUIT"])
        return False

    def take_message(self, sock, lines):
        raw = b""
        while (line := lines.readline()) not in (b".\r\n", b""):
            raw += line
        self.messages.append(raw)
        return self.answer(sock, lines, "text")

    def verbs(self):
        return [command.split()[0] for command in self.commands]


def unstuffed(raw):
    """A message as RFC 5321 4.5.2 has the receiver read it."""
    assert raw.endswith(b"\r\n") and b"\n" not in raw.replace(b"\r\n", b""), raw
    lines = raw.split(b"\r\n")[:-1]
    assert all(len(line) <= 999 for line in lines) and b"." not in lines
    return b"".join((line[1:] if line.startswith(b".") else line) + b"\r\n"
                    for line in lines)


# --- real mail servers --------------------------------------------------------------

@functools.cache
def python_with(module):
    """A Python that has this module: Debian's own may, where PYTHON is another."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            if run([candidate, "-c", f"import {module}"])[0] == 0:
                return candidate
    raise Skip(f"no Python with {module}")


class Aiosmtpd(Process):
    """aiosmtpd on a free port; what it has taken is in mails()."""

    def __init__(self, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix="fil-mail-")
        settings = {key: str(value) for key, value in settings.items()}
        super().__init__([python_with("aiosmtpd"), pathlib.Path(__file__).with_name(
            "aiosmtpd_peer.py"), self.folder.name, json.dumps(settings)])
        self.port = int(self.says(r"^port (\d+)$", "stdout")[1])
        self.address = f"127.0.0.1:{self.port}"

    def mails(self):
        """Each as what the envelope said, and the bytes of the message."""
        return [(json.loads(path.read_text()), path.with_suffix(".eml").read_bytes())
                for path in sorted(pathlib.Path(self.folder.name).glob("*.json"))]


def daemon(name):
    """The path of a server, which an ordinary user's PATH may not have."""
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not path:
        raise Skip(f"missing: {name}")
    return path


@contextlib.contextmanager
def on_some_port(command):
    """A server that cannot have its port chosen by the kernel: try some."""
    for _ in range(5):
        with socket.create_server(("127.0.0.1", 0)) as sock:
            port = sock.getsockname()[1]
        process = Process(command(port))
        if eventually(lambda: process.popen.poll() is not None and "ended"
                      or reachable(port) and "up", "a server to listen") == "up":
            break
    try:
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()


def reachable(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


@contextlib.contextmanager
def smtp_sink(*options):
    """Postfix's smtp-sink."""
    sink = daemon("smtp-sink")
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with on_some_port(lambda port: [sink, *user, *options, f"127.0.0.1:{port}",
                                    "16"]) as address:
        yield address


# --- DNS ----------------------------------------------------------------------------

TYPES = {"A": 1, "CNAME": 5, "MX": 15, "AAAA": 28}
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5


def dns_name(name):
    return b"".join(bytes([len(label)]) + label.encode("latin-1")
                    for label in name.split(".") if label) + b"\0"


def dns_data(kind, value):
    if kind == "MX":
        preference, exchanger = value.split(" ", 1)
        return struct.pack(">H", int(preference)) + dns_name(exchanger)
    if kind == "CNAME":
        return dns_name(value)
    return socket.inet_pton(socket.AF_INET if kind == "A" else socket.AF_INET6, value)


class Dns:
    """A DNS server that answers by a table: "name TYPE" gives a list of records,
    "owner TYPE value", or a code, STALL, or the bytes of an answer behind its id and
    flags.  over_tcp is a table for TCP only; cut: what UDP says is truncated."""

    def __init__(self, table, over_tcp=None, cut=()):
        self.table, self.over_tcp, self.cut = table, over_tcp or {}, cut
        self.questions = []
        while True:
            self.tcp = socket.create_server(("127.0.0.1", 0))
            self.port = self.tcp.getsockname()[1]
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with contextlib.suppress(OSError):
                self.udp.bind(("127.0.0.1", self.port))
                break
        self.address = f"127.0.0.1:{self.port}"
        for target in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=target, daemon=True).start()

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            answer = self.answer(query, "udp")
            if answer is not None:
                self.udp.sendto(answer, peer)

    def serve_tcp(self):
        while True:
            sock, _ = self.tcp.accept()
            threading.Thread(target=self.talk, args=(sock,), daemon=True).start()

    def talk(self, sock):
        with contextlib.suppress(OSError), sock:
            stream = sock.makefile("rb")
            while head := stream.read(2):
                answer = self.answer(stream.read(struct.unpack(">H", head)[0]), "tcp")
                if answer is None:
                    stream.read()
                    return
                sock.sendall(struct.pack(">H", len(answer)) + answer)

    def answer(self, query, how):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        number = struct.unpack(">H", query[at + 1:at + 3])[0]
        kind = {v: k for k, v in TYPES.items()}.get(number, str(number))
        key = f"{'.'.join(labels).lower()} {kind}"
        self.questions.append((how, key))
        said = {**self.table, **(self.over_tcp if how == "tcp" else {})}.get(key, [])
        if said is STALL:
            return None
        flags = 0x8180 | (0x0200 if key in self.cut and how == "udp" else 0)
        if isinstance(said, bytes):
            return query[:2] + struct.pack(">H", flags) + said
        code = said if isinstance(said, int) else NOERROR
        records = [] if isinstance(said, int) or flags & 0x0200 else said
        body = b""
        for record in records:
            owner, kind, value = record.split(" ", 2)
            data = dns_data(kind, value)
            body += dns_name(owner) + struct.pack(">2HIH", TYPES[kind], 1, 60, len(data)) + data
        return query[:2] + struct.pack(">5H", flags | code, 1, len(records), 0, 0) \
            + question + body


@contextlib.contextmanager
def dnsmasq(*options):
    """dnsmasq with no configuration but these options, on a free port."""
    server = daemon("dnsmasq")
    user = ["--user=root"] if os.geteuid() == 0 else []
    with on_some_port(lambda port: [
            server, "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
            "--no-hosts", "--pid-file", f"--port={port}", "--listen-address=127.0.0.1",
            "--bind-interfaces", *user, *options]) as address:
        yield address
