#!/usr/bin/env python3
"""passwd.py - fil-passwd as people use it: typed at a terminal, run by scripts,
eight at once, killed half-way."""
import concurrent.futures, contextlib, fcntl, os, pathlib, pty, re, select, signal
import stat, tempfile, termios

import harness
from faultrules import fault_knows, hits, preload
from harness import NotHere, eventually, need, program, run, spoken, test

PASSWD = program("fil-passwd")
PASSWORD = "pä ss\u00a0wörd"		# what is typed need not be ASCII


def passwd(*arguments, data=b"", **options):
    status, out, err = run([PASSWD, *arguments], data=data, **options)
    assert out == b"", out
    return status, err.decode()


@contextlib.contextmanager
def place():
    """The path of a users file that is not there yet."""
    with tempfile.TemporaryDirectory(prefix="fil-passwd-") as folder:
        yield pathlib.Path(folder) / "users"


def add(path, name="pc3", password="secret"):
    status, err = passwd(path, name, data=password.encode() + b"\n")
    assert status == 0, err


def accounts(path):
    """{name: hash}"""
    lines = path.read_text("utf-8").splitlines()
    return dict(line.split(":")[:2] for line in lines if ":" in line)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def crypt(password, setting):
    """What another program's crypt(3) makes of it: perl's."""
    need("perl")
    status, out, err = run(["perl", "-e", "print crypt($ARGV[0], $ARGV[1])",
        password, setting])
    assert status == 0, err
    return out.decode()


def alone(path):
    """Is there nothing but the file, no lock, no half of a new one?"""
    return os.listdir(path.parent) == [path.name]


# --- what is written ------------------------------------------------------------

@test
def a_file_is_made_with_a_hash_that_crypt_itself_verifies():
    """spec/01: lines name:$y$... (crypt(3)), mode 0600.  A hash of our own making
    would lock out everybody on the day that libcrypt changes."""
    with place() as path:
        status, err = passwd(path, "pc3", data=b"secret\n")
        assert (status, err) == (0, "fil-passwd: " + spoken("pc3 was added\n",
            "compte pc3 ajouté\n")), err
        assert mode(path) == 0o600 and alone(path)
        text = path.read_text()
        assert re.fullmatch(r"pc3:\$\w+\$[./0-9A-Za-z$]+\n", text), text
        made = accounts(path)["pc3"]
        assert crypt("secret", made) == made
        assert crypt("secreT", made) != made


@test
def the_mode_is_for_the_owner_whatever_the_umask_and_the_old_mode():
    """Hashes can be guessed at leisure by who can read them."""
    for mask in (0o000, 0o777):
        with place() as path:
            assert passwd(path, "pc3", data=b"x\n", preexec_fn=lambda: os.umask(mask))[0] == 0
            assert mode(path) == 0o600, oct(mode(path))
            path.chmod(0o644)
            add(path)
            assert mode(path) == 0o600, oct(mode(path))


@test
def the_owner_stays_when_root_changes_the_file():
    """The file is the server's user's, and root changes it: if it became root's the
    next SIGHUP could not read it."""
    if os.geteuid() != 0:
        raise NotHere("not root")
    with place() as path:
        add(path)
        try:
            os.chown(path, 12345, 23456)
        except OSError:
            raise NotHere("a namespace of a single user")
        add(path, "pc4")
        now = os.stat(path)
        assert (now.st_uid, now.st_gid) == (12345, 23456), now
        assert mode(path) == 0o600


@test
def an_ordinary_user_does_not_take_a_file_over():
    """Who may write the folder could put a file of his own there, which its owner
    could not read; it is refused, and the old one stays."""
    need("setpriv")
    if os.geteuid() != 0:
        raise NotHere("not root")
    with place() as path:
        add(path)
        before = path.read_bytes()
        path.chmod(0o644)
        path.parent.chmod(0o777)
        status, _, err = run(["setpriv", "--reuid=65534", "--regid=65534",
            "--clear-groups", PASSWD, path, "pc4"], data=b"x\n")
        assert status == 1 and b"fchown" in err, err
        assert path.read_bytes() == before and alone(path)


