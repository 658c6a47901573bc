"""gethttp_hostile.py - answers that no honest server sends: fil-gethttp never
takes half a body for a whole one, and never does what a server wants of it."""
import os, pathlib, signal, socket, ssl, tempfile, time

from harness import (Process, eventually, main, program, spoken, test)
from httpfake import OK, WebFake, fetched, gethttp
from pki import pki

CUT = spoken("cut short", "coupé")
LENGTH = b"Content-Length: "
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def refused(answer, *words, options=("-b",), **how):
    """Exit status 1, and the reason on standard error."""
    status, out, err = fetched(answer, *options, **how)
    assert status == 1, (answer[:80], status, out[:80], err)
    assert err.startswith(b"fil-gethttp: "), err
    for word in words:
        assert word.encode() in err, (word, err.decode())
    return out


def taken(answer, body, options=("-b",), **how):
    status, out, err = fetched(answer, *options, **how)
    assert (status, out) == (0, body), (answer[:80], status, out[:80], err)


# --- where a body ends: RFC 9112 6.3

@test
def a_length_is_kept_to_the_byte():
    """RFC 9112 6.3, 6.  What follows the body is no part of it: a user would
    find the next answer's head at the end of his file."""
    taken(OK + LENGTH + b"5\r\n\r\nhello", b"hello")
    taken(OK + LENGTH + b"5\r\n\r\nhello, and more", b"hello")
    taken(OK + LENGTH + b"5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n", b"hello", ending="open")
    taken(OK + LENGTH + b"0\r\n\r\n", b"", ending="open")
    taken(OK + LENGTH + b"5\r\n" + LENGTH + b"5\r\n\r\nhello", b"hello")


@test
def a_body_cut_short_is_never_a_success():
    """RFC 9112 8: incomplete, whatever the connection's end looked like.  Half a
    download with exit status 0 is found a year later."""
    for ending in "fin", "reset":
        refused(OK + LENGTH + b"6\r\n\r\nhello", ending=ending)
        refused(OK + LENGTH + b"1\r\n\r\n", ending=ending)
        refused(OK + CHUNKED + b"5\r\nhello\r\n", ending=ending)
        refused(OK + CHUNKED + b"5\r\nhello\r\n0\r\n", ending=ending)
        refused(OK + CHUNKED + b"5\r\nhel", ending=ending)
        refused(OK + CHUNKED + b"5", ending=ending)
        refused(OK + CHUNKED, ending=ending)
    refused(OK + LENGTH + b"6\r\n\r\nhello", CUT)
    refused(OK + CHUNKED + b"5\r\nhello\r\n0\r\n", CUT)
    # until the end of the connection: only a reset tells
    taken(OK + b"\r\nhello", b"hello")
    refused(OK + b"\r\n" + b"x" * 100000, ending="reset")


@test
def a_length_that_is_no_number_or_none_that_fits_is_an_error():
    """RFC 9112 6.3, 5.  -1 as an unsigned number is a body without end; 20
    digits wrap round to a small one."""
    for length in (b"-1", b"+5", b"0x5", b"5 5", b"", b"five", b"9223372036854775808",
                   b"18446744073709551621", b"99999999999999999999"):
        out = refused(OK + LENGTH + length + b"\r\n\r\nhello",
                      spoken("no number", "pas un nombre"))
        assert out == b""


@test
def two_lengths_that_differ_are_an_error():
    """RFC 9112 6.3, 5: two readers would see two bodies."""
    for lengths in (LENGTH + b"5\r\n" + LENGTH + b"6", LENGTH + b"5, 6"):
        out = refused(OK + lengths + b"\r\n\r\nhello!", spoken("two lengths", "deux longueurs"))
        assert out == b""


@test
def chunks_beat_a_length():
    """RFC 9112 6.3, 3: with both, the coding counts, in any order."""
    body = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    for fields in (LENGTH + b"3\r\n" + CHUNKED, LENGTH + b"-3\r\n" + CHUNKED,
                   b"Transfer-Encoding: chunked\r\n" + LENGTH + b"3\r\n\r\n"):
        taken(OK + fields + body, b"hello world", ending="open")


@test
def chunks_may_have_extensions_and_trailers():
    """RFC 9112 7.1.1, 7.1.2: read over; neither is part of the body."""
    taken(OK + CHUNKED + b'5;a=b;c="d;e"\r\nhello\r\n006 ; x\r\n world\r\n0;last\r\n'
          b"Digest: abc\r\nContent-Length: 3\r\n\r\nmore", b"hello world", ending="open")


