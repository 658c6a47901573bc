# shellcheck shell=sh
# mixed.sh - one server over TCP and UDP, asked by three machines at once.

exercise_title()
{
	gettext 'one server, TCP and UDP: three machines ask it'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-mixedd fil-mixed nc'

exercise_play()
{
	say "$(gettext 'A server waits for TCP on port 12345 and for UDP on port 12346.')"
	start server server fil-mixedd
	hear server 'listening on udp'

	say "$(gettext 'By TCP there is a connection, and the server sees it come and go.')"
	on pc3 fil-mixed --tcp server
	expect 'Message reçu via TCP'
	hear server 'Bonjour serveur TCP'

	say "$(gettext 'By UDP there is none: one datagram, one answer.')"
	on pc4 fil-mixed --udp server Bonsoir
	expect 'Message reçu via UDP'
	hear server 'Bonsoir'

	say "$(gettext 'Any client will do.')"
	on_with salut pc1 nc -N server 12345
	expect 'Message reçu via TCP'
	on_with salut pc1 nc -u -w 1 server 12346
	expect 'Message reçu via UDP'
	stop server
}
