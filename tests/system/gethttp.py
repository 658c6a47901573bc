"""gethttp.py - fil-gethttp with the web servers that people use, and beside curl."""
import atexit, contextlib, functools, hashlib, http.server, os, pathlib, re, shutil, socket
import sys, tempfile, threading

from harness import (BUILD, DEADLINE, Process, eventually, have_ipv6, main, need, run, test)
from httpfake import gethttp
from pki import pki

BIG = 3 * 1024 * 1024 + 17


@functools.cache
def pages():
    """A folder to be served: a page, an empty file, one of some megabytes."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fil-pages-"))
    atexit.register(shutil.rmtree, folder, True)
    folder.chmod(0o755)		# a server may be somebody else
    (folder / "index.html").write_text("<h1>Bienvenue à Nice</h1>\n", "utf-8")
    (folder / "empty").write_bytes(b"")
    (folder / "big").write_bytes(hashlib.shake_128(b"fil").digest(BIG))
    (folder / "sub").mkdir()
    (folder / "sub" / "index.html").write_text("sub\n")
    return folder


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def listens(port):
    """Is somebody there?  For servers that do not say so."""
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE).close()
        return True
    return False


def started(port, argv, **popen):
    server = Process(argv, **popen)

    def up():
        assert server.popen.poll() is None, f"{argv} ended:\n{server.stderr}"
        return listens(port)
    eventually(up, f"{argv[0]} to listen")
    return server


def python_server():
    port = free_port()
    started(port, [sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1",
                   "--directory", pages()])
    return f"http://127.0.0.1:{port}"


def busybox_server():
    need("busybox")
    port = free_port()
    started(port, ["busybox", "httpd", "-f", "-p", f"127.0.0.1:{port}", "-h", pages()])
    return f"http://127.0.0.1:{port}"


def openssl_server():
    need("openssl")
    port = free_port()
    started(port, ["openssl", "s_server", "-accept", port, "-WWW", "-quiet", "-cert",
                   pki()("good"), "-key", pki()("good", "key")], cwd=pages())
    return f"https://localhost:{port}"


NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;
    fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{
        listen 127.0.0.1:{plain}; listen 127.0.0.1:{secure} ssl;
        ssl_certificate {cert}; ssl_certificate_key {key};
        root {pages};
        location /moved {{ return 301 /index.html; }}
        location /away {{ return 302 http://$host:{plain}/index.html; }}
        location /nothing {{ return 204; }}
        location /teapot {{ return 418 "short and stout"; }}
        location /chunked {{ ssi on; ssi_types *; alias {pages}/; }}
    }}
}}
"""


def nginx_server():
    """Returns the URLs of both ports."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        need("nginx")
    folder = tempfile.mkdtemp(prefix="fil-nginx-")
    atexit.register(shutil.rmtree, folder, True)
    plain, secure = free_port(), free_port()
    config = pathlib.Path(folder, "conf")
    config.write_text(NGINX.format(folder=folder, plain=plain, secure=secure, pages=pages(),
                                   cert=pki()("good"), key=pki()("good", "key")))
    started(secure, [nginx, "-c", config, "-p", folder, "-e", "stderr"])
    return f"http://127.0.0.1:{plain}", f"https://localhost:{secure}"


def fetch(url, *options, body=True):
    status, out, err = gethttp(*(["-b"] if body else []), "--ca", pki()("ca"), *options, url)
    assert (status, err) == (0, b""), (url, status, err)
    return out


def serves_all(base):
    """What every server must be good for."""
    for name in "index.html", "empty", "big":
        assert fetch(f"{base}/{name}") == (pages() / name).read_bytes(), (base, name)
        assert fetch(f"{base}/{name}", "--http1.0") == (pages() / name).read_bytes(), base
    head, _, body = fetch(f"{base}/index.html", body=False).partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.[01] 200 ", head) and body.startswith(b"<h1>"), head


@test
def nginx_is_understood():
    """Issue 7: real peers.  nginx in the clear and under TLS: lengths, an answer
    in chunks, a redirection, no content, an error with a page."""
    for base in nginx_server():
        serves_all(base)
        whole = fetch(f"{base}/chunked/index.html", body=False)
        assert b"Transfer-Encoding: chunked" in whole, whole
        assert whole.endswith((pages() / "index.html").read_bytes()), whole
        assert fetch(f"{base}/chunked/big") == (pages() / "big").read_bytes()
        assert fetch(f"{base}/moved", "-L").startswith(b"<h1>")
        assert b"301 Moved" in fetch(f"{base}/moved", body=False)
        assert fetch(f"{base}/nothing") == b""
        assert fetch(f"{base}/teapot") == b"short and stout"
        assert gethttp("-bf", "--ca", pki()("ca"), f"{base}/teapot")[:2] == (22, b"")
        assert fetch(f"{base}/big", "-I", body=False).endswith(b"\r\n\r\n")
        assert gethttp("-bL", "--ca", pki()("ca"), f"{base}/away")[0] == (base[:5] == "https")


@test
def pythons_server_is_understood():
    """HTTP/1.0, one thread; a folder's list lasts until the connection ends."""
    base = python_server()
    serves_all(base)
    assert fetch(f"{base}/sub", "-L") == b"sub\n"
    assert gethttp("-f", f"{base}/missing")[:2] == (22, b"")


