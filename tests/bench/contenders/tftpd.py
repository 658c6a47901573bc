"""tftpd.py - TFTP servers over one folder, uploads allowed."""
from contender import contender


@contender("tftpd", kind="ours", writes=True)
def fil(at):
    return [at.fil("fil-tftpd"), "-q", "--bind", "127.0.0.1", "--port", at.port,
            "--max-clients", "0", "--max-per-host", "0", "--udp-rate", "0",
            "--write", "overwrite", at.tree / "tftp"]


@contender("tftpd", writes=True, package="tftpd-hpa")
def tftpd_hpa(at):
    at.root()
    return [*at.unpacked("tftpd-hpa", "usr/sbin/in.tftpd"), "-L", "-4", "-a",
            f"127.0.0.1:{at.port}", "-c", "-p", "-u", "root", "-U", "022", "-s",
            at.tree / "tftp"]


@contender("tftpd", writes=True, package="atftpd")
def atftpd(at):
    at.root()
    return [*at.unpacked("atftpd", "usr/sbin/atftpd"), "--daemon", "--no-fork", "--port",
            at.port, "--bind-address", "127.0.0.1", "--maxthread", "300", "--user",
            "root.root", "--logfile", at.work / "atftpd.log", at.tree / "tftp"]


# It listens for TFTP at no other port, takes no uploads, and gives no window.
@contender("tftpd", port=69, package="dnsmasq-base")
def dnsmasq(at):
    return [at.program("dnsmasq"), "-k", "-C", "/dev/null", "-p", "0", "--enable-tftp",
            f"--tftp-root={at.tree}/tftp", "--tftp-max=300", "--listen-address=127.0.0.1",
            "--bind-interfaces", "--user=root", "--group=root", "--pid-file=", "--log-facility=-"]


# Gets only, a block a window.
@contender("tftpd", kind="minimal")
def c_thread(at):
    return [at.built("peers/thread_tftp"), at.port, at.tree / "tftp"]
