"""lessons.py - the stand-alone programs of src/lessons, as a beginner runs them."""
import contextlib, os, pathlib, re, resource, signal, socket, sys, tempfile, time

from harness import (DEADLINE, SOURCE, Process, Skip, eventually, main, need,
    program, run, tcp, test, udp)

LESSONS = ["tcp_server", "tcp_client", "udp_server", "udp_client", "mixed_naive",
    "mixed_select", "mixed_threads", "wait_sequential", "wait_threads",
    "wait_select", "chat_threads", "daytime_select", "http_get", "model_one",
    "model_threads", "model_select", "model_clients"]
SHEET_FLAGS = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra",
    "-pthread"]
RECU = "Message reçu"
VIA_TCP = "Message reçu via TCP"
VIA_UDP = "Message reçu via UDP"
NBSP = "\u00a0"


def lesson(name):
    return program("lessons/" + name)


class Lesson(Process):
    """A lesson that serves, up when it has said where, on ports of the kernel's
    choice.  ports: in the order in which it announced them."""

    def __init__(self, name, sockets=1):
        super().__init__([lesson(name), *["0"] * sockets])
        self.name = name
        pattern = rf"^{name}: en attente sur 127\.0\.0\.1:(\d+)(?: \((TCP|UDP)\))?$"

        def found():
            assert self.popen.poll() is None, f"{name} ended:\n{self.stderr}"
            seen = re.findall(pattern, self.stdout, re.M)
            return seen if len(seen) == sockets else None
        seen = eventually(found, f"{name} to say where it waits")
        self.port = int(seen[0][0])
        self.ports = {kind: int(port) for port, kind in seen}


def mixed(name):
    return Lesson(name, sockets=2)


def netcat(port, *options, data=b"salut"):
    """What a netcat prints; -q1 and -w1 end it a second after its input."""
    need("nc")
    return run(["nc", *options, "127.0.0.1", port], data)[1].decode()


def ask_tcp(port, text="Bonjour"):
    """A beginner's client: connect, sendall, one recv(1024)."""
    with tcp(port) as sock:
        return ask(sock, text)


def ask_udp(port, text="Bonjour"):
    with udp(port) as sock:
        return ask(sock, text)


def ask(sock, text="Bonjour"):
    sock.sendall(text.encode())
    return sock.recv(1024).decode()


def silent(sock, seconds=0.3):
    """Nothing comes for a while: the one thing that only time can show."""
    sock.settimeout(seconds)
    try:
        return sock.recv(1024) is None
    except TimeoutError:
        return True
    finally:
        sock.settimeout(DEADLINE)


def answers(name, *arguments):
    """Run a client lesson; it must end well; returns what it printed."""
    status, out, err = run([lesson(name), *arguments])
    assert status == 0, (status, out, err)
    return out.decode()


def refused(status, err, *words):
    assert status == 1, (status, err)
    for word in words:
        assert word in err.decode(), (word, err)


# --- each server with its client, with netcat, with Python

@test
def tcp_server_answers_its_client():
    """Sheet A: "Bonjour serveur TCP", "Message reçu".  A student runs the two
    programs side by side and must see each other's words."""
    server = Lesson("tcp_server")
    assert answers("tcp_client", server.port) == \
        f"Réponse du serveur{NBSP}: {RECU}\n"
    server.says(f"reçu{NBSP}: «{NBSP}Bonjour serveur TCP{NBSP}»$", "stdout")
    server.says("le client est parti", "stdout")


@test
def udp_server_answers_its_client():
    """Sheet A, the UDP half.  As above, over datagrams."""
    server = Lesson("udp_server")
    assert answers("udp_client", server.port) == \
        f"Réponse du serveur{NBSP}: {RECU}\n"
    server.says("Bonjour serveur UDP", "stdout")