@test
def comments_and_other_lines_stay_as_they_were():
    """The file is the administrator's: what he wrote there is not ours to tidy."""
    with place() as path:
        add(path, "pc3")
        add(path, "pc4")
        three, four = path.read_text().splitlines()
        text = f"# group 1\n\n{three}:/srv/pc3:elr\r\n  # group 2\n{four}"
        path.write_bytes(text.encode())
        add(path, "pc3", "new")
        got = path.read_bytes().decode()
        new = accounts(path)["pc3"]
        assert got == text.replace(three.split(":")[1], new).replace("\r", ""), got
        add(path, "pc5", "new")
        after = path.read_bytes().decode()
        assert after.startswith(got + "\npc5:$"), after
        assert passwd("--delete", path, "pc4")[0] == 0
        assert path.read_bytes().decode() == after.replace(four + "\n", "")
        assert passwd("-d", path, "pc3")[0] == 0
        assert passwd("-d", path, "pc5")[0] == 0
        assert path.read_text() == "# group 1\n\n  # group 2\n"


@test
def the_case_of_a_name_does_not_make_another_account():
    """base/name: PC3 is pc3, and keeps the spelling that it has."""
    with place() as path:
        add(path, "Zoé")
        old = accounts(path)["Zoé"]
        add(path, "zOÉ")
        assert list(accounts(path)) == ["Zoé"] and accounts(path)["Zoé"] != old
        assert passwd("--delete", path, "ZOÉ")[0] == 0
        assert path.read_text() == ""


@test
def who_is_not_there_cannot_be_deleted():
    """Exit 1, and nothing is made."""
    with place() as path:
        status, err = passwd("--delete", path, "pc3")
        assert status == 1 and "pc3" in err, err
        assert os.listdir(path.parent) == []
        add(path)
        before = os.stat(path)
        assert passwd("--delete", path, "pc4")[0] == 1
        assert os.stat(path).st_ino == before.st_ino and alone(path)


@test
def a_link_stays_and_what_it_leads_to_is_replaced():
    """/etc/fil/users may be a link into a folder under version control."""
    with place() as path:
        real = path.parent / "real"
        real.mkdir()
        (real / "accounts").write_text("# here\n")
        path.symlink_to("real/accounts")
        add(path)
        assert path.is_symlink() and os.listdir(real) == ["accounts"]
        assert (real / "accounts").read_text().startswith("# here\npc3:")
        path.unlink()
        path.symlink_to("nowhere")
        status, err = passwd(path, "pc3", data=b"x\n")
        assert status == 1 and str(path) in err, err
        assert sorted(os.listdir(path.parent)) == ["real", "users"]


# --- what is refused --------------------------------------------------------------

@test
def a_wrong_command_line_is_a_usage_error_and_touches_nothing():
    """spec/00: 2, also for an argument that is malformed."""
    with place() as path:
        for arguments in ((), (path,), (path, "pc3", "secret"), (path, ""), (path, "a b"),
                (path, "a:b"), (path, "--", "-a"), (path, "x" * 25), (path, "\udcff"),
                (path, "a/b"), ("--delete", "--password-fd", "0", path, "pc3")):
            status, out, err = run([PASSWD, *arguments])
            assert (status, out) == (2, b"") and err, (arguments, status)
        assert passwd(path, "é" * 24, data=b"x\n")[0] == 0


@test
def a_password_that_is_empty_or_too_long_is_refused():
    """An account without a password is one for everybody."""
    with place() as path:
        for data in (b"", b"\n", b"\r\n", b"x" * 512 + b"\n", b"a\0b\n"):
            status, err = passwd(path, "pc3", data=data)
            assert status == 1 and err.startswith("fil-passwd: "), (data, status, err)
            assert os.listdir(path.parent) == []
        assert passwd(path, "pc3", data=b"x" * 511)[0] == 0


