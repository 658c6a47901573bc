# shellcheck shell=sh
# naive.sh - one blocking loop over two sockets: UDP waits while TCP talks.

exercise_title()
{
	gettext 'the naive server: while somebody talks over TCP, UDP waits'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='mixed_naive mixed_select fil-mixed nc'

exercise_play()
{
	say "$(gettext 'The server of a first attempt: accept, recv, recvfrom, one after the other.
Somebody connects, and says nothing.')"
	start server server mixed_naive
	start idle server nc -N 127.0.0.1 12345
	hear server .

	say "$(gettext 'Meanwhile nobody is answered over UDP.')"
	on_status 1 server fil-mixed --udp --timeout 2 127.0.0.1
	finish idle
	stop server

	say "$(gettext 'With select the server waits for both at once.')"
	start cured server mixed_select
	start idle2 server nc -N 127.0.0.1 12345
	hear cured .
	on server fil-mixed --udp 127.0.0.1
	expect 'Message reçu via UDP'
	finish idle2
	stop cured
}