@test
def mixed_servers_answer_the_clients_of_the_first_lessons():
    """The sheet's clients serve unchanged for the mixed server, which says by
    which protocol it was reached."""
    for name in "mixed_select", "mixed_threads":
        server = mixed(name)
        assert VIA_TCP in answers("tcp_client", server.ports["TCP"]), name
        assert VIA_UDP in answers("udp_client", server.ports["UDP"]), name
    server = mixed("mixed_naive")	# in the order in which it waits
    assert VIA_TCP in answers("tcp_client", server.ports["TCP"])
    assert VIA_UDP in answers("udp_client", server.ports["UDP"])


@test
def servers_answer_netcat():
    """The sheet has the students try nc first: the answer is the wire text, in
    UTF-8, without a newline."""
    server = Lesson("tcp_server")
    assert netcat(server.port, "-q1") == RECU
    server = Lesson("udp_server")
    assert netcat(server.port, "-u", "-w1") == RECU
    for name in "mixed_naive", "mixed_select", "mixed_threads":
        server = mixed(name)
        assert netcat(server.ports["TCP"], "-q1") == VIA_TCP, name
        assert netcat(server.ports["UDP"], "-u", "-w1") == VIA_UDP, name


@test
def servers_answer_a_beginners_python_sockets():
    """Sheet A's clients are Python: connect, sendall, one recv(1024), which must
    hold the whole answer."""
    assert ask_tcp(Lesson("tcp_server").port) == RECU
    assert ask_udp(Lesson("udp_server").port) == RECU
    for name in "mixed_naive", "mixed_select", "mixed_threads":
        server = mixed(name)
        assert ask_tcp(server.ports["TCP"]) == VIA_TCP, name
        assert ask_udp(server.ports["UDP"]) == VIA_UDP, name


@test
def daytime_select_tells_the_date_over_both():
    """RFC 867: whoever connects, and whoever sends anything, is told in a line;
    one who does not read, or sends before he reads, stops nobody."""
    server = mixed("daytime_select")
    line = r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\r\n"
    with tcp(server.ports["TCP"]), tcp(server.ports["TCP"]) as rude:
        rude.sendall(b"x" * 1000)
        for _ in range(3):
            with tcp(server.ports["TCP"]) as sock:
                assert re.fullmatch(line, sock.makefile("r", newline="").read())
            for data in "", "Bonjour":
                with udp(server.ports["UDP"]) as sock:
                    assert re.fullmatch(line, ask(sock, data))


@test
def http_get_prints_a_whole_answer():
    """Sheet B: GET, then recv until the end: head and page, in any pieces."""
    answer = b"HTTP/1.0 200 OK\r\nX: y\r\n\r\n" + "bienvenue à Nice\n".encode() * 1000
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE)
        client = Process([lesson("http_get"), "127.0.0.1", listener.getsockname()[1]])
        sock, _ = listener.accept()
        with sock:
            request = b""
            while b"\r\n\r\n" not in request:
                request += sock.recv(1024)
            assert request == b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
            for i in range(0, len(answer), 1000):
                sock.sendall(answer[i:i + 1000])
        assert client.wait() == 0, client.stderr
        assert client.stdout.encode() == answer.replace(b"\r", b"")
        port = listener.getsockname()[1]
    refused(*run([lesson("http_get"), "127.0.0.1", port])[::2], "connect")
    refused(*run([lesson("http_get"), "no-such-host.invalid"])[::2], "no-such-host")


@test
def every_recv_is_answered_and_the_next_client_is_served():
    """spec/01: an answer to every recv, then the next client, for ever.  A
    student types several lines in nc, quits, and comes back."""
    server = Lesson("tcp_server")
    for _ in range(3):
        with tcp(server.port) as sock:
            for word in "un", "deux", "trois":
                assert ask(sock, word) == RECU
    eventually(lambda: server.stdout.count("le client est parti") == 3,
        "three departures")


@test
def tcp_server_serves_one_client_at_a_time():
    """The weakness that its opening comment names: a second client is connected
    (the kernel does that) and not answered until the first leaves."""
    server = Lesson("tcp_server")
    with tcp(server.port) as first, tcp(server.port) as second:
        assert ask(first) == RECU
        second.sendall(b"et moi ?")
        assert silent(second)
        first.close()
        assert second.recv(1024).decode() == RECU


