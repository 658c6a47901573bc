"""certs.py - fil-certs makes certificates that OpenSSL, GnuTLS and Python accept."""
import os, pathlib, re, shutil, signal, ssl, subprocess, tempfile

import harness
from harness import (BUILD, SOURCE, Process, eventually, need, run, spoken, tcp,
                     test)

CERTS = BUILD / "certs" / "fil-certs"
FILES = ["ca.key", "ca.pem", "server.key", "server.pem"]
NAMES = ["localhost", "server.iiia.net", "pc1"]
ADDRESSES = ["127.0.0.1", "::1", "10.0.0.5", "2001:db8::5"]
CALLS = 5			# of certtool, in one run


def tool(*arguments, command=CERTS, env=None, **options):
    need("certtool")
    status, out, err = run([command, *arguments], env=env, **options)
    return status, out.decode(), err.decode()


def made(folder, *options):
    """A set of certificates for all that stands above."""
    place = pathlib.Path(folder) / "certs"
    more = [f"--name={name}" for name in NAMES[1:] + ADDRESSES[2:]]
    status, _, err = tool(*more, *options, place)
    assert (status, err) == (0, ""), (status, err)
    return place


def openssl(*arguments):
    """Whether openssl says yes, and what it says."""
    need("openssl")
    status, out, err = run(["openssl", *arguments])
    return status == 0, (out + err).decode()


def verifies(place, *options):
    return openssl("verify", "-x509_strict", "-purpose", "sslserver",
        "-CAfile", place / "ca.pem", *options, place / "server.pem")[0]


def shown(place, name, *what):
    yes, text = openssl("x509", "-noout", *what, "-in", place / name)
    assert yes, text
    return text


def mode(path):
    return os.stat(path).st_mode & 0o7777


def stub(folder, script):
    """A PATH on which certtool is the script; $real is the true one, $n says
    which call it is."""
    need("certtool")
    bin = pathlib.Path(folder) / "bin"
    bin.mkdir(exist_ok=True)
    count = pathlib.Path(folder) / "count"
    count.write_text("")
    (bin / "certtool").write_text(f"#!/bin/sh\nreal={shutil.which('certtool')}\n"
        f"echo >>'{count}'; n=$(wc -l <'{count}')\n{script}\n")
    (bin / "certtool").chmod(0o755)
    return {"PATH": f"{bin}:{os.environ['PATH']}"}


def heeding_signals():
    """Undo what `nohup make check &` does: an ignored signal stays ignored."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


# --- what is made -------------------------------------------------------------

@test
def openssl_accepts_the_certificate_for_every_name_and_address():
    """RFC 6125 6.4: a client looks for the name that it connected to in
    subjectAltName.  A missing one is a refusal in class, an extra one a hole."""
    with tempfile.TemporaryDirectory() as folder:
        place = made(folder)
        assert verifies(place)
        for name in NAMES:
            assert verifies(place, "-verify_hostname", name), name
        for address in ADDRESSES:
            assert verifies(place, "-verify_ip", address), address
        for name in ("example.com", "iiia.net", "x.server.iiia.net", "fil"):
            assert not verifies(place, "-verify_hostname", name), name
        for address in ("127.0.0.2", "::2", "10.0.0.6"):
            assert not verifies(place, "-verify_ip", address), address


@test
def certtool_agrees():
    """GnuTLS is the library of fil's own clients: it must believe it too."""
    with tempfile.TemporaryDirectory() as folder:
        place = made(folder)
        for name, right in (("localhost", True), ("pc1", True), ("pc2", False)):
            status, out, err = run(["certtool", "--verify", "--verify-hostname", name,
                "--load-ca-certificate", place / "ca.pem", "--infile", place / "server.pem"])
            assert (status == 0) == right, (name, out, err)
        for name in ("ca.key", "server.key"):
            status, out, _ = run(["certtool", "--key-info", "--infile", place / name])
            assert status == 0 and b"SECP256R1" in out, out


@test
def each_key_belongs_to_its_certificate():
    """A pair that does not match is refused by every server at start."""
    with tempfile.TemporaryDirectory() as folder:
        place = made(folder)
        keys = set()
        for name in ("ca", "server"):
            yes, key = openssl("pkey", "-pubout", "-in", place / f"{name}.key")
            assert yes and key == shown(place, f"{name}.pem", "-pubkey"), name
            keys.add(key)
        assert len(keys) == 2


