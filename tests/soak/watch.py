"""watch.py - what a server has: descriptors, threads, memory."""
import collections, contextlib, pathlib

from memory import resident_kib


def thread_names(pid):
    """Counter of the names of its threads, without the numbers of clients."""
    names = collections.Counter()
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            names[(task / "comm").read_text().strip().rstrip("0123456789")] += 1
    return names


class Figures:
    """At one moment."""

    def __init__(self, server):
        self.descriptors = server.descriptors()
        self.names = thread_names(server.pid)
        self.threads = sum(self.names.values())
        self.resident = resident_kib(server.pid)

    def raise_to(self, other):
        """Keep the greater of each."""
        for key in ("descriptors", "threads", "resident"):
            setattr(self, key, max(getattr(self, key), getattr(other, key)))
