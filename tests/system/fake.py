"""fake.py - a server of the fil protocol that says whatever a test wants.

It takes one client at a time, reads its requests one by one, and answers only
what it is told to: so a test can be late, wrong, rude, or gone."""
import contextlib, gettext, json, pathlib, re, socket, ssl, subprocess, tempfile

from harness import BUILD, DEADLINE, FRENCH, Process, eventually, program

VERSION = "9.9"
TOKEN = "0123456789abcdef" * 2


def said(english):
    """What the programs say for it in the language of this run."""
    if not FRENCH:
        return english
    with open(BUILD / "tests/locale/fr/LC_MESSAGES/fil.mo", "rb") as catalogue:
        french = gettext.GNUTranslations(catalogue).gettext(english)
    assert french != english, f"not translated: {english}"
    return french


class Fake:
    """A listener; and, once there is one, its client."""

    def __init__(self, context=None, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, 0), family=family)
        self.listener.settimeout(DEADLINE)
        self.port = self.listener.getsockname()[1]
        self.context = context			# of TLS
        self.sock = self.lines = None

    def client(self, *options, stdin=None, **popen):
        """Starts fil-mixed against this server, in a session."""
        how = ["--tls"] if self.context else []
        host = popen.pop("host", "127.0.0.1")
        return Process([program("fil-mixed"), *how, "--protocol", "--port", self.port,
                        *options, host], stdin=stdin or subprocess.DEVNULL, **popen)

    def accept(self):
        self.sock, _ = self.listener.accept()
        self.sock.settimeout(DEADLINE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.context:
            self.sock = self.context.wrap_socket(self.sock, server_side=True)
        self.lines = self.sock.makefile("rb")
        return self

    def greet(self):
        """Takes the client, and answers the HELLO that comes first."""
        self.accept()
        self.ok(self.request("HELLO"), server="fake", version=VERSION, max_line=8192,
                max_text=4096, encrypted=bool(self.context), commands=["HELLO"])
        return self

    def request(self, command):
        """The next request, which must be this one."""
        line = self.lines.readline()
        assert line.endswith(b"\n"), line
        got = json.loads(line)
        assert got["command"] == command, got
        return got

    def at_end(self):
        """Has the client ended its side, with nothing left unread?"""
        return self.lines.readline() == b""

    def send(self, data):
        self.sock.sendall(data)

    def say(self, **members):
        self.send(json.dumps(members, ensure_ascii=False).encode() + b"\n")

    def ok(self, request, **members):
        self.say(id=request.get("id"), status="ok", **members)

    def error(self, request, code, text="no"):
        self.say(id=request.get("id"), status="error", code=code, text=text)

    def message(self, text, **members):
        self.say(event="message", **{"from": "pc4", "text": text, "via": "tcp", "seq": 1,
                                     "time": "2026-11-21T18:00:00.123Z", **members})

    def bye(self, reason):
        self.say(event="bye", reason=reason)

    def close(self):
        """Ends the connection: under TLS with a close_notify."""
        if self.context:
            try:
                self.sock = self.sock.unwrap()
            except (OSError, ssl.SSLError):
                pass
        self.lines.close()
        self.sock.close()


# --- sessions ---------------------------------------------------------------------

PIPE = subprocess.PIPE
PASSWORD = "très secret"
TIME = said("the server's time:")


def sent(number):
    return "* " + said("sent, as number %lld").replace("%lld", str(number))


def type_in(client, text):
    client.popen.stdin.write(text if isinstance(text, bytes) else text.encode())
    client.popen.stdin.flush()


def leave(client, server, status=0):
    """The end of input: the client ends its side, the server its own."""
    client.popen.stdin.close()
    assert server.at_end(), "no end from the client"
    server.close()
    assert client.wait() == status, (status, client.stdout, client.stderr)
    assert status or client.stderr == "", client.stderr


def session(*options, **more):
    """A client that waits for its input, and the server it talks to."""
    server = Fake(more.pop("context", None))
    client = server.client(*options, stdin=PIPE, **more)
    server.greet()
    return client, server


def shows(client, *lines):
    """Wait until standard output is just these lines."""
    eventually(lambda: client.stdout == "".join(line + "\n" for line in lines),
               f"{lines} on standard output; it is: {client.stdout!r}")


@contextlib.contextmanager
def password_file(text=PASSWORD + "\n", mode=0o600):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "password"
        path.write_text(text, "utf-8")
        path.chmod(mode)
        yield path


def answer_login(server):
    request = server.request("LOGIN")
    server.ok(request, user=request["user"], token=TOKEN)
    return request


@contextlib.contextmanager
def logged_in(*options, **more):
    """A session as pc3."""
    with password_file() as path:
        server = Fake(more.pop("context", None))
        client = server.client("--login", "pc3", "--password-file", path, *options,
                               stdin=PIPE, **more)
        server.greet()
        answer_login(server)
        client.says("^" + re.escape(f"* {said('logged in as')} pc3") + "$", "stdout")
        yield client, server
