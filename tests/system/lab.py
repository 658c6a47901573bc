"""lab.py - fil-lab: a network of namespaces that leaves nothing behind.

Each test has a lab of its own name, so that two runs at once do not meet.  Where the
suite runs as root, what matters is tried as an ordinary user, too."""
import concurrent.futures, contextlib, os, pathlib, pty, re, shutil, signal, socket, stat
import subprocess, sys, tempfile, time

import harness
from harness import (BUILD, FRENCH, SOURCE, NotHere, Process, Skip, eventually, need,
                     run, test)

LAB = BUILD / "lab/fil-lab"
LABSOCK = SOURCE / "lab/labsock"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
# What is done twice in a row, once where the suite is run often.
ROUNDS = 2 if os.environ.get("FIL_SOAK") else 1
# Longer than any exercise, on a machine that does much else.
LONG = 300


def people():
    """Who is to try it: whoever runs the suite, and if that is root, nobody, too."""
    if os.geteuid() != 0:
        return [[]]
    readable = run([*NOBODY, "test", "-r", LABSOCK / "lab.conf", "-a", "-x",
                    BUILD / "src/fil-mixedd"])[0] == 0
    return [[], NOBODY] if readable else [[]]


def for_each_of(people, function):
    """function(who), at the same time: a lab waits, most of the time.  What each
    returns; what one raises is raised."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(function, people))


class Lab:
    """A lab with a name and a place for temporary files of its own."""

    def __init__(self, who=(), env=None):
        self.who = list(who)
        self.name = f"test-{os.getpid()}-{time.monotonic_ns()}-{len(self.who)}"
        self.folder = tempfile.TemporaryDirectory(prefix="fil-lab-test-")
        self.tmp = pathlib.Path(self.folder.name, "tmp")
        self.tmp.mkdir()
        for path in (self.folder.name, self.tmp):
            os.chmod(path, 0o777)
        self.env = {"TMPDIR": str(self.tmp), "CI": "", "FIL_BIN": str(BUILD / "src"),
                    "HOME": str(self.tmp), **(env or {})}

    def argv(self, *words):
        return [*self.who, LAB, "--name", self.name, *words]

    def run(self, *words, **options):
        status, out, err = run(self.argv(*words), env=self.env,
                               **{"deadline": LONG, "cwd": self.folder.name, **options})
        return status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def up(self, *words):
        status, out, err = self.run("up", *words)
        if "--loopback" in err or "(in a container?)" in err:
            raise NotHere(f"no namespaces here: {err.splitlines()[0]}")
        assert status == 0, (out, err)
        return out, err

    def on(self, machine, *command, **options):
        """What a command on a machine prints; it must succeed."""
        status, out, err = self.run("exec", machine, *command, **options)
        assert status == 0, (command, status, out, err)
        return out

    def holder(self):
        """The first process of the lab."""
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (path / "cmdline").read_bytes().split(b"\0")
                inner = re.search(r"^NSpid:.*\s1$", (path / "status").read_text(), re.M)
                if f"fil-lab:{self.name}".encode() in words and inner:
                    return int(path.name)
        return None

    def gone(self):
        """Nothing of it is left: no process with its name in words or environment, and
        so no namespace and no mount, for they live by processes."""
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                told = (path / "cmdline").read_bytes() + (path / "environ").read_bytes()
                if self.name.encode() in told and int(path.name) != os.getpid():
                    return False
        return not list(self.tmp.iterdir())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("down")
        holder = self.holder()
        if holder:
            os.kill(holder, signal.SIGKILL)
        eventually(lambda: not self.holder(), "the lab to end")
        self.folder.cleanup()


def namespaces():
    """The network namespaces that some process lives in."""
    found = set()
    for path in pathlib.Path("/proc").glob("[0-9]*/ns/net"):
        with contextlib.suppress(OSError):
            found.add(os.readlink(path))
    return found


def words_of(cmdline):
    """Of a process in /proc; none if it has ended."""
    with contextlib.suppress(OSError):
        return cmdline.read_text("utf-8", "replace").split("\0")
    return []


def made_lab(folder, conf, **files):
    """A lab of our own; a key of files is a path, with __ for a slash."""
    place = pathlib.Path(folder, "made")
    place.mkdir()
    (place / "lab.conf").write_text(conf)
    for name, text in files.items():
        path = place / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for path in [place, *place.rglob("*")]:
        path.chmod(0o755)
    return place


def needs_namespaces():
    need("unshare", "nsenter", "setpriv", "ip", "awk")


# --- the exercises ------------------------------------------------------------------

def exercises_pass(lab):
    """Each exercise is done; one that lacks a program is named, and no other word
    than these three stands in front of one.  Returns the programs that lack."""
    names = [line for line in (LABSOCK / "exercises/list").read_text().splitlines()
             if line and line[0] != "#"]
    status, out, err = lab.run("check")
    assert status == 0, out + err
    rows = re.findall(r"^(ok|ABSENT|ABSENTE?|FAILED|ÉCHEC)\s+([\w-]+)  *(.*)$", out, re.M)
    assert [row[1] for row in rows] == names, out
    absent = [row for row in rows if row[0] != "ok"]
    for _, name, text in absent:
        assert re.search(r": *\S", text), f"{name} does not name its program: {text}"
    return {program for row in absent for program in row[2].split(":")[1].split()}


def up_check_and_down(lab, checks):
    """The whole of it, with so many checks; returns the programs that lack."""
    lab.up()
    ours = os.readlink(f"/proc/{lab.holder()}/ns/net")
    lacking = set().union(*(exercises_pass(lab) for _ in range(checks)))
    status, out, err = lab.run("down")
    assert (status, out, err) == (0, "", ""), (status, out, err)
    eventually(lab.gone, "every process to be gone")
    eventually(lambda: ours not in namespaces(), "the namespaces to be gone")
    assert lab.run("status")[0] == 1
    return lacking


@test
def up_check_and_down_pass_and_leave_nothing():
    """Issue 11: as root and as an ordinary user; no namespace, mount, process or file
    stays.  Twice in a row, and each with two checks, where there is time (FIL_SOAK)."""
    needs_namespaces()

    def tried(who):
        with Lab(who) as lab:
            return set().union(*(up_check_and_down(lab, ROUNDS) for _ in range(ROUNDS)))
    lacking = set().union(*for_each_of(people(), tried))
    theirs = {name for name in lacking if not name.startswith("fil-")}
    if theirs:
        raise Skip("missing: " + ", ".join(sorted(theirs)))


@test
def the_end_of_the_first_process_is_the_end_of_all():
    """SIGKILL to it: the kernel ends what runs in the lab, and unmounts."""
    needs_namespaces()

    def killed(who):
        with Lab(who) as lab:
            lab.up()
            inside = Process(lab.argv("exec", "pc1", "sleep", "1000"), env=lab.env)
            eventually(lambda: "sleep 1000" in lab.on("pc1", "ps", "ax"), "sleep to run")
            os.kill(lab.holder(), signal.SIGKILL)
            assert inside.wait() != 0
            eventually(lab.gone, "every process to be gone")
    for_each_of(people(), killed)


@test
def ctrl_c_while_a_lab_comes_up_leaves_none():
    """It has a session of its own and hears no Ctrl-C: it came up all the same, and the
    next `up` was refused."""
    needs_namespaces()
    for words in ([], ["--loopback"]):
        with Lab() as lab:
            rising = subprocess.Popen(list(map(str, lab.argv("up", *words))),
                start_new_session=True, env={**os.environ, **lab.env},
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            shell = "loopback.sh" if words else "switch.sh"
            begun = lambda: [path for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                             if words_of(path)[1:3] == [f"{SOURCE}/lab/{shell}",
                                                        f"fil-lab:{lab.name}"]]
            eventually(lambda: begun() or rising.poll() is not None, "the lab to begin")
            os.killpg(rising.pid, signal.SIGINT)
            err = rising.communicate(timeout=harness.DEADLINE)[1].decode()
            if rising.returncode == 1 and ("--loopback" in err or "container" in err):
                raise NotHere(f"no namespaces here: {err.splitlines()[0]}")
            assert rising.returncode == 130, (rising.returncode, err)
            assert lab.run("status")[0] == 1
            eventually(lab.gone, "every process and file to be gone")


@test
def a_zombie_has_ended():
    """In a container whose first process collects nobody, `down` waited in vain."""
    needs_namespaces()
    with Lab() as lab:
        lab.up(str(made_lab(lab.folder.name, "a[0]=x\n")))
        lab.run("down")
        place = str(pathlib.Path(lab.folder.name, "made"))
        # 36: PR_SET_CHILD_SUBREAPER, of Linux; run() collects its own child only
        keeper = ("import ctypes, subprocess, sys; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0); "
                  "f = sys.argv[1:4]; subprocess.run([*f, 'up', sys.argv[4]], check=True); "
                  "sys.exit(subprocess.run([*f, 'down']).returncode)")
        status, out, err = run([sys.executable, "-c", keeper, *lab.argv(), place], env=lab.env,
                               deadline=LONG)
        assert status == 0, (out, err)


@test
def an_exercise_that_fails_is_told_with_all_that_was_said():
    """A green line must mean something: the server is taken away, and it is red."""
    needs_namespaces()
    with Lab() as lab:
        lab.up()
        lab.on("server", "sh", "-c", "kill $(ss -Hlntp sport = :13 | "
               "sed -n 's/.*pid=\\([0-9]*\\).*/\\1/p' | sort -u)")
        status, out, _ = lab.run("check", "daytime")
        assert status == 1 and "fil-daytime -p 13 server" in out, out
        assert "fil-lab: " in out + _, out


@test
def what_an_exercise_stops_has_ended_when_the_next_step_begins():
    """One that ends slowly kept its port, and the next exercise could not have it."""
    needs_namespaces()
    with Lab() as lab:
        lab.up(str(made_lab(lab.folder.name, "pc1[0]=a\n", exercises__list="slow\n",
            exercises__slow_dot_sh="""exercise_title()
{
	echo slow
}
exercise_play()
{
	start slow pc1 sh -c 'trap "sleep 1; rm /root/there; exit" TERM
		: >/root/there; echo ready; while :; do sleep 0.1; done'
	hear slow ready
	stop slow
	on pc1 test ! -e /root/there
}
""")))
        status, out, err = lab.run("check", "slow")
        assert status == 0, out + err


@test
def an_exercise_that_lacks_a_program_names_it():
    """Not skipped in silence; and where all is meant to be there (CI) it has failed."""
    needs_namespaces()
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(BUILD / "src/fil-daytimed", pathlib.Path(folder, "fil-daytimed"))
        with Lab(env={"FIL_BIN": folder}) as lab:
            lab.up()
            status, out, _ = lab.run("check", "daytime")
            assert status == 0 and re.search(r"daytime .*: fil-daytime$", out, re.M), out
            lab.env["CI"] = "true"
            assert lab.run("check", "daytime")[0] == 1


@test
def where_root_has_a_lab_guest_starts_the_chat_over_ssh():
    """Sheet B; elsewhere there is no guest, and the exercise says what it does
    instead."""
    needs_namespaces()
    with Lab() as lab:
        lab.up()
        users = sum(int(row.split()[2]) for row in
                    lab.on("server", "cat", "/proc/self/uid_map").splitlines())
        if users > 1 and not shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            raise Skip("missing: sshd")
        status, out, err = lab.run("check", "chat")
        assert status == 0, out + err
        assert ("guest@server" in out) == (users > 1), out
        assert ("fil-lab exec server" in out) == (users == 1), out


@test
def exercises_are_listed_and_an_unknown_one_is_refused():
    """The list is what one chooses from; a mistake shows it."""
    with Lab() as lab:
        status, out, err = lab.run("check", "--list")
        assert status == 0 and re.search(r"^daytime +\S", out, re.M) and err == ""
        status, out, err = lab.run("check", "dance")
        assert status == 2 and "dance" in err and "daytime" in err, err


# --- machines -----------------------------------------------------------------------

@test
def machines_are_there_within_seconds_and_answer_each_other():
    """spec/08: hosts and switch answer within a second; here `up` starts every service,
    too, and the machine may be busy."""
    needs_namespaces()
    with Lab() as lab:
        begin = time.monotonic()
        out, _ = lab.up()
        took = time.monotonic() - begin
        assert took < 30, f"{took:.1f} s"
        assert re.search(r"^ +pc3 +10\.0\.1\.13/24, fd00:0:0:1::13/64$", out, re.M), out
        for name in ("server", "server.iiia.net", "10.0.1.1", "fd00:0:0:1::1"):
            lab.on("pc4", "nc", "-z", "-w", "5", name, "13")


@test
def a_machine_has_a_name_files_and_processes_of_its_own():
    """What is written on one is neither on another nor on the real machine."""
    needs_namespaces()

    def separate(who):
        with Lab(who) as lab:
            lab.up()
            assert lab.on("pc1", "hostname") == "pc1\n"
            for place in ("/root", "/tmp", "/home", "/srv", "/etc"):
                lab.on("pc1", "touch", f"{place}/{lab.name}")
                assert lab.run("exec", "pc2", "test", "-e", f"{place}/{lab.name}")[0] == 1
                assert not os.path.exists(f"{place}/{lab.name}")
            assert "machine.sh pc2" not in lab.on("pc1", "ps", "ax")
            assert "machine.sh pc1" in lab.on("pc1", "ps", "ax")
            assert "nameserver 10.0.1.1" in lab.on("pc1", "cat", "/etc/resolv.conf")
            status, _, err = lab.run("exec", "pc1", "sh", "-c", "echo x >>/etc/services")
            assert status != 0, "the real /etc must not be written"
    for_each_of(people(), separate)


@test
def exec_passes_words_input_folder_and_status():
    """Whatever stands behind the machine is the command's, options too."""
    needs_namespaces()
    with Lab() as lab:
        lab.up()
        assert lab.on("pc1", "printf", "<%s>", "a b", "", "-w", "--keys", "$HOME", "*") \
            == "<a b><><-w><--keys><$HOME><*>"
        assert lab.on("pc1", "cat", data=b"salut\n") == "salut\n"
        assert lab.run("exec", "pc1", "sh", "-c", "exit 42")[0] == 42
        for late in (False, True):		# a folder that is newer than the lab
            here = tempfile.mkdtemp(dir="/tmp") if late else lab.folder.name
            lab.on("pc1", "touch", "was-here", cwd=here)
            os.unlink(os.path.join(here, "was-here"))
            if late:
                os.rmdir(here)
        assert lab.on("pc1", "sh", "-c", "echo $HOME $USER \"$FIL_BIND\"") == "/root root *\n"
        status, _, err = lab.run("exec", "pc9", "true")
        assert status == 1 and "pc9" in err and "pc4" in err, err


