# shellcheck shell=sh
# daytime.sh - what time is it there?

exercise_title()
{
	gettext 'daytime: by TCP and by UDP, on its real port'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-daytime fil-daytimed nc'

exercise_play()
{
	date='^[A-Z][a-z][a-z] [A-Z][a-z][a-z] .* 20[0-9][0-9]$'
	say "$(gettext 'By TCP the server speaks first, and closes.')"
	on pc2 fil-daytime -p 13 server
	expect "$date"
	on pc2 nc -w 5 server 13
	expect "$date"

	say "$(gettext 'By UDP somebody must ask, be it with an empty datagram.')"
	on pc3 fil-daytime --udp -p 13 server
	expect "$date"
	on_with '
' pc3 nc -u -w 1 server 13
	expect "$date"
}
