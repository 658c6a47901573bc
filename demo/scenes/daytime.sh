# shellcheck shell=sh
# daytime.sh - sheet B's smallest protocol: the date, over TCP and UDP.

scene_title()
{
	gettext 'Daytime: the smallest protocol there is'
}

scene_play()
{
	say "$(gettext 'RFC 867: whoever connects is told the date, and the connection ends.  Nothing
needs to be asked.  Over UDP a datagram must come first, an empty one will do:
without it the server does not know that anybody is there.')"
	start_server server fil-daytimed --port 0 --udp-port 0
	tcp_port=$(port_of server tcp) || return 1
	udp_port=$(port_of server udp) || return 1

	client tcp fil-daytime --port "$tcp_port" localhost
	show_log server 1
	client udp fil-daytime --udp --port "$udp_port" localhost
	show_log server 1
	look_at "$(gettext 'one line each: the server has nothing to remember of a client.')"

	if command -v nc >/dev/null 2>&1; then
		say "$(gettext 'nc says nothing and prints what comes: it is a client of daytime, too.')"
		client tcp nc 127.0.0.1 "$tcp_port"
		show_log server 1
	fi

	say "$(gettext 'Programs want another line than people: --format iso (RFC 3339), in UTC.')"
	stop_server server
	start_server server fil-daytimed --port 0 --udp-port 0 --format iso --utc
	tcp_port=$(port_of server tcp) || return 1
	client tcp fil-daytime --port "$tcp_port" localhost
	look_at "$(gettext 'year, month, day: such lines sort as text, and end in Z for UTC.')"
	stop_server server
}
