"""scripts.py - bootstrap and .ci/run, tried on machines made of stubs.

A machine is a folder that is the whole PATH: links to a few basic programs, and
stubs.  So nothing is installed here, whatever the script under test does."""
import pathlib, re, shutil, tempfile

import harness
from harness import SOURCE, need, run, test

BASE = ("cat", "dirname", "env", "grep", "sh")
BUILD_TOOLS = ("autoreconf", "automake", "autopoint", "msgfmt", "make", "cc",
               "pkg-config")
TEST_TOOLS = ("python3", "bash", "ncat", "clang", "musl-gcc", "mandoc",
              "shellcheck", "ps", "ip", "valgrind", "systemd-socket-activate", "xz",
              "certtool", "openssl", "tmux", "unshare", "tshark", "perl", "strace", "curl",
              "sslscan", "testssl", "nginx", "busybox", "xinetd", "dnsmasq",
              "smtp-sink", "redis-server", "redis-cli",
              "tnftp", "inetutils-ftp", "lftp", "wget", "mount",
              "tftp", "atftp", "setpriv", "dumpcap", "lsof", "nmap", "dig",
              "ssh", "sshd", "ftp", "luac5.4")
OPENBSD_NC = "echo 'OpenBSD netcat' >&2; exit 1"
MANAGERS = ("apt-get", "dnf", "pacman", "zypper", "brew")


class Machine:
    """A machine that has everything but what is taken away."""

    def __init__(self, folder, without=(), manager="apt-get", uid=0):
        self.path = pathlib.Path(folder) / "bin"
        self.log = pathlib.Path(folder) / "log"
        self.tree = pathlib.Path(folder) / "tree"
        self.systemd = pathlib.Path(folder) / "systemd"
        self.systemd.mkdir()
        self.path.mkdir()
        self.tree.mkdir()
        self.log.touch()
        shutil.copy(SOURCE / "bootstrap", self.tree)
        for name in BASE:
            (self.path / name).symlink_to(shutil.which(name))
        for name in BUILD_TOOLS + TEST_TOOLS:
            if name not in without:
                self.stub(name, "")
        if "nc" not in without:
            self.stub("nc", OPENBSD_NC)
        if "autoreconf" not in without:
            self.stub("autoreconf", f'echo "autoreconf $*" >>{self.log}')
        self.stub("id", f"echo {uid}")
        if manager:
            self.stub(manager, f'echo "{manager} $*" >>{self.log}')

    def stub(self, name, script):
        program = self.path / name
        program.write_text(f"#!{shutil.which('sh')}\n{script}\n")
        program.chmod(0o755)

    def bootstrap(self, *options):
        """Returns status, output, and the commands that it ran."""
        status, out, err = run([self.path / "sh", self.tree / "bootstrap", *options],
            env={"PATH": str(self.path), "FIL_SBIN": str(self.path), "DEBIAN_FRONTEND": "",
                 "FIL_SYSTEMD": str(self.systemd)})
        return status, (out + err).decode(), self.log.read_text().splitlines()


def on_a_machine(**given):
    """Runs ./bootstrap on a machine made for it."""
    options = given.pop("options", ())
    with tempfile.TemporaryDirectory() as folder:
        return Machine(folder, **given).bootstrap(*options)


@test
def shell_scripts_are_clean_for_shellcheck():
    """Issue 2: scripts are code that students copy."""
    need("shellcheck")
    scripts = ["bootstrap", ".ci/run"]
    for pattern in ("demo/*.sh", "demo/scenes/*.sh", "certs/*.sh", "lab/*.sh",
                    "lab/captures/make", "lab/labsock/*.startup",
                    "lab/labsock/loopback", "lab/labsock/exercises/*.sh",
                    "tests/*.sh", "completion/*.bash"):
        scripts += sorted(str(p.relative_to(SOURCE)) for p in SOURCE.glob(pattern))
    status, out, err = run(["shellcheck", "-x", *scripts], cwd=SOURCE, deadline=60)
    assert status == 0, (out + err).decode()


@test
def on_a_complete_machine_bootstrap_runs_autoreconf_alone():
    """Who has everything is asked nothing, and no package manager runs."""
    for options in ((), ("--install",), ("--build-only",)):
        status, out, ran = on_a_machine(options=options)
        assert status == 0, out
        assert ran == ["autoreconf --install --force"], ran


@test
def what_is_missing_is_named_with_the_command_that_installs_it():
    """Issue 2: the right command for apt, dnf, pacman, zypper, brew; and stop."""
    right = {
        "apt-get": "apt-get install --no-install-recommends autoconf autopoint shellcheck",
        "dnf": "dnf install autoconf gettext-devel ShellCheck",
        "pacman": "pacman -S --needed autoconf gettext shellcheck",
        "zypper": "zypper install autoconf gettext-tools ShellCheck",
        "brew": "brew install autoconf gettext shellcheck",
    }
    gone = ("autoreconf", "autopoint", "shellcheck")
    for manager, command in right.items():
        for uid in (0, 1000):
            status, out, ran = on_a_machine(without=gone, manager=manager, uid=uid)
            sudo = "sudo " if uid and manager != "brew" else ""
            assert status == 1 and ran == [], (out, ran)
            assert f"\n    {sudo}{command}\n" in out, out
            for name in gone:
                assert f"\n    {name}\n" in out, out


