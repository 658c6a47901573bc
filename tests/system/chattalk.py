"""chattalk.py - fil-chat, and a server of the chat that says what a test wants."""
import contextlib, os, pathlib, pty, re, subprocess, tempfile, threading

from fake import PIPE, Fake
from harness import DEADLINE, Process, eventually, program, run, _running


class Chat(Fake):
    """One client at a time, which may come back."""

    def client(self, *options, host="127.0.0.1", **popen):
        """Starts fil-chat against this server; its standard input is a pipe."""
        how = ["--tls"] if self.context else []
        popen.setdefault("stdin", PIPE)
        return Process([program("fil-chat"), *how, "--port", self.port, *options, host],
                       **popen)

    def person(self, *options, **popen):
        how = ["--tls"] if self.context else []
        return Person(*how, "--port", self.port, *options, "127.0.0.1", **popen)

    def tell(self, *lines):
        self.send("".join(line + "\r\n" for line in lines).encode())

    def greet(self, nick="guest1"):
        """Takes the client, as fil-chatd does."""
        self.accept()
        self.tell(f"*** welcome, you are {nick}: /nick NAME changes that",
                  f"*** here: pc4, {nick}", f"*** {nick} joined")
        return self

    def hears(self, *lines):
        for line in lines:
            heard = self.lines.readline()
            assert heard == line.encode() + b"\r\n", (line, heard)


class Person:
    """Somebody at a terminal who does not edit; all that it shows is one text."""

    def __init__(self, *options, env=None):
        self.argv = [program("fil-chat"), "--plain", *map(str, options)]
        self.master, slave = pty.openpty()
        self.popen = subprocess.Popen(self.argv, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, env={**os.environ, "NO_COLOR": "1", **(env or {})})
        os.close(slave)
        self.stdout, self.stderr, self.seen = "", "", b""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        _running.append(self)

    def _read(self):
        try:
            while piece := os.read(self.master, 65536):
                self.seen += piece
                self.stdout = self.seen.decode("utf-8", "replace").replace("\r\n", "\n")
        except OSError:			# EIO: nobody has the terminal any more
            pass

    def line(self, text):
        os.write(self.master, text.encode() + b"\n")

    def sees(self, pattern):
        return eventually(lambda: re.search(pattern, self.stdout, re.M),
                          f"{pattern!r} on the terminal: {self.stdout!r}")

    def leave(self):
        os.write(self.master, b"\x04")		# Ctrl-D

    def wait(self):
        status = self.popen.wait(DEADLINE)
        self.reader.join(DEADLINE)
        return status

    def kill(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        self.reader.join(DEADLINE)
        if self.master != -1:
            os.close(self.master)
        self.master = -1

    end = kill


def session(*options, **more):
    """A client that waits for its input, and the server that has greeted it."""
    server = Chat(more.pop("context", None))
    client = server.client(*options, **more)
    server.greet()
    return client, server


@contextlib.contextmanager
def accounts(**names):
    """A users file."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "users"
        for name, password in names.items():
            status, _, err = run([program("fil-passwd"), path, name],
                                 password.encode() + b"\n")
            assert status == 0, err
        yield path