@test
def the_ca_may_sign_and_the_server_may_only_serve():
    """RFC 5280 4.2.1.3, 4.2.1.9, 4.2.1.12.  A server's certificate that could
    sign would make every student an authority."""
    with tempfile.TemporaryDirectory() as folder:
        place = made(folder)
        what = ("-ext", "basicConstraints,keyUsage,extendedKeyUsage")
        ca, server = shown(place, "ca.pem", *what), shown(place, "server.pem", *what)
        assert "CA:TRUE, pathlen:0" in ca and "Certificate Sign" in ca, ca
        assert "CA:FALSE" in server and "Certificate Sign" not in server, server
        assert "TLS Web Server Authentication" in server, server
        assert not openssl("verify", "-purpose", "sslclient", "-CAfile", place / "ca.pem",
            place / "server.pem")[0], "it can be used as a client's"


@test
def another_ca_does_not_vouch_for_it():
    """Two groups of a class must not be able to play each other's servers; and
    serial numbers are random, so that no two CAs' certificates are confused."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        ours, theirs = made(one), made(two)
        assert not openssl("verify", "-CAfile", theirs / "ca.pem", ours / "server.pem")[0]
        serials = {shown(place, f"{name}.pem", "-serial").strip().split("=")[1]
            for place in (ours, theirs) for name in ("ca", "server")}
        assert len(serials) == 4 and all(len(s) > 16 for s in serials), serials


@test
def it_is_valid_from_now_for_as_many_days_as_asked():
    """365 days unless --days says otherwise; openssl counts in seconds."""
    day = 86400
    with tempfile.TemporaryDirectory() as folder:
        for options, days in (((), 365), (("--days", "3"), 3), (("--days=9999",), 9999)):
            place = pathlib.Path(folder) / str(days)
            assert tool(*options, place)[0] == 0
            for name in ("ca.pem", "server.pem"):
                for seconds, valid in ((days * day - 600, True), (days * day + 600, False)):
                    assert openssl("x509", "-noout", "-checkend", str(seconds),
                        "-in", place / name)[0] == valid, (name, days, seconds)


@test
def keys_and_the_folder_are_for_the_owner_only():
    """A key that others can read is no secret; whatever the user's umask is."""
    for mask in (0o000, 0o022, 0o077):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder) / "certs"
            status, _, err = tool(place, preexec_fn=lambda: os.umask(mask))
            assert status == 0, err
            assert mode(place) == 0o700, oct(mode(place))
            assert sorted(os.listdir(place)) == FILES
            for name in FILES:
                wanted = 0o600 if name.endswith(".key") else 0o644
                assert mode(place / name) == wanted, (name, oct(mode(place / name)))


