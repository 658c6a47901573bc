"""ftppeers.py - fil-ftpd over a folder of a test's own, and a client that says
every word by itself, so that each can be wrong."""
import atexit, contextlib, ftplib, os, pathlib, re, shutil, socket, ssl, tempfile

from harness import DEADLINE, Process, Server, eventually, program, tcp
from tlspeers import certificates, context

BIG = bytes(range(256)) * 4096 + b"end"		# 1 MiB + 3
RESERVED = ".fil-"


def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="fil-ftpd-"))
    atexit.register(shutil.rmtree, path, True)
    return path


@contextlib.contextmanager
def inetd(tree, *options):
    """The client's socket of a server that was started for it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with tcp(listener.getsockname()[1]) as sock:
            theirs, _ = listener.accept()
            with theirs:
                server = Process([program("fil-ftpd"), "--inetd", "--anonymous", *options, tree],
                                 stdin=theirs)
            yield sock
        assert server.wait() == 0, server.stderr


class Ftpd(Server):
    """The server, its folder, and the guest's password."""

    def __init__(self, *options, tree=None, tls=False, **popen):
        self.tree = tree or folder()
        place = certificates() if tls else None
        given = ("--cert", place / "server.pem", "--key", place / "server.key") if tls else ()
        super().__init__("fil-ftpd", "--port", "0", "--bind", "127.0.0.1", *given,
                         *options, self.tree, lines=1, **popen)
        self.port = self.ports.get("tcp") or self.ports["tls"]
        self.password = None
        if not {"--users", "--anonymous"} & set(options):
            found = eventually(lambda: re.search(r"guest, \S.*? (\w{12})$", self.stdout, re.M)
                               or re.search(r"(\w{12})$", self.stdout.strip()),
                               "the guest's password")
            self.password = found[1]

    def control(self, **how):
        return Control(self, **how)

    def ftplib(self, user="guest", password=None, cls=ftplib.FTP, **how):
        ftp = cls(timeout=DEADLINE, encoding="utf-8", **how)
        ftp.connect("127.0.0.1", self.port)
        ftp.login(user, password or self.password)
        return ftp

    def leftovers(self):
        """Files of uploads that did not end."""
        return [path for path in self.tree.rglob(RESERVED + "*")]


class Control:
    """One control connection."""

    def __init__(self, server, login=True, greeted=True, source=None, tls=False,
                 user="guest", password=None, host="127.0.0.1"):
        self.server = server
        self.sock = socket.create_connection((host, server.port), DEADLINE,
                                             (source, 0) if source else None)
        self.buffer = b""
        self.context = None
        if greeted:
            self.expect(220)
        if tls:
            self.starttls()
        if login:
            self.ask(f"USER {user}", 331)
            self.ask(f"PASS {password or server.password}", 230)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def starttls(self, version=None):
        self.ask("AUTH TLS", 234)
        self.context = context(version=version)
        self.sock = self.context.wrap_socket(self.sock, server_hostname="localhost")

    def send(self, text):
        self.sock.sendall(text if isinstance(text, bytes) else text.encode() + b"\r\n")

    def line(self):
        while b"\n" not in self.buffer:
            piece = self.sock.recv(65536)
            if not piece:
                raise EOFError(f"closed after {self.buffer!r}")
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode("utf-8", "replace").rstrip("\r")

    def reply(self):
        """(code, all its text)"""
        lines = [self.line()]
        while not re.match(lines[0][:3] + "( |$)", lines[-1]) or lines[-1][3:4] == "-":
            lines.append(self.line())
        return int(lines[0][:3]), "\n".join(lines)

    def expect(self, *codes):
        code, text = self.reply()
        assert code in codes, f"expected {codes}, got {text}"
        return text

    def ask(self, text, *codes):
        self.send(text)
        return self.expect(*codes)

    def closed(self):
        """Everything until the end of the connection."""
        rest = self.buffer
        with contextlib.suppress(ConnectionResetError, ssl.SSLError):
            while piece := self.sock.recv(65536):
                rest += piece
        return rest.decode("utf-8", "replace")

    def epsv(self):
        return int(self.ask("EPSV", 229).split("|")[3])

    def connect(self, port=None, source=None):
        return socket.create_connection(("127.0.0.1", port or self.epsv()), DEADLINE,
                                        (source, 0) if source else None)

    def begin(self, command):
        """A data connection, and the command's 150 on it."""
        data = self.connect()
        self.ask(command, 150)
        return data

    def get(self, command):
        """What a command sends, up to its 226."""
        with self.begin(command) as data:
            got = drain(data)
        self.expect(226)
        return got

    def put(self, command, content):
        with self.begin(command) as data:
            data.sendall(content)
        self.expect(226)


def drain(sock):
    got = bytearray()
    while piece := sock.recv(1 << 20):
        got += piece
    return bytes(got)


def stuck(sock):
    """Read nothing any more, and have little room for what comes."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
