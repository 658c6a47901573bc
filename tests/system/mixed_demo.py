#!/usr/bin/env python3
"""mixed_demo.py - fil-mixedd --demo: the final exercise with nothing to prepare."""
import os, pathlib, re, signal, tempfile

from harness import Process, Server, eventually, main, program, run, spoken, test

COMMAND = re.compile(r"^    (fil-mixed --tls (?:.*\\\n)*.*)$", re.M)


def demo(folder, *options):
    server = Server("fil-mixedd", "--demo", "-q", "--port", "0", "--udp-port", "0",
                    "--tls-port", "0", *options, lines=3, env={"TMPDIR": folder})
    server.says(r"/help", "stdout")
    return server


@test
def the_commands_that_it_prints_log_in_when_they_are_pasted():
    """spec/01: prints the client commands to paste.  A command that has to be
    mended first is the end of a demonstration."""
    with tempfile.TemporaryDirectory() as folder:
        server = demo(folder)
        commands = COMMAND.findall(server.stdout)
        assert len(commands) == 2, server.stdout
        for command in commands:
            status, out, err = run(
                ["sh", "-c", command.replace("fil-mixed", program("fil-mixed"), 1)],
                b"/who\n")
            assert status == 0 and b"pc3" in out + err or b"pc4" in out + err, (out, err)
        server.stop()


@test
def everything_is_private_and_goes_with_the_server():
    """Passwords and a key lie there: nobody else may read them, nor find them."""
    with tempfile.TemporaryDirectory() as folder:
        server = demo(folder)
        made, = pathlib.Path(folder).iterdir()
        assert made.stat().st_mode & 0o777 == 0o700
        files = {path.name: path for path in made.iterdir()}
        assert set(files) == {"ca.pem", "server.pem", "server.key", "users", "pc3", "pc4"}
        assert all(path.stat().st_mode & 0o077 == 0 for path in files.values())
        assert files["pc3"].read_text() != files["pc4"].read_text()
        server.stop()
        assert not os.listdir(folder)


@test
def an_interrupt_at_any_moment_leaves_nothing_behind():
    """Ctrl-C while keys are made: the folder goes all the same."""
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(10):
            server = Process([program("fil-mixedd"), "--demo", "-q", "--port", "0",
                              "--udp-port", "0", "--tls-port", "0"],
                             env={"TMPDIR": folder})
            # not the file that a sanitizer makes before main()
            eventually(lambda: any(name.startswith("fil-mixedd.") for name in os.listdir(folder))
                       or server.popen.poll() is not None, "a folder to be made")
            server.signal(signal.SIGINT)
            assert server.wait() == 0
            assert not os.listdir(folder)


@test
def a_certificate_for_localhost_is_not_shown_elsewhere():
    """The commands would be refused by the certificate's name."""
    with tempfile.TemporaryDirectory() as folder:
        status, _, err = run([program("fil-mixedd"), "--demo", "--port", "0", "--udp-port",
                              "0", "--tls-port", "0", "--bind", "127.0.0.2"],
                             env={"TMPDIR": folder})
        assert status == 1 and b"localhost" in err, (status, err)
        assert not os.listdir(folder)


@test
def options_that_contradict_it_are_usage_errors():
    """It makes accounts and certificate itself; inetd has no TLS."""
    for options in (["--demo", "--users", "x"], ["--demo", "--cert", "x", "--key", "y"],
                    ["--demo", "--inetd"], ["--inetd", "--cert", "x", "--key", "y"],
                    ["--cert", "x"]):
        status, out, err = run([program("fil-mixedd"), *options])
        assert status == 2 and out == b"" and err, (options, status, err)
        assert spoken("Try", "Essayez").encode() in err, err


if __name__ == "__main__":
    main()
