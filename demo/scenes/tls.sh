# shellcheck shell=sh
# tls.sh - TLS: who is at the other end, and what is read on the way.

scene_title()
{
	gettext 'TLS: who is at the other end, and who reads on the way'
}

scene_play()
{
	say "$(gettext 'The server opens a third port, for TLS.  With --demo it makes a certificate for
this machine, and a certification authority of its own that has signed it.')"
	start_server server fil-mixedd --demo --port 0 --udp-port 0 --tls-port 0
	tcp_port=$(port_of server tcp) || return 1
	tls_port=$(port_of server tls) || return 1
	ca=$(demo_folder server)/ca.pem
	look_at "$(gettext 'ca.pem: the certificate of the authority.  Its key was forgotten at once.')"

	# Of no person and no wire: it must be found as it is in a capture.
	text='the-safe-opens-with-4711'
	captured=false
	if start_capture "tcp port $tls_port or tcp port $tcp_port"; then
		captured=true
	fi

	say "$(gettext 'TLS, first try: connect(), then the handshake.  The server shows its
certificate; the client knows nobody who vouches for it, and leaves before it
has sent a byte of the text.  Anybody could be at the other end.')"
	client_refused tls 3 fil-mixed --tls --port "$tls_port" localhost "$text"
	show_log server 1
	look_at "$(gettext 'exit status 3, which says: it was the certificate.  The text is not in the log.')"

	say "$(gettext 'Second try, with --ca: trust this authority, for this once.  Chain, name and
dates are right; keys are agreed upon, and the text goes encrypted.')"
	client tls fil-mixed --tls --port "$tls_port" --ca "$ca" localhost "$text"
	show_log server 4
	look_at "$(gettext 'the same four moments as over TCP: for the server the text is the same.')"

	say "$(gettext 'And the same text over TCP, without any of that.')"
	client tcp fil-mixed --tcp --port "$tcp_port" localhost "$text"
	show_log server 4

	if $captured; then
		play_wire
	else
		say "$(gettext 'What was on the wire cannot be shown here: that takes tshark, and the right to
capture.  Try it in another terminal, as root, and play the scene again:')"
		printf '\n    # tshark -i lo -Y '\''tcp contains "%s"'\''\n' "$text"
	fi
	stop_server server
}

# What somebody sees who listens on the wire.
play_wire()
{
	say "$(gettext 'tshark has listened on the wire.  Over TCP it finds the text in a packet.')"
	show_captured "$text" "tcp.port == $tcp_port && tcp contains \"$text\""
	say "$(gettext 'Over TLS it finds what the clients sent, and the text in none of it.')"
	show_captured "$text" "tcp.dstport == $tls_port && tcp.len > 0"
	show_captured "$text" "tcp.port == $tls_port && tcp contains \"$text\""
	look_at "$(gettext 'who can read the first packet: everybody between the two machines.')"
}
