"""chatmembers.py - a chat server, and members on bare sockets, for the chat's tests."""
import contextlib, re, socket, time

from harness import DEADLINE, Server, eventually, tcp

ROOM = r"\*\*\* (\S+) +\d+$"			# a row of /rooms


def chat(*options, lines=1, **popen):
    """fil-chatd on this machine; as fast as one types unless a test says else."""
    if "--line-rate" not in options:
        options = ("--line-rate", "0", *options)
    return Server("fil-chatd", "--port", "0", "--tls-port", "0", "--bind", "127.0.0.1",
        *options, lines=lines, **popen)


class Member:
    """One connection.  lines: all that came, without line ends; hears() looks for
    what comes after what was heard before."""

    def __init__(self, server, nick=None, sock=None, receive_buffer=None):
        self.lines, self.heard, self.rest = [], 0, b""
        self.raw = b""
        if sock is None and receive_buffer:
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            sock.connect(("127.0.0.1", server.ports["tcp"]))
        self.sock = sock or tcp(server.ports["tcp"])
        self.sock.settimeout(DEADLINE)
        self.nick = self.hears(r"\*\*\* welcome, you are (\w+):")[1]
        self.hears(rf"\*\*\* {self.nick} joined$")
        if nick:
            self.be(nick)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def be(self, nick):
        self.says(f"/nick {nick}")
        self.hears(rf"\*\*\* \S+ is now known as {re.escape(nick)}$")
        self.nick = nick
        return self

    def sends(self, data):
        self.sock.sendall(data)

    def says(self, *lines):
        for line in lines:
            self.sock.sendall(line.encode() + b"\r\n")

    def receive(self):
        """What one recv gives; False at the end of the stream."""
        data = self.sock.recv(65536)
        self.raw += data
        *whole, self.rest = (self.rest + data).split(b"\n")
        for line in whole:
            assert line.endswith(b"\r"), f"no CRLF: {line}"
            self.lines.append(line[:-1].decode())
        return bool(data)

    def hears(self, pattern):
        """Receive until a line matches; lines before it are passed over."""
        end = time.monotonic() + DEADLINE
        while True:
            while self.heard < len(self.lines):
                self.heard += 1
                found = re.match(pattern, self.lines[self.heard - 1])
                if found:
                    return found
            assert time.monotonic() < end and self.receive(), (
                f"{self.nick if self.lines[1:] else '?'} does not hear {pattern!r}: "
                f"{self.lines[-20:]}")

    def hears_end(self):
        """Receive to the end of the stream; a reset is one, too."""
        with contextlib.suppress(ConnectionError):
            while self.receive():
                pass

    def since(self):
        """What it hears, up to the answer to a question that it asks now."""
        begin = self.heard
        self.says("/are-you-there")
        self.hears(r"\*\*\* no such command: /are-you-there")
        return self.lines[begin:self.heard - 1]

    def asks(self, command, pattern):
        """Of the lines that answer it, what the pattern's group finds; the notices
        that come between them are none."""
        self.says(command)
        return [found[1] for line in self.since() if (found := re.match(pattern, line))]

    def leaves(self):
        self.says("/quit")
        self.hears_end()
        self.sock.close()


@contextlib.contextmanager
def members(server, *nicks):
    """Members who have all heard each other come."""
    with contextlib.ExitStack() as stack:
        here = [stack.enter_context(Member(server, nick)) for nick in nicks]
        for member in here:
            member.since()
        yield here