@test
def what_ends_exec_ends_the_command():
    """A class ends a server with Ctrl-C, or `kill %1`: it must not stay on its port."""
    needs_namespaces()
    with Lab() as lab:
        lab.up()
        for number in (signal.SIGTERM, signal.SIGKILL):
            server = Process(lab.argv("exec", "server", "fil-mixedd"), env=lab.env)
            server.says("listening on tcp", "stdout")
            server.signal(number)
            server.wait()
            eventually(lambda: "fil-mixedd" not in lab.on("server", "ps", "ax"),
                       "the server to end")


@test
def what_ends_shell_ends_the_shell():
    """A shell on a terminal heeds no SIGTERM: it stayed, and read what was typed for the
    one below."""
    needs_namespaces()
    with Lab() as lab:
        lab.up(str(made_lab(lab.folder.name, "a[0]=x\n")))
        master, slave = pty.openpty()
        # as in a session: whoever has the terminal goes on
        sitting = subprocess.Popen(["setsid", "--ctty", "sh", "-c", '"$@"; exec sleep 1000',
            "sh", *map(str, lab.argv("shell", "a"))], stdin=slave, stdout=slave,
            stderr=slave, env={**os.environ, **lab.env})
        try:
            shells = lambda: [row.split()[0] for row in lab.on("a", "ps", "ax").splitlines()
                              if row.endswith("sh -i")]
            eventually(shells, "a shell")
            os.write(master, b"echo it $((6 * 7))\n")
            told = b""
            while b"it 42" not in told:
                told += os.read(master, 4096)
            children = pathlib.Path(f"/proc/{sitting.pid}/task/{sitting.pid}/children")
            os.kill(int(children.read_text().split()[0]), signal.SIGTERM)
            eventually(lambda: not shells(), "the shell to end")
            assert sitting.poll() is None
        finally:
            sitting.kill()
            sitting.wait()
            os.close(master)
            os.close(slave)