@test
def a_file_that_a_server_would_refuse_is_not_touched():
    """The cause names file and line: one mends it, and then goes on."""
    for text, line in (("pc4:secret\n", 1), ("# x\npc4\n", 2),
            ("root:x:0:0:root:/root:/bin/sh", 1)):
        with place() as path:
            path.write_text(text)
            status, err = passwd(path, "pc3", data=b"x\n")
            assert status == 1 and f"{path}:{line}: " in err, err
            assert path.read_text() == text and alone(path)
    with place() as path:
        path.mkdir()
        assert passwd(path, "pc3", data=b"x\n")[0] == 1
        assert alone(path)


@test
def a_file_does_not_grow_beyond_what_a_server_reads():
    """1 MiB: written over it, the next reload would fail."""
    with place() as path:
        text = "# 34567\n" * (1024 * 1024 // 8)
        path.write_text(text)
        status, err = passwd(path, "pc3", data=b"x\n")
        assert status == 1 and str(path) in err, err
        assert path.read_text() == text and alone(path)


# --- where the password comes from ----------------------------------------------

@test
def a_password_comes_from_a_file_or_a_descriptor():
    """spec/00, Secrets: the first line; refused if others can read the file."""
    with place() as path, tempfile.TemporaryDirectory() as folder:
        secret = pathlib.Path(folder) / "secret"
        secret.write_text("from a file\nnot this\n")
        secret.chmod(0o600)
        assert passwd("--password-file", secret, path, "pc3", data=b"no\n")[0] == 0
        made = accounts(path)["pc3"]
        assert crypt("from a file", made) == made
        secret.chmod(0o644)
        status, err = passwd("--password-file", secret, path, "pc3")
        assert status == 1 and str(secret) in err and "chmod" in err, err
        reader, writer = os.pipe()
        os.write(writer, b"from a pipe\n")
        os.close(writer)
        assert passwd("--password-fd", str(reader), path, "pc4", pass_fds=[reader])[0] == 0
        os.close(reader)
        made = accounts(path)["pc4"]
        assert crypt("from a pipe", made) == made


@test
def the_password_is_never_on_a_command_line_or_in_a_message():
    """ps(1) and the log are for everybody."""
    with place() as path:
        status, err = passwd(path, "pc3", data=b"hunter2\n")
        assert status == 0 and "hunter2" not in err
        status, err = passwd("--password-file", "/dev/null", path, "pc3", data=b"hunter2\n")
        assert status == 1 and "hunter2" not in err
        assert "hunter2" not in path.read_text()


# --- a terminal -------------------------------------------------------------------

class Terminal:
    """A program on a terminal of its own, in the foreground of a session, as a
    shell would have it.

    The leader of the session stays until the end: with it the terminal would be
    reset, and every test of its echo would pass."""

    def __init__(self, *argv):
        self.fd, self.slave = pty.openpty()
        reports, report = os.pipe()
        until, self.hold = os.pipe()
        self.leader = os.fork()
        if self.leader == 0:
            try:
                os.close(self.hold)
                os.close(self.fd)
                os.setsid()
                fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
                lead([str(a) for a in argv], self.slave, report)
                os.read(until, 1)
            finally:
                os._exit(0)
        os.close(report)
        os.close(until)
        self.reports = open(reports)
        self.pid = int(self.reports.readline())
        self.seen = ""

    def read(self):
        while select.select([self.fd], [], [], 0.01)[0]:
            self.seen += os.read(self.fd, 4096).decode("utf-8", "replace")

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.fd, text.encode())

    def asked(self, times=1):
        """So many questions stand there, and what is typed now is not shown."""
        def there():
            self.read()
            return len(QUESTION.findall(self.seen)) >= times and not self.echoes()
        eventually(there, f"{times} questions: {self.seen!r}")

    def status(self):
        """What waitpid reports next: it stopped, or it ended."""
        ready = eventually(lambda: self.read() or select.select([self.reports], [], [], 0)[0],
            f"it to end or stop: {self.seen!r}")
        assert ready
        return int(self.reports.readline())

    def end(self):
        """Its exit status; -N if signal N ended it."""
        status = os.waitstatus_to_exitcode(self.status())
        self.read()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.hold)
        os.waitpid(self.leader, 0)
        self.reports.close()
        os.close(self.fd)
        os.close(self.slave)


