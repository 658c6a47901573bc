"""harness.py - run real programs, watch what they do, and say so in TAP.

A test is a function marked @test: its name is the sentence that it proves, its
docstring the rule, where the rule comes from, and how a user would notice that
it broke.  Nothing here sleeps and hopes: a server is up when it has printed its
"listening on" lines; everything else is waited for with eventually().
"""
import contextlib, functools, os, pathlib, re, select, shutil, signal, socket
import subprocess, sys, tempfile, time, traceback

BUILD = pathlib.Path(os.environ.get("FIL_BUILD", ".")).resolve()
SOURCE = pathlib.Path(os.environ.get("FIL_SRC", ".")).resolve()
FRENCH = os.environ.get("FIL_LANGUAGE") == "fr"
DEADLINE = 20.0			# seconds: after this something is broken, not slow
LONGEST = 600			# seconds: of a whole test, with a sanitizer and FIL_SOAK

# Run in the background of a script, it begins with SIGINT ignored, and so would
# all that it starts.
for _number in (signal.SIGINT, signal.SIGQUIT):
    signal.signal(_number, signal.SIG_DFL)

_tests = []
_running = []			# processes to end, whatever happens


class Skip(Exception):
    """What the test needs is not on this machine: under CI=true a failure."""


class NotHere(Exception):
    """What the test is about is not in this build (a sanitizer's, say)."""


def test(function):
    _tests.append(function)
    return function


def need(*programs):
    """Skip the test if a program is missing; under CI=true that is a failure."""
    missing = [p for p in programs if not shutil.which(p)]
    if missing:
        raise Skip("missing: " + ", ".join(missing))


def eventually(condition, what, deadline=DEADLINE):
    """Wait until condition() is true and return what it gave; fail at the deadline."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"still waiting after {deadline} s: {what}"
        time.sleep(0.01)


def spoken(english, french):
    """The text a person reads: in French when the suite runs in French."""
    return french if FRENCH else english


def program(name):
    return str(BUILD / "src" / name)


class Process:
    """A program under test; its output is collected in files, never in a full pipe."""

    def __init__(self, argv, stdin=subprocess.DEVNULL, env=None, **popen):
        self.argv = [str(a) for a in argv]
        self._out = tempfile.NamedTemporaryFile(prefix="fil-out-")
        self._err = tempfile.NamedTemporaryFile(prefix="fil-err-")
        self.popen = subprocess.Popen(
            self.argv, stdin=stdin, stdout=self._out, stderr=self._err,
            env={**os.environ, **(env or {})}, **popen)
        _running.append(self)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def stdout(self):
        return pathlib.Path(self._out.name).read_text("utf-8", "replace")

    @property
    def stderr(self):
        return pathlib.Path(self._err.name).read_text("utf-8", "replace")

    def says(self, pattern, where="stderr"):
        """Wait until the output matches the regular expression."""
        return eventually(
            lambda: re.search(pattern, getattr(self, where), re.M),
            f"{self.argv[0]}: {pattern!r} on {where}; it said:\n"
            + self.stdout + self.stderr)

    def wait(self, deadline=DEADLINE):
        return self.popen.wait(deadline)

    def signal(self, number):
        self.popen.send_signal(number)

    def kill(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()

    end = kill

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server(Process):
    """A server under test, up when it has said where it listens.

    lines is how many "listening on" lines to wait for; ports maps "tcp", "udp",
    "tls" to the port of the first such line."""

    def __init__(self, name, *options, lines, **popen):
        super().__init__([program(name), *options], **popen)
        pattern = re.compile(r"^\S+: listening on (tcp|udp|tls) (\S+):(\d+)$", re.M)

        def found():
            if self.popen.poll() is not None:
                raise AssertionError(f"{self.argv} ended at once:\n{self.stderr}")
            seen = pattern.findall(self.stdout)
            return seen if len(seen) >= lines else None
        self.listening = eventually(found, f"{name} to listen on {lines} sockets")
        self.ports = {}
        for kind, _, port in self.listening:
            self.ports.setdefault(kind, int(port))

    def clients(self):
        """How many client threads there are, by their names."""
        names = []
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                names.append((task / "comm").read_text())
        return sum(name.startswith("client-") for name in names)

    def queued(self):
        """How many connections wait for accept: a client that has come and gone may
        still be one of them."""
        waiting = 0
        for table in "tcp", "tcp6":
            for line in pathlib.Path(f"/proc/{self.pid}/net/{table}").read_text().split("\n")[1:]:
                _, local, _, state, queues, *_ = line.split() if line else [""] * 6
                if state == "0A" and int(local.rpartition(":")[2], 16) in self.ports.values():
                    waiting += int(queues.rpartition(":")[2], 16)
        return waiting

    def settles(self, descriptors):
        """Wait until all clients are gone, as if they had never come."""
        eventually(lambda: not self.queued() and not self.clients()
            and self.descriptors() == descriptors,
            "threads and descriptors to end where they began")

    def stop(self, deadline=1.5):
        """TERM; returns the exit status and the seconds it took."""
        begin = time.monotonic()
        self.signal(signal.SIGTERM)
        status = self.popen.wait(deadline + DEADLINE)
        took = time.monotonic() - begin
        assert took < deadline, f"{self.argv[0]} took {took:.2f} s to stop"
        return status

    def end(self):
        """A test leaves its server running: it must end well all the same."""
        if self.popen.poll() is not None:
            return
        self.signal(signal.SIGTERM)
        try:
            status = self.popen.wait(DEADLINE)
        finally:
            self.kill()
        assert status == 0, f"{self.argv} ended with {status}:\n{self.stderr}"


def run(argv, data=b"", deadline=DEADLINE, env=None, **options):
    """Run a command to its end; returns status, stdout, stderr (bytes)."""
    done = subprocess.run([str(a) for a in argv], input=data, capture_output=True,
        timeout=deadline, env={**os.environ, **(env or {})}, **options)
    return done.returncode, done.stdout, done.stderr


def tcp(port, host="127.0.0.1"):
    sock = socket.create_connection((host, port), timeout=DEADLINE)
    return sock


def udp(port, host="127.0.0.1"):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.settimeout(DEADLINE)
    sock.connect((host, port))
    return sock


def have_ipv6():
    with contextlib.suppress(OSError):
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
            return True
    return False


def _too_long(*_):
    raise TimeoutError(f"the test took more than {LONGEST} s")


def _said_by(process):
    """What it printed; one that cannot be asked any more must not hide the reason."""
    try:
        return process.stdout + process.stderr
    except Exception as reason:
        return f"({reason})"


def _run_one(function):
    """Returns (ok, directive, diagnosis)."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST)
    try:
        function()
        for process in reversed(_running):
            process.end()
        return True, "", ""
    except NotHere as reason:
        return True, f" # SKIP {reason}", ""
    except Skip as skip:
        if os.environ.get("CI") == "true":
            return False, "", f"under CI nothing is skipped: {skip}"
        return True, f" # SKIP {skip}", ""
    except BaseException:
        if sys.exc_info()[0] is KeyboardInterrupt:
            raise
        trace = traceback.format_exc()
        said = "".join(f"\n--- {p.argv} said:\n{_said_by(p)}" for p in _running)
        lines = (trace + said).splitlines()
        if len(lines) > 80:
            lines[40:-40] = [f"... ({len(lines) - 80} lines left out)"]
        return False, "", "\n".join(line[:200] for line in lines)
    finally:
        signal.alarm(0)
        while _running:
            _running.pop().kill()