@test
def consoles_are_one_pane_a_machine_and_end_with_the_lab():
    """tmux, tried in a tmux: six panes, and the same six for who comes again; after
    down, no tmux of ours, nor its socket."""
    needs_namespaces()
    need("tmux")
    with Lab() as lab:
        lab.up()
        outer = ["tmux", "-L", "outer" + lab.name]
        lab.env["TMUX_TMPDIR"] = lab.folder.name
        env = {**lab.env, "SHELL": "/bin/sh", "TERM": "xterm"}
        try:
            words = " ".join(map(str, lab.argv("consoles")))
            status, _, err = run([*outer, "new-session", "-d", "-x", "150", "-y", "50",
                                  f"TMUX= {words}; sleep 1000"], env=env)
            assert status == 0, err
            panes = lambda: run(["tmux", "-L", f"fil-lab-{lab.name}", "list-panes", "-a", "-F",
                                 "#{pane_title}"], env=env)[1].decode().split()
            eventually(lambda: len(panes()) == 6, "six panes")
            run([*outer, "new-window", f"TMUX= {words}; sleep 1000"], env=env)
            clients = ["tmux", "-L", f"fil-lab-{lab.name}", "list-clients"]
            eventually(lambda: run(clients, env=env)[1].count(b"\n") == 2, "a second look")
            assert len(panes()) == 6, panes()
            lab.run("down")
            eventually(lambda: not panes(), "the panes to end")
            assert not list(pathlib.Path(lab.folder.name).glob(f"tmux-*/fil-lab-{lab.name}"))
        finally:
            run([*outer, "kill-server"], env=env)


