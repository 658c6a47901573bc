# shellcheck shell=sh
# http.sh - sheet B's web client: where does a page end?

scene_title()
{
	gettext 'HTTP: where does a page end?'
}

scene_play()
{
	if ! command -v python3 >/dev/null 2>&1; then
		say "$(gettext 'This scene needs a web server to talk to: install python3 and play it again.')"
		return 0
	fi
	say "$(gettext 'A web server that answers as it is told to: one page as it should be, one in
chunks, and one that breaks off in the middle.')"
	start_server server web_server
	port=$(port_of server tcp) || return 1

	say "$(gettext 'The whole answer, as it comes: a line of status, a field a line, an empty line,
the page.  Content-Length says how long it is.')"
	client tcp fil-gethttp "http://127.0.0.1:$port/length"
	show_log server 1
	look_at "$(gettext 'Content-Length, and count: "Bienvenue" and the end of its line.')"

	say "$(gettext 'Chunks: each begins with its length, in hexadecimal; one of length 0 is the
last.  Of a host fil-gethttp prints what came, of a URL what was meant.')"
	client tcp fil-gethttp --body "http://127.0.0.1:$port/chunks"
	client tcp fil-gethttp "127.0.0.1:$port"
	show_log server 2
	look_at "$(gettext 'the lengths between the pieces of the second answer.')"

	say "$(gettext 'And a server that dies: 100 bytes were told, 9 came.  To recv() that is an end
like any other.  Who does not count has half a page, and does not know it.')"
	client_refused tcp 1 fil-gethttp --body "http://127.0.0.1:$port/short"
	show_log server 1
	look_at "$(gettext 'the exit status: a script that goes on with half a file does harm.')"
	stop_server server
}

# exec: the process that is ended is the server itself.
web_server()
{
	exec python3 -u - <<'END'
import http.server, signal, sys

LENGTH = (("Content-Length", "10"),), b"Bienvenue\n"
CHUNKS = (("Transfer-Encoding", "chunked"),), b"4\r\nBien\r\n6;x=y\r\nvenue\n\r\n0\r\n\r\n"
SHORT = (("Content-Length", "100"),), b"Bienvenu\n"
PAGES = {"/length": LENGTH, "/chunks": CHUNKS, "/": CHUNKS, "/short": SHORT}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        fields, body = PAGES[self.path]
        self.send_response(200)
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print("web_server: listening on tcp 127.0.0.1:%d" % server.server_port)
server.serve_forever()
END
}
