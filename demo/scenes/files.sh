# shellcheck shell=sh
# files.sh - FTP with a client: a session, the rest of a file, a mirror.
# shellcheck disable=SC2154	# work: the folder of lib.sh

scene_title()
{
	gettext 'FTP with a client: a session, the rest of a file, a mirror'
}

scene_play()
{
	mkdir "$work/theirs" "$work/theirs/pub" "$work/ours"
	echo 'le gateau' >"$work/theirs/pub/cake"
	head -c 200000 /dev/zero >"$work/theirs/pub/film"
	say "$(gettext 'A server, and the session of sheet B: go to a folder, look, fetch a file.')"
	start_server server fil-ftpd --port 0 --bind 127.0.0.1 --anonymous \
	    "$work/theirs"
	ftp_port=$(port_of server tcp) || return 1
	orders "user anonymous" "lcd $work/ours" "cd pub" "dir" "get cake" "quit"
	show_log server 3
	look_at "$(gettext 'the file has its name when it is whole: never half of it.')"

	say "$(gettext 'With -v every command is seen, and every reply.  The file is fetched by a
second connection: EPSV asks for its port.')"
	client ftp fil-ftp -v -o "$work/ours/again" \
	    "ftp://127.0.0.1:$ftp_port/pub/cake"
	look_at "$(gettext '229 and its port; 150, 226.  And SIZE, which tells how many bytes must come.')"

	say "$(gettext 'A film of which half has come, yesterday.  Only the rest is fetched: REST.')"
	head -c 100000 /dev/zero >"$work/ours/film"
	client ftp fil-ftp -v -c -o "$work/ours/film" \
	    "ftp://127.0.0.1:$ftp_port/pub/film"
	look_at "$(gettext '350: the server begins at byte 100000.')"

	say "$(gettext 'A whole folder, twice: the second time there is nothing to do.')"
	orders "user anonymous" "mirror pub $work/ours/copy" \
	    "mirror pub $work/ours/copy" "quit"
	stop_server server
}

# orders LINE...: a script for fil-ftp
orders()
{
	client_with_input ftp "$(printf '%s\n' "$@")" \
	    fil-ftp 127.0.0.1 "$ftp_port"
}