@test
def an_empty_datagram_is_answered_and_is_not_an_end():
    """recvfrom gives 0 for an empty datagram; taken for an end, as on TCP, it
    would stop the server for everybody."""
    for server in Lesson("udp_server"), mixed("mixed_select"), \
            mixed("mixed_threads"):
        port = server.ports.get("UDP", server.port)
        assert ask_udp(port, "").startswith(RECU), server.name
        assert ask_udp(port, "encore").startswith(RECU), server.name


@test
def a_client_that_resets_ends_no_server():
    """ECONNRESET or EPIPE are that client's own affair.  A student kills a
    client with unread answers, and the server is gone for the whole class."""
    for name in "tcp_server", "mixed_naive", "mixed_select", "mixed_threads":
        server = Lesson(name, 1 if name == "tcp_server" else 2)
        for _ in range(5):
            sock = tcp(server.port)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                b"\1\0\0\0\0\0\0\0")		# close sends a reset
            sock.sendall(b"adieu")
            sock.close()
            if name == "mixed_naive":
                assert ask_udp(server.ports["UDP"]) == VIA_UDP
        assert ask_tcp(server.port).startswith(RECU), name


# --- the argument of the mixed servers

@test
def naive_server_makes_udp_wait_for_a_silent_tcp_client():
    """The reason for select and threads: a blocking recv is deaf to the other
    socket.  The demonstration fails if the datagram is answered at once, or
    never."""
    server = mixed("mixed_naive")
    with tcp(server.ports["TCP"]) as client, udp(server.ports["UDP"]) as sock:
        sock.send(b"bonjour")
        assert silent(sock)
        assert ask(client) == VIA_TCP		# that client has its answers
        assert silent(sock)
        client.close()
        assert sock.recv(1024).decode() == VIA_UDP


@test
def naive_server_makes_tcp_wait_for_a_datagram():
    """The other half of the same failure: after a client, recvfrom blocks, and
    the next client waits for somebody else's datagram."""
    server = mixed("mixed_naive")
    assert ask_tcp(server.ports["TCP"]) == VIA_TCP
    with tcp(server.ports["TCP"]) as client:
        client.sendall(b"bonjour")
        assert silent(client)
        assert ask_udp(server.ports["UDP"]) == VIA_UDP
        assert client.recv(1024).decode() == VIA_TCP


@test
def select_and_threads_answer_udp_while_a_tcp_client_is_silent():
    """The cure, by either way.  A student sees the udp_client that hung before
    answered at once."""
    for name in "mixed_select", "mixed_threads":
        server = mixed(name)
        with tcp(server.ports["TCP"]) as client:
            for _ in range(3):
                assert ask_udp(server.ports["UDP"]) == VIA_UDP, name
            assert ask(client) == VIA_TCP, name
            assert ask_udp(server.ports["UDP"]) == VIA_UDP, name


@test
def select_and_threads_answer_two_tcp_clients_at_once():
    """Two students on one server: each is answered while the other stays
    connected, in any order."""
    for name in "mixed_select", "mixed_threads":
        server = mixed(name)
        with tcp(server.ports["TCP"]) as one, tcp(server.ports["TCP"]) as two:
            for sock in two, one, one, two:
                assert ask(sock) == VIA_TCP, name


@test
def a_thread_is_made_for_a_client_and_ends_with_it():
    """spec/01: one pthread a client, detached.  ps -L shows threads that pile
    up, or clients that share one."""
    server = mixed("mixed_threads")
    ask_udp(server.ports["UDP"])		# its thread is there
    idle = server.threads()
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            ask(stack.enter_context(tcp(server.ports["TCP"])))
        assert server.threads() == idle + 5
    eventually(lambda: server.threads() == idle, "the clients' threads to end")


@test
def clients_that_left_keep_no_descriptor():
    """Whoever accepts must close: a leak stops the server after a thousand
    clients with "Too many open files"."""
    for name in "tcp_server", "mixed_select", "mixed_threads":
        server = Lesson(name, 1 if name == "tcp_server" else 2)
        before = server.descriptors()
        for _ in range(20):
            ask_tcp(server.port)
        eventually(lambda: server.descriptors() == before, name)


