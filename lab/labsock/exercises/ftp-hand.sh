# shellcheck shell=sh disable=SC2154
# ftp-hand.sh - FTP by hand: one nc for the commands, another for the data.

exercise_title()
{
	gettext 'FTP by hand: two connections, two nc'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-ftpd nc'

exercise_play()
{
	say "$(gettext 'The control connection: a command, a reply of three digits.')"
	start control pc1 nc -4 -C server 21
	hear control '^220 '
	tell control 'USER guest'
	hear control '^331 '
	tell control 'PASS guest'
	hear control '^230 '
	tell control 'TYPE I'
	hear control '^200 '

	say "$(gettext 'PASV asks where the data can be fetched: an address, and a port in two bytes.')"
	tell control PASV
	hear control '^227 '
	port=$(sed -n 's/.*(\(.*\)).*/\1/p' "$work/said" |
	    awk -F , '{ print $5 * 256 + $6 }')
	start data pc1 nc -4 server "$port"
	tell control 'RETR cake'
	hear control '^226 '
	hear data 'eggs'
	tell control QUIT
	hear control '^221 '
}
