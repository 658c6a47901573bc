#!/usr/bin/env python3
"""smtp.py - fil-smtp with the mail servers that people run: what they take, and what
comes out at the other end."""
import email, email.policy, os, pathlib, re, socket, subprocess, tempfile
import threading

import harness
from fake import password_file, said
from harness import FRENCH, NotHere, need, program, run, test
from mailpeers import ME, YOU, Aiosmtpd, Mail, smtp, smtp_sink, unstuffed
from pki import pki
from unpacked import unpacked

STRICT = email.policy.SMTP.clone(raise_on_defect=True)


def parsed(raw):
    """Read as Python reads mail when it forgives nothing."""
    mail = email.message_from_bytes(raw, policy=STRICT)
    for part in mail.walk():
        assert not part.defects, part.defects
    for name, value in mail.items():
        assert not value.defects, (name, value.defects)
    return mail


def text_of(raw):
    return parsed(raw).get_content().replace("\r\n", "\n")


def sent_to_scripted(*options, data=b"", features=("8BITMIME",)):
    """The message that arrives at a server that takes anything, dots undone."""
    server = Mail(features=features)
    status, out, err = smtp("--server", server.address, "--body", "-", *options, data=data)
    assert status == 0, (status, out, err)
    return unstuffed(server.messages[0])


# --- what is sent -------------------------------------------------------------------

@test
def a_welcome_is_accepted_by_aiosmtpd_and_read_by_a_strict_parser():
    """spec 04.  The text is in the user's language; date, identity and MIME headers
    are what a reader expects."""
    peer = Aiosmtpd()
    status, out, err = smtp("--server", peer.address)
    assert status == 0, (status, out, err)
    (envelope, raw), = peer.mails()
    assert (envelope["from"], envelope["to"]) == (ME, [YOU]), envelope
    mail = parsed(raw)
    assert mail["Subject"] == said("Welcome"), mail["Subject"]
    assert mail["From"] == ME and mail["To"] == YOU
    assert mail["Date"].datetime is not None and mail["MIME-Version"] == "1.0"
    assert re.fullmatch(r"<\S+@pc3\.example>", mail["Message-ID"]), mail["Message-ID"]
    assert mail.get_content().splitlines()[0] == ("Bonjour," if FRENCH else "Hello,")
    assert said("%s has accepted the message for %s").replace("%s", "{}").format(
        peer.address, YOU) in err, err


@test
def every_text_arrives_as_it_was():
    """Dots at the begin of lines, lines beyond 998 bytes, CRLF and LF, no newline at
    the end, blanks at line ends, other alphabets; to a server of 8 bits and to one of
    7.  A lost dot ends a message early; a dot too many shows to the reader."""
    texts = [b"", b"\n", b".\n", b"..\n.\n...\n", b"a\n.b\n\n.\n", b"no newline",
             b".", b"crlf\r\nand lf\n", b"blank \ntab\t\n \n", b"From me\n>From me\n",
             b"x" * 998 + b"\n", b"x" * 999 + b"\n", b"." + b"x" * 5000 + b"\n.\n",
             ("." + "é" * 700 + "\n").encode(), "déjà vu, 日本語, 😀\n".encode(),
             b"=3D=\n=?UTF-8?Q?x?=\n", b"\x1b[2J\x7f\n", b"a\n" * 20000]
    for features in (("8BITMIME",), ()):
        for text in texts:
            wanted = text.decode().replace("\r\n", "\n")
            if wanted and not wanted.endswith("\n"):
                wanted += "\n"
            raw = sent_to_scripted(data=text, features=features)
            head, _, body = raw.partition(b"\r\n\r\n")
            got = parsed(raw).get_payload(decode=True).decode()
            assert got.replace("\r\n", "\n") == wanted, (features, text[:60], raw[-200:])
            assert features or raw.isascii(), text[:60]
            assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@test
