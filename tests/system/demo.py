"""demo.py - fil-demo plays its scenes, and leaves nothing behind."""
import os, pathlib, pty, re, shutil, signal, subprocess, tempfile, uuid

import harness
from harness import (DEADLINE, BUILD, SOURCE, Process, Skip, eventually, need, program, run,
                     spoken, test)

DEMO = BUILD / "demo" / "fil-demo"
VIA_TCP = "Message reçu via TCP"
VIA_UDP = "Message reçu via UDP"
VIA_TLS = "Message reçu via TLS"
SAFE = "the-safe-opens-with-4711"	# what the scene tls sends
PROMPT = r"\[\w+\] \Z"		# what --step ends on: [Enter], in any language

# What the caller of the suite has set must not lead fil-demo elsewhere.
CLEAN = {"FIL_BIN": "", "FIL_SCENES": ""}


def marked():
    """An environment that every process started from fil-demo inherits."""
    return {**CLEAN, "FIL_TEST_MARK": uuid.uuid4().hex}


def alive(env):
    """The processes that have this environment's mark."""
    mark = f"FIL_TEST_MARK={env['FIL_TEST_MARK']}".encode()
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append((entry / "cmdline").read_bytes())
            except OSError:
                pass		# it ended meanwhile, or is not ours
    return found


def heeding_signals():
    """Undo what `nohup make check &` does: an ignored signal stays ignored."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def play(*arguments, demo=DEMO, data=b"", env=None):
    # All scenes, under a sanitizer, on a busy machine: three times the patience.
    # One of them leaves a page in the folder where it is played.
    with tempfile.TemporaryDirectory() as folder:
        status, out, err = run([demo, *arguments], data, 3 * DEADLINE,
                               env={**CLEAN, **(env or {})}, cwd=folder)
    return status, out.decode(), err.decode()


def sanitized():
    return "--enable-sanitizers" in (BUILD / "config.log").read_text(errors="replace")[:4000]


def scenes():
    """For a play of all: in a sanitizer's build nothing can be explained."""
    names = [line.split()[0] for line in play("--list")[1].splitlines()]
    return [name for name in names if name != "models"] if sanitized() else []


def under(label, text):
    """The lines of the output that stand under a label."""
    return re.findall(rf"^{label} *\| (.*)$", text, re.M)


def scenes_folder(folder, **scenes):
    """Scenes of the test's own, for FIL_SCENES."""
    folder = pathlib.Path(folder)
    (folder / "list").write_text("\n".join(scenes) + "\n")
    for name, script in scenes.items():
        (folder / f"{name}.sh").write_text(
            f"scene_title() {{ echo {name}; }}\nscene_play() {{\n{script}\n}}\n")
    return str(folder)


def installed(prefix, **places):
    """What make install puts into a prefix, with the script told of places."""
    (prefix / "bin").mkdir(parents=True)
    (prefix / "share").mkdir()
    for name in ("fil-mixedd", "fil-mixed"):
        shutil.copy(program(name), prefix / "bin")
    data = prefix / "share" / "fil"
    shutil.copytree(SOURCE / "demo" / "scenes", data / "scenes")
    shutil.copy(SOURCE / "demo" / "lib.sh", data)
    script = (SOURCE / "demo" / "fil-demo.sh").read_text()
    for name, value in places.items():
        script = script.replace(f"@{name}@", str(value))
    return script


def executable(path, script):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


@test
def both_acknowledgements_stand_under_their_labels():
    """Sheet A: a text by TCP and one by UDP, each with its own acknowledgement.
    A class would see a scene without its point."""
    status, out, err = play(*scenes())
    assert (status, err) == (0, ""), (status, err)
    assert any(VIA_TCP in line for line in under("tcp", out)), out
    assert any(VIA_UDP in line for line in under("udp", out)), out