@test
def a_client_that_never_reads_does_not_stop_select():
    """One select serves all: a send that blocks would stop them all.  The
    client that reads nothing is dropped when its buffers are full."""
    server = mixed("mixed_select")
    with socket.socket() as greedy:
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.settimeout(DEADLINE)
        greedy.connect(("127.0.0.1", server.ports["TCP"]))
        try:
            while True:			# a block is many recv, many answers
                greedy.sendall(bytes(65536))
        except ConnectionError:
            pass
    assert ask_udp(server.ports["UDP"]) == VIA_UDP
    assert ask_tcp(server.ports["TCP"]) == VIA_TCP


@test
def select_without_descriptors_left_waits_and_serves_on():
    """EMFILE: the listener stays readable, so a loop that only reports the
    failing accept turns at full speed; the server looks busy and serves
    nobody.  It must rest, answer UDP, and accept again when a client leaves."""
    server = mixed("mixed_select")
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (8, 8))
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(tcp(server.ports["TCP"])) for _ in range(8)]
        server.says("mixed_select: accept: ")
        begin = server.cpu_seconds()
        assert ask_udp(server.ports["UDP"]) == VIA_UDP
        assert silent(clients[-1], 0.5)
        assert server.cpu_seconds() - begin < 0.2
        for sock in clients[:-1]:
            sock.close()
        assert ask(clients[-1]) == VIA_TCP


@test
def select_refuses_descriptors_that_no_fd_set_holds():
    """POSIX: FD_SET beyond FD_SETSIZE is undefined; it writes over the stack of
    a server that has more than a thousand clients."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = 1100
    if hard != resource.RLIM_INFINITY and hard < 2 * limit:
        raise Skip(f"at most {hard} descriptors here")
    server = mixed("mixed_select")
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (limit, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * limit, hard))
    try:
        with contextlib.ExitStack() as stack:
            clients = []
            for _ in range(1060):
                clients.append(stack.enter_context(tcp(server.ports["TCP"])))
            assert clients[-1].recv(1024) == b""	# closed: no room
            assert ask(clients[0]) == VIA_TCP
            assert ask(clients[1000]) == VIA_TCP
            assert ask_udp(server.ports["UDP"]) == VIA_UDP
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# --- the room of sheet B

def hears(sock, *words):
    """Receive until each word has come; returns all of it."""
    heard = ""
    while not all(word in heard for word in words):
        chunk = sock.recv(65536)
        assert chunk, (words, heard)
        heard += chunk.decode("utf-8", "replace")
    return heard


def in_room(server, sock):
    """A connection is there before its member is: others come and go until he
    hears of one."""
    def hears_others():
        tcp(server.port).close()
        return not silent(sock, 0.05)
    eventually(hears_others, "the member to be in the room")
    return sock


def members(server, number, stack):
    """That many in the room."""
    return [in_room(server, stack.enter_context(tcp(server.port)))
            for _ in range(number)]


@test
def members_of_the_room_read_each_other():
    """Sheet B's rudimentary chat: what one types, the others read, and not the
    one who typed it; arrivals and departures are announced."""
    server = Lesson("chat_threads")
    with contextlib.ExitStack() as stack:
        one, two = members(server, 2, stack)
        one.sendall("bonjour à tous\n".encode())
        assert re.search(r"^<\d+> bonjour à tous\n", hears(two, "tous\n"), re.M)
        two.sendall(b"salut\n")
        heard = hears(one, "salut\n")
        assert "bonjour" not in heard
        number = re.search(r"^<(\d+)> salut\n", heard, re.M)[1]
        two.close()
        hears(one, f"* {number} part\n")


@test
def the_room_is_used_with_netcat():
    """The lesson's opening comment: two nc are enough to try it."""
    need("nc")
    server = Lesson("chat_threads")
    with contextlib.ExitStack() as stack:
        one = members(server, 1, stack)[0]
        assert netcat(server.port, "-q1", data=b"coucou\n") == ""
        heard = hears(one, "coucou\n")
        left = re.search(r"^<(\d+)> coucou\n", heard, re.M)[1] + " part\n"
        assert f"* {left}" in heard or hears(one, f"* {left}")


