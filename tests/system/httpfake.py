"""httpfake.py - a web server that answers whatever a test wants, byte by byte."""
import contextlib, socket, threading

from harness import DEADLINE, program, run, stop_accepting

OK = b"HTTP/1.1 200 OK\r\n"


class WebFake:
    """Each connection: a request is read to its empty line, and answered.

    answers: bytes; or a function of (sock, request), which sends for itself.
    The n-th connection gets the n-th answer, the last one again and again.
    ending: "fin" in good order, "reset", or "open" (until the client closes)."""

    def __init__(self, *answers, ending="fin", context=None, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, 0), family=family)
        self.port = self.listener.getsockname()[1]
        self.answers, self.ending, self.context = answers, ending, context
        self.requests = []		# as they came, in bytes
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def url(self, path="/", scheme=None, host="127.0.0.1"):
        return f"{scheme or ('https' if self.context else 'http')}://{host}:{self.port}{path}"

    def _serve(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
            threading.Thread(target=self._answer, args=(sock, answer), daemon=True).start()

    def _answer(self, sock, answer):
        with contextlib.suppress(OSError):
            sock.settimeout(DEADLINE)
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = sock.recv(65536)
                if not piece:
                    return
                request += piece
            self.requests.append(request)
            if callable(answer):
                answer(sock, request)
            else:
                sock.sendall(answer)
            self._end(sock)

    def _end(self, sock):
        if self.ending == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        elif self.ending == "open":
            while sock.recv(65536):
                pass
        elif self.context and self.ending == "fin":
            sock.unwrap()		# close_notify, and the client's
        sock.close()

    def close(self):
        stop_accepting(self.listener, self.thread)


def gethttp(*arguments, **options):
    """Runs fil-gethttp to its end; returns status, stdout, stderr (bytes)."""
    return run([program("fil-gethttp"), *arguments], **options)


def fetched(answer, *options, path="/", **how):
    """What fil-gethttp makes of an answer that is a URL's."""
    web = WebFake(answer, **how)
    try:
        return gethttp(*options, web.url(path))
    finally:
        web.close()
