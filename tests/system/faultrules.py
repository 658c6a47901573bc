"""faultrules.py - run a program with calls that fail by rule (tests/fault)."""
import re, subprocess, tempfile

from harness import BUILD, Skip, program, run

LIBRARY = BUILD / "tests" / "fault" / "libfault.so"


def preload(rules, phase=None):
    """The environment in which rules hold, and the file of their report; phase:
    the path of the file that says which phase it is."""
    if not LIBRARY.exists():
        raise Skip("tests/fault/libfault.so")
    report = tempfile.NamedTemporaryFile(prefix="fil-faults-")
    runtime = subprocess.run(["ldd", program("fil-mixedd")], capture_output=True,
                             text=True).stdout
    # a sanitizer's runtime wants to be the first of all libraries
    first = re.findall(r"=> (\S*/lib[at]san\S*)", runtime)
    more = {"FIL_FAULT_PHASE": str(phase)} if phase else {}
    return {**more, "FIL_FAULT": rules, "FIL_FAULT_REPORT": report.name,
            "LD_PRELOAD": " ".join([*first, str(LIBRARY)])}, report


def fault_knows(call):
    """Is there a rule for this call, in this build?"""
    env, _ = preload(f"{call}=ENOMEM:after=1000000")
    return run([program("fil-mixed"), "--version"], env=env)[0] != 99


def hits(report):
    """{rule: how often it struck}"""
    with open(report.name) as lines:
        return {line.split()[0]: int(line.split()[3]) for line in lines}
