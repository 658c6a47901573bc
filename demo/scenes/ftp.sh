# shellcheck shell=sh
# ftp.sh - FTP by hand: one connection for words, one for each file.
# shellcheck disable=SC2154	# work: the folder of lib.sh

scene_title()
{
	gettext 'FTP: one connection for words, another for each file'
}

scene_play()
{
	if ! command -v nc >/dev/null 2>&1; then
		say "$(gettext 'This scene needs nc.')"
		return 0
	fi
	mkdir "$work/pub" "$work/pub/incoming"
	echo 'salut' >"$work/pub/greeting"
	say "$(gettext 'The server shows one folder, and nothing above it, to anybody who asks.')"
	start_server server fil-ftpd --port 0 --bind 127.0.0.1 --anonymous \
	    --anonymous-upload incoming "$work/pub"
	ftp_port=$(port_of server tcp) || return 1
	look_at "$(gettext 'one socket: the data connections do not exist yet.')"

	say "$(gettext 'The control connection: lines of text, each answered by a number and some words.
The number is for programs, the words are for people.')"
	start_client control nc 127.0.0.1 "$ftp_port"
	show_log control 1
	tell control 'USER anonymous' 1
	tell control 'PASS pc3@iiia.net' 1
	tell control PWD 1
	show_log server 2
	look_at "$(gettext 'the password: anybody on the way can read it, unless AUTH TLS came first.')"

	say "$(gettext 'A listing needs a second connection.  EPSV: the server listens on a random port,
and says which; the client connects there, and asks; the end of that connection
is the end of the listing.')"
	fetch list LIST
	look_at "$(gettext '150 before, 226 after, on the control connection; the data has no words in it.')"

	say "$(gettext 'A file goes the same way, by a third connection.')"
	fetch file 'RETR greeting'
	show_log server 1
	look_at "$(gettext 'three ports in one session: a firewall between them has to know.')"

	say "$(gettext 'And what is not in the folder cannot be named.')"
	tell control 'RETR ../../etc/passwd' 1
	tell control 'STOR greeting' 1
	tell control QUIT 1
	stop_client control
	stop_server server
}

# fetch LABEL COMMAND: a data connection, and what the command sends on it
fetch()
{
	tell control EPSV 1
	data_port=$(sed -n 's/.*(|||\([0-9]*\)|).*/\1/p' "$work/control.log" |
	    tail -n 1)
	start_client "$1" nc 127.0.0.1 "$data_port"
	tell control "$2" 2
	show_log "$1" 1
	stop_client "$1"
}
