"""ftpd.py - FTP servers over one folder, for anonymous, who may store below
incoming/; with TLS where they have it (no session has to be resumed)."""
import os, sys

from contender import contender
from ftpservers import PACKAGES

PYTHON = "usr/lib/python3/dist-packages"


def unpacked(at, program):
    at.root()
    return at.unpacked("ftp", program, PACKAGES)


@contender("ftpd", kind="ours", tls=True)
def fil(at):
    return [at.fil("fil-ftpd"), "-q", "--bind", "127.0.0.1", "--port", at.port,
            "--max-clients", "0", "--max-per-host", "0", "--anonymous",
            "--anonymous-upload", "incoming", "--cert", at.certs / "server.pem",
            "--key", at.certs / "server.key", "--tls-reuse", "off", at.tree / "ftp"]


# With accounts each may have a home of its own: a thread serves one client only.
@contender("ftpd", kind="ours")
def fil_users(at):
    return [*fil(at)[:-1], "--users", at.config("# nobody but anonymous\n", "users"),
            at.tree / "ftp"]


# In the clear; a listing has no MLSD.
@contender("ftpd", kind="minimal")
def c_thread(at):
    return [at.built("peers/thread_ftp"), at.port, at.tree / "ftp"]


# Its sandbox kills sessions at their first transfer on newer kernels.
@contender("ftpd", tls=True, package="vsftpd")
def vsftpd(at):
    (at.work / "empty").mkdir(mode=0o755, exist_ok=True)
    return [*unpacked(at, "usr/sbin/vsftpd"), at.config(f"""listen=YES
listen_address=127.0.0.1
listen_port={at.port}
background=NO
anonymous_enable=YES
anon_root={at.tree}/ftp
anon_upload_enable=YES
anon_other_write_enable=YES
write_enable=YES
local_enable=NO
use_sendfile=YES
seccomp_sandbox=NO
xferlog_enable=NO
max_clients=0
max_per_ip=0
secure_chroot_dir={at.work}/empty
ssl_enable=YES
allow_anon_ssl=YES
rsa_cert_file={at.certs}/server.pem
rsa_private_key_file={at.certs}/server.key
require_ssl_reuse=NO
ssl_ciphers=HIGH
ssl_tlsv1=YES
""")]


@contender("ftpd", tls=True, package="pure-ftpd")
def pure_ftpd(at):
    command = unpacked(at, "usr/sbin/pure-ftpd")
    return ["env", f"FTP_ANON_DIR={at.tree}/ftp", *command[1:-1], command[-1],
            "-S", f"127.0.0.1,{at.port}", "-e", "-H", "-c", "500", "-C", "500",
            "-L", "200000:8", "-f", "none", "-g", at.work / "pid", "-P", "127.0.0.1",
            "-I", "5", "-Y", "1"]


@contender("ftpd", tls=True, package="proftpd-core")
def proftpd(at):
    command = unpacked(at, "usr/sbin/proftpd")
    modules = command[-1].parents[1] / "lib/proftpd"
    return [*command, "-n", "-q", "-c", at.config(f"""ModulePath {modules}
LoadModule mod_tls.c
ServerName "bench"
ServerType standalone
DefaultAddress 127.0.0.1
SocketBindTight on
Port {at.port}
UseIPv6 off
UseReverseDNS off
PidFile {at.work}/pid
ScoreboardFile {at.work}/scoreboard
DelayEngine off
User ftp
Group nogroup
MaxInstances 500
TransferLog none
WtmpLog off
SystemLog {at.work}/system.log
RequireValidShell off
UseSendfile on
AuthOrder mod_auth_unix.c
TLSEngine on
TLSECCertificateFile {at.certs}/server.pem
TLSECCertificateKeyFile {at.certs}/server.key
TLSRSACertificateFile {at.certs}/server.pem
TLSRSACertificateKeyFile {at.certs}/server.key
TLSVerifyClient off
TLSOptions NoSessionReuseRequired
<Anonymous {at.tree}/ftp>
User ftp
Group nogroup
UserAlias anonymous ftp
MaxClients 500
AllowOverwrite on
</Anonymous>
""")]


@contender("ftpd", kind="reference", package="python3-pyftpdlib")
def pyftpdlib(at):
    python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
    modules = at.unpacked("ftp", PYTHON, PACKAGES)[-1]
    return [python, *at.peer("ftpd.py")[1:], at.port, at.tree / "ftp", modules]