@test
def names_and_addresses_are_told_apart_in_all_their_forms():
    """An address as a DNS name is found by no client (RFC 6125 1.7.2)."""
    given = {"PC2.Example": "DNS:pc2.example", "a-b.3com.net": "DNS:a-b.3com.net",
        "xn--bcher-kva.example": "DNS:xn--bcher-kva.example", "x" * 63: "DNS:" + "x" * 63,
        "255.0.10.1": "IP Address:255.0.10.1", "fe80::1": "IP Address:FE80:0:0:0:0:0:0:1",
        "2001:DB8:0:0:1:2:3:4": "IP Address:2001:DB8:0:0:1:2:3:4",
        "::ffff:192.0.2.1": "IP Address:0:0:0:0:0:FFFF:C000:201",
        "1::": "IP Address:1:0:0:0:0:0:0:0"}
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "certs"
        status, _, err = tool(*[f"--name={name}" for name in given], place)
        assert status == 0, err
        names = shown(place, "server.pem", "-ext", "subjectAltName").split("\n")[1]
        names = names.strip().split(", ")
        wanted = {"DNS:localhost", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1"}
        assert set(names) == wanted | set(given.values()), names


@test
def a_name_given_twice_stands_there_once():
    """--name localhost is what a careful user adds."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "certs"
        assert tool("--name", "localhost", "--name", "A.b", "--name", "a.B", place)[0] == 0
        names = shown(place, "server.pem", "-ext", "subjectAltName")
        assert names.count("DNS:") == 2, names


# --- a handshake ----------------------------------------------------------------

def s_server(place):
    """openssl s_server on a free port."""
    need("openssl")
    server = Process(["openssl", "s_server", "-accept", "127.0.0.1:0", "-www",
        "-cert", place / "server.pem", "-key", place / "server.key"])
    return int(server.says(r"^ACCEPT 127\.0\.0\.1:(\d+)$", "stdout")[1])


@test
def a_client_that_trusts_the_ca_shakes_hands_and_others_refuse():
    """Sheet A, TLS: the whole point.  Three libraries' clients, one server; each
    must refuse a stranger's CA and a name that is not in the certificate."""
    need("gnutls-cli")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        place, strange = made(folder), made(other) / "ca.pem"
        port = s_server(place)

        def gnutls(ca, name):
            return run(["gnutls-cli", "--x509cafile", ca, "-p", port,
                "--verify-hostname", name, "127.0.0.1"])[0] == 0

        def s_client(ca, name):
            return openssl("s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", ca,
                "-verify_return_error", "-verify_hostname", name)[0]

        def python(ca, name):
            context = ssl.create_default_context(cafile=ca)
            context.verify_flags |= ssl.VERIFY_X509_STRICT
            try:
                with tcp(port) as sock, context.wrap_socket(sock, server_hostname=name):
                    return True
            except ssl.SSLCertVerificationError:
                return False
        for client in (gnutls, s_client, python):
            for name in ("localhost", "server.iiia.net"):
                assert client(place / "ca.pem", name), (client, name)
            assert not client(place / "ca.pem", "example.com"), client
            assert not client(strange, "localhost"), client
        assert python(place / "ca.pem", "127.0.0.1"), "an address is a name too"


def commands(text):
    """The lines that a user would paste."""
    return [line.strip() for line in text.splitlines() if line.startswith("    ")
        and re.match(r" +(certtool|openssl|gnutls-cli) ", line)]


@test
def the_commands_that_it_prints_work():
    """What is printed is pasted, also when the folder has a space and a quote."""
    need("openssl", "gnutls-cli")
    with tempfile.TemporaryDirectory() as folder:
        status, out, _ = tool("it's mine", cwd=folder)
        printed = commands(out)
        assert status == 0 and len(printed) == 5, out
        for line in printed[:3]:
            status, said, err = run(["sh", "-c", line], cwd=folder)
            assert status == 0, (line, said, err)
        server = Process(["sh", "-c", "exec " + printed[3].replace("4433",
            "127.0.0.1:0 -www")], cwd=folder)
        port = server.says(r"^ACCEPT 127\.0\.0\.1:(\d+)$", "stdout")[1]
        status, said, err = run(["sh", "-c", printed[4].replace("4433", port)], cwd=folder)
        assert status == 0, (said, err)


@test
def the_openssl_commands_of_the_page_make_the_same():
    """Sheet A suggests openssl; the page's commands must be as good as ours."""
    text = (SOURCE / "man" / "fil-certs.1").read_text()
    text = text[text.index(".Ss The same with openssl"):]
    blocks = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.M | re.S)
    script = "".join(blocks).replace("\\e\n", "\\\n").replace("\n$ ", "\n")[2:]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        need("openssl")
        status, _, err = run(["sh", "-e", "-c", script], cwd=folder)
        assert status == 0, err.decode()
        place, ours = pathlib.Path(folder), pathlib.Path(other) / "certs"
        assert tool(ours)[0] == 0
        assert sorted(os.listdir(place)) == FILES
        assert mode(place / "server.key") == 0o600
        assert verifies(place, "-verify_hostname", "localhost")
        assert verifies(place, "-verify_ip", "::1")
        what = ("-subject", "-issuer", "-ext",
            "basicConstraints,keyUsage,extendedKeyUsage,subjectAltName")
        for name in ("ca.pem", "server.pem"):
            theirs, mine = (shown(p, name, *what).splitlines() for p in (place, ours))
            assert sorted(part for line in theirs for part in line.split(", ")) == sorted(
                part for line in mine for part in line.split(", ")), (theirs, mine)