def lead(argv, slave, report):
    """In the leader: run the program in the foreground, tell what becomes of it."""
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(slave, os.getpid())
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP,
                signal.SIGTTOU):
            signal.signal(number, signal.SIG_DFL)
        for fd in range(3):
            os.dup2(slave, fd)
        os.execv(argv[0], argv)
    os.write(report, b"%d\n" % pid)
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        os.write(report, b"%d\n" % status)
        if not os.WIFSTOPPED(status):
            return


QUESTION = re.compile(spoken(r"Password for pc3: |The same again: ",
    "Mot de passe de pc3\u00a0: |Encore une fois\u00a0: "))


@contextlib.contextmanager
def typing():
    """fil-passwd FILE pc3 at its first question, and the file's path."""
    with place() as path, Terminal(PASSWD, path, "pc3") as terminal:
        terminal.asked()
        yield terminal, path


@test
def a_password_is_asked_twice_and_never_shown():
    """spec/01: twice, with echo off.  Who looks over the shoulder sees nothing."""
    with typing() as (terminal, path):
        terminal.type(PASSWORD + "\n")
        terminal.asked(2)
        terminal.type(PASSWORD + "\n")
        assert terminal.end() == 0, terminal.seen
        assert "w\u00f6rd" not in terminal.seen and terminal.echoes(), terminal.seen
        made = accounts(path)["pc3"]
        assert crypt(PASSWORD, made) == made


@test
def two_that_differ_change_nothing():
    """What is not seen is easily mistyped: exit 1, and it says why."""
    with typing() as (terminal, path):
        terminal.type("secret\n")
        terminal.asked(2)
        terminal.type("secert\n")
        assert terminal.end() == 1
        assert spoken("the two are not the same",
            "les deux ne sont pas identiques") in terminal.seen
        assert os.listdir(path.parent) == [] and terminal.echoes()


@test
def a_signal_gives_the_echo_back_before_it_ends_the_program():
    """A terminal without echo looks dead.  Ctrl-C, Ctrl-\\, and kill from elsewhere;
    the status is the signal's, so that a shell script stops, too."""
    for question in (1, 2):
        for number, key in ((signal.SIGINT, "\x03"), (signal.SIGQUIT, "\x1c"),
                (signal.SIGTERM, None), (signal.SIGHUP, None), (signal.SIGALRM, None)):
            with typing() as (terminal, path):
                if question == 2:
                    terminal.type("secret\n")
                    terminal.asked(2)
                terminal.type("half a passw")
                if key:
                    terminal.type(key)
                else:
                    os.kill(terminal.pid, number)
                assert terminal.end() == -number, (number, terminal.status)
                assert terminal.echoes(), number
                assert "half" not in terminal.seen
                assert os.listdir(path.parent) == []


@test
def what_was_typed_before_a_signal_is_not_left_for_the_shell():
    """Half a password would stand on the shell's next line, in clear."""
    with typing() as (terminal, _):
        terminal.type("half a passw")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.end() == -signal.SIGTERM
        terminal.type("ls\n")
        assert os.read(terminal.slave, 100) == b"ls\n"


@test
def stopped_it_gives_the_echo_back_and_continued_it_asks_again():
    """Ctrl-Z at the question: the shell must be usable, and after fg the password
    must be as hidden as before."""
    with typing() as (terminal, path):
        terminal.type("half\x1a")
        status = terminal.status()
        assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTSTP, status
        assert terminal.echoes()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.asked(2)
        terminal.type("secret\n")
        terminal.asked(3)
        terminal.type("secret\n")
        assert terminal.end() == 0, terminal.seen
        made = accounts(path)["pc3"]
        assert crypt("secret", made) == made