@test
def busyboxs_server_is_understood():
    """The smallest of them."""
    base = busybox_server()
    serves_all(base)
    assert gethttp("-f", f"{base}/missing")[:2] == (22, b"")


@test
def openssls_server_is_understood():
    """openssl s_server -WWW: HTTP/1.0 over TLS, until the end of the stream, which
    close_notify tells."""
    base = openssl_server()
    assert fetch(f"{base}/big") == (pages() / "big").read_bytes()
    assert fetch(f"{base}/index.html", body=False).startswith(b"HTTP/1.0 200 ok\r\n")


@test
def the_whole_answer_of_a_host_is_printed_as_it_came():
    """Sheet B: `fil-gethttp www | less`: head and body, to the byte."""
    base = nginx_server()[0]
    port = base.rsplit(":", 1)[1]
    status, out, _ = gethttp("127.0.0.1", "-p", port)
    head, _, body = out.partition(b"\r\n\r\n")
    assert status == 0 and head.startswith(b"HTTP/1.1 200 OK\r\n"), out
    assert body == (pages() / "index.html").read_bytes()
    assert gethttp(f"127.0.0.1:{port}")[1].endswith(body)


@test
def an_ipv6_host_is_asked_by_its_number():
    """RFC 3986 3.2.2: brackets in the URL and in Host, none for the socket."""
    if not have_ipv6():
        return
    for place in ("http://[::1]:{}/x", "[::1]:{}", None):
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
            listener.settimeout(DEADLINE)
            port = listener.getsockname()[1]
            client = Process([BUILD / "src" / "fil-gethttp",
                              *([place.format(port)] if place else ["-p", port, "::1"])])
            sock, _ = listener.accept()
            with sock:
                sock.settimeout(DEADLINE)
                assert f"Host: [::1]:{port}\r\n".encode() in sock.recv(4096)
                sock.sendall(b"HTTP/1.1 204 x\r\n\r\n")
                assert client.wait() == 0, client.stderr


@test
def its_bodies_are_curls():
    """curl is what people would use instead: the same bytes, the same redirection,
    the same status for -f."""
    need("curl")
    for base in (nginx_server()[0], python_server()):
        for path in "index.html", "big", "empty":
            ours = fetch(f"{base}/{path}")
            assert ours == run(["curl", "-s", f"{base}/{path}"])[1], path
        for path in "missing", "sub":
            ours, theirs = gethttp("-Lfb", f"{base}/{path}"), run(["curl", "-sLf",
                                                                  f"{base}/{path}"])
            assert ours[:2] == theirs[:2], (path, ours, theirs)


@test
def a_large_file_arrives_whole_in_little_memory():
    """256 MiB through a process that keeps none of it: to the byte, below 32 MiB
    of memory."""
    size = 256 << 20
    with tempfile.TemporaryDirectory() as folder:
        big, out = pathlib.Path(folder, "big"), pathlib.Path(folder, "out")
        with open(big, "wb") as sparse:
            sparse.truncate(size)
            sparse.seek(size - 3)
            sparse.write(b"end")
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = Process([BUILD / "src" / "fil-gethttp", "-q", "-o", out,
                          f"http://127.0.0.1:{server.server_port}/big"])
        _, status, usage = os.wait4(client.pid, 0)
        client.popen.returncode = os.waitstatus_to_exitcode(status)
        server.shutdown()
        assert client.popen.returncode == 0, client.stderr
        assert out.stat().st_size == size
        with open(out, "rb") as file:
            file.seek(-5, os.SEEK_END)
            assert file.read() == b"\0\0end"
        if "fsanitize" not in (BUILD / "Makefile").read_text():
            assert usage.ru_maxrss < 32 * 1024, usage.ru_maxrss


main()
