# shellcheck shell=sh
# chat.sh - a chat with nc, and a member who stops reading.

scene_title()
{
	gettext 'A chat: one closed laptop must not freeze it'
}

scene_play()
{
	if ! command -v nc >/dev/null 2>&1; then
		say "$(gettext 'This scene needs nc.')"
		return 0
	fi
	say "$(gettext 'A chat needs no program of its own: whoever connects is a member.  Each has a
thread in the server, and a queue of lines that wait for him.')"
	start_server server fil-chatd --port 0 --line-rate 0 --queue-bytes 65536
	chat_port=$(port_of server tcp) || return 1
	for nick in pc3 pc4 pc5; do
		start_client "$nick" nc 127.0.0.1 "$chat_port"
		show_log "$nick" 3
		tell "$nick" "/nick $nick" 1
	done
	show_log server 6
	show_log pc3 4
	look_at "$(gettext 'the three stars: what the server says.  Nobody'\''s words can begin so.')"

	say "$(gettext 'What pc3 says comes to all, to pc3 too, in one order for all; what pc4 tells
pc5 comes to pc5 alone.')"
	tell pc3 'bonjour tout le monde' 1
	tell pc4 '/msg pc5 tu viens ?' 2
	show_log pc5 3
	look_at "$(gettext 'pc5 has the private line between two dashes; pc3 has not got it.')"

	say "$(gettext 'pc4 closes the laptop: its nc is stopped and reads no more.  The others go on
as if nothing had happened; the lesson chat_threads stops here for ever.')"
	pause_client pc4
	tell pc3 'on continue ?' 1
	tell pc5 'bien sûr' 2
	show_log pc3 1
	look_at "$(gettext 'nobody waited: the speaker fills queues, and sends without waiting.')"

	say "$(gettext 'Somebody sends pc4 a long file.  First the socket is full, then the queue:
past its bound the server drops pc4, and tells the room why.')"
	send_file || return 1
	show_log pc3 3
	show_log server 4
	kill_client pc4
	tell pc5 /who 3
	look_at "$(gettext 'too slow: pc4 has lost its place, and the others not a line.')"

	say "$(gettext 'SIGTERM: everybody is told goodbye.')"
	stop_server server
	show_log pc3 1
	stop_client pc3
	stop_client pc5
}

# Private lines, so that the others' screens stay readable; /quit ends nc.
send_file()
{
	echo "\$ nc 127.0.0.1 $chat_port <file" | show file
	awk 'BEGIN {
		print "/nick file"
		for (i = 0; i < 30000; i++)
			printf "/msg pc4 %0500d\n", i
		print "/quit"
	}' | nc 127.0.0.1 "$chat_port" >/dev/null
}