# --- what a lab may say -----------------------------------------------------------------

# kathara-lab.conf(5), kathara-lab.dep(5): names of devices, collision domains, options.
CONF = re.compile(r"""(?x) ^\s*$ | ^\#.* | ^LAB_(NAME|DESCRIPTION|VERSION|AUTHOR|EMAIL|WEB)=.+
    | ^[a-z0-9_]{1,30} ( \[[0-9]+\]=(?P<a>["']?)\w+(?P=a)
                       | \[[a-z_]+\]=(?P<b>["']?)[^"']+(?P=b) ) (\s+\#.*)?$""")
DEP = re.compile(r"^\s*$|^#.*|^\w+:\s?(\w+ ?)+$")
OPTIONS = {"image", "mem", "cpus", "port", "bridged", "ipv6", "exec", "sysctl", "env",
           "shell", "num_terms", "ulimit", "entrypoint", "args", "volume", "privileged"}


@test
def the_lab_of_fil_keeps_to_the_grammar_of_kathara():
    """Issue 11: a class that has Kathará starts the same folder with it."""
    for pattern, name in ((CONF, "lab.conf"), (DEP, "lab.dep")):
        wrong = [line for line in (LABSOCK / name).read_text().splitlines()
                 if not pattern.match(line)]
        assert not wrong, wrong
    conf = (LABSOCK / "lab.conf").read_text()
    machines = set(re.findall(r"^([a-z0-9_]+)\[", conf, re.M))
    assert machines == {"pc1", "pc2", "pc3", "pc4", "server", "lip6"}, machines
    assert set(re.findall(r"\[([a-z_]+)\]", conf)) <= OPTIONS
    for machine in machines:
        numbers = re.findall(rf"^{machine}\[(\d+)\]", conf, re.M)
        assert numbers == [str(n) for n in range(len(numbers))], machine
    for path in LABSOCK.glob("*.startup"):
        assert path.stem in machines | {"shared"}, path
    for path in LABSOCK.iterdir():
        if path.is_dir():
            assert path.name in machines | {"exercises"}, path