@test
def all_members_of_the_room_read_in_one_order():
    """Why there is a lock: without it two who speak at once are heard in one
    order here, in the other there."""
    server = Lesson("chat_threads")
    with contextlib.ExitStack() as stack:
        *readers, one, two = members(server, 5, stack)
        for number in range(100):
            one.sendall(f"un {number}\n".encode())
            two.sendall(f"deux {number}\n".encode())
        texts = [hears(sock, "un 99\n", "deux 99\n") for sock in readers]
        said = [re.findall(r"(?:un|deux) \d+", text) for text in texts]
        assert len(said[0]) == 200 and said[0] == said[1] == said[2]


@test
def a_stopped_reader_freezes_the_whole_room():
    """The weakness that its opening comment names: send waits for him, the lock
    is held, and nobody is heard any more.  The demonstration fails if the others
    go on; and they do go on when he has left."""
    server = Lesson("chat_threads")
    with contextlib.ExitStack() as stack:
        stopped = socket.socket()
        stopped.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stopped.connect(("127.0.0.1", server.port))
        in_room(server, stopped)
        speaker, other = members(server, 2, stack)
        speaker.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while True:			# until nobody takes it any more
                speaker.sendall(b"x" * 1023 + b"\n")
                other.recv(65536)
        while not silent(other) or not silent(speaker):
            pass			# what came before
        other.sendall(b"quelqu'un ?\n")
        assert silent(speaker)
        late = stack.enter_context(tcp(server.port))
        assert silent(other), "a newcomer is announced"
        stopped.close()
        hears(other, "part\n", "arrive\n")
        speaker.settimeout(DEADLINE)
        hears(speaker, "quelqu'un ?\n")
        late.sendall(b"ouf\n")
        hears(other, "ouf\n")


# --- hostile and wrong things

@test
def control_characters_of_a_peer_are_shown_harmless():
    """ESC ]0; renames a terminal, ESC c clears it, U+009B is another ESC [: a
    server that prints them lets any peer type commands to its screen.  Letters
    beyond ASCII stay."""
    hostile = "é\x1b]0;pris\x07\u009b31m\r\n\0\x7fœ".encode()
    for name, ask_it in ("tcp_server", ask_tcp), ("udp_server", ask_udp):
        server = Lesson(name)
        assert ask_it(server.port, hostile.decode()) == RECU
        server.says("é\\.]0;pris", "stdout")
        shown = pathlib.Path(server._out.name).read_bytes()
        assert "œ".encode() in shown
        assert re.search(rb"[\0-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", shown) is None


@test
def the_room_passes_no_control_characters_on():
    """A member must not command the terminals of the others."""
    server = Lesson("chat_threads")
    with contextlib.ExitStack() as stack:
        one, two = members(server, 2, stack)
        two.sendall("é\x1b]0;pris\x07\u009b31m\r\0\x7fœ\n".encode())
        heard = hears(one, "œ\n")
        assert re.search(r"^<\d+> é\.\]0;pris\.\.\ufffd31m\.{3}œ\n", heard, re.M), heard


@test
def a_client_shows_a_hostile_reply_harmless():
    """The same the other way round: a server is a peer too."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Process([lesson("tcp_client"), listener.getsockname()[1]])
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(1024) == b"Bonjour serveur TCP"
            connection.sendall("a\x1bc\u009bé".encode())
    assert client.wait() == 0
    shown = pathlib.Path(client._out.name).read_bytes()
    assert b"a.c" in shown and "é\n".encode() in shown, shown
    assert b"\x1b" not in shown and b"\xc2\x9b" not in shown


@test
def a_reply_in_pieces_is_printed_whole():
    """TCP keeps no message boundaries: one recv may hold half a word.  A client
    that reads once prints "Message re" now and then."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Process([lesson("tcp_client"), listener.getsockname()[1]])
        connection, _ = listener.accept()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while connection.recv(1024):	# until it has said all
                pass
            for byte in RECU.encode():
                connection.send(bytes([byte]))
    assert client.wait() == 0
    assert client.stdout == f"Réponse du serveur{NBSP}: {RECU}\n"