def eight_bits_are_sent_only_to_a_server_that_offers_to_take_them():
    """RFC 6152.  And BODY=8BITMIME is said only then, and only if it is needed."""
    for features, text, encoding, body in (
            (("8BITMIME",), "é\n", "8bit", True), ((), "é\n", "quoted-printable", False),
            (("8BITMIME",), "e\n", "7bit", False), ((), "e\n", "7bit", False),
            (("8BITMIME",), "é" * 500, "quoted-printable", False)):
        server = Mail(features=features)
        status, _, err = smtp("--server", server.address, "--body", "-", data=text.encode())
        assert status == 0, err
        mail = parsed(unstuffed(server.messages[0]))
        assert mail["Content-Transfer-Encoding"] == encoding, (features, text[:9])
        sender = next(c for c in server.commands if c.startswith("MAIL"))
        assert ("BODY=8BITMIME" in sender) == body, sender


@test
def every_subject_arrives_as_it_was():
    """RFC 2047: encoded words of at most 75 characters, no character cut in two, no
    line of them over 76."""
    for subject in ("Welcome", "déjà vu", "é" * 200, "😀" * 40, "日本語 " * 20 + "x",
                    "a" * 300, "word " * 60 + "x", "=?UTF-8?Q?x?=", " blanks ",
                    "x_y=z?", "tab\there"):
        raw = sent_to_scripted("--subject", subject)
        head = raw.partition(b"\r\n\r\n")[0]
        assert head.isascii() and all(len(line) <= 78 for line in head.split(b"\r\n"))
        words = re.findall(rb"=\?UTF-8\?Q\?\S*\?=", head)
        assert all(len(word) <= 75 for word in words), words
        assert parsed(raw)["Subject"] == subject, (subject, raw)
    assert parsed(sent_to_scripted("--subject", ""))["Subject"] is None


@test
def what_is_no_text_is_refused_before_anybody_is_asked():
    """spec 04: bare CR refused, for servers disagree about it (CVE-2023-51764, SMTP
    smuggling).  A binary file is not a message of text either."""
    server = Mail()
    for text in (b"a\rb\n", b"end\r", b"\r\r\n", b"a\0b\n", b"caf\xe9\n", b"\xff"):
        status, out, err = smtp("--server", server.address, "--body", "-", data=text)
        assert (status, out) == (65, "") and said("the body is not sent: %s")[:12] in err, (
            text, status, err)
    assert smtp("--server", server.address, "--body", "/nonexistent")[0] == 66
    assert smtp("--server", server.address, "--body", "/")[0] == 66
    status, _, err = smtp("--server", server.address, "--body", "/dev/zero")
    assert status == 66 and "/dev/zero" in err, err		# it has no end
    assert server.connections == 0


@test
def a_body_comes_from_a_file_too():
    """--body FILE."""
    with tempfile.NamedTemporaryFile() as file:
        file.write("été\n".encode())
        file.flush()
        server = Mail()
        assert smtp("--server", server.address, "--body", file.name)[0] == 0
    assert text_of(unstuffed(server.messages[0])) == "été\n"


# --- what is shown ------------------------------------------------------------------

@test
def the_dialogue_is_what_was_said_and_quiet_says_nothing():
    """spec 04: C: and S:.  Every line of both sides, in order, dots as they went."""
    server = Mail()
    _, out, _ = smtp("--server", server.address, "--body", "-", "--subject", "s",
                     data=b".\nx\n")
    lines = out.splitlines()
    assert lines[0] == "S: 220 mail ESMTP" and lines[-2:] == ["C: QUIT", "S: 221 bye"]
    assert [line[3:] for line in lines if line.startswith("C: ")][:4] == server.commands[:4]
    assert lines[lines.index("C: "):][1:5] == ["C: ..", "C: x", "C: .",
                                               "S: 250 2.0.0 taken"], lines
    assert smtp("-q", "--server", server.address) == (0, "", "")
    _, out, err = smtp("-v", "--server", server.address)
    assert said("connected to %s").replace("%s", server.address) in err, err
    assert said("asking %s").replace("%s", "127.0.0.1") in err, err