@test
def the_grammar_refuses_what_it_should():
    """The patterns above are worth what they refuse."""
    for line in ("pc1[0]=two words", "PC1[0]=x", "pc1[0]=a.b", "pc1 [0]=x", "pc1[0]",
                 "hello", "LAB_COLOUR=x", "a" * 31 + "[0]=x"):
        assert not CONF.match(line), line
    for line in ("pc1 server", "pc1:", "pc1: a, b"):
        assert not DEP.match(line), line


def topology(conf, dep=None):
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder, "lab.conf")]
        files[0].write_text(conf)
        if dep is not None:
            files.append(pathlib.Path(folder, "lab.dep"))
            files[1].write_text(dep)
        status, out, err = run(["awk", "-f", SOURCE / "lab/topology.awk", *files])
        return status, out.decode().splitlines(), err.decode()


@test
def lab_conf_is_read_in_all_its_forms():
    """Quotes of both kinds or none, comments, a MAC address, options, the order."""
    status, rows, err = topology(
        "# a comment\nLAB_NAME=x\n\nr1[0]=\"A\"  # behind\n  r1[1]='B'\nr1[mem]=64m\n"
        "r1[cpus]=1\nr1[mem]=32m\nr2[0]=A/02:00:00:00:00:07\nr2[exec]=\"echo hi\"\n"
        "r1[image]=\"x/y\"\n", "# order\nr1: r2\n")
    assert (status, err) == (0, ""), err
    assert rows == ["notice lab.conf: mem", "notice lab.conf: cpus", "machine r2",
        "cable r2 0 A 02:00:00:00:00:07", "option r2 exec echo hi", "machine r1",
        "cable r1 0 A -", "cable r1 1 B -"], rows


@test
def what_breaks_the_grammar_is_named_with_its_line():
    """A student mistypes: the file and the line, and nothing is started."""
    for wrong in ('pc1[0]=a b', 'pc1[0]="a', "pc1[0]=a.b", "Pc1[0]=a", "pc1[0]=", "nonsense",
                  "shared[0]=a", "pc1[0]=a/00:11", "x" * 31 + "[0]=a", 'pc1[0]=a"b',
                  'pc1[env]="a-b=1"', "pc1[env]=A"):
        status, _, err = topology(f"ok[0]=a\n{wrong}\n")
        assert status == 1 and re.search(r"lab\.conf:2: ", err), (wrong, status, err)
    for conf, dep, told in (("pc1[1]=a\n", None, "[0]"), ("# none\n", None, "no machine"),
                            ("pc1[0]=a\npc1[0]=b\n", None, "twice"),
                            ("a[0]=x\nb[0]=x\n", "a: b\nb: a\n", "circle"),
                            ("a[0]=x\n", "a b\n", "lab.dep:1")):
        status, _, err = topology(conf, dep)
        assert status == 1 and told in err, (conf, status, err)


