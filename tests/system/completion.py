"""completion.py - what bash offers after TAB for fil's programs.

bash runs with no configuration and without the bash-completion package; the
function that TAB would call is called with the words of the line."""
import os, pathlib, re, shlex, tempfile

import harness
from harness import BUILD, SOURCE, need, program, run, test

FILE = SOURCE / "completion" / "fil.bash"
DEMO = str(BUILD / "demo" / "fil-demo")
CERTS = str(BUILD / "certs" / "fil-certs")
LAB = str(BUILD / "lab" / "fil-lab")


def bash(script, **options):
    need("bash")
    status, out, err = run(["bash", "--norc", "--noprofile", "-c",
        f". {shlex.quote(str(FILE))}\n{script}"], **options)
    assert status == 0 and err == b"", (status, err.decode())
    return out.decode().splitlines()


def offered(*words, **options):
    """What is offered for the last word of a line."""
    return bash(f"COMP_WORDS=({' '.join(map(shlex.quote, words))})\n"
        f"COMP_CWORD={len(words) - 1}\n"
        f"_fil {shlex.quote(words[0])}\n"
        "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"", **options)


def programs():
    """Every program of the build tree."""
    built = [str(p) for p in (BUILD / "src").glob("fil-*")
             if os.access(p, os.X_OK) and not p.suffix]
    assert program("fil-mixedd") in built, built
    return sorted(built) + [DEMO, CERTS, LAB]


def options_of(path):
    """Lists the names that --help gives each option; related ones share a row."""
    status, out, _ = run([path, "--help"], env={"LC_ALL": "C"})
    assert status == 0
    rows = re.findall(r"^ +(-.*?)(?:  .*)?$", out.decode(), re.M)
    return [[name for name in option if name] for row in rows
            for option in re.findall(r"(?:(-\w), )?(--[a-z0-9.-]+)", row)]


@test
def every_program_of_the_suite_is_registered():
    """The table at the top of fil.bash: a tool without a row has no completion."""
    known = {line.split()[-1] for line in bash("complete -p | grep -w _fil")}
    assert known == {os.path.basename(p) for p in programs()}, known


@test
def every_option_of_help_is_offered():
    """One table a program gives getopt_long, --help and completion (spec/00)."""
    for path in programs():
        rows = options_of(path)
        assert ["-h", "--help"] in rows and ["-V", "--version"] in rows, (path, rows)
        replies = set(offered(path, "-"))
        for names in rows:
            assert set(names) & replies, (path, names, replies)
        assert replies <= {name for names in rows for name in names}, replies


@test
def the_beginning_of_an_option_narrows_the_offer():
    """TAB after --po completes to what begins so, and to nothing else."""
    server = program("fil-mixedd")
    assert offered(server, "--po") == ["--port"]
    assert offered(server, "--nosuch") == []


@test
def the_language_of_the_user_does_not_matter():
    """--help is read in the C locale: translated rows would still be rows, but
    a translated value word would not be known."""
    for path in programs():
        assert offered(path, "-") == offered(path, "-", env={"LC_ALL": "C"})


@test
def a_choice_is_completed_with_its_words():
    """--color auto|always|never: also in the form --color=WORD, which bash
    cuts into three words."""
    words = ["auto", "always", "never"]
    assert offered(DEMO, "--color", "") == words
    assert offered(DEMO, "--color", "=") == words
    assert offered(DEMO, "--color", "=", "n") == ["never"]
    assert offered(DEMO, "--color", "al") == ["always"]


@test
def a_host_is_completed_with_a_known_host():
    """--bind ADDR and the client's HOST: the names that bash knows of."""
    with tempfile.NamedTemporaryFile("w", suffix="hosts") as hosts:
        hosts.write("127.0.0.1 teachers-machine\n")
        hosts.flush()
        env = {"HOSTFILE": hosts.name}
        for words in (["fil-mixedd", "--bind"], ["fil-mixedd", "-b"], ["fil-mixed"],
                      ["fil-mixed", "--tcp"], ["fil-mixed", "--"]):
            line = [program(words[0]), *words[1:], "teachers-m"]
            assert offered(*line, env=env) == ["teachers-machine"], line


@test
def a_number_is_not_guessed():
    """After --port there is nothing to offer, least of all an option."""
    assert offered(program("fil-mixedd"), "--port", "") == []
    assert offered(program("fil-mixed"), "--port", "") == []


@test
def files_and_directories_are_completed_where_help_says_so():
    """FILE and DIR are the words of --help for them; names may have spaces."""
    with tempfile.TemporaryDirectory() as folder:
        tool = pathlib.Path(folder) / "fil-mixedd"
        tool.write_text("#!/bin/sh\n"
            "echo '      --cert FILE        the certificate'\n"
            "echo '      --root DIR         the files'\n")
        tool.chmod(0o755)
        (pathlib.Path(folder) / "a key.pem").touch()
        (pathlib.Path(folder) / "a folder").mkdir()
        assert sorted(offered(str(tool), "--cert", f"{folder}/a")) == [
            f"{folder}/a folder", f"{folder}/a key.pem"]
        assert offered(str(tool), "--root", f"{folder}/a") == [f"{folder}/a folder"]


@test
def options_that_share_a_row_are_offered_each_with_its_value():
    """Help of 24 lines has rows of two options; neither may be lost."""
    with tempfile.TemporaryDirectory() as folder:
        tool = pathlib.Path(folder) / "fil-mixedd"
        tool.write_text("#!/bin/sh\n"
            "echo '  -4, --ipv4, -6, --ipv6   -4 only, --other only'\n"
            "echo '  -c, --cert FILE, -r, --root DIR, --color a|b   text'\n"
            "echo '  -x, -y, -f FILE, --long'\n")
        tool.chmod(0o755)
        (pathlib.Path(folder) / "key.pem").touch()
        assert sorted(offered(str(tool), "-")) == ["--cert", "--color", "--ipv4",
            "--ipv6", "--long", "--root", "-x", "-y"]
        for option in ("-c", "--cert", "-f"):
            assert offered(str(tool), option, f"{folder}/k") == [f"{folder}/key.pem"]
        for option in ("-r", "--root", "-6", "--ipv6", "-y"):
            assert offered(str(tool), option, f"{folder}/k") == [], option
        assert offered(str(tool), "--color", "") == ["a", "b"]


@test
def the_scenes_are_offered_to_fil_demo():
    """From fil-demo --list, after options and after -- too."""
    for words in ([], ["--step"], ["--"], ["mixed"]):
        assert "mixed" in offered(DEMO, *words, "mi"), words


@test
def a_program_that_is_missing_offers_nothing_and_says_nothing():
    """TAB must not print an error into the line that is being typed."""
    assert offered("/nonexistent/fil-mixedd", "-") == []


if __name__ == "__main__":
    harness.main()
