#!/usr/bin/env python3
"""coverage.py SOURCE BUILD - the lines of proto/, net/, serve/ that no test runs.

Each must stand in tests/uncovered with a reason: "FILE | FUNCTION | LINE'S TEXT |
REASON".
A line without one is a failure, and so is a reason for a line that is executed
by now, so that the list stays true.  base/ is shown and not judged."""
import json, pathlib, subprocess, sys

source, build = map(pathlib.Path, sys.argv[1:3])
JUDGED = ("proto", "net", "serve")


def uncovered(floor):
    """(executed, total, [(file, number, function, text)]) of one floor's library."""
    executed = total = 0
    missing = []
    for notes in sorted((build / "src" / floor).glob("*.gcno")):
        done = subprocess.run(["gcov", "--json-format", "--stdout", str(notes)],
                              capture_output=True, text=True, check=True)
        for report in map(json.loads, done.stdout.splitlines()):
            for file in report["files"]:
                name = f"src/{floor}/{pathlib.Path(file['file']).name}"
                if not name.endswith(notes.stem + ".c"):
                    continue
                text = (source / name).read_text("utf-8").splitlines()
                for line in file["lines"]:
                    total += 1
                    executed += line["count"] > 0
                    if line["count"] == 0:
                        number = line["line_number"]
                        missing.append((name, number, line["function_name"],
                                        text[number - 1].strip()))
    return executed, total, missing


reasons = {}
for row in (source / "tests" / "uncovered").read_text("utf-8").splitlines():
    if row and not row.startswith("#"):
        *place, reason = (part.strip() for part in row.split(" | "))
        reasons[tuple(place)] = reason

failed = False
used = set()
for floor in ("base", *JUDGED):
    executed, total, missing = uncovered(floor)
    if total == 0:
        sys.exit(f"coverage: no figures for {floor}: configure --enable-coverage, "
                 "make check")
    print(f"src/{floor}: {executed} of {total} lines executed, "
          f"{100 * executed / total:.1f} %")
    for name, number, function, text in missing:
        place = name, function, text
        # one reason excuses one line
        reason = None if place in used else reasons.get(place)
        used.add(place)
        if floor in JUDGED and reason is None:
            failed = True
            reason = "NO REASON"
        if floor in JUDGED:
            print(f"  {name}:{number}: {text}   [{reason}]")
for stale in sorted(set(reasons) - used):
    print(f"tests/uncovered: is executed by now, or gone: {' | '.join(stale)}")
    failed = True
sys.exit(failed)
