"""filprotocol.py - a client of the fil protocol, over TCP, TLS and UDP.

Written from fil-protocol(7) alone, as somebody would who has only that page and
another language: no header, no source of fil, nothing but Python's own library.
Where this file had to guess, the page was at fault and has been corrected."""
import collections, itertools, json, socket, ssl, time

PORTS = {"tcp": 12345, "tls": 12347, "udp": 12346}
ALPN = "fil/1"
EVENT_SIZE = 65536		# a buffer that no event is too long for


class Refused(Exception):
    """A reply whose status is "error"; code says why."""

    def __init__(self, reply):
        super().__init__(f"{reply['code']}: {reply.get('text')}")
        self.reply = reply
        self.code = reply["code"]


class Truncated(Exception):
    """The connection ended within a line."""


def encode(request):
    """One object, without a newline in it; UTF-8 as it is."""
    return json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()


def checked(reply):
    """The reply, if it is of status "ok"."""
    if reply["status"] != "ok":
        raise Refused(reply)
    return reply


class Client:
    """One connection: in the clear, or over TLS if a CA is given.

    Replies come in the order of the requests; events may come at any time, and
    are kept in events until somebody asks for them."""

    def __init__(self, port=None, host="localhost", ca=None, timeout=20.0, **socket_options):
        kind = "tcp" if ca is None else "tls"
        self.events = collections.deque()
        self.numbers = itertools.count(1)
        self.pending = b""
        self.token = None
        self.sock = socket.create_connection((host, port or PORTS[kind]), timeout,
                                             **socket_options)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ca is not None:
            context = ssl.create_default_context(cafile=ca)
            context.set_alpn_protocols([ALPN])
            # an end without close_notify is then an error, not an end
            self.sock = context.wrap_socket(self.sock, server_hostname=host,
                                            suppress_ragged_eofs=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    close = __exit__

    # --- lines

    def send(self, data):
        """Bytes as they are."""
        self.sock.sendall(data)

    def read_object(self):
        """The next line as an object; None at the end."""
        while b"\n" not in self.pending:
            chunk = self.sock.recv(65536)
            if not chunk:
                if self.pending:
                    raise Truncated(self.pending)
                return None
            self.pending += chunk
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)

    def reply(self):
        """The next reply; events before it are kept.  None at the end."""
        while True:
            found = self.read_object()
            if found is None or "status" in found:
                return found
            if "event" in found:
                self.events.append(found)

    def event(self):
        """The next event, of those kept or of those to come; None at the end."""
        if self.events:
            return self.events.popleft()
        found = self.read_object()
        assert found is None or "event" in found, found
        return found

    def end(self):
        """End this side, and return all that still comes, replies and events."""
        if isinstance(self.sock, ssl.SSLSocket):
            raise NotImplementedError("ssl ends both sides")
        self.sock.shutdown(socket.SHUT_WR)
        return self.rest()

    def rest(self):
        """All objects to the end of the connection."""
        return list(self.events) + list(iter(self.read_object, None))

    # --- commands

    def ask(self, command, **members):
        """Send a request and return its reply, whatever it says."""
        number = next(self.numbers)
        self.send(encode({"id": number, "command": command, **members}) + b"\n")
        reply = self.reply()
        assert reply is not None, f"the connection ended before the reply to {command}"
        assert reply["id"] == number, (reply, number)
        return reply

    def do(self, command, **members):
        """The same; a refusal is raised."""
        return checked(self.ask(command, **members))

    def hello(self):
        return self.do("HELLO")

    def login(self, user, password):
        reply = self.do("LOGIN", user=user, password=password)
        self.token = reply["token"]
        return reply

    def logout(self):
        self.do("LOGOUT")

    def message(self, text, to=None):
        """Returns its number."""
        return self.do("MESSAGE", text=text, **({} if to is None else {"to": to}))["seq"]

    def who(self):
        return self.do("WHO")["users"]

    def subscribe(self, port):
        self.do("SUBSCRIBE", port=port)

    def unsubscribe(self):
        self.do("UNSUBSCRIBE")

    def ping(self):
        return self.do("PING")["time"]


class Datagrams:
    """MESSAGE and PING over UDP, with the token of a session."""

    def __init__(self, token, port=None, host="127.0.0.1", tries=5):
        self.token, self.tries = token, tries
        self.numbers = itertools.count(1)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        # connected: what others send is not for us
        self.sock.connect((host, port or PORTS["udp"]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    close = __exit__

    def ask(self, command, **members):
        """The same request again and again until its reply comes; a MESSAGE may
        so be sent twice.  TimeoutError if none comes."""
        number = next(self.numbers)
        request = {"id": number, "command": command, **members}
        if self.token is not None:
            request["token"] = self.token
        for _ in range(self.tries):
            self.sock.send(encode(request))
            reply = self.reply(1.0, number)
            if reply is not None:
                return reply
        raise TimeoutError(f"no reply to {command} over UDP")

    def reply(self, seconds, number):
        """The reply to a request, within the time; late ones to others are dropped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                found = json.loads(self.sock.recv(EVENT_SIZE))
            except TimeoutError:
                break
            if found.get("id") == number:
                return found
        return None

    def message(self, text, to=None):
        return checked(self.ask("MESSAGE", text=text,
                                **({} if to is None else {"to": to})))["seq"]

    def ping(self):
        return checked(self.ask("PING"))["time"]


class Subscription:
    """A UDP port that a session's events come to.  Opened before SUBSCRIBE."""

    def __init__(self, server, host="127.0.0.1", timeout=20.0):
        """server: the address and UDP port that the events must come from"""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.settimeout(timeout)
        self.sock.bind((host, 0))
        self.port = self.sock.getsockname()[1]
        self.server = server

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    close = __exit__

    def event(self):
        """The next one; what does not come from the server is dropped."""
        while True:
            data, peer = self.sock.recvfrom(EVENT_SIZE)
            if peer[:2] == self.server:
                return json.loads(data)
