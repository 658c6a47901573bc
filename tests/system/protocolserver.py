"""protocolserver.py - a fil-mixedd with accounts, and with TLS, to be tested."""
import atexit, functools, json, pathlib, re, tempfile

from filprotocol import Client, Datagrams
from harness import BUILD, SOURCE, Server, need, program, run

PASSWORDS = {"pc3": "trois petits points", "pc4": "quatre-vingt-dix",
             "Émile": "J'accuse…"}
OTHER = "192.0.2.1"		# of documentation (RFC 5737): for use in a namespace
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@functools.cache
def folder():
    """For all that the tests of one file share; gone when they end."""
    made = tempfile.TemporaryDirectory(prefix="fil-protocol-")
    atexit.register(made.cleanup)
    return pathlib.Path(made.name)


@functools.cache
def hashed(passwords):
    """crypt(3) hashes of a tuple of passwords, by openssl: SHA-512 is quick."""
    need("openssl")
    status, out, err = run(["openssl", "passwd", "-6", "-stdin"],
                           "".join(p + "\n" for p in passwords).encode())
    assert status == 0, err
    return out.decode().split()


def write_users(path, accounts):
    """name:hash, a line each; a hash may also be given as it is, by a tuple."""
    words = tuple(dict.fromkeys(p for p in accounts.values() if isinstance(p, str)))
    hashes = dict(zip(words, hashed(words)))
    lines = [f"{name}:{p[0] if isinstance(p, tuple) else hashes[p]}\n"
             for name, p in accounts.items()]
    path.write_text("# accounts of the tests\n\n" + "".join(lines), "utf-8")
    path.chmod(0o600)


@functools.cache
def certificates():
    """A demonstration CA and a server's certificate for this machine's names, and
    for the address that stands for another machine's in a namespace."""
    need("certtool")
    place = folder() / "certs"
    status, _, err = run([BUILD / "certs" / "fil-certs", "--name", OTHER, place])
    assert status == 0, err
    return place


@functools.cache
def default_users():
    write_users(folder() / "users", PASSWORDS)
    return folder() / "users"


class ProtocolServer(Server):
    """On free ports of 127.0.0.1.  users: a path, or None for no accounts."""

    def __init__(self, *options, users="default", tls=False, lines=None, **popen):
        if users == "default":
            users = default_users()
        more = ["--users", users] if users else []
        if tls:
            certs = certificates()
            more += ["--tls-port", "0", "--cert", certs / "server.pem",
                     "--key", certs / "server.key"]
        self.ca = str(certificates() / "ca.pem") if tls else None
        super().__init__("fil-mixedd", "--port", "0", "--udp-port", "0", "--bind",
                         "127.0.0.1", *more, *options,
                         lines=lines or (3 if tls else 2), **popen)

    def connect(self, tls=False, **options):
        if tls:
            return Client(self.ports["tls"], "127.0.0.1", self.ca, **options)
        return Client(self.ports["tcp"], "127.0.0.1", **options)

    def session(self, user="pc3", password=None, **options):
        """A connection that is logged in."""
        client = self.connect(**options)
        client.login(user, PASSWORDS[user] if password is None else password)
        return client

    def datagrams(self, token):
        return Datagrams(token, self.ports["udp"])

    @property
    def udp_address(self):
        return ("127.0.0.1", self.ports["udp"])


def code_of(client, command, **members):
    """The code of a refusal, or "ok"."""
    reply = client.ask(command, **members)
    return reply.get("code", reply["status"])


def still_usable(client):
    """A refusal must leave the connection as it was."""
    assert TIME.fullmatch(client.ping())


def padded(request, size):
    """A request as a datagram of so many bytes: blanks do not change it."""
    text = json.dumps(request)
    return (text[:-1] + " " * (size - len(text)) + "}").encode()


def resident_kib(pid):
    """How much memory a process has; None where a sanitizer keeps what is freed."""
    if re.search(rb"__[at]san_", pathlib.Path(program("fil-mixedd")).read_bytes()):
        return None
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", text, re.M)[1])


def grown(pid, before):
    """By how many KiB it has grown since resident_kib said before."""
    return 0 if before is None else resident_kib(pid) - before


def page():
    return (SOURCE / "man" / "fil-protocol.7").read_text("utf-8")