def own_lab(lab):
    place = made_lab(lab.folder.name,
        "left[0]=lan\nright[0]=lan\nright[1]=averyveryverylongname\n"
        "left[env]=GREETING=salut a tous\nleft[exec]=\"echo one >/root/order\"\n"
        "right[sysctl]=net.ipv4.ip_forward=1\nright[mem]=64m\n",
        shared_dot_startup="echo two >>/root/order\n",
        left_dot_startup="echo three >>/root/order\nip link set eth0 up\n"
            "ip address add 192.0.2.1/24 dev eth0\n",
        right_dot_startup="ip link set eth0 up\nip address add 192.0.2.2/24 dev eth0\n"
            "nc -lk 192.0.2.2 7 </dev/null >/dev/null 2>&1 &\n",
        left_dot_shutdown=f"touch {lab.folder.name}/ended\n",
        left__etc__app__conf="ours\n", left__var__log__old="old\n",
        left__opt__app__x="x\n", left__usr__local__y="y\n",
        left__bin__fil_hello="#!/bin/sh\necho hello\n",
        shared__seen="by all\n")
    (place / "shared").chmod(0o777)		# whoever runs the lab writes there
    _, err = lab.up(str(place))
    assert "mem" in err and "image" not in err, err
    assert lab.on("left", "cat", "/root/order") == "one\ntwo\nthree\n"
    assert lab.on("left", "cat", "/etc/app/conf", "/var/log/old") == "ours\nold\n"
    assert lab.on("left", "cat", "/opt/app/x", "/usr/local/y") == "x\ny\n"
    assert not any(map(os.path.exists, ("/opt/app/x", "/usr/local/y", "/shared")))
    # /bin is a link on most systems, and lies in what a machine is made with
    assert lab.on("left", "/bin/fil_hello") == "hello\n"
    assert lab.run("exec", "right", "test", "-e", "/bin/fil_hello")[0] == 1
    assert lab.on("right", "cat", "/shared/seen") == "by all\n"
    lab.on("left", "sh", "-c", "echo note >/shared/note")
    assert (place / "shared/note").read_text() == "note\n"
    assert lab.on("left", "sh", "-c", "echo $GREETING") == "salut a tous\n"
    assert lab.on("right", "cat", "/proc/sys/net/ipv4/ip_forward") == "1\n"
    assert lab.run("exec", "right", "test", "-e", "/root/order")[0] == 0
    assert "eth1" in lab.on("right", "ip", "link")
    eventually(lambda: lab.run("exec", "left", "nc", "-z", "-w", "2", "192.0.2.2", "7")[0]
               == 0, "the neighbour to answer")
    lab.run("down")
    assert os.path.exists(os.path.join(lab.folder.name, "ended"))


@test
def a_lab_of_ones_own_is_done_as_it_says():
    """Files, startup scripts in their order, options, several networks, shutdown."""
    needs_namespaces()
    for who in people():
        with Lab(who) as lab:
            own_lab(lab)


@test
def a_machine_may_have_any_name():
    """What a lab keeps of its own has names, too: one was in the way of the other."""
    needs_namespaces()
    names = ("news", "keys", "table", "under", "machines")
    with Lab() as lab:
        lab.up(str(made_lab(lab.folder.name, "".join(f"{name}[0]=x\n" for name in names))))
        for name in names:
            assert lab.on(name, "hostname") == name + "\n"


@test
def a_machine_that_has_ended_is_told():
    """Its first process can be ended, by its root: nsenter's words would say nothing."""
    needs_namespaces()
    with Lab() as lab:
        lab.up(str(made_lab(lab.folder.name, "a[0]=x\nb[0]=x\n")))
        lab.run("exec", "a", "kill", "-TERM", "1")
        def refused():
            status, _, err = lab.run("exec", "a", "true")
            return status == 1 and "fil-lab down" in err and err.endswith(" a\n")
        eventually(refused, "the end of the machine to be told")
        lab.on("b", "true")


@test
def a_startup_script_that_fails_is_told():
    """And the lab is up all the same: its log is where one looks."""
    needs_namespaces()
    with Lab() as lab:
        place = made_lab(lab.folder.name, "a[0]=x\n",
                         a_dot_startup="echo reason >&2\nexit 3\n")
        _, err = lab.up(str(place))
        assert "a.startup" in err and "/var/log/startup" in err, err
        assert "reason" in lab.on("a", "cat", "/var/log/startup")


# --- where it is forbidden -----------------------------------------------------------------

@test
def what_forbids_it_is_named_with_what_allows_it():
    """A student's machine says no: which setting, and the command to give root."""
    for name, value, told in (
            ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
            ("kernel/apparmor_restrict_unprivileged_userns", "1",
             "kernel.apparmor_restrict_unprivileged_userns=0"),
            ("user/max_user_namespaces", "0", "user.max_user_namespaces=10000"),
            ("kernel/other", "0", "--privileged")):
        with tempfile.TemporaryDirectory() as folder:
            stub = pathlib.Path(folder, "bin/unshare")
            stub.parent.mkdir()
            stub.write_text("#!/bin/sh\necho 'unshare: Operation not permitted' >&2\nexit 1\n")
            stub.chmod(0o755)
            setting = pathlib.Path(folder, name)
            setting.parent.mkdir(parents=True)
            setting.write_text(value + "\n")
            lab = Lab(env={"PATH": f"{folder}/bin:{os.environ['PATH']}",
                           "FIL_LAB_SYSCTL": folder, "FIL_BIN": f"{folder}/bin"})
            status, out, err = lab.run("up")
            assert status == 1 and told in err and "--loopback" in err, (name, err)
            assert lab.gone()
            lab.folder.cleanup()


