"""tls.py - servers of TLS: some answer by themselves, some stand before a target.

bulk: how they are asked for many bytes; serial: one client at a time; ping: what
has them answer, if not a line."""
from contender import contender
from contenders.proxy import HAPROXY, listen, nginx_stream


@contender("tls", kind="ours")
def fil(at):
    return [at.fil("fil-mixedd"), "-q", "--bind", "127.0.0.1", "--no-tcp", "--no-udp",
            "--tls-port", at.port, "--cert", at.certs / "server.pem",
            "--key", at.certs / "server.key", "--max-clients", "0", "--max-per-host", "0"]


@contender("tls", kind="ours", bulk="target")
def fil_proxy(at):
    return [at.fil("fil-proxy"), "--quiet", "--bind", "127.0.0.1", "--listen-tls", "--cert",
            at.certs / "server.pem", "--key", at.certs / "server.key", "--max-clients", "0",
            "--max-per-host", "0", at.port, "127.0.0.1", at.upstream]


@contender("tls", package="gnutls-bin")
def gnutls_serv(at):
    return [at.program("gnutls-serv"), "--echo", "--port", at.port, "--x509certfile",
            at.certs / "server.pem", "--x509keyfile", at.certs / "server.key", "--quiet",
            "--nocookie"]


@contender("tls", bulk="target", package="haproxy")
def haproxy(at):
    tls = f" ssl crt {at.certs}/both.pem"
    return [at.program("haproxy"), "-db", "-q", "-f",
            at.config(HAPROXY.replace("nbthread 2", "nbthread 2\n  ssl-default-bind-options "
                                      "ssl-min-ver TLSv1.2") + listen(at, tls))]


@contender("tls", bulk="target", package="nginx")
def nginx(at):
    return nginx_stream(at, f"""ssl_certificate {at.certs}/server.pem;
    ssl_certificate_key {at.certs}/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:S:4m;""")


@contender("tls", serial=True, package="openssl")
def openssl_rev(at):
    return [at.program("openssl"), "s_server", "-accept", f"127.0.0.1:{at.port}", "-cert",
            at.certs / "server.pem", "-key", at.certs / "server.key", "-rev", "-quiet"]


@contender("tls", serial=True, ping=r"GET /ping HTTP/1.0\r\n\r\n",
           bulk=r"GET /big HTTP/1.0\r\n\r\n", package="openssl")
def openssl_www(at):
    return ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", at.tree / "ftp",
            at.program("openssl"), "s_server", "-accept", f"127.0.0.1:{at.port}", "-cert",
            at.certs / "server.pem", "-key", at.certs / "server.key", "-WWW", "-quiet"]


@contender("tls", bulk="target", package="stunnel4")
def stunnel(at):
    command = at.unpacked("stunnel4", "usr/bin/stunnel4")
    return [*command, at.config(f"""foreground = yes
pid =
debug = 3
sslVersionMin = TLSv1.2
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[t]
accept = 127.0.0.1:{at.port}
connect = 127.0.0.1:{at.upstream}
cert = {at.certs}/server.pem
key = {at.certs}/server.key
""")]
