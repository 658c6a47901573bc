"""measure.py - start a contender, load it, and see what that cost.

Servers run on the first processor and loads on the others: left to itself, the
scheduler sometimes puts both on one, and a ping-pong then runs twice as fast.
The processor time of a server comes from a control group of its own, which also
counts its children that have ended; without control groups, from /proc.
"""
import contextlib, json, os, pathlib, re, signal, subprocess, time

from contender import PROGRAMS, Missing

GROUPS = ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup")	# version 1, version 2
PROCESSORS = sorted(os.sched_getaffinity(0))
STOPPING = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0))
FIRST_PORT = 20000


class Pins:
    """Are servers and loads kept apart?"""
    apart = len(PROCESSORS) > 1


def pin(processors):
    if Pins.apart:
        os.sched_setaffinity(0, processors)


def pin_server():
    pin(PROCESSORS[:1])


def pin_load():
    pin(PROCESSORS[1:])


# --- control groups ------------------------------------------------------------

class Group:
    """The control group of one contender; of() is None where there are none."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def of(name):
        place = os.environ.get("FIL_BENCH_GROUP")
        return Group(pathlib.Path(place) / name) if place else None

    def enter(self):
        (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def processes(self):
        return [int(pid) for pid in (self.path / "cgroup.procs").read_text().split()]

    def cpu(self):
        """Seconds of processor time, from the beginning on."""
        old = self.path / "cpuacct.usage"
        if old.exists():
            return int(old.read_text()) / 1e9
        new = (self.path / "cpu.stat").read_text()
        return int(re.search(r"usage_usec (\d+)", new)[1]) / 1e6

    def remove(self):
        with contextlib.suppress(OSError):
            self.path.rmdir()


def make_groups():
    """A place for control groups, or None: not root, or none on this machine."""
    for top in GROUPS:
        if pathlib.Path(top, "cgroup.procs").exists():
            place = pathlib.Path(top, f"fil-bench-{os.getpid()}")
            with contextlib.suppress(OSError):
                place.mkdir()
                group = Group(place / "try")
                group.cpu()
                group.remove()
                return place
            with contextlib.suppress(OSError):
                place.rmdir()
    return None


def remove_groups(place, deadline=5.0):
    """Also those that a run which was killed has left: its processes are gone,
    which the groups notice a moment later."""
    end = time.monotonic() + deadline
    while place and place.exists() and time.monotonic() < end:
        for folder in [*place.glob("*/"), place]:
            with contextlib.suppress(OSError):
                folder.rmdir()
        time.sleep(0.02)


# --- processes -----------------------------------------------------------------

def stat(pid):
    """The fields of /proc/PID/stat after its name, or None."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None


def alive(pid):
    fields = stat(pid)
    return bool(fields) and fields[0] != "Z"


def session_of(leader):
    """The processes of a session that we have started."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        fields = stat(pid)
        if fields and int(fields[3]) == leader:
            found.append(int(pid))
    return found


def end_processes(pids):
    """TERM, and KILL for who is deaf to it; by number, and only these."""
    for number, patience in STOPPING:
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, number)
        end = time.monotonic() + patience
        while pids and time.monotonic() < end:
            pids = [pid for pid in pids if alive(pid)]
            time.sleep(0.01)


def listening(port, kind):
    wanted = f":{port:04X}"
    for path in (f"/proc/net/{kind}", f"/proc/net/{kind}6"):
        if not os.path.exists(path):
            continue
        with open(path) as lines:
            next(lines)
            for line in lines:
                fields = line.split(None, 4)
                if fields[1].endswith(wanted) and (kind == "udp" or fields[3] == "0A"):
                    return True
    return False


def closing(port):
    """Does a server wait to close a client's connection, who still has bytes to read?"""
    with open("/proc/net/tcp") as lines:
        states = [line.split()[3] for line in lines
                  if line.split()[1].endswith(f":{port:04X}")]
    return "04" in states or "05" in states		# FIN_WAIT1, FIN_WAIT2


def free_port(taken=set()):
    """One below the ports that connect takes: no client sits on it."""
    port = FIRST_PORT + len(taken)
    while listening(port, "tcp") or listening(port, "udp") or port in taken:
        port += 1
    taken.add(port)
    return port


