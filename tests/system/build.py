#!/usr/bin/env python3
"""build.py - what the compiler and linker were asked for is in the programs."""
import re, subprocess

from harness import BUILD, SOURCE, NotHere, main, need, program, test

PROGRAMS = ["fil-mixedd", "fil-mixed", "fil-proxy"]


def variable(name):
    text = (BUILD / "Makefile").read_text()
    return re.search(rf"^{name} = (.*)$", text, re.M).group(1).split()


@test
def programs_are_position_independent_with_read_only_relocations():
    """Hardening: PIE, RELRO, BIND_NOW, and a stack protector where arrays are."""
    need("readelf")
    if "-pie" not in variable("FIL_LDFLAGS"):
        raise NotHere("configured without hardening")
    for name in PROGRAMS:
        told = subprocess.run(["readelf", "-hlds", program(name)], check=True,
                              capture_output=True, text=True).stdout
        for sign in (r"Type: +DYN", "GNU_RELRO", r"\bNOW\b", "__stack_chk_fail"):
            assert re.search(sign, told), (name, sign)


@test
def calls_with_known_buffers_are_checked():
    """_FORTIFY_SOURCE=2 turns them into their checked forms."""
    need("nm")
    if "-D_FORTIFY_SOURCE=2" not in variable("FIL_CPPFLAGS"):
        raise NotHere("configured without _FORTIFY_SOURCE")
    told = subprocess.run(["nm", "-u", BUILD / "src" / "base" / "libbase.a"],
                          check=True, capture_output=True, text=True).stdout
    assert "_chk" in told


@test
def the_version_stands_in_one_place():
    """Issue 2: configure.ac alone; a second copy would be forgotten."""
    version = re.search(r"AC_INIT\(\[fil\], \[([^]]+)\]", (SOURCE / "configure.ac")
                        .read_text()).group(1)
    for path in [*(SOURCE / "src").rglob("*.[ch]"), SOURCE / "Makefile.am",
                 *(SOURCE / "demo").rglob("*.sh"), *(SOURCE / "certs").glob("*.sh"),
                 *(SOURCE / "man").iterdir()]:
        assert version not in path.read_text("utf-8"), path


main()
