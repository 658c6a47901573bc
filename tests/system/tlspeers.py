"""tlspeers.py - certificates for a run, and Python's own TLS as a client."""
import atexit, functools, pathlib, shutil, ssl, tempfile

from harness import BUILD, DEADLINE, Server, need, run, tcp


@functools.lru_cache(maxsize=None)
def certificates(which=""):
    """A folder with ca.pem, server.pem and server.key, by fil-certs; another
    folder, with a CA of its own, for each word."""
    need("certtool")
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"fil-tls-{which}"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    status, _, err = run([BUILD / "certs" / "fil-certs", folder])
    assert status == 0, err
    return folder


def tls_server(*options, cert=None, key=None, lines=3, **popen):
    """fil-mixedd on free ports of 127.0.0.1, with TLS."""
    place = certificates()
    return Server("fil-mixedd", "--port", "0", "--udp-port", "0", "--tls-port", "0",
                  "--bind", "127.0.0.1", "--cert", cert or place / "server.pem",
                  "--key", key or place / "server.key", *options, lines=lines, **popen)


def context(ca=None, version=None, alpn=None):
    """What a Python client believes; version: of ssl.TLSVersion."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(ca or certificates() / "ca.pem")
    if version:
        made.minimum_version = made.maximum_version = version
    if alpn:
        made.set_alpn_protocols([alpn])
    return made


def tls(port, trust=None, host="127.0.0.1", name="localhost", session=None):
    """A connected socket, hands shaken, and the certificate verified."""
    sock = tcp(port, host)
    sock.settimeout(DEADLINE)
    return (trust or context()).wrap_socket(sock, server_hostname=name, session=session)