@test
def the_servers_log_follows_the_exchange_it_belongs_to():
    """Issue 2: both sides' output, in an order that can be explained.  A teacher
    would point at a log line that is about the client before."""
    _, out, _ = play("mixed")
    places = [out.find(text) for text in (
        "listening on tcp", VIA_TCP, "Bonjour serveur TCP", VIA_UDP, "Bonjour serveur UDP")]
    assert -1 not in places and places == sorted(places), out
    tcp_log = under("server", out[places[1]:places[3]])
    udp_log = under("server", out[places[3]:].split("\n\n")[0])
    assert len(tcp_log) == 4 and len(udp_log) == 1, out


@test
def the_tls_scene_shows_a_refusal_and_then_the_text_encrypted():
    """Sheet A, TLS: exit status 3 is the certificate's; a refused server has not
    seen the text, and a listener on the wire sees it over TCP only."""
    status, out, err = play("tls")
    assert (status, err) == (0, ""), (status, err)
    tls = under("tls", out)
    refused = tls.index(spoken("exit status 3", "code de sortie 3"))
    verified = [n for n, line in enumerate(tls) if VIA_TLS in line]
    assert len(verified) == 1 and refused < verified[0], tls
    assert " --ca " in tls[verified[0] - 1] and " --ca " not in tls[0], tls
    told = [line for line in under("server", out) if SAFE in line]
    assert len(told) == 2 and "TLS" in told[0] and "TCP" in told[1], told
    wire = [line for line in under("wire", out) if "$ " not in line]
    if wire:			# tshark is here, and may capture
        assert " TCP " in wire[0] and wire[-1].startswith("("), wire
        assert any("TLSv1.3" in line for line in wire[1:-1]), wire
    else:
        assert "tshark" in out, out


@test
def the_protocol_scene_shows_an_event_that_comes_by_udp_too():
    """Sheet A, the protocol: LOGIN, MESSAGE, and in over one transport, out over
    two.  No password is shown."""
    status, out, err = play("protocol")
    assert (status, err) == (0, ""), (status, err)
    pc3, pc4 = (under(name, out.replace("\u00a0", "")) for name in ("pc3", "pc4"))
    assert "pc3: bonjour tout le monde" in pc4, pc4
    assert [line for line in pc4 if line.endswith("pc3: par un datagramme")] == [
        "pc3: par un datagramme", "[UDP] pc3: par un datagramme"], pc4
    assert any(line.startswith("pc4 ") and line.endswith(": bien reçu")
               for line in pc3), pc3
    codes = re.findall('"code":"([a-z-]+)"', "\n".join(pc3))
    assert codes == ["unknown-command", "bad-json"], pc3
    assert '"password":' not in out


@test
def the_proxy_scene_prints_a_chat_and_breaks_who_counts_recvs():
    """spec/03: the exchange of a chat, both directions, the same lines that the
    member sees; then single bytes, which a reader of lines does not notice."""
    need("nc")
    status, out, err = play("proxy")
    assert (status, err) == (0, ""), (status, err)
    relay, pc3, pc4 = (under(name, out.replace("\r", "")) for name in ("proxy", "pc3", "pc4"))
    assert "| bonjour à tous" in relay and "<pc3> bonjour à tous" in pc3, relay
    for line in pc3:
        if line.startswith("<"):
            assert f"| {line}\\r" in relay, line
    assert any(re.match(spoken("#1 closed by upstream", "#1 fermée par l'amont"), line)
               for line in relay), relay
    assert "<guest3> octet par octet" in pc4, pc4
    # a byte each, but for those that met on a busy machine
    assert 2 <= under("tcp", out)[1].count(VIA_TCP) <= 5, under("tcp", out)


@test
def the_chat_scene_goes_on_without_the_one_who_stopped_reading():
    """spec/02: a slow reader delays nobody, is dropped, and the room is told.  A
    class must see the others talk on, and why pc4 is gone."""
    need("nc")
    status, out, err = play("chat")
    assert (status, err) == (0, ""), (status, err)
    pc3, pc4, pc5 = (under(name, out.replace("\r", "")) for name in ("pc3", "pc4", "pc5"))
    assert "-pc4- tu viens ?" in pc5 and not any("tu viens" in line for line in pc3), pc3
    stopped = next(n for n, line in enumerate(pc4) if line.startswith("["))
    assert pc4[stopped + 1:] == [], pc4
    for heard in pc3, pc5:
        words = ["<pc3> on continue ?", "<pc5> bien sûr", "*** pc4 left (too slow)",
                 "*** goodbye: the server stops"]
        places = [heard.index(word) for word in words]
        assert places == sorted(places), heard