@test
def a_port_in_use_is_an_error_that_names_bind():
    """An error names the primitive: "bind: Address already in use" is looked up
    in a second; "cannot start" is not.  For UDP it also shows that nobody can
    steal the port of a running server."""
    with socket.create_server(("127.0.0.1", 0)) as listener, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        taken_tcp = listener.getsockname()[1]
        taken_udp = datagrams.getsockname()[1]
        for name, *ports in (["tcp_server", taken_tcp], ["udp_server", taken_udp],
                *([name, taken_tcp, 0] for name in LESSONS if "mixed" in name),
                *([name, 0, taken_udp] for name in LESSONS if "mixed" in name)):
            status, _, err = run([lesson(name), *ports])
            refused(status, err, f"{name}: bind: ")


@test
def two_udp_servers_do_not_share_a_port():
    """SO_REUSEADDR on UDP would let the second bind as well, and the first
    would be answered for: the students' datagrams vanish."""
    for name, other in ("udp_server", "mixed_naive"), ("mixed_select", "udp_server"):
        server = Lesson(name, 1 if name == "udp_server" else 2)
        port = server.ports.get("UDP", server.port)
        ports = [0, port] if "mixed" in other else [port]
        status, _, err = run([lesson(other), *ports])
        refused(status, err, f"{other}: bind: ")


@test
def a_restarted_tcp_server_takes_its_port_back():
    """SO_REUSEADDR: without it TIME_WAIT refuses the port for a minute after
    each try, and a class cannot work."""
    for name in "tcp_server", "mixed_naive", "mixed_select", "mixed_threads":
        count = 1 if name == "tcp_server" else 2
        server = Lesson(name, count)
        with tcp(server.port) as client:
            assert ask(client).startswith(RECU)
            server.kill()			# its side closes first
            client.recv(1)
        again = Process([lesson(name), server.port, *["0"] * (count - 1)])
        again.says(rf"^{name}: en attente sur 127.0.0.1:{server.port}\b", "stdout")


@test
def nobody_listening_is_an_error_that_names_the_call():
    """ECONNREFUSED comes from connect for TCP; for UDP, where connect asks
    nobody, from recv, and at once: no waiting for the deadline."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))		# bound, but no listen
        status, _, err = run([lesson("tcp_client"), sock.getsockname()[1]])
        refused(status, err, "tcp_client: connect: ", "Connection refused")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.connect(("127.0.0.1", 9))		# takes no stranger's datagram
        status, _, err = run([lesson("udp_client"), sock.getsockname()[1]])
        refused(status, err, "udp_client: recv: ", "Connection refused")


@test
def udp_client_gives_up_on_a_silent_server():
    """UDP promises nothing: without a deadline the client waits for ever for an
    answer that was lost."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        begin = time.monotonic()
        status, _, err = run([lesson("udp_client"), sock.getsockname()[1]])
        refused(status, err, "udp_client: recv: ", "aucune réponse")
        assert time.monotonic() - begin >= 1.9


