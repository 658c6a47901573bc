"""ftpservers.py - the FTP servers of others, each over a folder of its own.

As packages they exclude each other, so they are unpacked side by side and started
from there.  Most insist on being root, and on an account in /etc/passwd: they get
an /etc of their own, in a mount namespace."""
import atexit, os, pathlib, shutil, socket, subprocess, sys, tempfile, threading

from harness import NotHere, Process, eventually, need, run
from tlspeers import certificates
from unpacked import libraries, unpacked

PASSWORD = "correct-horse"
PACKAGES = ("vsftpd", "pure-ftpd", "pure-ftpd-common", "proftpd-core", "proftpd-mod-crypto",
            "libhiredis0.14", "libmemcachedutil2", "libmemcached11", "libhashkit2",
            "libpcre2-posix3", "inetutils-ftpd", "python3-pyftpdlib")


def own_etc(tree):
    """A copy of /etc, with the accounts ftp and pc3, both at home in this folder."""
    etc = pathlib.Path(tempfile.mkdtemp(prefix="fil-etc-")) / "etc"
    atexit.register(shutil.rmtree, etc.parent, True)
    shutil.copytree("/etc", etc, symlinks=True, ignore_dangling_symlinks=True)
    hashed = run(["openssl", "passwd", "-6", PASSWORD])[1].decode().strip()
    for file, tail in (("passwd", f":{tree}:/bin/sh"), ("shadow", "19000:0:99999:7:::")):
        kept = [line for line in (etc / file).read_text().splitlines()
                if line.split(":")[0] not in ("ftp", "pc3")]
        for name, uid, word in (("ftp", 64001, "*"), ("pc3", 64002, hashed)):
            kept.append(f"{name}:x:{uid}:65534:{tail}" if file == "passwd" else
                        f"{name}:{word}:{tail}")
        (etc / file).write_text("\n".join(kept) + "\n")
    for service in ("vsftpd", "proftpd", "ftp", "ftpd", "pure-ftpd"):
        (etc / "pam.d" / service).write_text("auth required pam_unix.so\n"
                                             "account required pam_unix.so\n"
                                             "session required pam_permit.so\n")
    (etc / "ftpusers").write_text("root\n")
    (etc / "ssl" / "private").mkdir(parents=True, exist_ok=True)
    place = certificates()
    both = (place / "server.key").read_text() + (place / "server.pem").read_text()
    (etc / "ssl" / "private" / "pure-ftpd.pem").write_text(both)
    return etc


class Peer:
    """One of them, at a port."""
    tls = resumes = True

    def __init__(self, tree):
        self.tree = tree
        self.root = unpacked("ftp", *PACKAGES)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="fil-peer-"))
        atexit.register(shutil.rmtree, self.work, True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()
        eventually(self.answers, f"{type(self).__name__} to answer at {self.port}")

    def own(self, *command):
        """This command as root, with an /etc of its own, and what was unpacked."""
        if os.geteuid() != 0:
            raise NotHere("only root can start it")
        need("unshare", "mount", "openssl")
        etc = own_etc(self.tree)
        found = (f"{name}={value}" for name, value in libraries(self.root).items())
        script = f'mount --bind {etc} /etc && exec "$@"'
        return ["unshare", "--mount", "env", *found, "sh", "-c", script,
                "sh", *command]

    def start(self):
        self.process = Process(self.own(*self.command()))

    def config(self, text):
        path = self.work / "conf"
        path.write_text(text)
        path.chmod(0o600)		# vsftpd reads nothing that others may write to
        return path

    def answers(self):			# the process may have ended: say so
        if getattr(self, "process", None) and self.process.popen.poll() is not None:
            raise AssertionError(self.process.stdout + self.process.stderr)
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                return sock.recv(3) == b"220"
        except OSError:
            return False


class Vsftpd(Peer):
    def command(self):
        (self.work / "empty").mkdir(0o755)
        place = certificates()
        return [self.root / "usr/sbin/vsftpd", self.config(f"""listen=YES
listen_address=127.0.0.1
listen_port={self.port}
background=NO
anonymous_enable=YES
anon_root={self.tree}
local_enable=YES
write_enable=YES
seccomp_sandbox=NO
secure_chroot_dir={self.work}/empty
pam_service_name=vsftpd
ssl_enable=YES
force_local_logins_ssl=NO
force_local_data_ssl=NO
rsa_cert_file={place}/server.pem
rsa_private_key_file={place}/server.key
require_ssl_reuse=YES
ssl_ciphers=HIGH
""")]


class PureFtpd(Peer):
    resumes = False			# it hands out no tickets
    def command(self):
        return ["env", f"FTP_ANON_DIR={self.tree}", self.root / "usr/sbin/pure-ftpd",
                "-S", f"127.0.0.1,{self.port}", "-l", "unix", "-H", "-f", "none", "-Y", "1",
                "-g", self.work / "pid", "-P", "127.0.0.1", "-A", "-u", "1000"]


class Proftpd(Peer):
    def command(self):
        place = certificates()
        modules = self.root / "usr/lib/proftpd"
        return [self.root / "usr/sbin/proftpd", "-n", "-q", "-c", self.config(f"""
ModulePath {modules}
LoadModule mod_tls.c
ServerName "peer"
ServerType standalone
DefaultAddress 127.0.0.1
SocketBindTight on
Port {self.port}
UseIPv6 off
UseReverseDNS off
PidFile {self.work}/pid
ScoreboardFile {self.work}/scoreboard
DelayEngine off
User ftp
Group nogroup
TransferLog none
WtmpLog off
SystemLog {self.work}/log
RequireValidShell off
AuthOrder mod_auth_unix.c
AllowOverwrite on
AllowRetrieveRestart on
AllowStoreRestart on
TLSEngine on
TLSRSACertificateFile {place}/server.pem
TLSRSACertificateKeyFile {place}/server.key
TLSECCertificateFile {place}/server.pem
TLSECCertificateKeyFile {place}/server.key
TLSVerifyClient off
<Anonymous {self.tree}>
User ftp
Group nogroup
UserAlias anonymous ftp
</Anonymous>
""")]


class Inetutils(Peer):
    """It serves its standard input: one process a connection."""
    tls = False

    def start(self):
        command = [str(part) for part in self.own(self.root / "usr/sbin/ftpd")]
        listener = socket.create_server(("127.0.0.1", self.port))

        def serve():
            while True:
                sock, _ = listener.accept()
                with sock:
                    subprocess.Popen(command, stdin=sock, stdout=sock,
                                     stderr=subprocess.DEVNULL)
        threading.Thread(target=serve, daemon=True).start()


PYFTPDLIB = """import sys, warnings
warnings.simplefilter("ignore")
sys.path[:0] = sys.argv[4:]
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
users = DummyAuthorizer()
users.add_user("pc3", sys.argv[3], sys.argv[2], perm="elradfmwMT")
users.add_anonymous(sys.argv[2])
FTPHandler.authorizer = users
FTPServer(("127.0.0.1", int(sys.argv[1])), FTPHandler).serve_forever()
"""


class Pyftpdlib(Peer):
    tls = False

    def start(self):
        python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
        self.process = Process([python, "-c", PYFTPDLIB, self.port, self.tree, PASSWORD,
                                self.root / "usr/lib/python3/dist-packages"])


PEERS = (Vsftpd, PureFtpd, Proftpd, Inetutils, Pyftpdlib)