@test
def who_reads_the_dialogue_may_leave():
    """`fil-smtp ... | head -1` is what people type: the message must not be lost for
    it."""
    server = Mail()
    client = subprocess.Popen([program("fil-smtp"), "--from", ME, "--server",
        server.address, YOU], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    client.stdout.close()
    assert client.wait(harness.DEADLINE) == 0 and len(server.messages) == 1


@test
def of_a_long_message_the_first_lines_are_shown():
    """What scrolls away is not read; all of it is sent."""
    server = Mail()
    _, out, _ = smtp("--server", server.address, "--body", "-", data=b"line\n" * 1000)
    assert out.count("C: line\n") == 31, out.count("C: line\n")
    assert "C: " + said("[%zu more lines]").replace("%zu", "969") in out, out
    assert server.messages[0].count(b"line\r\n") == 1000


# --- Postfix's smtp-sink, with every failure it can inject ------------------------------

@test
def smtp_sink_takes_the_message():
    """Postfix's own test server, as an SMTP server and as one that knows no EHLO."""
    for options in ((), ("-8",), ("-e",), ("-p",)):
        with smtp_sink(*options) as address:
            status, out, err = smtp("--server", address)
            assert status == 0, (options, status, out, err)


@test
def each_failure_of_smtp_sink_has_its_exit_status():
    """spec 04, exit statuses: 5xx (-f), 4xx (-r), a hang-up (-q), for each command."""
    hard = {"CONNECT": 69, "EHLO": 0, "MAIL": 69, "RCPT": 67, "DATA": 69, ".": 69,
            "QUIT": 0}
    for command, expected in hard.items():
        for option, status in (("-f", expected), ("-q", 0 if command == "QUIT" else 75),
                               ("-r", 0 if command == "QUIT" else 75)):
            with smtp_sink(option, command) as address:
                got, out, err = smtp("--server", address)
                assert got == status, (option, command, got, out, err)


# --- TLS ----------------------------------------------------------------------------

def tls_peer(kind="good", **settings):
    return Aiosmtpd(certificate=pki()(kind), key=pki()(kind, "key"), **settings)


@test
def starttls_that_is_required_is_verified():
    """spec 04: require verifies chain, name and dates; exit 3 names the reason, and
    nobody gets the message."""
    peer = tls_peer()
    status, out, err = smtp("--server", peer.address, "--starttls", "require", "--ca",
                            pki()("ca"))
    assert status == 0, (status, out, err)
    assert out.count("C: EHLO") == 2, "what was offered in the clear must be forgotten"
    (envelope, raw), = peer.mails()
    assert envelope["tls"]
    for kind in ("expired", "elsewhere", "foreign", "self-signed", "client"):
        peer = tls_peer(kind)
        status, out, err = smtp("--server", peer.address, "--starttls", "require", "--ca",
                                pki()("ca"))
        assert status == 3 and "C: MAIL" not in out, (kind, status, out, err)
        assert said("not to be trusted:") in err and not peer.mails(), (kind, err)
    assert smtp("--server", peer.address, "--starttls", "require", "--insecure")[0] == 0


@test
def opportunistic_tls_verifies_nobody_and_says_so():
    """spec 04, auto: better than the clear, and no more; a certificate that is wrong
    does not send the message in the clear instead."""
    peer = tls_peer("foreign")
    status, out, err = smtp("--server", peer.address)
    assert status == 0 and "C: STARTTLS" in out, (status, out, err)
    assert "--starttls require" in err and peer.mails()[0][0]["tls"], err
    peer = Aiosmtpd()
    status, out, err = smtp("--server", peer.address)
    assert status == 0 and "STARTTLS" not in out
    status, out, err = smtp("--server", peer.address, "--starttls", "require")
    assert status == 69 and "STARTTLS" in err, (status, err)
    server = Mail(features=("STARTTLS",), context=pki().context("good"))
    assert smtp("--server", server.address, "--starttls", "no")[0] == 0
    assert "STARTTLS" not in server.verbs()


@test
def smtps_is_tls_from_the_first_byte_and_verified():
    """RFC 8314.  A server that speaks first in the clear is not believed."""
    server = Mail(context=pki().context("good"), smtps=True)
    assert smtp("--server", server.address, "--smtps", "--ca", pki()("ca"))[0] == 0
    assert len(server.messages) == 1 and "STARTTLS" not in server.verbs()
    server = Mail(context=pki().context("foreign"), smtps=True)
    assert smtp("--server", server.address, "--smtps", "--ca", pki()("ca"))[0] == 3
    server = Mail()
    assert smtp("--server", server.address, "--smtps", "--ca", pki()("ca"))[0] == 75
    assert not server.messages


# --- a password ---------------------------------------------------------------------

SECRET = "très secret"


def log_in(peer, *options, user="pc3", password=SECRET):
    with password_file(password + "\n") as path:
        return smtp("--server", peer.address, "--auth", user, "--password-file", path,
                    "--ca", pki()("ca"), *options)


@test
def a_password_logs_in_over_tls_and_is_shown_nowhere():
    """spec 04: PLAIN, only over TLS; secrets masked.  base64 hides nothing."""
    peer = tls_peer(user="pc3", password=SECRET)
    for options in ((), ("-v",)):
        status, out, err = log_in(peer, *options)
        assert status == 0 and "C: AUTH PLAIN ***" in out, (status, out, err)
        assert SECRET not in out + err and "AHBjMwB0cs" not in out + err, out
    assert [mail[0]["user"] for mail in peer.mails()] == ["pc3", "pc3"]


@test
def a_password_that_is_refused_is_exit_77():
    """spec 04."""
    peer = tls_peer(user="pc3", password=SECRET)
    status, out, err = log_in(peer, password="wrong")
    assert status == 77 and "C: MAIL" not in out, (status, out, err)
    status, out, err = smtp("--server", peer.address, "--ca", pki()("ca"), "--starttls",
                            "require")
    assert status == 69, "530 to MAIL: who must log in, and does not"


@test
def a_password_never_goes_in_the_clear_or_to_somebody_unverified():
    """--auth makes STARTTLS required; without PLAIN there is nothing to do."""
    server = Mail(features=("AUTH PLAIN",))
    assert log_in(server)[0] == 69 and "AUTH" not in server.verbs()
    server = Mail(features=("STARTTLS", "AUTH PLAIN"), context=pki().context("foreign"))
    assert log_in(server)[0] == 3 and "AUTH" not in server.verbs()
    server = Mail(features=("STARTTLS", "AUTH LOGIN"), context=pki().context("good"))
    assert log_in(server)[0] == 69 and "AUTH" not in server.verbs()
    with password_file(mode=0o644) as path:
        assert smtp("--server", server.address, "--auth", "pc3", "--password-file",
                    path)[0] == 66


# --- addresses and usage ------------------------------------------------------------

@test
def what_cannot_be_meant_is_exit_64_and_nobody_is_asked():
    """spec 04: sysexits; a line end in an argument could forge a command."""
    server = Mail()
    here = ("--server", server.address)
    for options, to in (
            (here, "nobody"), (here, "@x"), (here, "é@x.example"), (here, "a@[1.2.3]"),
            (here, "a@x\r\nDATA"), (here, ""), ((*here, "--from", "a b@x"), YOU),
            ((*here, "--from", ""), YOU), ((*here, "--subject", "a\nBcc: x@y"), YOU),
            ((*here, "--subject", os.fsdecode(b"caf\xe9")), YOU),
            ((*here, "--port", "0"), YOU),
            (("--server", ""), YOU), (("--server", "x:0"), YOU), (("--server", ":25"), YOU),
            (("--dns", "::1"), YOU), (("--dns", "localhost"), YOU), (("--dns", "1.2.3.4:x"), YOU),
            (("--auth", "pc3"), YOU), ((*here, "--auth", ""), YOU),
            ((*here, "--auth", "pc3", "--starttls", "no"), YOU),
            ((*here, "--starttls", "perhaps"), YOU), ((*here, "--starttls", "no", "--ca", "x"), YOU),
            ((*here, "--key", "x"), YOU), ((*here, "--ca", "x", "--insecure"), YOU),
            ((*here, "--timeout", "-1"), YOU), ((*here, "more"), YOU)):
        status, out, err = run([program("fil-smtp"), *options, to])[0:3]
        assert status == 64 and out == b"" and err, (options, to, status, err)
    assert run([program("fil-smtp")])[0] == 64
    assert server.connections == 0


@test
def an_identity_has_the_whole_domain_however_long():
    """RFC 5322 3.6.4: what is cut may end in a dot, which is no domain, or be somebody
    else's."""
    server, domain = Mail(), "a." * 70 + "example"
    assert smtp("--server", server.address, "--from", f"me@{domain}")[0] == 0
    mail = parsed(unstuffed(server.messages[0]))
    assert mail["Message-ID"].endswith(f"@{domain}>"), mail["Message-ID"]


@test
def an_address_in_brackets_needs_no_name():
    """RFC 5321 4.1.3."""
    server = Mail()
    status, out, err = smtp("--port", str(server.port), to="pc3@[127.0.0.1]")
    assert status == 0 and "RCPT TO:<pc3@[127.0.0.1]>" in server.commands, (status, err)
    if harness.have_ipv6():
        server = Mail(host="::1")
        status, out, err = smtp("--port", str(server.port), to="pc3@[IPv6:::1]")
        assert status == 0 and server.commands[0].startswith("EHLO "), (status, err)
        assert smtp("--server", server.address)[0] == 0


@test
def localhost_is_this_machine_without_asking_dns():
    """RFC 6761 6.3; and the first thing that a student tries."""
    server = Mail()
    assert smtp("-4", "--port", str(server.port), to="root@localhost")[0] == 0


@test
def ehlo_says_a_full_name_or_an_address():
    """RFC 5321 4.1.1.1: a name without a dot is refused by strict servers."""
    server = Mail()
    smtp("--server", server.address)
    name = server.commands[0].split()[1]
    assert name == "[127.0.0.1]" or re.fullmatch(r"[\w-]+(\.[\w-]+)+", name), name


# --- a real mail server --------------------------------------------------------------

EXIM = """\
primary_hostname = peer.example
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
never_users =
exim_user = 64003
exim_group = 64003
deliver_drop_privilege = true
queue_only = true
acl_smtp_rcpt = accept
acl_smtp_data = accept
begin routers
"""


@test
def exim_takes_the_message():
    """A server that carries mail in earnest, on its standard input as from inetd.
    As a package it excludes Postfix, whose smtp-sink is needed too."""
    if os.geteuid() != 0:
        raise NotHere("only root can start it")
    need("unshare", "mount")
    place = unpacked("exim", "exim4-daemon-light")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chown(folder, 64003, 64003)
        (folder / "conf").write_text(EXIM.format(folder=folder))
        (folder / "conf").chmod(0o644)		# no other: others must not write to it
        # It insists on an account of its own: in this mount namespace it has one.
        for file, ids in (("passwd", "64003:64003::/:/bin/false"), ("group", "64003:")):
            (folder / file).write_text(pathlib.Path("/etc", file).read_text() +
                                       f"Debian-exim:x:{ids}\n")
        mounts = " && ".join(f"mount --bind {folder}/{file} /etc/{file}"
                             for file in ("passwd", "group"))
        exim = ["unshare", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "sh",
                place / "usr/sbin/exim4"]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(harness.DEADLINE)

            def serve():
                sock, _ = listener.accept()
                with sock:
                    subprocess.run([*exim, "-C", folder / "conf", "-bs"], stdin=sock,
                                   stdout=sock, timeout=harness.DEADLINE)
            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            status, out, err = smtp("--server", "127.0.0.1:%d" %
                listener.getsockname()[1], "--subject", "déjà vu", "--body", "-",
                data="é\n.\n".encode())
            thread.join(harness.DEADLINE)
        bodies = [path.read_bytes() for path in folder.glob("spool/input/**/*-D")]
        assert status == 0 and len(bodies) == 1, (status, out, err)
        assert "é\n.\n".encode() in bodies[0], bodies


if __name__ == "__main__":
    harness.main()