@test
def a_shell_that_turned_the_echo_on_meanwhile_is_noticed():
    """SIGSTOP gives no time to restore anything; many shells then do it, and would
    show what is typed after fg."""
    with typing() as (terminal, path):
        os.kill(terminal.pid, signal.SIGSTOP)
        assert os.WIFSTOPPED(terminal.status())
        settings = termios.tcgetattr(terminal.slave)
        settings[3] |= termios.ECHO
        termios.tcsetattr(terminal.slave, termios.TCSANOW, settings)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.asked(2)
        terminal.type("secret\n")
        terminal.asked(3)
        terminal.type("secret\n")
        assert terminal.end() == 0, terminal.seen
        assert "secret" not in terminal.seen


@test
def the_end_of_input_is_no_password():
    """Ctrl-D at the question, the first or the second."""
    for first in (True, False):
        with typing() as (terminal, path):
            if not first:
                terminal.type("secret\n")
                terminal.asked(2)
            terminal.type("\x04")
            assert terminal.end() == 1
            assert terminal.echoes() and os.listdir(path.parent) == []


@test
def standard_output_may_lead_anywhere():
    """The question goes to the terminal, not into a file or a pipe."""
    with place() as path, Terminal("/bin/sh", "-c", f"{PASSWD} '{path}' pc3 >/dev/null 2>&1") as t:
        for times in (1, 2):
            t.asked(times)
            t.type("secret\n")
        assert t.end() == 0 and accounts(path)["pc3"], t.seen


# --- nothing lost, nothing half written -------------------------------------------

FAULTS = ("open=EACCES", "fstat=EIO:after=1", "ftruncate=EIO",
    "write=ENOSPC:times=1", "write=short:7,write=ENOSPC:after=3:times=1", "fchmod=EPERM",
    "fchown=EIO", "fsync=EIO", "rename=EIO")


def known(rules):
    return fault_knows(rules.split("=")[0])


@test
def a_call_that_fails_leaves_the_old_file_and_nothing_beside_it():
    """A full disk must not cost the accounts that were there; the message names the
    call that failed."""
    for rules in filter(known, FAULTS):
        # of a file that is not there nobody asks the owner
        for there in (True,) if rules.startswith(("fstat", "fchown")) else (True, False):
            with place() as path:
                if there:
                    add(path)
                before = path.read_bytes() if there else None
                env, report = preload(rules)
                status, err = passwd(path, "pc4", data=b"x\n", env=env)
                call = re.findall(r"(\w+)=E", rules)[-1]
                assert status == 1 and f" {call}: " in err, (rules, status, err)
                assert all(hits(report).values()), hits(report)
                assert os.listdir(path.parent) == ["users"] * there, os.listdir(path.parent)
                assert not there or path.read_bytes() == before, rules


@test
def without_a_lock_nothing_is_written():
    """A file system that has none (fcntl: ENOLCK): two at once could lose a change.
    The empty file beside may be another's by now, and stays."""
    for rules in filter(known, ("fcntl=ENOLCK", "fstat=EIO")):
        with place() as path:
            add(path)
            before = path.read_bytes()
            env, _ = preload(rules)
            status, err = passwd(path, "pc4", data=b"x\n", env=env)
            assert status == 1 and rules.split("=")[0] + ": " in err, err
            assert path.read_bytes() == before
            add(path, "pc4")
            assert alone(path)


@test
def a_folder_that_cannot_be_synced_is_told_and_the_new_file_is_whole():
    """The rename is done by then: it cannot be taken back, only not be promised."""
    with place() as path:
        env, _ = preload("fsync=EIO:after=1")
        status, err = passwd(path, "pc3", data=b"x\n", env=env)
        assert status == 1 and "fsync: " in err and accounts(path)["pc3"], err
        env, _ = preload("fsync=EINVAL:after=1")
        assert passwd(path, "pc3", data=b"x\n", env=env)[0] == 0
        assert alone(path)


