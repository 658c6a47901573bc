"""chat.py - servers that pass each line on to every other member."""
from contender import contender


@contender("chat", kind="ours")
def fil(at):
    return [at.fil("fil-chatd"), "-q", "--bind", "127.0.0.1", "--port", at.port,
            "--max-clients", "0", "--max-per-host", "0", "--idle-timeout", "0",
            "--line-rate", "0", "--history", "0"]


@contender("chat", kind="limit")
def c_epoll(at):
    return [at.built("peers/epoll_chat"), at.port]


# Each further member costs ncat 50 ms: 300 of them take 20 s.  It leaves when
# members close with bytes unread: fresh, each load has one of its own.
@contender("chat", most=120, fresh=True, package="ncat")
def ncat(at):
    return [at.program("ncat"), "-l", "-k", "--chat", "-m", "2000", "127.0.0.1", at.port]


@contender("chat", kind="reference")
def py_drain(at):
    return [*at.peer("chat.py"), "drain", at.port]


@contender("chat", kind="reference")
def py_buffer(at):
    return [*at.peer("chat.py"), "buffer", at.port]


@contender("chat", most=120, protocol="irc", package="ngircd")
def ngircd(at):
    return [*at.unpacked("ngircd", "usr/sbin/ngircd"), "-n", "-f", at.config(f"""[Global]
Name = irc.example.net
Info = bench
Listen = 127.0.0.1
Ports = {at.port}
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxPenaltyTime = 0
PingTimeout = 120
[Options]
DNS = no
Ident = no
PAM = no
[Channel]
Name = #b
Modes = tn
""")]
