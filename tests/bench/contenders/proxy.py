"""proxy.py - proxies between a client and a target, both on this machine."""
from contender import contender

HAPROXY = """global
  maxconn 6000
  nbthread 2
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
"""


@contender("proxy", kind="ours")
def fil(at):
    return [at.fil("fil-proxy"), "--quiet", "--bind", "127.0.0.1", "--max-clients", "0",
            "--max-per-host", "0", at.port, "127.0.0.1", at.upstream]


@contender("proxy", kind="ours", mib=128)
def fil_print(at):
    """What passes is printed, into a file: five times as much."""
    return ["sh", "-c", 'exec "$@" >shown', "sh", at.fil("fil-proxy"), "--hex",
            "--color", "never", "--bind", "127.0.0.1", "--max-clients", "0",
            "--max-per-host", "0", at.port, "127.0.0.1", at.upstream]


@contender("proxy", kind="limit")
def direct(at):
    return None					# the load goes to the target itself


@contender("proxy", kind="minimal")
def c_splice(at):
    return [at.built("peers/splice_proxy"), at.port, at.upstream]


@contender("proxy", kind="reference")
def py_asyncio(at):
    return [*at.peer("proxy.py"), at.port, at.upstream]


@contender("proxy", package="haproxy")
def haproxy(at):
    return [at.program("haproxy"), "-db", "-q", "-f", at.config(HAPROXY + listen(at))]


@contender("proxy", package="haproxy")
def haproxy_splice(at):
    options = "".join(f"  option splice-{way}\n" for way in ("auto", "request", "response"))
    return [at.program("haproxy"), "-db", "-q", "-f", at.config(HAPROXY + options + listen(at))]


def listen(at, tls=""):
    return (f"listen p\n  bind 127.0.0.1:{at.port}{tls}\n"
            f"  server t 127.0.0.1:{at.upstream}\n")


@contender("proxy", package="nginx")
def nginx(at):
    return nginx_stream(at, "")


def nginx_stream(at, tls):
    """nginx as a TCP proxy; Debian has that in a module of its own."""
    program = at.program("nginx")
    module = at.unpacked("nginx-stream", "usr/lib/nginx/modules/ngx_stream_module.so")[-1]
    return [program, "-p", f"{at.work}/", "-c", at.config(f"""load_module {module};
daemon off;
worker_processes 2;
error_log {at.work}/err.log;
pid {at.work}/pid;
user root;
events {{ worker_connections 16384; }}
stream {{
  proxy_buffer_size 64k;
  tcp_nodelay on;
  server {{
    listen 127.0.0.1:{at.port} {"ssl" if tls else ""} backlog=1024;
    proxy_pass 127.0.0.1:{at.upstream};
    {tls}
  }}
}}
""")]


@contender("proxy", most=200, package="socat")
def socat(at):
    return [at.program("socat"), "-b", "65536", f"TCP4-LISTEN:{at.port},bind=127.0.0.1,fork,"
            "reuseaddr,nodelay,backlog=1024", f"TCP4:127.0.0.1:{at.upstream},nodelay"]


@contender("proxy", most=200, mib=256, package="ncat")
def ncat(at):
    program = at.program("ncat")
    return [program, "-l", "-k", "-m", "1000", "-c",
            f"exec {program} 127.0.0.1 {at.upstream}", "127.0.0.1", at.port]