def stop_accepting(listener, thread):
    """Close a listener whose clients a thread accepts: not before it is out of
    accept(), or the next listener that has this number is robbed of a client."""
    listener.shutdown(socket.SHUT_RDWR)
    thread.join(DEADLINE)
    listener.close()
    assert not thread.is_alive()


def in_namespace(*arguments):
    """Run the test's own file once more, with these arguments, in a network
    namespace: as root, with a loopback interface that nobody else uses.  There
    the file calls alone()."""
    need("unshare", "ip")
    status, out, err = run(["unshare", "--user", "--map-root-user", "--net",
                            sys.executable, sys.argv[0], *arguments],
                           deadline=10 * DEADLINE)
    said = (out + err).decode("utf-8", "replace")
    if "unshare failed" in said:
        raise NotHere(f"no network namespace for this user: {said.strip()}")
    if " # SKIP " in said:
        raise NotHere(said.split(" # SKIP ")[1].strip())
    assert status == 0, said


def alone(function, *addresses):
    """The other side of in_namespace: give the loopback interface these
    addresses, call the function, end what it has started, and exit."""
    def prepared():
        for command in ("link set lo up", *(f"address add {a}/32 dev lo" for a in addresses)):
            status, _, err = run(["ip", *command.split()])
            assert status == 0, err
        function()
    ok, directive, diagnosis = _run_one(prepared)
    print(directive, diagnosis)
    sys.exit(0 if ok else 1)


def main():
    print(f"1..{len(_tests)}", flush=True)
    failed = 0
    for number, function in enumerate(_tests, 1):
        ok, directive, diagnosis = _run_one(function)
        failed += not ok
        sentence = function.__name__.replace("_", " ")
        print(f"{'ok' if ok else 'not ok'} {number} - {sentence}{directive}")
        for line in diagnosis.splitlines():
            print(f"# {line}")
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