# --- nothing lost, nothing half made -------------------------------------------

@test
def nothing_is_overwritten():
    """A key that is overwritten is lost, with all that was signed by it."""
    for name in FILES:
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            (place / name).write_text("mine")
            status, out, err = tool(place)
            assert (status, out) == (1, "") and f"{place}/{name}" in err, (status, err)
            assert os.listdir(place) == [name]
            assert (place / name).read_text() == "mine"
    with tempfile.TemporaryDirectory() as folder:
        place = made(folder)
        before = {name: (place / name).read_bytes() for name in FILES}
        status, _, err = tool(place)
        assert status == 1 and spoken("is not overwritten", "n'est pas remplacé") in err, err
        assert before == {name: (place / name).read_bytes() for name in FILES}


@test
def a_file_or_a_broken_link_in_its_place_is_left_alone():
    """What is no folder cannot hold the files, and is somebody's."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "file").write_text("mine")
        (place / "link").symlink_to("nowhere")
        for name in ("file", "link"):
            status, _, err = tool(place / name)
            assert status == 1 and name in err, (status, err)
        assert sorted(os.listdir(place)) == ["file", "link"]
        assert (place / "file").read_text() == "mine"


@test
def an_existing_folder_keeps_what_it_has_and_its_mode():
    """`fil-certs .` in a folder of one's own."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        place.chmod(0o755)
        (place / "notes").write_text("mine")
        assert tool(".", cwd=folder)[0] == 0
        assert sorted(os.listdir(place)) == sorted([*FILES, "notes"])
        assert mode(place) == 0o755 and mode(place / "server.key") == 0o600
        assert os.stat(place / "server.key").st_nlink == 1
        assert verifies(place)


@test
def the_folder_is_certs_demo_unless_given():
    """The default, and a name that looks like an option."""
    with tempfile.TemporaryDirectory() as folder:
        assert tool(cwd=folder)[0] == 0
        assert tool("--", "-odd/", cwd=folder)[0] == 0
        assert sorted(os.listdir(folder)) == ["-odd", "certs-demo"]
        for name in ("-odd", "certs-demo"):
            assert verifies(pathlib.Path(folder) / name)


@test
def killed_in_the_middle_it_leaves_nothing():
    """Half a pair would be refused by a server, and in the way of the next run.
    The signal comes during each call of certtool in turn."""
    with tempfile.TemporaryDirectory() as folder:
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            for call in range(1, CALLS + 1):
                env = stub(folder, f'[ $n != {call} ] || kill -{int(number)} $PPID\n'
                    'exec "$real" "$@"')
                for place in ("new", "old"):
                    (pathlib.Path(folder) / "count").write_text("")
                    (pathlib.Path(folder) / "old").mkdir(exist_ok=True)
                    status, out, err = tool(place, cwd=folder, env=env,
                        preexec_fn=heeding_signals)
                    assert (status, out) == (128 + number, ""), (number, call, status, err)
                    assert sorted(os.listdir(folder)) == ["bin", "count", "old"], call
                    assert os.listdir(f"{folder}/old") == [], (number, call)


@test
def ctrl_c_ends_it_and_certtool_together():
    """The terminal sends the signal to both; the shell waits for neither."""
    with tempfile.TemporaryDirectory() as folder:
        env = stub(folder, f"echo >'{folder}/waiting'; exec sleep 600")
        certs = Process([CERTS, "new"], cwd=folder, env=env, start_new_session=True,
            preexec_fn=heeding_signals)
        eventually((pathlib.Path(folder) / "waiting").exists, "certtool to be called")
        os.killpg(certs.pid, signal.SIGINT)
        assert certs.wait() == 130, certs.popen.returncode
        assert sorted(os.listdir(folder)) == ["bin", "count", "waiting"]


