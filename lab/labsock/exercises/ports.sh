# shellcheck shell=sh
# ports.sh - which ports are open: asked of the machine itself, and from outside.

exercise_title()
{
	gettext 'open ports: lsof on the machine, nmap from another'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='lsof nmap dnsmasq fil-daytimed fil-ftpd fil-tftpd'

exercise_play()
{
	say "$(gettext 'A machine knows who listens on it.')"
	on server lsof -nP -i
	expect 'TCP \*:21 .*LISTEN'
	expect 'TCP \*:80 .*LISTEN'
	expect 'UDP \*:69'
	on_status 1 pc1 lsof -nP -i

	say "$(gettext 'From outside one can only try each.')"
	on pc1 nmap -n -T4 server
	expect '^13/tcp +open'
	expect '^21/tcp +open'
	expect '^25/tcp +open'
	expect '^53/tcp +open'
	expect '^80/tcp +open'
	on pc1 nmap -n -T4 pc1 pc2 pc3 pc4
	expect_not '/tcp +open'

	say "$(gettext 'UDP answers only who asks the right question.')"
	on pc1 nmap -n -sU -p 13,14,53,69 server
	expect '^53/udp +open'
	expect '^14/udp +closed'
}
