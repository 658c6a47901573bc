"""memory.py - how much of it a program has, where that says anything."""
import contextlib, pathlib, re

from faultrules import fault_knows
from harness import BUILD, Skip


def measures_memory():
    """Not in a sanitizer's build: its allocator keeps what is freed.  And libgcov
    dies when it has none at exit."""
    return fault_knows("calloc") and not any((BUILD / "src" / "base").glob("*.gcno"))


def resident_kib(pid):
    """What /proc/PID/status calls VmRSS is some pages off for each processor;
    smaps_rollup counts them."""
    for name, key in (("smaps_rollup", "Rss"), ("status", "VmRSS")):
        with contextlib.suppress(OSError):
            text = pathlib.Path(f"/proc/{pid}/{name}").read_text()
            return int(re.search(rf"^{key}:\s+(\d+) kB$", text, re.M)[1])
    raise Skip("/proc: no memory figures")
