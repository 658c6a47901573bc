# shellcheck shell=sh
# tftp.sh - a file through a network that loses one packet in twenty.

scene_title()
{
	gettext 'Files over UDP: what is lost is sent again'
}

scene_play()
{
	# 5000 bytes: nine blocks of 512, and one that is not full
	lines=0
	# shellcheck disable=SC2154 # lib.sh has set it
	while [ "$lines" -lt 125 ]; do
		echo 'sucre, farine, beurre, oeufs, cannelle.'
		lines=$((lines + 1))
	done >"$work/cake"

	say "$(gettext 'TFTP is UDP and nothing more: each block has a number, each is acknowledged, and
whoever hears nothing says it again.  A file of 5000 bytes, in blocks of 512.')"
	start_server server fil-tftpd --port 0 --write none "$work"
	port=$(port_of server udp) || return 1
	client udp fil-tftp --trace --blksize 512 --window 1 \
	    "127.0.0.1:$port" get cake "$work/fetched"
	show_log server 1
	look_at "$(gettext 'each DATA has its ACK; the last block is the first that is not full.')"

	say "$(gettext 'A window of four: four blocks are on their way, and one ACK is for all.')"
	client udp fil-tftp --trace --blksize 512 --window 4 \
	    "127.0.0.1:$port" get cake "$work/fetched"
	look_at "$(gettext 'how many ACKs there are now.')"

	if command -v python3 >/dev/null 2>&1; then
		play_losses || return 1
	fi
	stop_server server
}

# The same seed loses the same packets.
play_losses()
{
	say "$(gettext 'Now through a relay that loses one packet in twenty.  Each side has a timer, and
the timer knows how long an answer takes: it has measured it.')"
	# shellcheck disable=SC2154 # fil-demo has set it
	start_server relay python3 "$data/lossy.py" "$port" 0.05 3
	relay_port=$(port_of relay udp) || return 1
	client udp fil-tftp --trace --blksize 512 --window 1 \
	    "127.0.0.1:$relay_port" get cake "$work/fetched"
	show_log relay 1
	show_log server 1
	look_at "$(gettext 'what the relay lost, and where it comes again in the trace.')"
	if cmp -s "$work/cake" "$work/fetched"; then
		say "$(gettext 'The file is the same, byte by byte.')"
	else
		fail "$(gettext 'the file is not the same')"
	fi
	stop_server relay
}
