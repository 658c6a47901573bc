"""gethttp_output.py - what fil-gethttp sends, where it writes, what it says."""
import os, pathlib, pty, re, select, socket, subprocess, tempfile, time

from harness import DEADLINE, Process, main, program, run, spoken, test
from httpfake import OK, WebFake, fetched, gethttp

LENGTH = b"Content-Length: "
HELLO = OK + LENGTH + b"5\r\n\r\nhello"


def on_terminal(*arguments, err_too=False, env=None):
    """Runs fil-gethttp with a terminal as its output (or its errors); returns the
    exit status and what the terminal got."""
    master, slave = pty.openpty()
    client = subprocess.Popen([program("fil-gethttp"), *map(str, arguments)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL if err_too else slave,
        stderr=slave if err_too else subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm", **(env or {})})
    os.close(slave)
    seen, end = b"", time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:		# EIO: nobody holds the other side any more
                break
            seen += piece
    os.close(master)
    return client.wait(DEADLINE), seen


# --- the request

@test
def a_request_is_what_rfc_9112_asks_for():
    """RFC 9112 3.2: Host with its port; one connection for one request."""
    web = WebFake(HELLO)
    assert gethttp("-b", web.url("/a/b?c=d#e"))[:2] == (0, b"hello")
    lines = web.requests[0].split(b"\r\n")
    assert lines[0] == b"GET /a/b?c=d HTTP/1.1", lines
    assert f"Host: 127.0.0.1:{web.port}".encode() in lines, lines
    assert b"Connection: close" in lines and lines[-2:] == [b"", b""], lines
    assert gethttp("-b", "--http1.0", web.url())[0] == 0
    assert web.requests[1].startswith(b"GET / HTTP/1.0\r\n")
    assert fetched(OK + b"\r\n", "-I")[0] == 0
    web = WebFake(OK + b"\r\n")
    assert gethttp("-I", web.url("/x"))[:2] == (0, OK + b"\r\n")
    assert web.requests[0].startswith(b"HEAD /x HTTP/1.1\r\n")


@test
def fields_of_the_users_are_sent_and_take_the_place_of_ours():
    """-H: virtual hosts, and everything else that a lab tries out."""
    web = WebFake(HELLO)
    assert gethttp("-H", "host: www.iiia.net", "-H", "X-Lab: 1", "-H", "User-Agent:",
                   web.url())[0] == 0
    request = web.requests[0]
    assert b"\r\nhost: www.iiia.net\r\n" in request and b"\r\nX-Lab: 1\r\n" in request
    assert request.lower().count(b"\r\nhost:") == 1, request
    assert request.lower().count(b"\r\nuser-agent:") == 1, request


@test
def a_wrong_command_line_is_exit_status_2_and_nothing_is_sent():
    """spec/00.  CR and LF in an argument would be a request of its own."""
    web = WebFake(HELLO)
    for arguments in ((), (web.url("/a\r\nX: y"),), (web.url("/a\nb"),), ("a b",), ("",),
                      ("ftp://127.0.0.1/",), ("http://",), ("http://u:p@127.0.0.1/",),
                      ("u@127.0.0.1",), ("http://127.0.0.1:0/",), ("http://127.0.0.1:65536/",),
                      ("-p", "0", "127.0.0.1"), ("-p", "1", web.url()), ("http://[::1/",),
                      ("-H", "no colon", web.url()), ("-H", "a: b\r\nc: d", web.url()),
                      ("-H", "a b: c", web.url()), ("-H", "Content-Length: 5", web.url()),
                      ("-H", "Transfer-Encoding: chunked", web.url()), ("-b", "-I", web.url()),
                      ("-o", "", web.url()), (web.url(), web.url()), ("127.0.0.1/index.html",)):
        status, out, err = gethttp(*arguments)
        assert (status, out) == (2, b"") and err, (arguments, status, err)
    assert web.requests == []


@test
def who_is_not_there_is_told_by_the_primitive_that_failed():
    """spec/00: which primitive, which address, why."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    status, out, err = gethttp(f"http://127.0.0.1:{port}/")
    assert (status, out) == (1, b"") and f"127.0.0.1:{port}: connect: ".encode() in err, err
    assert gethttp("http://no-such-host.invalid/")[0] == 1


# --- what is written

@test
def head_and_body_or_one_of_them():
    """spec/04: a URL's head and body, the body without its coding; a host's
    answer as it came."""
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    coded = b"5;x\r\nhello\r\n0\r\nA: b\r\n\r\n"
    web = WebFake(chunked + coded, ending="open")
    assert gethttp(web.url())[:2] == (0, chunked + b"hello")
    assert gethttp("-b", web.url())[:2] == (0, b"hello")
    assert gethttp(f"127.0.0.1:{web.port}")[:2] == (0, chunked + coded)
    assert gethttp("-b", f"127.0.0.1:{web.port}")[:2] == (0, b"hello")


@test
def into_a_pipe_every_byte_is_exact():
    """spec/00: as received."""
    body = bytes(range(256)) * 5
    answer = OK + b"X: \x1b[31m\xff\r\n" + LENGTH + b"%d\r\n\r\n" % len(body) + body
    assert fetched(answer)[:2] == (0, answer)


@test
def on_a_terminal_only_what_can_be_read_is_shown():
    """spec/00.  A page could retitle a terminal, or type for its user.  UTF-8
    stays, also where two recvs cut a letter in halves."""
    body = "Nice, été \u202eexe.txt\x1b]0;owned\x07\x9b31m\tà\nend".encode() + b"\xff\x9b"

    def slowly(sock, _):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(OK + b"X-Evil: \x1b[2J\r\n" + LENGTH + b"%d\r\n\r\n" % len(body))
        for i in range(len(body)):
            sock.sendall(body[i:i + 1])
    for script in (slowly, lambda sock, _: sock.sendall(OK + LENGTH + b"%d\r\n\r\n" % len(body)
                                                        + body)):
        status, seen = on_terminal(WebFake(script).url())
        assert status == 0, seen
        assert b"\x1b" not in seen and b"\x07" not in seen and b"\xc2\x9b" not in seen, seen
        text = seen.decode("utf-8")		# all of it is UTF-8
        assert "\u202e" not in text and "été" in text and "à\r\nend" in text, text
        assert "HTTP/1.1 200 OK\r\n" in text and "\\r" not in text, text
        assert r"\x1b]0;owned\x07" in text and "\ufffd" in text, text


@test
def a_reader_that_leaves_is_an_error_as_it_is_for_curl():
    """`fil-gethttp www | head -1`: not all of it was written, and nobody should
    think so; nothing hangs."""
    def endless(sock, _):
        sock.sendall(OK + b"\r\n")
        while True:
            sock.sendall(b"x" * 65536)
    web = WebFake(endless)
    client = subprocess.Popen([program("fil-gethttp"), web.url()], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
    assert client.stdout.read(15) == b"HTTP/1.1 200 OK"
    client.stdout.close()
    err = client.stderr.read()
    client.stderr.close()
    assert client.wait(DEADLINE) == 1 and b"write" in err, err


@test
def a_closed_standard_output_is_an_error_and_no_socket_takes_its_place():
    """spec/00, base/standard.h."""
    web = WebFake(HELLO)
    status, _, err = run(["sh", "-c", '"$0" "$1" >&-', program("fil-gethttp"), web.url()])
    assert status == 1 and b"write" in err, (status, err)
    assert b"hello" not in b"".join(web.requests)


@test
def fail_writes_nothing_and_ends_with_22():
    """-f, as curl's: for scripts.  Without it a page about an error is an answer."""
    for status in 400, 404, 500, 599:
        answer = b"HTTP/1.1 %d No \x1b[31m\r\n" % status + LENGTH + b"2\r\n\r\nno"
        code, out, err = fetched(answer, "-f")
        assert (code, out) == (22, b"") and str(status).encode() in err, (code, out, err)
        assert b"\x1b" not in err
        assert fetched(answer, "-b")[:2] == (0, b"no")
    assert fetched(b"HTTP/1.1 399 x\r\n" + LENGTH + b"2\r\n\r\nok", "-bf")[:2] == (0, b"ok")


@test
def a_file_gets_the_body_and_its_mode_is_right():
    """spec/00: of the file that it replaces, or 0666 less the umask."""
    web = WebFake(HELLO)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "page")
        assert gethttp("-o", path, web.url(), umask=0o027)[0] == 0
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"hello", 0o640)
        path.chmod(0o600)
        path.write_bytes(b"old")
        assert gethttp("-o", path, web.url(), umask=0)[0] == 0
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"hello", 0o600)
        assert gethttp("-I", "-o", path, WebFake(OK + b"\r\n").url())[0] == 0
        assert path.read_bytes() == OK + b"\r\n"
        assert gethttp("-o", path, f"127.0.0.1:{web.port}")[0] == 0
        assert path.read_bytes() == HELLO
        assert os.listdir(folder) == ["page"]
        for nowhere in pathlib.Path(folder, "no", "page"), folder:
            status, _, err = gethttp("-o", nowhere, web.url())
            assert status == 1, (status, err)
            assert spoken("cannot write", "impossible d'écrire").encode() in err, err
    assert gethttp("-b", "-o", "-", web.url())[:2] == (0, b"hello")


