# shellcheck shell=sh
# mixed.sh - sheet A's exchange: one server, TCP and UDP at the same time.

scene_title()
{
	gettext 'One server, two protocols: TCP and UDP'
}

scene_play()
{
	say "$(gettext 'The server opens a TCP socket and a UDP socket.  It listens on the first, and
waits for both with one select().  Port 0 lets the kernel choose a free port.')"
	start_server server fil-mixedd --port 0 --udp-port 0
	tcp_port=$(port_of server tcp) || return 1
	udp_port=$(port_of server udp) || return 1
	look_at "$(gettext 'what each socket is bound to: its protocol, its address, its port.')"

	say "$(gettext 'TCP: the client calls connect().  Three segments cross the wire (SYN, SYN-ACK,
ACK), and accept() gives the server a new socket, for this client alone.  Then
the text, the answer, and a FIN each way: the connection has an end.')"
	client tcp fil-mixed --tcp --port "$tcp_port"
	show_log server 4
	look_at "$(gettext 'the four moments in the log: connection, text, disconnection, close.')"

	say "$(gettext 'UDP: no connection and no accept().  One datagram goes out, recvfrom() gives
the server the text and the sender'\''s address, and sendto() answers there.')"
	client udp fil-mixed --udp --port "$udp_port"
	show_log server 1
	look_at "$(gettext 'one log line, not four: nothing was opened, so nothing closes.')"

	if command -v nc >/dev/null 2>&1; then
		play_netcat
	fi

	say "$(gettext 'SIGTERM: the server closes its sockets and ends.')"
	stop_server server
}

# Any program that can send bytes is a client.
play_netcat()
{
	say "$(gettext 'TCP again, without a client of ours: nc sends its standard input and prints
what comes back.')"
	# Some wait for ever at the end of their input unless told otherwise.
	case $(nc -h 2>&1) in
	*-q*)	client_with_input tcp salut nc -q1 127.0.0.1 "$tcp_port" ;;
	*)	client_with_input tcp salut nc 127.0.0.1 "$tcp_port" ;;
	esac
	show_log server 4
	look_at "$(gettext 'the same four moments: the server cannot tell one client from another.')"
}