@test
def nothing_is_left_running_or_lying_about():
    """A class runs it thirty times; a server left behind a time is a full table."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**marked(), "TMPDIR": folder}
        assert play(*scenes(), env=env)[0] == 0
        assert not alive(env), alive(env)
        assert not os.listdir(folder), os.listdir(folder)


@test
def the_smtp_scene_shows_the_next_exchanger_and_two_refusals():
    """Sheet B: the first exchanger is down, the second takes the message; 68 and 67
    are told apart; and no server of somebody else's is left behind."""
    for name in ("dnsmasq", "smtp-sink"):
        if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin"):
            raise Skip(f"missing: {name}")
    env = marked()
    status, out, err = play("smtp", env=env)
    assert (status, err) == (0, ""), (status, err)
    told = under("smtp", out)
    assert told[1:3] == ["10 mail.iiia.net", "20 backup.iiia.net"], told
    assert any("connect: " in line for line in told) and "C: .." in told, told
    ends = [line for line in told if line.startswith(spoken("exit status", "code de sortie"))]
    assert [line.split()[-1] for line in ends] == ["68", "67"], told
    assert not alive(env), alive(env)


@test
def the_models_scene_draws_the_four_one_above_the_other():
    """Spec 09: the same five clients, the whole argument of the sheets in one
    picture: only the first server makes those behind the slow one wait."""
    if sanitized():
        raise harness.NotHere("a sanitizer wants to be the first library")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([str(DEMO), "models"], stdin=subprocess.DEVNULL,
            capture_output=True, cwd=folder, timeout=harness.LONGEST,
            env={**os.environ, **CLEAN})
        out = done.stdout.decode()
        assert done.returncode == 0, (out, done.stderr)
        page = pathlib.Path(folder, "fil-models.html").read_text("utf-8")
    assert len(re.findall(rf"client \d.*{VIA_TCP}", out)) == 20, out
    assert len(re.findall(r'class="title"', page)) == 4
    assert len(re.findall(r"model_clients thread-\d  recv", out)) == 3, out


@test
def an_unknown_scene_is_a_usage_error_that_lists_the_scenes():
    """spec/00: exit 2 on usage.  Who mistypes a name must see the right ones."""
    status, out, err = play("mixed", "nosuchscene")
    assert status == 2 and out == "", (status, out)
    assert "nosuchscene" in err and re.search(r"^mixed ", err, re.M), err


@test
def an_unknown_option_is_a_usage_error():
    """spec/00: exit 2 on usage; nothing is played by guess."""
    for wrong in (["--stop"], ["-x"], ["--color"], ["--color", "blue"]):
        status, out, err = play(*wrong)
        assert status == 2 and out == "" and err.startswith("fil-demo: "), (wrong, err)


@test
def list_names_every_scene_with_a_title():
    """The list is what a teacher chooses from, and what completion reads."""
    status, out, _ = play("--list")
    names = [line.split()[0] for line in out.splitlines()]
    files = {p.stem for p in (SOURCE / "demo" / "scenes").glob("*.sh")}
    assert status == 0 and set(names) == files, (names, files)
    assert all(len(line.split()) > 1 for line in out.splitlines()), out


@test
def help_and_version_answer_on_standard_output():
    """spec/00: --help and --version to stdout, exit 0."""
    for option in ("--help", "-h", "--version", "-V"):
        status, out, err = play(option)
        assert status == 0 and "fil-demo" in out and not err, (option, out, err)
    assert re.fullmatch(r"fil-demo \(fil\) [0-9.]+\n", out), out