@test
def a_certtool_that_fails_is_quoted_and_leaves_nothing():
    """Also one that writes nothing and says that all is well, as on a full disk:
    the last call verifies what the others have written."""
    with tempfile.TemporaryDirectory() as folder:
        for call in range(1, CALLS + 1):
            for script in ("echo 'no entropy' >&2; exit 1", "exit 0"):
                if call == CALLS and script == "exit 0":
                    continue
                env = stub(folder, f'[ $n != {call} ] || {{ {script}; }}\nexec "$real" "$@"')
                status, out, err = tool("new", cwd=folder, env=env)
                assert (status, out) == (1, "") and "fil-certs: certtool" in err, (call, err)
                assert ("no entropy" in err) == ("no entropy" in script), err
                assert sorted(os.listdir(folder)) == ["bin", "count"], call


@test
def of_several_at_once_one_wins_and_the_others_say_so():
    """A class that shares a folder: nobody's files are mixed with another's.
    All wait at their last call, so that none finds the folder made already."""
    with tempfile.TemporaryDirectory() as folder:
        go = pathlib.Path(folder) / "go"
        os.mkfifo(go)
        env = stub(folder, f'case $1$2 in *--verify*) echo >>"{folder}/ready"; '
            f'read line <"{go}" ;; esac\nexec "$real" "$@"')
        for place in ("new", "old"):
            (pathlib.Path(folder) / "old").mkdir(exist_ok=True)
            ready = pathlib.Path(folder) / "ready"
            ready.write_text("")
            runs = [Process([CERTS, place], cwd=folder, env=env) for _ in range(4)]
            eventually(lambda: ready.read_text() == "\n" * 4, "all to be ready")
            with open(go, "w") as fifo:
                fifo.write("\n" * 4)
                fifo.flush()
                statuses = sorted(r.wait() for r in runs)
            assert statuses == [0, 1, 1, 1], [r.stderr for r in runs]
            assert all(r.stderr for r in runs if r.wait() == 1)
            assert sorted(os.listdir(f"{folder}/{place}")) == FILES
            assert verifies(pathlib.Path(folder) / place)
        assert sorted(os.listdir(folder)) == ["bin", "count", "go", "new", "old", "ready"]


# --- wrong commands -------------------------------------------------------------

@test
def hostile_names_are_refused():
    """What is no name would be a line of certtool's template: "ca" in it makes
    an authority.  Exit 2, nothing made, and no control byte on the terminal."""
    wrong = ["", " ", "a b", "a\nca", "a\n", 'a"', "a\"\nca\n", "$(id)", "`id`", "a;b",
        "-a", "a-", ".a", "a.", "a..b", "a_b", "*.iiia.net", "*", "é.fr", "a/b", "a@b",
        "http://a", "a:80", "[::1]", "fe80::1%eth0", "10.0.0.0/8", "256.0.0.1", "1.2.3",
        "01.2.3.4", "1.2.3.4.5", "12345", "a.123", "::1::", "1:2:3:4:5:6:7", ":::", ":1",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "12345::", "g::", "1:", ":", "::1.2.3",
        "1.2.3.4::", "x" * 64, "x." * 127, "\033[2J", "a\tb", "a\r", "-", "--days"]
    with tempfile.TemporaryDirectory() as folder:
        for name in wrong:
            for options in (["--name", name], [f"--name={name}"]):
                status, out, err = tool(*options, cwd=folder)
                assert (status, out) == (2, ""), (name, status, out)
                assert not re.search(r"[\0-\x09\x0b-\x1f\x7f]", err), (name, err)
                assert len(err.splitlines()) == 2, err
        assert os.listdir(folder) == []


@test
def wrong_arguments_are_usage_errors():
    """spec/00: exit 2, the reason on stderr, and nothing made."""
    wrong = [["--days", "0"], ["--days", "-1"], ["--days", "1.5"], ["--days", "12345"],
        ["--days", ""], ["--days=x"], ["--days", "08"], ["--days"], ["--name"],
        ["--nam", "a"], ["-x"], ["a", "b"], ["a", "--", "b"], [""], ["a\nb"], ["a\r"],
        ["--help=x"]]
    with tempfile.TemporaryDirectory() as folder:
        for arguments in wrong:
            status, out, err = tool(*arguments, cwd=folder)
            assert (status, out) == (2, ""), (arguments, status, out)
            assert err.startswith("fil-certs: ") and "fil-certs --help" in err, err
        assert os.listdir(folder) == []