class Running:
    """A contender's server, up: its port listens."""

    def __init__(self, contender, place, kind="tcp", patience=15.0):
        self.name, self.place, self.port = contender.name, place, place.port
        self.kind, self.patience = kind, patience
        self.process = self.group = None
        self.log = place.work / "log"
        self.command = contender.command(place)
        if self.command is None:		# nobody stands between
            self.port = place.upstream
        else:
            self.start()

    def start(self):
        self.group = Group.of(self.name)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in self.command], cwd=self.place.work,
                stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=self._enter)
        end = time.monotonic() + self.patience
        while not listening(self.port, self.kind):
            if time.monotonic() > end or self.process.poll() is not None:
                said = self.log.read_text(errors="replace").strip()[-200:]
                self.stop()
                raise Missing(f"it does not listen: {said}")
            time.sleep(0.01)

    def restart(self):
        self.stop()
        self.start()

    def _enter(self):
        if self.group:
            self.group.enter()
        pin_server()

    def processes(self):
        if not self.process:
            return []
        return self.group.processes() if self.group else session_of(self.process.pid)

    def cpu(self):
        """Seconds of processor time so far."""
        if not self.process:
            return 0.0
        if self.group:
            return self.group.cpu()
        fields = filter(None, map(stat, self.processes()))
        return sum(sum(map(int, f[11:15])) for f in fields) / os.sysconf("SC_CLK_TCK")

    def memory(self, of="Rss"):
        """KiB in all its processes: Rss, or Pss (a shared page counts once)."""
        total = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                told = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += int(re.search(rf"^{of}:\s+(\d+)", told, re.M)[1])
        return total

    def stop(self):
        if not self.process:
            return
        end_processes(self.processes() or [self.process.pid])
        self.process.stdin.close()
        self.process.wait()
        if self.group:
            self.group.remove()


# --- loads ----------------------------------------------------------------------

class LoadError(Exception):
    """The load generator's own reason."""


def told(line, process):
    """What a load generator says is one line of JSON."""
    try:
        said = json.loads(line)
    except ValueError:
        raise LoadError(f"{process} said nothing: {line[-100:]!r}")
    if "error" in said:
        raise LoadError(said["error"])
    return said


def command_of(name, arguments):
    return [str(word) for word in (PROGRAMS / "load" / name, *arguments)]


def load(name, *arguments, patience=120.0):
    """Run a load generator; what it measured."""
    try:
        done = subprocess.run(command_of(name, arguments), capture_output=True, text=True,
                              timeout=patience, preexec_fn=pin_load)
    except subprocess.TimeoutExpired:
        raise LoadError(f"{name} took more than {patience:.0f} s")
    lines = done.stdout.strip().splitlines()
    return told(lines[-1] if lines else done.stderr, name)


class Holding:
    """A load generator that stays until it is told to go on."""

    def __init__(self, name, *arguments):
        self.name = name
        self.process = subprocess.Popen(command_of(name, arguments), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=pin_load)

    def __enter__(self):
        return self

    def said(self):
        return told(self.process.stdout.readline(), self.name)

    def go_on(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def timed(command, patience=120.0, **popen):
    """Run a client to its end: (seconds, seconds of processor time, status)."""
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], start_new_session=True,
        stdin=popen.pop("stdin", subprocess.DEVNULL), stdout=subprocess.DEVNULL,
        preexec_fn=pin_load, **popen)
    alarm = signal.signal(signal.SIGALRM, lambda *_: end_processes(session_of(process.pid)))
    signal.alarm(int(patience))
    try:
        _, status, used = os.wait4(process.pid, 0)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, alarm)
    process.returncode = status
    return time.monotonic() - began, used.ru_utime + used.ru_stime, status


def order(contenders, number):
    """Every round in another order: each is once first, and neighbours change."""
    turn = number % len(contenders) if contenders else 0
    first, rest = contenders[turn:turn + 1], contenders[turn + 1:] + contenders[:turn]
    return first + (rest[::-1] if number % 2 else rest)
