#!/usr/bin/env python3
"""fill.py - put the code and the numbers into the report, in both languages.

    fill.py [--check]

Below a line  <!-- code: FILE FUNCTION -->  stands that function of the sources,
below  <!-- numbers: TABLE -->  a table of measures.json.  What stood there is
replaced.  --check changes nothing, and fails if something would."""
import json, pathlib, re, sys

DOC = pathlib.Path(__file__).resolve().parent.parent
NUMBERS = json.loads((DOC / "figures/measures.json").read_text())
HEADS = {
    "en": {"waits": ("program", "seconds", "says"),
           "datagrams": ("server", "the datagram waits"),
           "cost": ("server", "an idle client", "answers a second, one client"),
           "soon": "under 10 ms", "kib": "KiB", "s": "s", "thousands": ","},
    "fr": {"waits": ("programme", "secondes", "dit"),
           "datagrams": ("serveur", "le datagramme attend"),
           "cost": ("serveur", "un client inactif", "réponses par seconde, un client"),
           "soon": "moins de 10 ms", "kib": "Kio", "s": "s", "thousands": "\u202f"},
}


def function_of(path, name):
    """Its text, from the line of its type to its closing brace."""
    text = (DOC.parent / path).read_text("utf-8")
    found = re.search(rf"^[^\n]+\n{re.escape(name)}\(.*?^}}\n", text, re.M | re.S)
    assert found, f"no {name} in {path}"
    return found[0]


def number(value, words, digits=1):
    text = f"{value:,.{digits}f}".replace(",", words["thousands"])
    return text if words["thousands"] == "," else text.replace(".", ",")


def row(cells):
    return "| " + " | ".join(cells) + " |\n"


def table_of(name, words):
    lines = [row(words[name]), row(["---"] + ["---:"] * (len(words[name]) - 1))]
    for who, what in NUMBERS[name].items():
        if name == "waits":
            cells = [number(what["seconds"], words), ", ".join(what["words"])]
        elif name == "datagrams":
            cells = [f"{number(what, words)} {words['s']}" if what >= 0.01 else words["soon"]]
        else:
            cells = [f"{number(what['idle_kib'], words)} {words['kib']}",
                     number(what["answers"], words, 0)]
        lines.append(row([f"`{who}`", *cells]))
    return "".join(lines)


def filled(text, words):
    text = re.sub(r"(<!-- code: (\S+) (\w+) -->\n)(?:```c\n.*?```\n)?",
        lambda m: f"{m[1]}```c\n{function_of(m[2], m[3])}```\n", text, flags=re.S)
    return re.sub(r"(<!-- numbers: (\w+) -->)\n\n(?:\|.*\n)*\n?",
        lambda m: f"{m[1]}\n\n{table_of(m[2], words)}\n", text)


def main():
    stale = []
    for name, language in (("report.md", "en"), ("rapport.md", "fr")):
        old = (DOC / name).read_text("utf-8")
        new = filled(old, HEADS[language])
        if new != old:
            stale.append(name)
            if "--check" not in sys.argv:
                (DOC / name).write_text(new, "utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"not what the sources and measures.json say: {', '.join(stale)}")


main()