@test
def step_waits_for_enter():
    """Issue 2: --step waits, so that the class can look.  Without Enter the
    client must not have run."""
    demo = Process([DEMO, "--step", "mixed"], stdin=subprocess.PIPE, env=CLEAN)
    demo.says(PROMPT, "stdout")
    assert "listening on" in demo.stdout and VIA_TCP not in demo.stdout, demo.stdout
    demo.popen.stdin.write(b"\n")
    demo.popen.stdin.flush()
    demo.says(VIA_TCP, "stdout")
    demo.says(PROMPT, "stdout")
    assert VIA_UDP not in demo.stdout, demo.stdout
    demo.popen.stdin.write(b"\n" * 50)
    demo.popen.stdin.close()
    assert demo.wait() == 0, demo.stderr
    assert VIA_UDP in demo.stdout, demo.stdout


@test
def the_option_may_follow_the_scene():
    """GNU options stand anywhere: `fil-demo mixed --step` is how one adds it."""
    with_step = play("mixed", "--step", data=b"\n" * 50)
    without = play("mixed")
    assert with_step[0] == without[0] == 0
    assert with_step[1].count("[") > without[1].count("["), with_step[1]


@test
def the_end_of_input_does_not_stop_a_stepped_demonstration():
    """A script that feeds fewer lines than there are steps must not hang."""
    status, out, _ = play("--step", "mixed", data=b"\n")
    assert status == 0 and VIA_UDP in out, out


@test
def ended_by_a_signal_it_ends_its_server_too():
    """Ctrl-C in the middle of a class must not leave a port taken."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        env = marked()
        demo = Process([DEMO, "--step"], stdin=subprocess.PIPE, env=env,
            preexec_fn=heeding_signals)
        demo.says(PROMPT, "stdout")
        assert len(alive(env)) >= 2, alive(env)
        demo.signal(number)
        assert demo.wait() == 128 + number, demo.popen.returncode
        eventually(lambda: not alive(env), f"the server to end after {number}")


@test
def a_reader_that_goes_away_ends_it_cleanly():
    """`fil-demo | head` is what people type; the server must not outlive it."""
    env = marked()
    demo = subprocess.Popen([str(DEMO)], env={**os.environ, **env},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line in demo.stdout:
        if b"listening on" in line:
            break
    assert len(alive(env)) >= 2, alive(env)
    demo.stdout.close()
    demo.wait(harness.DEADLINE)
    eventually(lambda: not alive(env), "the server to end")


@test
def a_scene_that_fails_makes_it_fail():
    """Issue 2: exit 0 means that the class saw what it was promised."""
    with tempfile.TemporaryDirectory() as folder:
        for script in ("client tcp false", "return 1",
                       "start_server server false", "port_of server tcp || return 1",
                       "client tcp nosuchprogram", "client_refused tls 3 true",
                       "client_refused tls 0 false", "demo_folder first",
                       "start_client pc3 false; stop_client pc3",
                       "start_client pc3 cat; return 1"):
            scenes_folder(folder, broken="""
                start_server first fil-mixedd --port 0 --udp-port 0
                """ + script)
            env = {**marked(), "FIL_SCENES": folder}
            status, _, err = play(env=env)
            assert status == 1 and "fil-demo: " in err, (script, status, err)
            assert not alive(env), (script, alive(env))


@test
def all_scenes_play_in_the_order_of_the_list():
    """The list is the order of the course, not the alphabet's."""
    with tempfile.TemporaryDirectory() as folder:
        scenes_folder(folder, zebra="say one", ant="say two")
        _, out, _ = play(env={"FIL_SCENES": folder})
        assert out.index("zebra") < out.index("one") < out.index("ant") < out.index("two")
        _, out, _ = play("ant", "zebra", env={"FIL_SCENES": folder})
        assert out.index("ant") < out.index("zebra"), out


@test
def a_server_that_does_not_hear_term_is_ended_all_the_same():
    """The demonstration ends by itself, whatever a program does."""
    with tempfile.TemporaryDirectory() as folder:
        executable(pathlib.Path(folder) / "deaf",
            "#!/bin/sh\ntrap '' TERM\necho 'deaf: listening on tcp 127.0.0.1:1'\n"
            "while :; do sleep 0.1; done\n")
        scenes_folder(folder, deaf=f"start_server server {folder}/deaf")
        env = {**marked(), "FIL_SCENES": folder}
        assert play(env=env)[0] == 1
        eventually(lambda: not alive(env), "it to end")