@test
def a_broken_chunk_is_an_error():
    """RFC 9112 7.1.  A size of 2^64 + 5 must not be 5."""
    for chunks in (b"x\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n",
                   b"5\r\nhelloo\r\n0\r\n\r\n", b"5\r\nhell\r\n0\r\n\r\n",
                   b"10000000000000005\r\nhello\r\n0\r\n\r\n", b"8000000000000000\r\n",
                   b"5;" + b"x" * 100000, b"0\r\n" + b"a: b\r\n" * 100000):
        refused(OK + CHUNKED + chunks, spoken("broken", "abîmé"))


@test
def an_unknown_coding_is_an_error():
    """RFC 9112 6.1: what we did not ask for we cannot undo."""
    for coding in (b"gzip", b"gzip, chunked", b"chunked, gzip", b"chunked, chunked", b"x"):
        refused(OK + b"Transfer-Encoding: " + coding + b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                spoken("unknown coding", "codage inconnu"))


@test
def answers_without_a_body_have_none_whatever_they_say():
    """RFC 9110 6.4.1: HEAD, 204, 304.  Whoever waits for the body waits for ever."""
    for status in (b"204 No Content", b"304 Not Modified"):
        taken(b"HTTP/1.1 " + status + b"\r\n" + LENGTH + b"5\r\n\r\nhello", b"", ending="open")
        taken(b"HTTP/1.1 " + status + b"\r\n" + CHUNKED + b"5\r\nhello", b"", ending="open")
    for head in (OK + LENGTH + b"5\r\n\r\n", OK + CHUNKED, OK + b"\r\n",
                 OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n"):
        taken(head, head, options=("-I",), ending="open")


@test
def interim_answers_are_read_over():
    """RFC 9110 15.2: a client takes 1xx though it asked for none.  100 and 103
    are not the answer."""
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n" + \
        LENGTH + b"5\r\n\r\n"
    taken(interim + OK + LENGTH + b"5\r\n\r\nhello", b"hello")
    taken(interim + OK + LENGTH + b"2\r\n\r\nhi", OK + LENGTH + b"2\r\n\r\nhi", options=())
    refused(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, spoken("too many", "trop de"))
    refused(b"HTTP/1.1 101 Switching Protocols\r\n\r\nxxx", spoken("unasked", "sans qu'on"))
    refused(b"HTTP/1.1 100 Continue\r\n\r\n", spoken("without an answer", "sans réponse"))


# --- heads

@test
def an_endless_head_is_an_error_in_bounded_memory():
    """A server that sends fields, or one line, for ever: a megabyte is enough."""
    def endless(piece):
        def send(sock, _):
            sock.sendall(OK)
            while True:
                sock.sendall(piece)
        return send
    for piece in (b"X: y\r\n" * 1000, b"x" * 10000):
        refused(endless(piece), spoken("does not end", "pas de fin"))


@test
def what_is_not_http_is_said_at_once():
    """The answer of another protocol, whose server then waits for us: nobody
    should wait half a minute for that."""
    for answer in (b"220 mail.example ESMTP\r\n", b"\0", b"SSH-2.0-x\r\n", b"HTTP/2.0 200\r\n",
                   b"<html>hello"):
        begin = time.monotonic()
        refused(answer, spoken("no answer of HTTP", "pas une réponse HTTP"), ending="open")
        assert time.monotonic() - begin < 15
    refused(b"", spoken("without an answer", "sans réponse"))
    refused(OK + b"a: b\r\n", spoken("head was cut", "en-tête est coupé"))
    refused(b"", ending="reset")


@test
def a_broken_field_is_an_error():
    """RFC 9112 5: a reader that skips what it does not understand may skip the
    length."""
    for field in (b"no colon", b": x", b"Content-Length : 5", b" folded: first", b"a: \0b",
                  b"a: b\rContent-Length: 5"):
        refused(OK + field + b"\r\n\r\nhello", spoken("field", "champ"))


@test
def a_head_may_come_byte_by_byte_and_folded():
    """TCP keeps no boundaries; RFC 9112 5.2: a folded line is one field."""
    def slowly(sock, _):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = OK + b"Transfer-Encoding:\r\n  chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        for i in range(len(answer)):
            sock.sendall(answer[i:i + 1])
    taken(slowly, b"hello")
    taken(b"HTTP/1.0 200 OK\nContent-Length: 5\n\nhello", b"hello", ending="open")


@test
def a_silent_server_is_given_up():
    """--timeout: in the head, and in the body."""
    for answer in (b"", OK, OK + LENGTH + b"9\r\n\r\nhello", OK + CHUNKED, OK + b"\r\nhello"):
        refused(answer, options=("-b", "--timeout", "0.2"), ending="open")


# --- redirections

def redirect(to, status=b"302 Found"):
    return b"HTTP/1.1 " + status + b"\r\nLocation: " + to + b"\r\n" + LENGTH + b"4\r\n\r\ngone"


@test
def a_redirection_is_followed_when_asked():
    """RFC 9110 15.4: -L; without it the answer is the redirection itself."""
    for status in (b"301 x", b"302 x", b"303 x", b"307 x", b"308"):
        web = WebFake(redirect(b"/there?x", status), OK + LENGTH + b"5\r\n\r\nhello")
        assert gethttp("-bL", web.url("/here"))[:2] == (0, b"hello")
        assert web.requests[1].startswith(b"GET /there?x HTTP/1.1\r\n"), web.requests
    taken(redirect(b"/there"), b"gone")
    taken(b"HTTP/1.1 302 Found\r\n" + LENGTH + b"4\r\n\r\ngone", b"gone", options=("-bL",))
    taken(redirect(b"/", b"300 Choices"), b"gone", options=("-bL",))


@test
def a_relative_redirection_is_resolved():
    """RFC 9110 10.2.2, RFC 3986 5.2."""
    for location, target in ((b"c", b"/a/c"), (b"../d", b"/d"), (b"?y", b"/a/b?y"),
                             (b"e f", b"/a/e%20f"), (b"./g#h", b"/a/g")):
        web = WebFake(redirect(location), OK + LENGTH + b"0\r\n\r\n")
        assert gethttp("-bL", web.url("/a/b?x"))[0] == 0
        assert web.requests[1].startswith(b"GET " + target + b" HTTP"), web.requests[1]


@test
def a_loop_of_redirections_ends():
    """Ten, as spec/04 has it; eleven requests in all."""
    web = WebFake(redirect(b"/again"))
    status, out, err = gethttp("-bL", web.url())
    assert (status, out) == (1, b"") and b"10" in err, err
    assert len(web.requests) == 11


@test
def a_redirection_from_https_to_http_is_not_followed():
    """spec/04: never.  What was asked for in secret would cross the wire."""
    plain = WebFake(OK + LENGTH + b"5\r\n\r\nhello")
    secret = WebFake(redirect(plain.url().encode()), context=pki().context("good"))
    status, out, err = gethttp("-bL", "--ca", pki()("ca"), secret.url(host="localhost"))
    assert (status, out, plain.requests) == (1, b"", []) and b"https" in err, (status, err)
    # the other way is no harm
    secret = WebFake(OK + LENGTH + b"5\r\n\r\nhello", context=pki().context("good"))
    plain = WebFake(redirect(secret.url(host="localhost").encode()))
    assert gethttp("-bL", "--ca", pki()("ca"), plain.url())[:2] == (0, b"hello")


@test
def a_redirection_to_what_is_no_url_of_http_is_an_error():
    """A server must not have us open files, or send a user's name."""
    for to in (b"file:///etc/passwd", b"ftp://127.0.0.1/", b"javascript:alert(1)",
               b"http://user:password@127.0.0.1/", b"http://127.0.0.1:99999/", b"http://",
               b"/a\x1b[31mb", b"http://[::1/"):
        out = refused(redirect(to), options=("-bL",))
        assert out == b""


@test
def a_redirection_shows_no_control_characters():
    """Its Location stands in the message: a terminal must not obey it."""
    status, _, err = fetched(redirect(b"ftp://\x1b]0;owned\x07\xc2\x9b31m"), "-bL")
    assert status == 1 and b"\x1b" not in err and b"\xc2\x9b" not in err and b"\x07" not in err


@test
def secrets_are_not_sent_to_where_a_server_redirects():
    """A redirection to another host must not carry the user's Authorization."""
    there = WebFake(OK + LENGTH + b"0\r\n\r\n")
    here = WebFake(redirect(f"http://localhost:{there.port}/".encode()))
    fields = ("-H", "Authorization: Basic c2VjcmV0", "-H", "COOKIE: secret", "-H", "X-Mine: y",
              "-H", "Host: here.example")
    assert gethttp("-bL", *fields, here.url())[0] == 0
    assert b"Authorization: Basic c2VjcmV0\r\n" in here.requests[0]
    assert b"Host: here.example\r\n" in here.requests[0]
    assert b"uthorization" not in there.requests[0] and b"secret" not in there.requests[0]
    assert b"X-Mine: y\r\n" in there.requests[0]
    assert f"Host: localhost:{there.port}\r\n".encode() in there.requests[0]
    # on the same server they stay
    here = WebFake(redirect(b"/x"), OK + LENGTH + b"0\r\n\r\n")
    assert gethttp("-bL", *fields, here.url())[0] == 0
    assert b"Authorization: Basic c2VjcmV0\r\n" in here.requests[1]


@test
def a_certificate_is_not_shown_where_a_server_redirects():
    """It names the user, to whoever asks.  On the same server it is shown again."""
    def web(*locations):
        context = pki().context("good")
        context.load_verify_locations(pki()("ca"))
        context.verify_mode = ssl.CERT_OPTIONAL
        shown = []

        def answer(location):
            def answered(sock, _):
                shown.append(bool(sock.getpeercert()))
                sock.sendall(redirect(location) if location else
                             OK + LENGTH + b"0\r\n\r\n")
            return answered
        return WebFake(*map(answer, locations), context=context), shown

    there, seen_there = web(b"")
    here, seen_here = web(b"/again", there.url(host="localhost").encode())
    status, _, err = gethttp("-bL", "--ca", pki()("ca"), "--cert", pki()("client"), "--key",
                             pki()("client", "key"), here.url(host="localhost"))
    assert status == 0, err
    assert (seen_here, seen_there) == ([True, True], [False]), (seen_here, seen_there)


# --- TLS

@test
def a_body_that_lasts_until_the_end_needs_a_close_notify():
    """RFC 8446 6.1: without it anybody on the way may have cut the page off.
    Where a length says so, the body is complete all the same."""
    def cut(answer):
        def send(sock, _):
            sock.sendall(answer)
            sock.shutdown(socket.SHUT_WR)		# FIN, no close_notify
            while socket.socket.recv(sock, 1000):
                pass
        return send
    context = pki().context("good")

    def tls(answer, ending="open"):
        web = WebFake(answer, context=context, ending=ending)
        return gethttp("-b", "--ca", pki()("ca"), web.url(host="localhost"))
    assert tls(OK + b"\r\nhello", "fin")[:2] == (0, b"hello")
    status, out, err = tls(cut(OK + b"\r\nhello"))
    assert status == 1 and b"close_notify" in err, (status, out, err)
    assert tls(cut(OK + LENGTH + b"5\r\n\r\nhello"))[:2] == (0, b"hello")
    assert tls(cut(OK + CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"))[:2] == (0, b"hello")
    assert tls(cut(OK + LENGTH + b"6\r\n\r\nhello"))[0] == 1


@test
def a_certificate_that_is_refused_is_exit_status_3_and_nothing_is_asked():
    """spec/00.  The request, with its path and fields, is for the right server."""
    for kind in "foreign", "expired", "elsewhere", "self-signed":
        web = WebFake(OK + LENGTH + b"5\r\n\r\nhello", context=pki().context(kind))
        status, out, err = gethttp("--ca", pki()("ca"), web.url(host="localhost"))
        assert (status, out, web.requests) == (3, b"", []), (kind, status, err)
        status, out, err = gethttp("-b", "--insecure", web.url(host="localhost"))
        assert (status, out) == (0, b"hello") and err, (kind, status, err)


# --- files

def saving(answer, *options, old=b"old", **how):
    """-o over a file that is there; returns status, the file, the folder's names."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "page")
        if old is not None:
            path.write_bytes(old)
        status, out, err = fetched(answer, "-o", path, *options, **how)
        assert out == b"", out
        return (status, path.read_bytes() if path.exists() else None, os.listdir(folder))


@test
def a_body_cut_short_leaves_the_file_that_was_there():
    """spec/00: complete or not at all."""
    for answer in (OK + LENGTH + b"6\r\n\r\nhello", OK + CHUNKED + b"5\r\nhello\r\n",
                   OK + LENGTH + b"5, 6\r\n\r\nhello", b"220 mail\r\n"):
        assert saving(answer) == (1, b"old", ["page"])
        assert saving(answer, old=None) == (1, None, [])
    assert saving(OK + LENGTH + b"5\r\n\r\nhello") == (0, b"hello", ["page"])
    assert saving(b"HTTP/1.1 404 x\r\n\r\nno", "-f") == (22, b"old", ["page"])


@test
def ctrl_c_leaves_the_file_that_was_there_and_ends_by_the_signal():
    """spec/00: Ctrl-C stops the transfer.  A shell's loop must see the signal,
    and no half file may stay; not even when the server is never silent."""
    def silent(sock, _):
        sock.sendall(OK + LENGTH + b"100\r\n\r\nhello")

    def busy(sock, _):
        sock.sendall(OK + b"\r\n")
        while True:
            sock.sendall(b"x" * 65536)
    for script, ending in ((silent, "open"), (busy, "fin")):
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "page")
                path.write_bytes(b"old")
                web = WebFake(script, ending=ending)
                client = Process([program("fil-gethttp"), "-o", path, web.url()],
                                 preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
                eventually(lambda: any(p.stat().st_size > 0 for p in
                           pathlib.Path(folder).iterdir() if p != path), "a temporary file")
                client.signal(number)
                assert client.wait() == -number, client.stderr
                assert client.says(spoken("interrupted", "interrompu"))
                assert os.listdir(folder) == ["page"] and path.read_bytes() == b"old"
                web.close()


@test
def a_full_disk_is_an_error():
    """/dev/full takes nothing: neither does a full disk, at the last byte."""
    status, _, err = fetched(OK + LENGTH + b"5\r\n\r\nhello", "-o", "/dev/full")
    assert status == 1 and b"write" in err, (status, err)


main()