@test
def without_a_known_package_manager_the_packages_are_still_named():
    """A system of its own kind: its user knows how, not what."""
    status, out, _ = on_a_machine(without=("make",), manager=None)
    assert status == 1 and re.search(r"^    make$", out, re.M), out


@test
def what_only_the_benches_compare_with_is_looked_for_when_asked():
    """Who tests needs no haproxy; who measures is told."""
    assert on_a_machine()[0] == 0
    status, out, _ = on_a_machine(options=("--bench",))
    assert status == 1 and re.search(r"install --no-install-recommends socat haproxy$", out,
                                     re.M), out


@test
def an_nc_that_is_not_openbsds_is_missing():
    """netcat-traditional has no -N: tests of half-close would fail strangely."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder)
        machine.stub("nc", "echo '[v1.10-47]' >&2; exit 1")
        status, out, _ = machine.bootstrap()
        assert status == 1 and "netcat-openbsd" in out, out


@test
def a_library_is_asked_of_pkg_config():
    """The compiler may have the library without what configure looks for."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder)
        machine.stub("pkg-config", '[ "$2" != check ]')
        status, out, _ = machine.bootstrap()
        assert status == 1 and "check (library)" in out, out


@test
def a_compiler_without_the_c_librarys_headers_is_not_enough():
    """gcc alone, without its recommended libc6-dev, compiles nothing."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder)
        machine.stub("cc", "cat >/dev/null; exit 1")
        status, out, _ = machine.bootstrap("--build-only")
        assert status == 1 and "stdio.h (header)" in out and "libc6-dev" in out, out


@test
def build_only_leaves_out_what_only_the_tests_need():
    """A user who wants the programs should not install a second compiler."""
    status, out, _ = on_a_machine(without=TEST_TOOLS, options=("--build-only",))
    assert status == 0, out
    status, out, _ = on_a_machine(without=TEST_TOOLS)
    assert status == 1 and "--build-only" in out, out


@test
def install_lists_first_then_updates_once_then_installs():
    """Issue 2: with --install (apt, as root) what is missing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder, without=("ncat", "mandoc"))
        machine.stub("apt-get", f"""
            echo "apt-get $* $DEBIAN_FRONTEND" >>{machine.log}
            [ "$1" != install ] || cp {machine.path}/ps {machine.path}/ncat
            [ "$1" != install ] || cp {machine.path}/ps {machine.path}/mandoc""")
        (machine.path / "cp").symlink_to(shutil.which("cp"))
        status, out, ran = machine.bootstrap("--install")
        assert status == 0, out
        assert ran == ["apt-get update ",
            "apt-get install -y --no-install-recommends ncat mandoc noninteractive",
            "autoreconf --install --force"], ran
        assert "    ncat\n" in out and "    mandoc\n" in out, out


@test
def postfix_is_installed_without_a_mail_service():
    """Only its test server is wanted: a machine must not begin to take mail because
    somebody builds fil."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder, without=("smtp-sink",))
        machine.stub("debconf-set-selections", f"""
            while read -r line; do echo "debconf $line" >>{machine.log}; done""")
        _, out, ran = machine.bootstrap("--install")
        assert ran[0] == ("debconf postfix postfix/main_mailer_type select "
                          "No configuration"), (out, ran)
        assert ran[2].endswith(" postfix"), ran


@test
def a_server_that_debian_starts_is_stopped_and_what_was_there_goes_on():
    """Debian starts a server when it is installed, on every address: whoever wants to
    test fil has not asked for a web server.  redis-server was there before."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder, without=("nginx", "xinetd", "ncat"))
        machine.stub("systemctl", f'echo "systemctl $*" >>{machine.log}')
        _, out, ran = machine.bootstrap()
        assert ran == [] and "systemctl disable --now nginx xinetd\n" in out, (out, ran)
        _, out, ran = machine.bootstrap("--install")
        assert ran[2:] == ["systemctl disable --now nginx xinetd"], (out, ran)
        machine.log.write_text("")
        machine.stub("systemctl", "exit 1")
        _, out, ran = machine.bootstrap("--install")
        assert "these may be running now: nginx xinetd" in out, out
        shutil.rmtree(machine.systemd)		# a container: nothing starts there
        _, out, ran = machine.bootstrap("--install")
        assert "may be running" not in out, out


@test
def install_goes_through_sudo_when_not_root():
    """A student is not root; without sudo the command to give root is printed."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder, without=("make",), uid=1000)
        status, out, ran = machine.bootstrap("--install")
        assert status == 1 and ran == [] and "apt-get install" in out, (out, ran)
        machine.stub("sudo", f'echo "sudo $*" >>{machine.log}')
        status, out, ran = machine.bootstrap("--install")
        assert len(ran) == 2 and all(line.startswith("sudo ") for line in ran), ran
        assert status == 1 and "make" in out, "what apt did not bring is still missing"


@test
def install_stops_when_apt_fails():
    """No network, no right: autoreconf would only fail with a stranger message."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder, without=("ncat",))
        machine.stub("apt-get", "exit 100")
        status, out, ran = machine.bootstrap("--install")
        assert status == 1 and ran == [] and "apt-get failed" in out, (out, ran)