@test
def interrupted_and_short_calls_change_nothing():
    """A write may take a byte at a time, and a lock may be interrupted."""
    with place() as path:
        env, report = preload("write=short:1,write=EINTR:every=2,read=EINTR:every=3,"
            "fcntl=EINTR:times=3")
        assert passwd(path, "pc3", data=b"secret\n", env=env)[0] == 0
        assert all(hits(report).values()), hits(report)
        made = accounts(path)["pc3"]
        assert crypt("secret", made) == made


@test
def killed_at_any_moment_it_leaves_the_old_file_or_the_new_one():
    """kill -9, or a power cut: what is half written is beside the file, and the next
    one is not hindered by it."""
    moments = ("ftruncate=KILL", "write=KILL", "write=short:7,write=KILL:after=1",
        "fchmod=KILL", "fsync=KILL", "rename=KILL")
    for rules in moments:
        with place() as path:
            add(path)
            before = path.read_bytes()
            env, _ = preload(rules)
            assert passwd(path, "pc4", data=b"x\n", env=env)[0] == -signal.SIGKILL, rules
            assert path.read_bytes() == before, rules
            left = set(os.listdir(path.parent)) - {"users"}
            assert left == {".users.fil-passwd"}, (rules, left)
            assert mode(path.parent / ".users.fil-passwd") == 0o600
            add(path, "pc4")
            assert alone(path) and list(accounts(path)) == ["pc3", "pc4"]
    with place() as path:
        add(path)
        env, _ = preload("fsync=KILL:after=1")		# of the folder
        assert passwd(path, "pc4", data=b"x\n", env=env)[0] == -signal.SIGKILL
        assert alone(path) and list(accounts(path)) == ["pc3", "pc4"]


@test
def of_eight_at_once_none_is_lost():
    """Two administrators, or a script with &: each waits for the other, and each
    change is there at the end.  Five rounds, deletions among them."""
    with place() as path:
        add(path, "gone")
        names = [f"pc{number}" for number in range(40)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda name: passwd(path, name, data=b"x\n"), names))
            assert all(status == 0 for status, _ in done), done
            done = list(pool.map(lambda name: passwd("--delete", path, name), names[:20]))
            assert all(status == 0 for status, _ in done), done
        assert set(accounts(path)) == {"gone", *names[20:]}
        assert alone(path)


@test
def who_fails_does_not_stop_who_waits():
    """The lock of one that fails is removed while others wait for it: they must not
    go on with a lock on a file that is gone."""
    with place() as path:
        add(path)
        env, _ = preload("rename=EIO")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            good = [pool.submit(passwd, path, f"good{n}", data=b"x\n") for n in range(12)]
            bad = [pool.submit(passwd, path, f"bad{n}", data=b"x\n", env=env) for n in range(12)]
            assert all(job.result()[0] == 0 for job in good)
            assert all(job.result()[0] == 1 for job in bad)
        assert set(accounts(path)) == {"pc3", *(f"good{n}" for n in range(12))}
        assert alone(path)


@test
def a_lock_that_is_not_ours_is_refused():
    """Whoever may write the folder could lay a file of his own there, or a name of
    another file, for us to write into."""
    with place() as path:
        add(path)
        before = path.read_bytes()
        beside = path.parent / ".users.fil-passwd"
        victim = path.parent / "victim"
        victim.write_text("mine")
        for lay in (lambda: beside.symlink_to("victim"), lambda: os.link(victim, beside),
                lambda: beside.mkdir(), lambda: os.mkfifo(beside)):
            lay()
            status, err = passwd(path, "pc4", data=b"x\n")
            assert status == 1 and ".users.fil-passwd" in err, err
            assert victim.read_text() == "mine" and path.read_bytes() == before
            beside.rmdir() if beside.is_dir() and not beside.is_symlink() else beside.unlink()


if __name__ == "__main__":
    harness.main()
