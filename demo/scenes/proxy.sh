# shellcheck shell=sh
# proxy.sh - sheet B's proxy: a chat through it, the exchange printed.

scene_title()
{
	gettext 'A relay between a chat and its members shows what they say'
}

scene_play()
{
	if ! command -v nc >/dev/null 2>&1; then
		say "$(gettext 'This scene needs nc.')"
		return 0
	fi
	say "$(gettext 'The chat, and a proxy before it.  The proxy listens as a server does, and for
each client it connects to the server as a client does.')"
	start_server server fil-chatd --port 0
	chat_port=$(port_of server tcp) || return 1
	start_server proxy fil-proxy 0 127.0.0.1 "$chat_port"
	proxy_port=$(port_of proxy tcp) || return 1

	say "$(gettext 'pc4 is a member directly; pc3 connects to the proxy, and does not know.')"
	start_client pc4 nc 127.0.0.1 "$chat_port"
	tell pc4 '/nick pc4' 4
	start_client pc3 nc 127.0.0.1 "$proxy_port"
	show_log pc3 3
	show_log proxy 3
	look_at "$(gettext 'the addresses: the client is on the left, the server on the right, and the
arrow says who speaks; @0 is where its stream begins.')"

	say "$(gettext 'What pc3 says goes through two threads, one a direction, by recv() and send().')"
	tell pc3 '/nick pc3' 1
	tell pc3 'bonjour à tous' 1
	show_log proxy 8
	tell pc4 'bonjour pc3' 1
	show_log proxy 2
	look_at "$(gettext 'what nc sends ends in \n, what the chat sends in \r\n: the proxy shows bytes.')"

	say "$(gettext 'pc3 leaves, and the chat ends the connection.  Each end is passed on as it
comes; the last of the two threads to see one closes both connections.')"
	tell pc3 /quit 1
	stop_client pc3
	show_log proxy 5
	show_log pc4 1
	look_at "$(gettext 'who closed, and how many bytes went each way.')"
	stop_server proxy

	scene_mean || return 1
	tell pc4 /quit 1
	stop_client pc4
	stop_server server
}

scene_mean()
{
	say "$(gettext 'A proxy may be mean: it now sends single bytes, a hundred a second.  The chat
reads lines, however they come, and notices nothing.')"
	start_server proxy fil-proxy --quiet --chunk 1 --rate up:100 \
	    0 127.0.0.1 "$chat_port"
	proxy_port=$(port_of proxy tcp) || return 1
	start_client pc5 nc 127.0.0.1 "$proxy_port"
	show_log pc5 3
	tell pc5 'octet par octet' 1
	show_log pc4 3
	tell pc5 /quit 1
	stop_client pc5
	stop_server proxy

	say "$(gettext 'The server of the first scene takes one recv() for one message: TCP keeps no
message boundaries, so there each byte gets an answer of its own.')"
	start_server mixed fil-mixedd --port 0 --no-udp
	mixed_port=$(port_of mixed tcp) || return 1
	start_server proxy fil-proxy --quiet --chunk up:1 --rate up:20 \
	    0 127.0.0.1 "$mixed_port"
	proxy_port=$(port_of proxy tcp) || return 1
	client tcp fil-mixed --tcp --port "$proxy_port" 127.0.0.1 Salut
	show_log mixed 8
	look_at "$(gettext 'one message, and as many answers as it has bytes.')"
	stop_server proxy
	stop_server mixed
}
