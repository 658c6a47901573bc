#!/usr/bin/env python3
"""run.py - every tool beside its peers, in interleaved rounds.

usage: run.py [--rounds N] [--only NAME,...] [--tiny] [--no-pin] BENCH... | all

It runs in namespaces of its own where it may: a network whose ports nobody else
uses, a tmpfs that is gone with it, processes that cannot outlive it."""
import argparse, contextlib, json, os, pathlib, resource, shutil, signal, subprocess
import sys, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import bars, benches, contenders, measure, plot, table
from contender import CONTENDERS, Missing, Place, fetch, machine, version
from ftpservers import PACKAGES, own_etc
from harness import BUILD, Skip, run
from tlspeers import certificates

INSIDE = "FIL_BENCH_PLACE"		# set: in the namespaces; the folder to use
NAMESPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
TREE_SIZE = "6g"
TINY = 100				# --tiny: that much less of everything
WHOLE_ROUNDS = 9			# fewer do not change results.md


class Bench:
    """One bench under way: what its module needs."""

    def __init__(self, module, options, place):
        self.module, self.options, self.place = module, options, place
        self.results = table.Results(module.NAME, module.TITLE)
        self.tree = place / "tree"
        self.began = time.time()

    # --- how much

    def seconds(self, usual):
        return max(usual / TINY, 0.1) if self.options.tiny else usual

    def many(self, usual):
        return max(usual // TINY, min(usual, 2)) if self.options.tiny else usual

    def mib(self, usual):
        return max(usual // TINY, 1) if self.options.tiny else usual

    def need_descriptors(self, count):
        """A thousand clients are a thousand descriptors, on either side."""
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < self.many(count):
            self.results.note(f"ulimit -n is {hard}: {count} are needed for all figures")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    # --- rounds

    def each(self, one, kind="tcp", starts=True, **place):
        """Call one(bench, server, contender) for each contender, in rounds; a client
        (starts=False) is not started, one() has its place."""
        chosen = [who for who in CONTENDERS[self.module.NAME]
                  if not self.options.only or who.name in self.options.only]
        self.results.kinds = {who.name: who.kind for who in chosen}
        for number in range(self.options.rounds):
            self.results.round = number
            for who in measure.order(chosen, number):
                if who.name not in self.results.missing:
                    print(f"  round {number + 1}: {who.name}", flush=True)
                    self.turn(one, who, kind if starts else None, **place)

    def turn(self, one, who, kind, **place):
        server = None
        try:
            at = self.place_of(who, **place)
            server = measure.Running(who, at, kind) if kind else None
            one(self, server or at, who)
        except Missing as reason:
            if self.results.has(who.name):	# this round alone went wrong
                self.results.note(f"{who.name}: a round without it: {reason}")
            else:
                self.results.leave_out(who.name, reason)
        finally:
            if server:
                server.stop()
            shutil.rmtree(self.place / "run" / who.name, ignore_errors=True)

    def place_of(self, who, room="run", **place):
        work = self.place / room / who.name
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        work.chmod(0o755)
        port = who.get("port") or measure.free_port()
        return Place(port, work, self.tree, self.certs, out=work_out(self.tree), **place)

    @contextlib.contextmanager
    def noting(self, who, what):
        """What fails is one figure without a value, and a note that says why."""
        try:
            yield
        except (measure.LoadError, OSError) as reason:
            self.results.note(f"{who.name}: {what}: {reason}")

    # --- what stands on the other side

    def certs(self):
        folder = self.place / "certs"
        if not folder.exists():
            shutil.copytree(certificates(), folder)
            (folder / "both.pem").write_text((folder / "server.pem").read_text()
                                             + (folder / "server.key").read_text())
        return folder

    @contextlib.contextmanager
    def target(self):
        """The port of a target for proxies."""
        port = measure.free_port()
        process = subprocess.Popen([measure.PROGRAMS / "load" / "target", str(port)],
                                   preexec_fn=measure.pin_load)
        try:
            while not measure.listening(port, "tcp"):
                assert process.poll() is None, "the target does not listen"
                time.sleep(0.01)
            yield port
        finally:
            process.kill()
            process.wait()

    @contextlib.contextmanager
    def server_of(self, bench, *names):
        """The port of the first of these servers that can be started."""
        server = None
        for name in names:
            who = next(c for c in CONTENDERS[bench] if c.name == name)
            try:
                server = measure.Running(who, self.place_of(who, "served"))
                break
            except Missing as reason:
                self.results.note(f"served by {name}? {reason}")
        try:
            if server:
                self.results.note(f"served by {server.name}")
                yield server.port
            else:
                raise NothingServes("nobody to fetch from")
        finally:
            if server:
                server.stop()

    def run_client(self, who, command):
        """Run a client to its end: (seconds, seconds of processor time)."""
        with open(self.place / "client.err", "w+") as said:
            seconds, cpu, status = measure.timed(command, cwd=self.place, stderr=said,
                env={**os.environ, "HOME": str(self.place)})
            if status != 0:
                said.seek(0)
                raise measure.LoadError(f"status {status >> 8}: {said.read().strip()[-100:]}")
        return seconds, cpu

    def fetched(self, who, place, command, size):
        """(seconds, of processor time) of a client that fetches so many bytes."""
        with contextlib.suppress(FileNotFoundError):
            place.out.unlink()
        try:
            spent = self.run_client(who, command)
            found = place.out.stat().st_size
            if found != size:
                raise measure.LoadError(f"{found} of {size} bytes came")
        finally:
            with contextlib.suppress(FileNotFoundError):
                place.out.unlink()
        return spent

    def folder_of_ftp(self, many=False):
        """big (1 GiB), mid (4 MiB), ping, small/ (10,000 files of 1 KiB), many/
        (100,000 empty ones), incoming/ for uploads."""
        folder = self.tree / "ftp"
        if (folder / "small").exists() and (not many or (folder / "many").exists()):
            return
        mib = os.urandom(1 << 20)
        for name in ("small", "incoming", *(["many"] if many else [])):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "incoming").chmod(0o777)
        for name, size in (("big", self.mib(1024)), ("mid", 4)):
            with open(folder / name, "wb") as file:
                for _ in range(size):
                    file.write(mib)
        (folder / "ping").write_text("pong\n")
        for number in range(self.many(10000)):
            (folder / "small" / str(number)).write_bytes(mib[:1024])
        for number in range(self.many(100000) if many else 0):
            (folder / "many" / f"file-{number:06}").touch()


class NothingServes(Exception):
    """There is no server for clients to be measured with."""


def work_out(tree):
    """Where clients put what they fetch."""
    folder = tree / "fetched"
    folder.mkdir(exist_ok=True)
    return folder / "out"


# --- one bench, told ----------------------------------------------------------------

def measured(module, options, place):
    """Run one bench; its results, and how its bars are met."""
    print(f"\n{module.TITLE}: {options.rounds} rounds", flush=True)
    bench = Bench(module, options, place)
    try:
        module.run(bench)
    except NothingServes as reason:
        bench.results.note(str(reason))
    results = bench.results
    judged = [(bar, table.judge(bar, results)) for bar in bars.BARS
              if bar.bench == module.NAME]
    print("\n" + table.terminal(results), flush=True)
    keep(bench, judged)
    return judged


def keep(bench, judged):
    """The numbers stay in the build tree; results.md and the plots go to the
    source, if it can be written and the run was a whole one."""
    folder = BUILD / "tests" / "bench" / "results" / ("tiny" if bench.options.tiny else "")
    folder.mkdir(parents=True, exist_ok=True)
    results, name = bench.results, bench.results.bench
    with open(folder / f"{name}.json", "w") as file:
        json.dump({**results.as_json(), "about": about(bench), "machine": machine(),
                   "versions": versions(results),
                   "bars": [[bar.tool, bar.figure, bar.bound(), *told]
                            for bar, told in judged]}, file, indent=1)
    section = table.markdown(results, judged, about(bench))
    (folder / f"{name}.md").write_text(section)
    whole = bench.options.rounds >= WHOLE_ROUNDS and not (
        bench.options.tiny or bench.options.only or bench.options.no_pin)
    places = [folder] + ([HERE] if whole and os.access(HERE, os.W_OK) else [])
    for place in places:
        (place / "plots").mkdir(exist_ok=True)
        for file, drawing in plot.of(results).items():
            (place / "plots" / file).write_text(drawing)
    if HERE in places:
        path = HERE / "results.md"
        before = path.read_text() if path.exists() else ""
        path.write_text(merged(before, name, section))


def about(bench):
    pinned = "pinned" if measure.Pins.apart and bench.module.NAME != "proxy" else "not pinned"
    peers = ", ".join(f"{name} {number}" for name, number in versions(bench.results).items())
    when = time.strftime("%d %B %Y", time.localtime(bench.began))
    tiny = "  A tiny run: no figure of it means anything." if bench.options.tiny else ""
    rounds = f"{bench.options.rounds} round" + "s" * (bench.options.rounds > 1)
    return (f"{when}, {rounds}, {pinned}, "
            f"{time.time() - bench.began:.0f} s, load {os.getloadavg()[0]:.1f} at its end; "
            + "; ".join(machine().values()) + (f"; {peers}" if peers else "") + "." + tiny)


def versions(results):
    who = [c for c in CONTENDERS[results.bench] if c.name in results.kinds
           and c.name not in results.missing and c.get("package")]
    return {c.get("package"): version(c.get("package")) for c in who}


HEADING = """# What the benches found

Written by `make bench`; tests/bench/README says how to read it.  In brackets: how
many times better fil is than that contender, above 1 for times and memory too.

"""


BESIDES = """besides: what no figure shows

What else is promised is behaviour; system tests (tests/system) prove it.

"""


def merged(before, name, section):
    """The text of results.md with this bench's section in its place."""
    found = {part.split(":", 1)[0]: part for part in before.split("\n## ")[1:]}
    found[name] = section[len("## "):].rstrip("\n") + "\n"
    parts = [found[n] for n in benches.ALL if n in found]
    besides = "".join(f"- {tool}: {what}: {where}\n" for tool, what, where in bars.ELSEWHERE)
    return HEADING + "\n".join("## " + part for part in [*parts, BESIDES + besides])


# --- namespaces -----------------------------------------------------------------------

def outside(arguments):
    """Fetch peers, while there is a network; then everything else in namespaces."""
    fetch(*PACKAGES)
    with tempfile.TemporaryDirectory(prefix="fil-bench-") as folder:
        os.chmod(folder, 0o755)
        group = measure.make_groups() if os.geteuid() == 0 else None
        env = {**os.environ, INSIDE: folder, "TMPDIR": folder, "CI": "",
               "FIL_BENCH_ROOT": "1" if os.geteuid() == 0 else "0",
               **({"FIL_BENCH_GROUP": str(group)} if group else {})}
        try:
            return below(apart(), arguments, env)
        finally:
            measure.remove_groups(group)


def below(namespaces, arguments, env):
    """The same program, inside; interrupted, what lives in namespaces dies with them."""
    child = subprocess.Popen([*namespaces, sys.executable, __file__, *arguments], env=env)
    try:
        return child.wait()
    except SystemExit:				# by stop()
        child.kill() if namespaces else child.terminate()
        child.wait()
        raise


def apart():
    """The command that gives namespaces, or none where they are refused."""
    for command in (["unshare"], ["unshare", "--user", "--map-root-user"]):
        if shutil.which("unshare") and (os.geteuid() == 0 or len(command) > 1):
            if run([*command, *NAMESPACES, "true"])[0] == 0:
                return command + list(NAMESPACES)
    print("# no namespaces: ports are shared with this machine, files are on disk")
    return []


def prepare(place):
    """Inside: a loopback interface, a tmpfs, and accounts for the peers."""
    if os.getpid() != 1:
        (place / "tree" / "ftp").mkdir(parents=True)
        return
    # With 127.0.0.1 alone, getaddrinfo's AI_ADDRCONFIG knows no IPv4 (RFC 5737).
    for command in (["ip", "link", "set", "lo", "up"],
                    ["ip", "address", "add", "192.0.2.1/32", "dev", "lo"],
                    ["mount", "-t", "tmpfs", "-o", f"size={TREE_SIZE},mode=755", "tmpfs",
                     place]):
        status, _, err = run(command)
        assert status == 0, err
    (place / "tree" / "ftp").mkdir(parents=True)
    if os.environ["FIL_BENCH_ROOT"] == "1":
        try:
            status, _, err = run(["mount", "--bind", own_etc(place / "tree" / "ftp"), "/etc"])
            assert status == 0, err
        except Skip as reason:
            print(f"# no accounts for FTP servers: {reason}")
            os.environ["FIL_BENCH_ROOT"] = "0"


def parsed(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("bench", nargs="+", choices=[*benches.ALL, "all"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", type=lambda names: names.split(","), metavar="NAME,...",
                        help="these contenders alone; results.md stays as it is")
    parser.add_argument("--tiny", action="store_true",
                        help="a hundredth of everything: does the bench itself work?")
    parser.add_argument("--no-pin", action="store_true",
                        help="let the scheduler place servers and loads")
    return parser.parse_args(arguments)


def stop(*_):
    raise SystemExit(1)


def main(arguments):
    options = parsed(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if INSIDE not in os.environ:
        return outside(arguments)
    measure.Pins.apart = measure.Pins.apart and not options.no_pin
    place = pathlib.Path(os.environ[INSIDE])
    prepare(place)
    chosen = benches.ALL if "all" in options.bench else options.bench
    judged = []
    for name in chosen:
        judged += measured(benches.ALL[name], options, place)
    print(table.terminal_bars(judged))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
