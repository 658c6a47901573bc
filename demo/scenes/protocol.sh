# shellcheck shell=sh
# protocol.sh - the fil protocol: users who log in, messages, events by UDP.

scene_title()
{
	gettext 'A protocol: users, messages, and events by UDP'
}

scene_play()
{
	say "$(gettext 'The same server, but now clients say who they are.  --demo makes two accounts,
pc3 and pc4, and a certificate: passwords go over TLS.')"
	start_server server fil-mixedd --demo --port 0 --udp-port 0 --tls-port 0
	tls_port=$(port_of server tls) || return 1
	udp_port=$(port_of server udp) || return 1
	folder=$(demo_folder server)

	say "$(gettext 'pc3 logs in, then pc4: each a connection, each a thread of the server.')"
	log_in pc3 || return 1
	log_in pc4 || return 1
	show_log server 6
	look_at "$(gettext 'LOGIN in the log, and no password: what the server never writes down.')"

	say "$(gettext 'A request and a reply, as they are on the wire: one JSON object a line.')"
	tell pc3 '/raw {"id":"premier","command":"HELLO"}' 1
	look_at "$(gettext 'the id: it comes back, so a client knows which request was answered.')"

	say "$(gettext 'pc3 sends a message.  pc3 gets its number; pc4 gets an event, unasked.')"
	tell pc3 'bonjour tout le monde' 1
	show_log pc4 1
	show_log server 2

	say "$(gettext 'pc4 asks for events by UDP, too, and pc3 sends the next message by UDP: in by
one transport, out by two.  Each event comes twice.')"
	tell pc4 /subscribe 1
	tell pc3 '/udp par un datagramme' 1
	show_log pc4 2
	show_log server 2
	look_at "$(gettext 'pc4 twice: once over TLS, once marked [UDP].  Both have the same seq inside.')"

	say "$(gettext 'pc4 answers pc3 alone, and asks who is there.')"
	tell pc4 '/msg pc3 bien reçu' 1
	show_log pc3 1
	tell pc4 /who 2

	say "$(gettext 'A mistake costs nothing but its reply: the code is for programs, the text for
people, and the session goes on.')"
	tell pc3 '/raw {"command":"DANCE"}' 1
	tell pc3 '/raw {"command":' 1
	show_log server 4
	look_at "$(gettext 'the code: unknown-command, bad-json.  fil-protocol(7) has them all.')"

	say "$(gettext 'The end of their input: both leave, and the server sees each go.')"
	stop_client pc3 1	# what was refused is told by its exit status
	stop_client pc4
	show_log server 4
	stop_server server
}

log_in()
{
	start_client "$1" fil-mixed --tls --port "$tls_port" \
	    --udp-port "$udp_port" --ca "$folder/ca.pem" --login "$1" \
	    --password-file "$folder/$1"
	show_log "$1" 1
}