@test
def a_stopped_and_resumed_udp_client_still_has_its_answer():
    """signal(7): on Linux a recv that has a deadline ends with EINTR when its
    process is stopped and resumed.  A student's Ctrl-Z and fg must not be an
    error."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(DEADLINE)
        client = Process([lesson("udp_client"), sock.getsockname()[1]])
        _, peer = sock.recvfrom(1024)
        client.signal(signal.SIGSTOP)
        os.waitpid(client.pid, os.WUNTRACED)
        client.signal(signal.SIGCONT)
        sock.sendto(RECU.encode(), peer)
        assert client.wait() == 0, client.stderr
        assert RECU in client.stdout


@test
def a_port_that_is_no_port_is_refused():
    """Strict numbers: atoi takes "80x" for 80, and 70000 is another port once
    cut to 16 bits: one waits on a port that nobody asked for."""
    for name in [*LESSONS[:7], "chat_threads"]:
        for port in "80x", "-1", "65536", "70000", "", "douze", "0x50":
            status, out, err = run([lesson(name), port])
            refused(status, err, f"{name}: {port}: ")
            assert out == b"", (name, port, out)


# --- the waits

def waited(name):
    """Returns the words in the order in which they came, and the milliseconds."""
    status, out, err = run([lesson(name), "--scale", "0.1"])
    assert status == 0, err
    said = re.fullmatch(r"début à \d\d:\d\d:\d\d\n(\w+)\n(\w+)\n"
        rf"fin à \d\d:\d\d:\d\d\ndurée{NBSP}: (\d+),(\d\d\d){NBSP}s\n",
        out.decode())
    assert said, out
    return said.group(1, 2), int(said[3] + said[4])


@test
def waits_one_after_the_other_add_up():
    """Sheet B's first measurement: 5 s and 2 s make 7 s, hello then world."""
    words, elapsed_ms = waited("wait_sequential")
    assert words == ("hello", "world")
    assert 700 <= elapsed_ms < 5700, elapsed_ms


@test
def waits_at_the_same_time_last_as_long_as_the_longest():
    """Sheet B's second measurement: 5 s in all, and world before hello; by
    threads, and by select as a timer."""
    for name in "wait_threads", "wait_select":
        words, elapsed_ms = waited(name)
        assert words == ("world", "hello"), name
        assert 500 <= elapsed_ms < 5500, (name, elapsed_ms)


@test
def wait_by_select_needs_no_second_thread_and_no_cpu():
    """The claim of its comment: one thread, asleep in select until the next
    deadline.  A loop that asks the clock again and again keeps a core busy."""
    count = {}
    for name in "wait_select", "wait_threads":
        process = Process([lesson(name), "--scale", "0.3"])
        process.says("world", "stdout")
        count[name] = process.threads()		# world's thread may be gone
        assert process.cpu_seconds() < 0.3, name
        assert process.wait() == 0
    assert count["wait_threads"] > count["wait_select"], count


@test
def a_scale_that_is_no_decimal_factor_is_refused():
    """Strict numbers: strtod takes inf, nan, 0x1p3 and blanks; "--scale inf"
    would wait for ever."""
    for name in "wait_sequential", "wait_threads", "wait_select":
        for arguments in (["--scale"], ["--scale", ""], ["--scale", "."],
                ["--scale", "0"], ["--scale", "-1"], ["--scale", "inf"],
                ["--scale", "nan"], ["--scale", "0x1"], ["--scale", "1e3"],
                ["--scale", " 1"], ["--scale", "0,1"], ["--scale", "0.1.1"],
                ["--scale", "9999"], ["--scale", "0.1", "x"], ["0.1"], ["-x", "1"]):
            status, out, err = run([lesson(name), *arguments])
            refused(status, err, f"{name}: ")
            assert out == b"", (name, arguments, out)


# --- one protocol, four models

class Twin(Lesson):
    """The server in Python."""

    def __init__(self):
        Process.__init__(self, [sys.executable,
            SOURCE / "src" / "lessons" / "model_asyncio.py", "0"])
        found = self.says(r"^model_asyncio: en attente sur 127\.0\.0\.1:(\d+)$", "stdout")
        self.port = int(found[1])


MODELS = {"one": lambda: Lesson("model_one"), "threads": lambda: Lesson("model_threads"),
    "select": lambda: Lesson("model_select"), "asyncio": Twin}


@test
def the_four_models_answer_the_same_clients_alike():
    """Spec 09: one protocol; what differs is who waits for whom.  With one client at
    a time those behind the slow one come after it, else they come before."""
    for name, begin in MODELS.items():
        server = begin()
        lines = answers("model_clients", server.port).splitlines()
        assert len(lines) == 5 and all(VIA_TCP in line for line in lines), (name, lines)
        order = [line.split()[1].rstrip(":") for line in lines]
        slow = order.index("2")
        assert slow == (1 if name == "one" else 4), (name, lines)
        server.kill()