@test
def a_folder_that_cannot_be_made_is_named():
    """Its parent is not there: is the name mistyped?"""
    with tempfile.TemporaryDirectory() as folder:
        status, out, err = tool("no/where", cwd=folder)
        assert (status, out) == (1, "") and re.search(r"fil-certs: .* no$", err, re.M), err
        assert os.listdir(folder) == []


@test
def without_certtool_it_says_what_to_install():
    """The one program that it needs and a small system lacks."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sh", "awk", "dirname", "tr", "sed", "rm", "mktemp"):
            (pathlib.Path(folder) / name).symlink_to(shutil.which(name))
        status, out, err = run([CERTS, f"{folder}/x"], env={"PATH": folder})
        assert (status, out) == (1, b"") and b"gnutls-bin" in err, (status, err)


# --- languages and places ---------------------------------------------------------

@test
def it_speaks_the_users_language():
    """spec/00: gettext for what a person reads; file names and commands stay."""
    with tempfile.TemporaryDirectory() as folder:
        status, out, _ = tool("--name", "pc1", cwd=folder)
        assert status == 0
        assert out.startswith(spoken("Made in the folder: certs-demo\n",
            "Créés dans le dossier\u00a0: certs-demo\n")), out
        assert spoken("To try it, in two terminals:",
            "Pour essayer, dans deux terminaux\u00a0:") in out, out
        assert "localhost, 127.0.0.1, ::1, pc1\n" in out, out
        assert all(len(line) <= 80 for line in out.splitlines()
            if not line.startswith("    openssl")), out


def installed(prefix, **places):
    """What make install puts into a prefix, with the script told of places."""
    data = prefix / "share" / "fil" / "certs"
    data.mkdir(parents=True)
    (prefix / "bin").mkdir()
    for name in ("ca.cfg", "server.cfg"):
        shutil.copy(SOURCE / "certs" / name, data)
    script = (SOURCE / "certs" / "fil-certs.sh").read_text()
    for name, value in places.items():
        script = script.replace(f"@{name}@", str(value))
    assert not re.search(r"@\w+@", script), "a substitution is missing"
    return script


@test
def it_runs_from_an_installed_prefix_also_when_that_was_moved():
    """Issue 2: from the build tree or an installed prefix; what lies beside the
    script goes before what was configured."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = pathlib.Path(folder) / "a prefix"
        right = prefix / "share" / "fil"
        for number, (data, place) in enumerate(((right, "elsewhere"),
                                                ("/nonexistent", "a prefix/bin"))):
            shutil.rmtree(prefix, ignore_errors=True)
            script = installed(prefix, VERSION="1", pkgdatadir=data,
                localedir="/nonexistent")
            copy = pathlib.Path(folder) / place / "fil-certs"
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(script)
            copy.chmod(0o755)
            status, _, err = tool(f"{folder}/{number}", command=copy)
            assert status == 0, err
            path = f"{copy.parent}:{os.environ['PATH']}"
            status, _, err = tool(f"{folder}/by-path-{number}", command="fil-certs",
                env={"PATH": path})
            assert status == 0, err


@test
def without_its_templates_it_says_where_it_looked():
    """A script that was copied alone somewhere."""
    with tempfile.TemporaryDirectory() as folder:
        script = installed(pathlib.Path(folder) / "prefix", VERSION="1",
            pkgdatadir="/nonexistent/fil", localedir="/nonexistent")
        copy = pathlib.Path(folder) / "fil-certs"
        copy.write_text(script)
        copy.chmod(0o755)
        status, out, err = tool(f"{folder}/new", command=copy)
        assert (status, out) == (1, "") and "/nonexistent/fil/certs" in err, err


@test
def without_the_gettext_program_it_speaks_english():
    """gettext is optional: a small system has no gettext program."""
    programs = ("sh awk dirname tr sed rm mktemp cat chmod mv certtool").split()
    need("certtool")
    with tempfile.TemporaryDirectory() as folder:
        for name in programs:
            (pathlib.Path(folder) / name).symlink_to(shutil.which(name))
        status, out, err = tool(f"{folder}/certs", env={"PATH": folder})
        assert (status, err) == (0, "") and out.startswith("Made in "), (status, err)


if __name__ == "__main__":
    harness.main()
