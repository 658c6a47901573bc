"""terminal.py - a real terminal (tmux), which is asked what it shows."""
import re, shlex, shutil, subprocess, tempfile

import harness
from harness import BUILD, eventually, need, run

EDITED = "#define HAVE_LIBEDIT 1" in (BUILD / "config.h").read_text()


SANE = "stty -a | tr ' ;' '\\n\\n' | grep -cxE 'icanon|echo|isig|opost'"


class Terminal:
    """A terminal of 60 by 16, with a shell command in it."""

    def __init__(self, command, columns=60, rows=16, **env):
        need("tmux", "bash", "stty")
        self.folder = tempfile.mkdtemp(prefix="fil-tmux-")
        env = {"HOME": self.folder, **env}	# whose .editrc it is matters
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows,
                  "env " + " ".join(f"{k}={shlex.quote(v)}" for k, v in env.items())
                  + " bash --norc --noprofile")
        harness._running.append(self)
        self.argv = ["tmux", command]
        self.line("PS1='$ '; clear")
        self.sees("^[$]$")
        self.line(command)

    def tmux(self, *arguments):
        # tmux starts the command with $SHELL, and there are users whose own is nologin
        status, out, err = run(["tmux", "-u", "-S", self.folder + "/socket", *arguments],
                               env={"SHELL": "/bin/sh"})
        assert status == 0, (arguments, err)
        return out.decode()

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def line(self, text):
        self.type(text)
        self.key("Enter")

    def key(self, *names):
        self.tmux("send-keys", *names)

    def byte(self, *numbers):
        self.tmux("send-keys", "-H", *(f"{n:x}" for n in numbers))

    def screen(self):
        return self.tmux("capture-pane", "-p").rstrip("\n")

    def cursor(self):
        return self.tmux("display-message", "-p", "#{cursor_x},#{cursor_y}").strip()

    def sees(self, pattern):
        return eventually(lambda: re.search(pattern, self.screen(), re.M),
                          f"{pattern!r} on the screen:\n{self.screen()}")

    def has(self, wanted):
        eventually(lambda: self.screen().split("\n") == wanted,
                   f"the rows {wanted}; there are:\n{self.screen()}")

    def is_sane(self):
        """Are echo and lines on, as a shell leaves them?"""
        self.line("clear; " + SANE)
        return bool(self.sees("^4$"))

    stdout = property(screen)
    stderr = ""

    def end(self):
        self.kill()

    def kill(self):
        subprocess.run(["tmux", "-S", self.folder + "/socket", "kill-server"],
                       capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)