@test
def a_client_that_leaves_in_the_middle_ends_no_model():
    """A reset, an end at once, an end after half of the exchange."""
    for name, begin in MODELS.items():
        server = begin()
        tcp(server.port).close()
        with tcp(server.port) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.sendall(b"x")
        for _ in range(2):
            assert ask_tcp(server.port) == VIA_TCP, name
        server.kill()


@test
def the_twin_opens_as_the_lessons_do():
    """What to observe and what its weakness is, in 80 columns."""
    text = (SOURCE / "src" / "lessons" / "model_asyncio.py").read_text("utf-8")
    assert "\nObserve   " in text and "\nWeakness  " in text
    assert all(len(line) <= 80 for line in text.splitlines())


# --- the sources

def sources():
    """Each is a file of its own."""
    return [SOURCE / "src" / "lessons" / f"{name}.c" for name in LESSONS]


def compiles(compiler, *flags):
    need(compiler)
    with tempfile.TemporaryDirectory(prefix="fil-lessons-") as folder:
        for source in sources():
            status, _, err = run([compiler, *SHEET_FLAGS, *flags, "-Werror",
                "-o", f"{folder}/{source.stem}", source])
            assert status == 0 and err == b"", err.decode()


@test
def every_lesson_compiles_without_a_warning():
    """src/lessons/README gives one command; what it prints to a beginner is
    nothing."""
    compiles("cc")


@test
def every_lesson_compiles_without_a_warning_under_strict_flags():
    """The flags that the rest of fil is compiled with; warnings that only the
    optimizer sees, and _FORTIFY_SOURCE's, too."""
    for compiler in "gcc", "clang":
        compiles(compiler, "-Wshadow", "-Wstrict-prototypes", "-Wconversion",
            "-Wno-sign-conversion", "-O2", "-U_FORTIFY_SOURCE",
            "-D_FORTIFY_SOURCE=2")


@test
def every_lesson_compiles_with_musl():
    """Plain POSIX: another C library has no GNU extension to lean on."""
    compiles("musl-gcc")


@test
def every_lesson_stands_alone_and_is_short():
    """spec/01: one file, 40 to 120 lines, no header of ours; it opens with what
    to observe and what its weakness is.  80 columns, tabs of 8."""
    for source in sources():
        lines = source.read_text("utf-8").splitlines()
        assert 40 <= len(lines) <= 120, (source.name, len(lines))
        assert lines[0].startswith(f"/* {source.name} - "), source.name
        opening = "\n".join(lines[:10])
        assert "* Observe " in opening and "* Weakness " in opening, source.name
        for line in lines:
            assert not line.startswith('#include "'), (source.name, line)
            assert len(line.expandtabs(8)) <= 80, (source.name, line)


@test
def mixed_servers_differ_by_one_idea():
    """A student types diff: what is not the idea must be the same, so the common
    half of the file is the same to the letter."""
    texts = {name: next(s for s in sources() if s.stem == name).read_text("utf-8")
        for name in LESSONS if name.startswith("mixed_")}

    def function(name, head):
        body = texts[name][texts[name].index("\n" + head + "(") + 1:]
        return body[:body.index("\n}\n")]
    for name in "mixed_select", "mixed_threads":
        for head in "check", "udp_answer":
            assert function(name, head) == function("mixed_naive", head), (name, head)
    assert function("mixed_threads", "open_socket") == \
        function("mixed_naive", "open_socket")
    assert function("mixed_select", "tcp_answer") == \
        function("mixed_naive", "tcp_answer")


@test
def the_reading_order_names_every_lesson():
    """src/lessons/README is the way in."""
    text = (SOURCE / "src" / "lessons" / "README").read_text("utf-8")
    for name in LESSONS:
        assert re.search(rf"^{name} ", text, re.M), name
    assert " ".join(SHEET_FLAGS) in text


main()