@test
def a_container_that_hides_some_of_proc_is_told_what_it_needs():
    """Namespaces are allowed there, and no new /proc in them: it was refused halfway,
    without a word of what to do."""
    needs_namespaces()
    inner = ["unshare", "--user", "--map-root-user", "--mount"]
    # what is mounted in the outer one cannot be taken away in the inner one
    hidden = [*inner, "sh", "-c", 'mount -t tmpfs tmpfs /proc/sys && exec "$0" "$@"', *inner]
    if run([*hidden, "true"])[0] != 0:
        raise NotHere("no user namespaces here")
    with Lab(hidden) as lab:
        status, _, err = lab.run("up")
        assert status == 1 and "systempaths=unconfined" in err and "--loopback" in err, err
        assert lab.gone()


@test
def on_loopback_the_services_run_and_end_with_it():
    """Where nothing is allowed: 127.0.0.x, and ports that need no root."""
    need("setpriv", "setsid")
    with Lab() as lab, socket.socket(socket.AF_UNIX) as turn:
        def my_turn():		# its ports are what they are: one run at a time
            with contextlib.suppress(OSError):
                turn.bind("\0fil-lab-loopback-test")
                return True
        eventually(my_turn, "another run of this test to end", deadline=LONG)
        out, _ = lab.up("--loopback")
        assert re.search(r"^ +tcp 127\.0\.0\.10:1313 fil-daytimed$", out, re.M), out
        eventually(lambda: run([BUILD / "src/fil-daytime", "-p", "1313", "127.0.0.10"])[0] == 0,
                   "the date")
        status, _, err = lab.run("exec", "pc1", "true")
        assert status == 1 and "--loopback" in err, err
        status, _, err = lab.run("down")
        assert status == 0, err
        eventually(lab.gone, "every process to be gone")
        with socket.create_server(("127.0.0.10", 1313)):
            out, err = lab.up("--loopback")
        assert ":1313" not in out and ":2121" in out, out
        assert "1313: bind: " in err, "who does not run says why"
        lab.run("down")
        for text in ("exit 3\n", "serve tcp 127.0.0.1 9 fil-no-such-program\n"):
            place = made_lab(tempfile.mkdtemp(dir=lab.folder.name), "a[0]=x\n", loopback=text)
            lab.run("up", "--loopback", str(place))
            lab.run("down")
            eventually(lab.gone, "its folder to be gone, too")


@test
def one_lab_of_a_name_and_none_is_an_error():
    """Twice up is a mistake, and so is down without up."""
    needs_namespaces()
    with Lab() as lab:
        for command in (["down"], ["exec", "pc1", "true"], ["shell", "pc1"], ["consoles"],
                        ["capture"], ["check"]):
            status, out, err = lab.run(*command)
            assert status == 1 and "fil-lab up" in err and out == "", (command, err)
        lab.up()
        status, _, err = lab.run("up")
        assert status == 1 and str(LABSOCK) in err, err


@test
def the_command_line_is_checked_before_anything_is_done():
    """spec/00: exit 2, the reason on stderr."""
    with Lab() as lab:
        for wrong in ([], ["dance"], ["up", "a", "b"], ["down", "x"], ["exec", "pc1"], ["exec"],
                      ["shell"], ["shell", "a", "b"], ["--name"], ["--name", "a b", "up"],
                      ["--name=", "up"], ["up", "-w"], ["capture", "a", "b"]):
            status, out, err = lab.run(*wrong)
            assert status == 2 and out == "" and err.startswith("fil-lab: "), (wrong, err)
        status, _, err = lab.run("up", "/nonexistent")
        assert status == 1 and "/nonexistent" in err, err


# --- captures -----------------------------------------------------------------------------

def captured(lab, path, *options, during):
    """Captures into a file of the user's while something is done."""
    capture = Process(lab.argv("capture", "rezo", "-w", str(path), *options), env=lab.env)
    capture.says("File:")
    during()
    wanted = "tcp.flags.fin == 1"
    eventually(lambda: len(run(["tshark", "-n", "-r", path, "-Y", wanted])[1].splitlines())
               >= 2, "the last packet", deadline=60)
    capture.signal(signal.SIGTERM)
    assert capture.wait() == 0, capture.stderr
    return capture.stderr


@test
def a_capture_is_a_file_of_the_users_that_wireshark_reads():
    """pcapng, without root, wherever the user says."""
    needs_namespaces()
    need("dumpcap", "tshark")
    for who in people():
        with Lab(who) as lab:
            lab.up()
            path = pathlib.Path(lab.folder.name, "wire.pcapng")
            captured(lab, path, during=lambda: lab.on("pc3", "nc", "-4", "server", "13"))
            text = run(["tshark", "-n", "-r", path])[1].decode()
            assert "10.0.1.13" in text and "DAYTIME" in text.upper(), text
            assert path.read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"
            assert path.stat().st_uid == (65534 if who else os.geteuid())


