"""ftpfake.py - an FTP server that says whatever a test wants, and fil-ftp."""
import contextlib, pathlib, socket, struct, tempfile, threading

from harness import DEADLINE, program, run, stop_accepting

FEATURES = ("EPSV", "MDTM", "MLST type*;size*;modify*;", "REST STREAM", "SIZE", "UTF8")
TIME = "20261122041500"
HANG_UP = object()		# instead of a reply
STALL = object()


def fil_ftp(*arguments, script="", cwd=None, env=None, deadline=60):
    """status, standard output, standard error"""
    home = {"HOME": str(cwd or "/nonexistent")}
    data = script if isinstance(script, bytes) else script.encode()
    status, out, err = run([program("fil-ftp"), *arguments], data, deadline,
                           {**home, **(env or {})}, cwd=cwd)
    return status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


@contextlib.contextmanager
def empty_folder():
    with tempfile.TemporaryDirectory(prefix="fil-ftp-") as path:
        yield pathlib.Path(path)


def reset(sock):
    """RST, not FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class Session:
    """One control connection of the fake's."""

    def __init__(self, fake, sock):
        self.fake, self.sock = fake, sock
        self.sock.settimeout(DEADLINE)
        self.listener = self.target = None
        self.offset = 0
        self.buffer = b""

    def say(self, text):
        self.sock.sendall(text if isinstance(text, bytes) else text.encode() + b"\r\n")

    def line(self):
        while b"\n" not in self.buffer:
            piece = self.sock.recv(65536)
            if not piece:
                return None
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def listen(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(DEADLINE)
        return self.listener.getsockname()[1]

    def data(self):
        """The data connection."""
        if self.target:
            return socket.create_connection(self.target, DEADLINE)
        sock, _ = self.listener.accept()
        self.listener.close()
        sock.settimeout(DEADLINE)
        return sock

    def send(self, content):
        self.say("150 here it comes")
        with self.data() as sock:
            sock.sendall(content)
        self.say("226 done")

    def serve(self):
        fake = self.fake
        self.answer("greeting", "", fake.greeting)
        while (line := self.line()) is not None:
            fake.commands.append(line)
            verb, _, argument = line.partition(" ")
            answer = fake.replies.get(verb, getattr(self, "do_" + verb.lower(),
                                                    "502 not here"))
            if self.answer(verb, argument, answer):
                break

    def answer(self, verb, argument, answer):
        """Returns whether that was all."""
        if callable(answer):
            answer = answer(*((self, argument) if verb in self.fake.replies
                              or verb == "greeting" else (argument,)))
        if answer is HANG_UP:
            return True
        if answer is STALL:
            self.fake.stalled.wait(DEADLINE)
            return True
        if answer is not None:
            self.say(answer)
        return verb == "QUIT"

    def do_user(self, _):
        return "331 and the password?"

    def do_pass(self, _):
        return "230 welcome"

    def do_type(self, _):
        return "200 fine"

    do_noop = do_opts = do_pbsz = do_prot = do_type

    def do_cwd(self, _):
        return "250 fine"

    def do_pwd(self, _):
        return '257 "/" is where you are'

    def do_quit(self, _):
        return "221 bye"

    def do_abor(self, _):
        return "226 aborted"

    def do_feat(self, _):
        return "\r\n".join(["211-Features:", *(" " + f for f in self.fake.features),
                            "211 End"])

    def do_auth(self, _):
        if not self.fake.context:
            return "502 no TLS"
        self.say("234 go on")
        self.sock = self.fake.context.wrap_socket(self.sock, server_side=True)
        return None

    def do_epsv(self, _):
        self.target = None
        return f"229 Extended passive (|||{self.listen()}|)"

    def do_pasv(self, _):
        self.target = None
        return "227 Passive (127,0,0,1,%d,%d)" % divmod(self.listen(), 256)

    def do_eprt(self, argument):
        _, _, host, port, _ = argument.split(argument[0])
        self.target = host, int(port)
        return "200 fine"

    def do_size(self, name):
        content = self.fake.files.get(name)
        return "550 nothing" if content is None else f"213 {len(content)}"

    def do_mdtm(self, name):
        return f"213 {self.fake.time}" if name in self.fake.files else "550 nothing"

    def do_rest(self, offset):
        self.offset = int(offset)
        return "350 fine"

    def do_retr(self, name):
        content = self.fake.files.get(name)
        if content is None:
            return "550 nothing"
        offset, self.offset = self.offset, 0
        self.send(content[offset:])

    def do_mlsd(self, _):
        self.send(self.fake.listing)

    do_list = do_mlsd

    def do_stor(self, name):
        self.say("150 go on")
        got = b""
        with self.data() as sock:
            while piece := sock.recv(65536):
                got += piece
        self.fake.files[name] = got
        return "226 done"


class FakeFtp:
    """A listener, and a thread for each session.  replies: by verb, what is said
    instead: a line, bytes as they are, HANG_UP, STALL, or a function of the session
    and the argument."""

    def __init__(self, files=None, listing=None, replies=None, greeting="220 fake",
                 features=FEATURES, context=None):
        self.files = dict(files or {})
        self.listing = listing if listing is not None else b"".join(
            facts(name, content) for name, content in self.files.items())
        self.replies = dict(replies or {})
        self.greeting, self.features, self.context = greeting, features, context
        self.time = TIME
        self.commands = []
        self.stalled = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        session = Session(self, sock)
        with contextlib.suppress(OSError, ValueError):
            session.serve()
        with contextlib.suppress(OSError):
            session.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stalled.set()
        stop_accepting(self.listener, self.thread)

    def verbs(self):
        return [line.split(" ")[0] for line in self.commands]

    def url(self, path, user=""):
        return f"ftp://{user}127.0.0.1:{self.port}/{path}"


def facts(name, content=b"", kind="file"):
    raw = name if isinstance(name, bytes) else name.encode()
    return f"type={kind};size={len(content)};modify={TIME}; ".encode() + raw + b"\r\n"


def script(*lines):
    """As anonymous, then these lines."""
    return "\n".join(["user anonymous x", *lines, ""])
