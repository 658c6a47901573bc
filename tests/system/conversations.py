"""conversations.py - two ends and what each sees, directly or through fil-proxy.

A case is what the client does and what the server does, each with a connected
socket; each returns what it saw.  compare() has them talk directly, then
through proxies, and wants the same to be seen.
"""
import contextlib, functools, hashlib, random, socket, struct, tempfile, threading

from harness import BUILD, DEADLINE, Server, Skip, need, run

LOOPBACK = "127.0.0.1"
RESET = struct.pack("ii", 1, 0)
MIB = 1 << 20


def listener(backlog=64):
    return socket.create_server((LOOPBACK, 0), backlog=backlog)


def port_of(sock):
    return sock.getsockname()[1]


def proxy(port, *options, **popen):
    """A proxy before a port of this machine."""
    return Server("fil-proxy", "--bind", LOOPBACK, *options, "0", LOOPBACK, port,
                  lines=1, **popen)


def proxy_port(server):
    return server.ports.get("tcp", server.ports.get("tls"))


def connect(port):
    sock = socket.create_connection((LOOPBACK, port), DEADLINE)
    sock.settimeout(DEADLINE)
    return sock


def accept(sock):
    sock.settimeout(DEADLINE)
    other, _ = sock.accept()
    other.settimeout(DEADLINE)
    return other


def fill_queue(where):
    """Connections until the next one would have to wait: its SYN is dropped."""
    fillers = []
    for _ in range(16):
        sock = socket.socket()
        sock.settimeout(0.2)
        try:
            sock.connect(where.getsockname())
        except TimeoutError:
            sock.close()
            return fillers
        fillers.append(sock)
    raise Skip("the queue of a listener never filled")


def reset(sock):
    """close, with a reset instead of an end."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()


def read_to_end(sock):
    """Length and digest of what came, and how it ended: "end" or "reset"."""
    so_far, length = hashlib.sha256(), 0
    while True:
        try:
            chunk = sock.recv(1 << 16)
        except ConnectionResetError:
            return length, so_far.hexdigest(), "reset"
        if not chunk:
            return length, so_far.hexdigest(), "end"
        so_far.update(chunk)
        length += len(chunk)


def fate(port):
    """How a connection ends of which the proxy wants nothing: the reset may
    come while connect() is still looking."""
    try:
        with connect(port) as sock:
            return read_to_end(sock)[2]
    except ConnectionResetError:
        return "reset"


def receive(sock, length):
    """Exactly so many bytes."""
    data = b""
    while len(data) < length:
        part = sock.recv(length - len(data))
        assert part, f"the stream ended after {data!r}"
        data += part
    return data


def digest(data):
    """What read_to_end says of data that came whole."""
    return len(data), hashlib.sha256(data).hexdigest(), "end"


@functools.lru_cache(None)
def noise(length, seed=1):
    return random.Random(seed).randbytes(length)


def whole(length, seed=1):
    """What read_to_end says of that."""
    return digest(noise(length, seed))


@functools.lru_cache(None)
def certificates():
    """A demonstration CA and certificate, for the whole run."""
    need("certtool")
    folder = tempfile.TemporaryDirectory(prefix="fil-proxy-certs-")
    status, _, err = run([BUILD / "certs" / "fil-certs", folder.name + "/c"])
    assert status == 0, err
    certificates.folder = folder			# removed at exit
    return folder.name + "/c"


def listen_tls():
    return ("--listen-tls", "--cert", certificates() + "/server.pem",
            "--key", certificates() + "/server.key")


def connect_tls():
    return ("--connect-tls", "--ca", certificates() + "/ca.pem")


@contextlib.contextmanager
def directly():
    """A connected client and server, with nothing between."""
    with listener() as where:
        client = connect(port_of(where))
        yield client, accept(where)


@contextlib.contextmanager
def chained(*chain):
    """The same through proxies, which come with it; each of chain is the options
    of one, the first is the nearest to the server."""
    with listener() as where:
        port, servers = port_of(where), []
        for options in chain:
            servers.append(proxy(port, *options))
            port = proxy_port(servers[-1])
        with connect(port) as client, accept(where) as upstream:
            yield client, upstream, servers
        for server in servers:
            assert server.popen.poll() in (None, 0), server.stderr


@contextlib.contextmanager
def through(*chain):
    with chained(*chain) as (client, upstream, _):
        yield client, upstream


# Where a conversation may lead: by splice, printed, and by TLS between two
# proxies, so that each side of a proxy is TLS once.
def ways():
    return {"quiet": [("--quiet",)], "printing": [("--hex",)],
            "tls": [(*listen_tls(), "--quiet"), connect_tls()]}


def talk(pair, client_part, server_part):
    """What the two saw."""
    seen = [None, None]
    client, server = pair

    def part(index, function, sock):
        try:
            with sock:
                seen[index] = function(sock)
        except Exception as error:		# it is what was seen
            seen[index] = repr(error)
    threads = [threading.Thread(target=part, args=(0, client_part, client)),
               threading.Thread(target=part, args=(1, server_part, server))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * DEADLINE)
        assert not thread.is_alive(), "the conversation does not end"
    return tuple(seen)


def compare(client_part, server_part, expected, but=()):
    """The same is seen directly and by every way."""
    with directly() as pair:
        assert talk(pair, client_part, server_part) == expected, "directly"
    for name, chain in ways().items():
        if name in but:
            continue
        with through(*chain) as pair:
            seen = talk(pair, client_part, server_part)
            assert seen == expected, (name, seen, expected)
