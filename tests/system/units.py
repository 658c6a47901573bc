#!/usr/bin/env python3
"""units.py - the units for systemd: correct, hardened, and in step with the programs."""
import pathlib, re, tempfile

from harness import BUILD, SOURCE, Skip, main, need, program, run, test

DAEMONS = ("fil-chatd", "fil-daytimed", "fil-ftpd", "fil-mixedd", "fil-proxy",
           "fil-tftpd")
UDP_ALONE = ("fil-tftpd",)	# their --port is one of UDP

# Threads and descriptors that one client takes, if not one of each.
A_CLIENT = {"fil-proxy": {"TasksMax": 2, "LimitNOFILE": 6}}

# systemd-analyze security: 0 is a box without a door, 10 is root with all its
# rights.  systemd 252 gives 1.1, for what a network server cannot do without:
# the network, the root directory, sockets.  Other versions weigh otherwise.
EXPOSURE = 1.3

# Issue 3: what every service has, whatever else it needs.
HARDENED = {
    "yes": "DynamicUser LockPersonality MemoryDenyWriteExecute NoNewPrivileges "
           "PrivateDevices PrivateMounts PrivateTmp PrivateUsers ProtectClock "
           "ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs "
           "ProtectKernelModules ProtectKernelTunables RemoveIPC RestrictNamespaces "
           "RestrictRealtime RestrictSUIDSGID",
    "strict": "ProtectSystem", "invisible": "ProtectProc", "pid": "ProcSubset",
    "native": "SystemCallArchitectures", "closed": "DevicePolicy", "0077": "UMask",
    "": "CapabilityBoundingSet AmbientCapabilities",
    "AF_INET AF_INET6 AF_UNIX": "RestrictAddressFamilies",
    "@system-service ~@privileged @resources": "SystemCallFilter",
}

ENGLISH = {"LC_ALL": "C", "LANGUAGE": "", "SYSTEMD_COLORS": "0"}


def unit(name):
    return (BUILD / "systemd" / name).read_text("utf-8")


def settings(text):
    """{key: [values]} of a unit; an empty value forgets those before it."""
    found = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", text, re.M):
        found[key] = found.get(key, []) + [value] if value else []
    return found


def help_of(name):
    status, out, _ = run([program(name), "--help"], env=ENGLISH)
    assert status == 0
    return out.decode()


def copies(folder):
    """The units as they are, but for the program's place: that of the build.
    Returns their paths."""
    made = []
    for path in sorted((BUILD / "systemd").glob("fil-*.*")):
        if path.suffix not in (".service", ".socket"):
            continue
        text = re.sub(r"^ExecStart=\S*/", f"ExecStart={BUILD}/src/",
                      path.read_text("utf-8"), flags=re.M)
        copy = pathlib.Path(folder, path.name)
        copy.write_text(text, "utf-8")
        copy.chmod(0o644)       # whatever the umask: systemd minds
        made.append(copy)
    return made


def analyze(*arguments):
    status, out, err = run(["systemd-analyze", *arguments], env=ENGLISH)
    return status, (out + err).decode()


@test
def every_daemon_has_a_service_and_a_socket():
    """Issue 3: units and sockets for every daemon so far."""
    made = {p.name for p in (SOURCE / "systemd").glob("*.in")}
    assert made == {f"{d}.{kind}.in" for d in DAEMONS for kind in ("service", "socket")}
    # a daemon is what has a manual page in section 8
    assert {p.stem for p in (SOURCE / "man").glob("*.8")} == set(DAEMONS)
    for name in DAEMONS:
        for kind in ("service", "socket"):
            assert not re.search(r"@\w+@", unit(f"{name}.{kind}")), name