@contextlib.contextmanager
def shown_by_wireshark(lab, script, *options):
    """A capture on a terminal, shown by a stand-in for wireshark: a line of shell, in
    the folder of the lab.  What it had got is in "given" when it says so."""
    stub = pathlib.Path(lab.folder.name, "bin/wireshark")
    stub.parent.mkdir(exist_ok=True)
    stub.write_text(f'#!/bin/sh\ncd {lab.folder.name}\necho "$@" >words\n{script}\n')
    stub.chmod(0o755)
    given = pathlib.Path(lab.folder.name, "given")
    given.unlink(missing_ok=True)
    master, slave = pty.openpty()
    shown = subprocess.Popen(list(map(str, lab.argv("capture", *options))), stdin=slave,
        stdout=slave, stderr=slave, start_new_session=True,
        env={**os.environ, **lab.env, "PATH": f"{stub.parent}:{os.environ['PATH']}"})
    try:
        eventually(lambda: given.exists() and given.stat().st_size, "the first bytes")
        yield shown
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shown.pid, signal.SIGKILL)
        shown.wait()
        os.close(master)
        os.close(slave)


@test
def on_a_terminal_a_capture_goes_to_wireshark():
    """What comes is shown as it comes: wireshark reads it from a pipe.  A stand-in for
    it, that keeps what it was given."""
    needs_namespaces()
    need("dumpcap")
    with Lab() as lab:
        lab.up()
        with shown_by_wireshark(lab, "exec cat >given") as shown:
            assert pathlib.Path(lab.folder.name, "given").read_bytes()[:4] \
                == b"\x0a\x0d\x0d\x0a"
            words = pathlib.Path(lab.folder.name, "words").read_text().split()
            assert words == ["-k", "-i", "-"], words
            lab.run("down")
            shown.wait(harness.DEADLINE)


@test
def a_capture_ends_when_wireshark_is_closed():
    """Not at the next packet, which may never come: the prompt did not come back."""
    needs_namespaces()
    need("dumpcap")
    with Lab() as lab:
        lab.up(str(made_lab(lab.folder.name, "a[0]=x\n")))
        with shown_by_wireshark(lab, "head -c 24 >given") as shown:
            assert shown.wait(harness.DEADLINE) == 0


@test
def secrets_are_collected_no_longer_than_the_capture():
    """However it ends: what begins later would go on giving its secrets away."""
    needs_namespaces()
    need("dumpcap", "editcap")
    with Lab() as lab:
        lab.up(str(made_lab(lab.folder.name, "a[0]=x\n")))
        kept = lambda: lab.on("a", "ls", "/run/fil-lab/keys")
        with shown_by_wireshark(lab, "exec cat >given", "--keys") as shown:
            assert kept() == "tls\n"
            os.killpg(shown.pid, signal.SIGINT)
            assert shown.wait(harness.DEADLINE) == 130
        assert kept() == ""
        status, _, err = lab.run("capture", "--keys", "-w", "/nonexistent/x")
        assert status == 1 and "open: /nonexistent/x: " in err, err
        assert kept() == ""


@test
def with_keys_tls_is_readable_and_the_log_of_keys_is_gone():
    """The secrets are in the file, whose mode is 0600, and nowhere else; a warning says
    what they are."""
    needs_namespaces()
    need("dumpcap", "tshark", "editcap", "certtool")
    with Lab() as lab:
        lab.up()
        lab.on("server", BUILD / "certs/fil-certs", "--name", "server", "/root/c")
        server = Process(lab.argv("exec", "server", "fil-mixedd", "--cert",
            "/root/c/server.pem", "--key", "/root/c/server.key"), env=lab.env)
        server.says("listening on tls", "stdout")
        path = pathlib.Path(lab.folder.name, "tls.pcapng")
        said = captured(lab, path, "--keys", during=lambda: lab.on("pc3", "fil-mixed", "--tls",
            "--insecure", "server", "un secret"))
        assert [entry.name for entry in path.parent.glob("tls*")] == [path.name]
        assert str(path) in said and stat.S_IMODE(path.stat().st_mode) == 0o600, said
        script = SOURCE / "lab/wireshark/fil.lua"
        out = run(["tshark", "-n", "-X", f"lua_script:{script}", "-r", path, "-Y",
                   'fil.plain == "un secret"'])[1]
        assert out.count(b"\n") == 1, out
        assert b"un secret" not in path.read_bytes()
        assert lab.run("exec", "pc3", "ls", "/run/fil-lab/keys")[1] == ""


@test
def a_capture_of_an_unknown_network_names_those_there_are():
    """rezo is easily mistyped."""
    needs_namespaces()
    need("dumpcap")
    with Lab() as lab:
        lab.up()
        status, _, err = lab.run("capture", "reseau", "-w", "x")
        assert status == 1 and "rezo" in err and not os.path.exists("x"), err


if __name__ == "__main__":
    harness.main()
