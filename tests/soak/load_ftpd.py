"""load_ftpd.py - who comes to fil-ftpd: files go up and down, in the clear and under TLS."""
import ftplib, io, pathlib, tempfile, types

from crowd import Refused
from ftppeers import Ftpd
from harness import DEADLINE, program, run
import hostile
from hostile import HOST, Foe, wait
from tlspeers import certificates, context

NAME = "fil-ftpd"
ROUGH = ("read=EINTR:percent=5", "read=short:7:percent=5", "write=EINTR:percent=5",
         "write=short:7:percent=5", "splice=EINTR:percent=5", "splice=short:7:percent=5",
         "sendmsg=short:7:percent=5", "recvmsg=EINTR:percent=10",
         "recvmsg=short:7:percent=10")
SCARCE = ("socket=EMFILE:percent=5", "openat=EMFILE:percent=2", "write=ENOSPC:percent=1",
          "pipe2=EMFILE:percent=20")
WORDS = (b"USER guest\r\nPASS wrong\r\n", b"USER guest\r\n", b"PASS \r\n", b"FEAT\r\n",
         b"NOOP\r\n", b"HELP\r\n", b"AUTH TLS\r\n", b"STAT\r\n", b"ABOR\r\n", b"SYST\r\n",
         b"\xff\xf4\xff\xf2ABOR\r\n", b"RETR /etc/passwd\r\n", b"PORT 127,0,0,1,0,25\r\n",
         b"x" * 3000 + b"\r\n", b"REIN\r\n", b"QUIT\r\n")
SIZES = (0, 1, 511, 65536, 1 << 20)


def start(**popen):
    server = Ftpd("--max-clients", "0", "--max-per-host", "64", tls=True, **popen)
    (server.tree / "big").write_bytes(bytes(8 << 20))
    return server, types.SimpleNamespace(ports={"tcp": server.port}, words=WORDS,
        password=server.password, tree=server.tree, ca=certificates() / "ca.pem")


def there_and_back(ftp, dice):
    """A file of its own: put, listed, fetched, renamed, deleted."""
    name, content = f"h{dice.randrange(10 ** 12)}", dice.randbytes(dice.choice(SIZES))
    ftp.storbinary(f"STOR {name}", io.BytesIO(content))
    assert ftp.size(name) == len(content)
    assert name in ftp.nlst()
    came = io.BytesIO()
    ftp.retrbinary(f"RETR {name}", came.write)
    assert came.getvalue() == content, f"{len(came.getvalue())} bytes of {len(content)}"
    ftp.rename(name, name + ".x")
    assert name + ".x" in [entry for entry, _ in ftp.mlsd()]
    ftp.delete(name + ".x")
    ftp.quit()


def files_in_the_clear(place, dice):
    with ftplib.FTP(timeout=2 * DEADLINE, encoding="utf-8") as ftp:
        ftp.connect(HOST, place.ports["tcp"])
        ftp.login("guest", place.password)
        there_and_back(ftp, dice)


class Tls(ftplib.FTP_TLS):
    """Data connections resume the session, as the server likes it."""

    def ntransfercmd(self, cmd, rest=None):
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(conn, server_hostname=self.host,
                                        session=self.sock.session), size


def files_under_tls(place, dice):
    with Tls(timeout=2 * DEADLINE, encoding="utf-8", context=context(place.ca)) as ftp:
        ftp.connect(HOST, place.ports["tcp"])
        ftp.host = "localhost"			# which the certificate is for
        ftp.login("guest", place.password)
        ftp.prot_p()
        there_and_back(ftp, dice)


def the_client_itself(place, dice):
    """A folder goes up and comes down by fil-ftp."""
    name, content = f"h{dice.randrange(10 ** 12)}", dice.randbytes(dice.choice(SIZES))
    with tempfile.TemporaryDirectory(prefix="fil-soak-") as folder:
        here = pathlib.Path(folder)
        (here / "password").write_text(place.password + "\n")
        (here / "password").chmod(0o600)
        (here / name).write_bytes(content)
        script = f"put {name}\nget {name} back\ndelete {name}\nquit\n"
        status, out, err = run([program("fil-ftp"), "-q", "-n", "--login", "guest",
                                "--password-file", here / "password", "--ca", place.ca,
                                "localhost", place.ports["tcp"]], script.encode(),
                               deadline=3 * DEADLINE, cwd=here)
        if status != 0:
            raise Refused(out, err)
        assert (here / "back").read_bytes() == content


class Lodger(Foe):
    """Somebody hostile who has the password."""

    def __init__(self, place, dice, room=None):
        super().__init__(dice, place.ports["tcp"], room=room)
        self.push(b"USER guest\r\nPASS %s\r\nTYPE I\r\n" % place.password.encode())
        self.came = b""

    def port(self):
        """Of the data connection that it asked for; None as long as none is known."""
        self.came += self.peek()
        _, _, rest = self.came.rpartition(b"(|||")
        number, bar, _ = rest.partition(b"|)")
        return int(number) if bar and number.isdigit() else None

    def data(self, dice, command):
        """A data connection for the command, as a generator that returns it."""
        self.push(b"EPSV\r\n" + command)
        for _ in range(300):
            if self.port():
                return Foe(dice, self.port(), source=self.getsockname()[0])
            yield
        raise ConnectionError("no data connection")


def unfinished_upload(place, dice):
    with Lodger(place, dice) as foe:
        with (yield from foe.data(dice, b"STOR f%d\r\n" % dice.randrange(99))) as data:
            for _ in range(dice.randrange(50)):
                data.push(dice.randbytes(dice.randrange(2000)))
                yield
            foe.vanish()
            dice.choice((data.close, data.vanish))()


def download_never_read(place, dice):
    with Lodger(place, dice) as foe:
        with (yield from foe.data(dice, b"RETR big\r\n")) as data:
            yield from wait(dice, 50)
            foe.push(dice.choice((b"ABOR\r\n", b"STAT\r\n", b"QUIT\r\n", b"")))
            yield from wait(dice, 50)
            dice.choice((data.close, data.vanish))()


def data_ports_that_nobody_comes_to(place, dice):
    with Lodger(place, dice) as foe:
        for _ in range(dice.randrange(100)):
            foe.push(dice.choice((b"EPSV\r\n", b"PASV\r\n", b"LIST\r\n", b"RETR big\r\n")))
            foe.peek()
            yield


def data_connection_of_another(place, dice):
    """Somebody else's address takes the port."""
    with Lodger(place, dice) as foe:
        foe.push(b"EPSV\r\n")
        while not foe.port():
            yield
        with Foe(dice, foe.port(), source=HOST):
            foe.push(b"RETR big\r\n")
            yield from wait(dice, 50)


def half_a_tls(place, dice):
    with Foe(dice, place.ports["tcp"]) as foe:
        foe.push(b"AUTH TLS\r\n")
        yield from wait(dice, 20)
        hello = hostile.client_hello()
        foe.push(hello[:dice.randrange(len(hello) + 1)])
        yield from wait(dice, 100)


HONEST = (files_in_the_clear, files_in_the_clear, files_under_tls, the_client_itself)
HOSTILE = (*hostile.TCP, unfinished_upload, unfinished_upload, download_never_read,
           data_ports_that_nobody_comes_to, data_connection_of_another, half_a_tls)
HOSTILE_PROCESSES = 2
