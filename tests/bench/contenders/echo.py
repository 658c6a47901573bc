"""echo.py - servers that answer each message: ack, conns (TCP), udp, daytime."""
from contender import contender

HOME = ("--bind", "127.0.0.1")
ANYBODY = ("--max-clients", "0", "--max-per-host", "0", "--idle-timeout", "0")


@contender("ack", "conns", kind="ours")
def fil(at):
    return [at.fil("fil-mixedd"), "-q", *HOME, "--port", at.port, "--udp-port", "0", *ANYBODY]


@contender("ack", "conns", kind="minimal")
def c_thread(at):
    return [at.built("peers/thread_echo"), at.port]


@contender("ack", "conns", kind="limit")
def c_epoll(at):
    return [at.built("peers/epoll_echo"), at.port]


@contender("ack", "conns", kind="reference")
def py_thread(at):
    return [*at.peer("ack.py"), "thread", at.port]


@contender("ack", "conns", kind="reference")
def py_asyncio(at):
    return [*at.peer("ack.py"), "asyncio", at.port]


@contender("ack", "conns", most=64, package="ncat")		# two processes a client
def ncat(at):
    return [at.program("ncat"), "-l", "-k", "-m", "1000", "-e", "/bin/cat",
            "127.0.0.1", at.port]


@contender("ack", "conns", most=64, package="socat")		# a process a client
def socat(at):
    return [at.program("socat"), f"TCP4-LISTEN:{at.port},bind=127.0.0.1,fork,reuseaddr,"
            "nodelay,backlog=1024", "PIPE"]


@contender("udp", kind="ours")
def fil(at):
    return [at.fil("fil-mixedd"), "-q", *HOME, "--no-tcp", "--udp-port", at.port,
            "--udp-rate", "0"]


@contender("daytime", kind="ours")
def fil(at):
    return [at.fil("fil-daytimed"), "-q", *HOME, "--no-tcp", "--udp-port", at.port,
            "--udp-rate", "0"]


@contender("udp", "daytime")
def c_recvfrom(at):
    return [at.built("peers/udp_echo"), at.port, "one"]


@contender("udp", "daytime", kind="limit")
def c_mmsg(at):
    return [at.built("peers/udp_echo"), at.port, "many"]


@contender("udp", "daytime", kind="reference")
def py_udp(at):
    return [*at.peer("ack.py"), "udp", at.port]