@test
def a_client_in_the_background_hears_what_it_is_told():
    """tell, show_log, stop_client: each line arrives at once, the end of the input
    ends it, and two clients do not hold each other's input open."""
    with tempfile.TemporaryDirectory() as folder:
        scenes_folder(folder, talk="""
            start_client one cat
            start_client two cat
            tell one first 1
            tell two second 1
            tell one third 1
            stop_client one
            tell two fourth 1
            stop_client two""")
        env = {**marked(), "FIL_SCENES": folder}
        status, out, err = play(env=env)
        assert (status, err) == (0, ""), (status, err)
        assert under("one", out) == ["$ cat", "> first", "first", "> third", "third"], out
        assert under("two", out) == ["$ cat", "> second", "second", "> fourth",
                                     "fourth"], out
        assert not alive(env), alive(env)


@test
def labels_are_coloured_on_a_terminal_and_nowhere_else():
    """spec/00, --color: auto is a terminal, then NO_COLOR; TERM=dumb is off.
    Escapes in a file or a log are rubbish."""
    def colored(*arguments, env, terminal=False):
        with tempfile.TemporaryDirectory() as folder:
            env = {**env, "FIL_SCENES": scenes_folder(folder, one="say one")}
            if not terminal:
                return "\033[" in play(*arguments, env=env)[1]
            master, slave = pty.openpty()
            done = subprocess.run([str(DEMO), *arguments], stdin=subprocess.DEVNULL,
                stdout=slave, env={**os.environ, **CLEAN, **env}, timeout=harness.DEADLINE)
            os.close(slave)
            text = os.read(master, 65536)
            os.close(master)
            assert done.returncode == 0 and b"one" in text, text
            return b"\033[" in text
    xterm = {"TERM": "xterm", "NO_COLOR": ""}
    assert colored(env=xterm, terminal=True)
    assert not colored(env=xterm)
    assert not colored(env={**xterm, "NO_COLOR": "1"}, terminal=True)
    assert not colored(env={**xterm, "TERM": "dumb"}, terminal=True)
    assert not colored("--color=never", env=xterm, terminal=True)
    assert colored("--color", "always", env={**xterm, "NO_COLOR": "1"})


@test
def it_runs_from_an_installed_prefix():
    """Issue 2: from the build tree or an installed prefix."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = pathlib.Path(folder) / "prefix"
        script = installed(prefix, bindir=prefix / "bin", VERSION="1",
            pkgdatadir=prefix / "share" / "fil", localedir=prefix / "locale")
        assert "@" not in re.sub(r'"\$@"', "", script), "a substitution is missing"
        # the script alone elsewhere: what was configured leads to the rest
        demo = executable(pathlib.Path(folder) / "elsewhere" / "fil-demo", script)
        status, out, err = play("mixed", demo=demo)
        assert status == 0 and VIA_TCP in out, (status, err)


@test
def an_installed_prefix_may_be_moved():
    """What lies beside the script goes before what was configured: a prefix
    unpacked in a home directory works."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = pathlib.Path(folder) / "a prefix"
        script = installed(prefix, bindir="/nonexistent/bin", VERSION="1",
            pkgdatadir="/nonexistent/fil", localedir="/nonexistent/locale")
        demo = executable(prefix / "bin" / "fil-demo", script)
        status, out, err = play("mixed", demo=demo)
        assert status == 0 and VIA_UDP in out, (status, err)
        path = f"{prefix / 'bin'}:{os.environ['PATH']}"
        status, out, err = play("mixed", demo="fil-demo", env={"PATH": path})
        assert status == 0 and VIA_UDP in out, (status, err)


@test
def without_the_gettext_program_it_speaks_english():
    """gettext is optional: a small system has no gettext program."""
    tools = "sh dirname sed cat rm mkdir mktemp grep sleep wc tr head mkfifo tail id".split()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        for name in tools:
            (path / name).symlink_to(shutil.which(name))
        status, out, err = play(*scenes(), env={"PATH": folder})
        assert status == 0 and err == "", (status, err)
        assert "One server, two protocols" in out, out


if __name__ == "__main__":
    harness.main()