@test
def a_fifo_is_written_in_place():
    """spec/00: a device or a fifo cannot be renamed over."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "fifo")
        os.mkfifo(path)
        client = Process([program("fil-gethttp"), "-o", path, WebFake(HELLO).url()])
        assert path.read_bytes() == b"hello"
        assert client.wait() == 0 and path.is_fifo()


# --- what is said

@test
def progress_is_drawn_on_a_terminal_and_nowhere_else():
    """spec/00: bytes, percent, rate, time left; at most ten times a second; gone
    at the end."""
    def slowly(sock, _):
        sock.sendall(OK + LENGTH + b"800000\r\n\r\n")
        for _ in range(8):
            sock.sendall(b"x" * 100000)
            time.sleep(0.06)		# the sender's pace is what is shown
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "page")
        status, seen = on_terminal("-o", path, WebFake(slowly).url(), err_too=True)
        assert status == 0 and path.stat().st_size == 800000
        drawn = re.findall(rb"\r *\d+%  [\d.]+ \S+  [\d.]+ \S+/s", seen)
        assert 1 <= len(drawn) <= 20, seen
        assert re.search(rb"\d:\d\d", seen), seen
        assert re.search(rb"\r +\r\Z", seen), seen
        for options, env in ((("-q",), {}), ((), {"TERM": "dumb"})):
            status, seen = on_terminal(*options, "-o", path, WebFake(slowly).url(),
                                       err_too=True, env=env)
            assert (status, seen) == (0, b""), seen
        assert fetched(slowly, "-o", path) == (0, b"", b"")


@test
def timing_tells_each_step():
    """--timing: lookup, connect, TLS, first byte, total; on standard error."""
    status, out, err = fetched(HELLO, "-b", "--timing")
    assert (status, out) == (0, b"hello")
    numbers = [float(n) for n in re.findall(rb"(\d+\.\d{3}) ms", err)]
    assert len(numbers) == 5 and err.count(b"\n") == 1, err
    assert numbers[2] == 0 and abs(numbers[4]) >= sum(numbers[:4]) - 0.01, numbers


@test
def verbose_tells_the_heads_but_no_secret():
    """-v: both heads, made safe; spec/00: secrets are never logged."""
    answer = OK + b"X: \x1b[31m\r\n" + LENGTH + b"5\r\n\r\nhello"
    status, out, err = fetched(answer, "-bv", "-H", "Authorization: Basic c2VjcmV0")
    assert (status, out) == (0, b"hello")
    for wanted in (b"> GET / HTTP/1.1\n", b"> Host: ", b"< HTTP/1.1 200 OK\n",
                   b"> Authorization:", rb"< X: \x1b[31m"):
        assert wanted in err, (wanted, err)
    assert b"c2VjcmV0" not in err and b"\x1b" not in err, err


@test
def half_a_page_on_a_terminal_is_followed_by_why():
    """What came is shown, and that it is not all."""
    status, seen = on_terminal(WebFake(OK + LENGTH + b"9\r\n\r\nhello").url())
    assert status == 1 and seen.endswith(b"hello"), seen
    assert spoken("not complete", "pas complète").encode() in \
        fetched(OK + LENGTH + b"9\r\n\r\nhello")[2]


main()
