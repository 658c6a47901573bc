"""contender.py - who takes part, and how it is started.

A contender is a function that returns the command of a server in the foreground
(or of a client); its name is the function's.  What it needs and does not find
raises Missing, and the table names it with that reason.  The rooms are
contenders/*.py; the kinds:

    ours       a program of fil, just built
    peer       what people use today
    reference  the same in Python, as the course writes it; counts as a peer
    limit      no peer: what this machine gives, shown beside
    minimal    no peer: the least of fil's own design, a thread for each client
"""
import dataclasses, functools, gzip, os, pathlib, shutil, subprocess, sys, typing

from harness import BUILD, Skip
from unpacked import libraries, unpacked

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = BUILD / "tests" / "bench"		# the C programs, compiled
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

# Debian packages that exclude each other, or would start a server: unpacked.
UNPACKED = {
    "atftpd": ("atftpd", "libwrap0"),
    "ngircd": ("ngircd", "libident"),
    "nginx-stream": ("libnginx-mod-stream",),
    "stunnel4": ("stunnel4", "libwrap0"),
    "tftpd-hpa": ("tftpd-hpa", "libwrap0"),
}

KINDS = ("ours", "peer", "reference", "limit", "minimal")
CONTENDERS = {}				# of a bench, by its name


class Missing(Exception):
    """Why a contender cannot take part."""


@dataclasses.dataclass
class Contender:
    name: str
    kind: str
    command: typing.Callable
    facts: dict				# what its bench has to know of it

    def get(self, fact, default=None):
        return self.facts.get(fact, default)


def contender(*benches, kind="peer", **facts):
    """The function below takes part in these benches."""
    assert kind in KINDS

    def keep(command):
        name = command.__name__.replace("_", "-")
        for bench in benches:
            CONTENDERS.setdefault(bench, []).append(Contender(name, kind, command, facts))
        return command
    return keep


@dataclasses.dataclass
class Place:
    """Where a contender runs: what its command is made of."""
    port: int
    work: pathlib.Path			# a folder of its own
    tree: pathlib.Path			# tmpfs: the files that are served and stored
    make_certs: typing.Callable = None
    upstream: int = 0			# behind a proxy; a client's server
    remote: str = "big"			# what a client fetches
    out: pathlib.Path = None		# where it puts that

    @property
    def certs(self):
        """A folder with server.pem, server.key, and both.pem."""
        try:
            return self.make_certs()
        except Skip as reason:
            raise Missing(str(reason))

    def fil(self, name):
        return self.file(BUILD / "src" / name)

    def built(self, name):
        return self.file(PROGRAMS / name)

    def peer(self, name):
        """A server of our own in Python, in peers/."""
        return [sys.executable, HERE / "peers" / name]

    def program(self, name):
        found = shutil.which(name, path=PATH)
        if not found:
            raise Missing(f"{name} is not installed")
        return found

    def file(self, path):
        if not path.exists():
            raise Missing(f"{path.name} is not here")
        return path

    def unpacked(self, name, program, packages=None):
        """[env, its libraries, the program] of packages that are not installed."""
        try:
            root = unpacked(name, *(packages or UNPACKED[name]))
        except Skip as reason:
            raise Missing(str(reason))
        found = [f"{key}={value}" for key, value in libraries(root).items()]
        return ["env", *found, self.file(root / program)]

    def root(self):
        if os.environ.get("FIL_BENCH_ROOT") != "1":
            raise Missing("only root can start it")

    def config(self, text, name="conf"):
        path = self.work / name
        path.write_text(text)
        path.chmod(0o600)
        return path


def fetch(*packages_of_ftp):
    """Unpack what can be, while there is a network: CI=true asks for it."""
    for name, packages in {**UNPACKED, "ftp": packages_of_ftp}.items():
        try:
            unpacked(name, *packages)
        except Skip as reason:
            if os.environ.get("CI") == "true":
                print(f"# {reason}")


@functools.lru_cache(maxsize=None)
def version(package):
    """A Debian package's version, installed or unpacked; "" if nobody knows."""
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                           capture_output=True, text=True) if shutil.which("dpkg-query") else None
    if asked and asked.returncode == 0 and asked.stdout:
        return asked.stdout
    places = os.environ.get("FIL_PEERS", str(BUILD / "tests" / "peers"))
    for log in pathlib.Path(places).glob(f"*/usr/share/doc/{package}/changelog*.gz"):
        with gzip.open(log, "rt", errors="replace") as lines:
            return lines.readline().partition("(")[2].partition(")")[0]
    return ""


def made_with(variable):
    """A variable of the build tree's Makefile."""
    makefile = BUILD / "Makefile"
    text = makefile.read_text() if makefile.exists() else ""
    return text.partition(f"\n{variable} = ")[2].partition("\n")[0] or "?"


def machine():
    """What the figures were made on, as rows of a table."""
    cpu = "?"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    system = "?"
    with open("/etc/os-release") as lines:
        for line in lines:
            if line.startswith("PRETTY_NAME="):
                system = line.partition("=")[2].strip().strip('"')
    return {
        "fil": f"fil {made_with('PACKAGE_VERSION')} ({made_with('CFLAGS')})",
        "processor": f"{len(os.sched_getaffinity(0))} x {cpu}",
        "memory": f"{pages / (1 << 30):.0f} GiB",
        "system": f"{system}, Linux {os.uname().release}",
    }