@test
def systemd_understands_every_line():
    """systemd-analyze verify: a misspelt setting is ignored, and only the
    journal knows that the protection is not there."""
    need("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        status, said = analyze("verify", "--man=no", *copies(folder))
        assert (status, said) == (0, ""), said


@test
def a_misspelt_line_is_found():
    """The test above is worth what it refuses."""
    need("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        made = copies(folder)
        for copy in made:
            copy.write_text(re.sub(r"^(ProtectHome|FreeBind)=", r"\1s=",
                                   copy.read_text("utf-8"), flags=re.M), "utf-8")
        _, said = analyze("verify", "--man=no", *made)
        for copy in made:
            assert re.search(rf"{copy.name}:\d+: Unknown key", said), (copy.name, said)


@test
def a_service_is_exposed_as_little_as_a_server_can_be():
    """systemd-analyze security, offline: below the limit that stands above."""
    need("systemd-analyze")
    if "--offline" not in analyze("--help")[1]:
        raise Skip("systemd-analyze security --offline (systemd 250)")
    with tempfile.TemporaryDirectory() as folder:
        for copy in copies(folder):
            if copy.suffix != ".service":
                continue
            status, said = analyze("security", "--offline=true", "--no-pager",
                                   f"--threshold={EXPOSURE * 10:.0f}", copy)
            level = re.search(r"exposure level for \S+: ([\d.]+)", said)
            assert level, said
            print(f"# {copy.name}: exposure {level[1]}, at most {EXPOSURE}")
            assert status == 0 and float(level[1]) <= EXPOSURE, \
                "\n".join(line for line in said.splitlines() if line[:1] in "-✗")


@test
def every_service_has_every_line_of_hardening():
    """The number above weighs a line by 0.1; one that is lost shows here, and a
    new daemon cannot forget any."""
    for name in DAEMONS:
        found = settings(unit(f"{name}.service"))
        for value, keys in HARDENED.items():
            for key in keys.split():
                assert " ".join(found.get(key, ["not there"])) == value, (name, key)


@test
def every_option_named_in_a_unit_exists():
    """A service with an option that is no more would not start at the next boot."""
    for name in DAEMONS:
        known = set(re.findall(r"--[a-z][\w-]*", help_of(name)))
        for kind in ("service", "socket"):
            text = re.sub(r"systemctl .*", "", unit(f"{name}.{kind}"))
            named = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text))
            assert named <= known, (name, kind, named - known)
        start = settings(unit(f"{name}.service"))["ExecStart"]
        assert len(start) == 1 and pathlib.Path(start[0].split()[0]).name == name
        assert pathlib.Path(start[0].split()[0]).is_absolute(), start
        # and it takes them: --version comes last, so nothing is opened
        status, _, err = run([program(name), *start[0].split()[1:], "--version"])
        assert status == 0, err


@test
def a_socket_unit_opens_what_the_program_opens_by_itself():
    """The standard ports, this machine only, both families: a user who changes
    from a shell to systemd finds the server where it was, and nobody else does."""
    for name in DAEMONS:
        text = help_of(name)
        found = settings(unit(f"{name}.socket"))
        for option, key in ((("port", "ListenDatagram"),) if name in UDP_ALONE else
                            (("port", "ListenStream"), ("udp-port", "ListenDatagram"))):
            port = re.search(rf"--{option} PORT .*\((\d+);", text)
            if name == "fil-proxy" and option == "port":    # an operand
                port = re.search(r" (\d+) \S+ \d+$",
                                 settings(unit(f"{name}.service"))["ExecStart"][-1])
            wanted = [f"127.0.0.1:{port[1]}", f"[::1]:{port[1]}"] if port else []
            assert found.get(key, []) == wanted, (name, key, found)


@test
def there_is_room_for_as_many_clients_as_the_program_takes():
    """One thread and one descriptor a client, as a rule.  Else the last ones wait, though
    the program's own limit is not reached."""
    for name in DAEMONS:
        page = (SOURCE / "man" / f"{name}.8").read_text("utf-8")
        clients = int(re.search(r"^.It Fl -max-clients Ar n$.*?^The default is (\d+)\.$",
                                page, re.M | re.S)[1])
        found = settings(unit(f"{name}.service"))
        for key in ("TasksMax", "LimitNOFILE"):
            each = A_CLIENT.get(name, {}).get(key, 1)
            assert int(found[key][-1]) >= each * clients + 64, (key, found[key], clients)


main()