@test
def install_on_another_system_prints_the_command_and_runs_nothing():
    """Only apt is ours to run; elsewhere the command is printed."""
    for manager in MANAGERS[1:]:
        status, out, ran = on_a_machine(without=("make",), manager=manager,
            options=("--install",))
        assert status == 1 and ran == [] and f"{manager} " in out, (out, ran)


@test
def bootstrap_explains_its_options():
    """--help on standard output; an unknown option is a usage error."""
    status, out, ran = on_a_machine(options=("--help",))
    assert status == 0 and "--install" in out and "--build-only" in out and not ran
    status, out, ran = on_a_machine(options=("--instal",))
    assert status == 2 and "--instal" in out and not ran, (status, out, ran)


COMMAND = "./bootstrap --install && ./configure && make check"


def summary(**counts):
    """The end of a `make check` with these counts, as automake prints it."""
    lines = ["=" * 76, "Testsuite summary for fil 0.1.0", "=" * 76]
    names = ("PASS", "SKIP", "XFAIL", "FAIL", "XPASS", "ERROR")
    lines.append(f"# TOTAL: {sum(counts.values())}")
    lines += [f"# {name}:  {counts.get(name, 0)}" for name in names]
    return "\n".join(lines + ["=" * 76])


def ci(*summaries, readme=f"Test\n\n    {COMMAND}\n", status=0, bootstrap="exit 0",
       env=None):
    """Runs .ci/run on a tree whose `make check` ends so; returns its status, its
    last line and all that it printed."""
    need("bash", "make")
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        (tree / ".ci").mkdir()
        shutil.copy(SOURCE / ".ci" / "run", tree / ".ci")
        (tree / "README").write_text(readme)
        for name, script in (("bootstrap", bootstrap), ("configure", "exit 0")):
            (tree / name).write_text(f"#!/bin/sh\n{script}\n")
            (tree / name).chmod(0o755)
        (tree / "said").write_text("\n".join(summaries) + "\n")
        (tree / "Makefile").write_text("check:\n\t@cat said\n"
            "\t@printf 'FAIL: tests/x 3\\nthe diagnosis\\n' > test-suite.log\n"
            f"\t@exit {status}\n")
        code, out, _ = run(["bash", tree / ".ci" / "run", "readme"],
            env={"CI": "true", **(env or {})})
        return code, out.decode().splitlines()[-1], out.decode()


@test
def ci_counts_what_automake_counts():
    """Issue 2: one line `N passed, M failed` over all tests, at the end."""
    assert ci(summary(PASS=12))[:2] == (0, "12 passed, 0 failed")
    assert ci(summary(PASS=12, XFAIL=1), summary(PASS=3))[:2] == (0, "16 passed, 0 failed")


@test
def ci_fails_on_every_kind_of_failure():
    """A failure, an error and an unexpected pass are each a reason to look; the
    log that explains it is printed, and what it says of them once more at the end,
    for whoever has only the end."""
    code, last, out = ci(summary(PASS=5, FAIL=1, ERROR=2, XPASS=1), status=2)
    assert (code, last) == (1, "5 passed, 4 failed"), last
    assert out.count("the diagnosis") == 2, out
    assert "=== what failed\nFAIL: tests/x 3\nthe diagnosis\n5 passed" in out, out


@test
def ci_counts_what_does_not_apply_apart():
    """A missing peer is a failure already in the test (harness.Skip); what is
    skipped has no meaning in that build, and is counted in sight."""
    assert ci(summary(PASS=5, SKIP=2))[:2] == (0, "5 passed, 0 failed, 2 skipped")


@test
def ci_fails_when_no_test_ran():
    """No summary: bootstrap, configure or the compiler failed, or `make check`
    has nothing to do.  None of them is a success."""
    for code, last, _ in (ci("nothing"), ci(summary()), ci(summary(PASS=1), bootstrap="exit 1")):
        assert (code, last) == (1, "0 passed, 1 failed"), (code, last)


@test
def ci_fails_when_make_fails_though_every_test_passed():
    """`make check` can fail after its tests: that must not be lost."""
    assert ci(summary(PASS=5), status=2)[:2] == (1, "5 passed, 1 failed")


@test
def ci_runs_the_readmes_command_and_says_so_when_there_is_none():
    """What the README promises is what is tested: the two cannot drift apart."""
    assert f"$ {COMMAND}" in ci(summary(PASS=1))[2]
    code, last, out = ci(summary(PASS=1), readme="Run make check.\n")
    assert (code, last) == (1, "0 passed, 1 failed") and "README" in out, out


if __name__ == "__main__":
    harness.main()
