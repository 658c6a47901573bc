#!/bin/sh
# loopback.sh - the services of a lab on this machine itself, where no network of
# namespaces can be made.
#
#	sh loopback.sh fil-lab:NAME DIR
#
# DIR/loopback starts them by these words:
#   serve PROTOCOL ADDRESS PORT COMMAND...   in the background
# They end with this process.  Its folder is private and goes with it; "table"
# there tells what runs.  Says what is absent, what has ended at once ("notice",
# "ended"), and "ready"; then it closes its standard output.

set -uf

dir=$2
services=''
unset FIL_BIND

serve()
{
	service="$1 $2:$3 ${4##*/}"
	shift 3
	command -v "$1" >/dev/null 2>&1 || {
		echo "notice $1"
		return
	}
	setpriv --pdeathsig TERM -- "$@" >>"log.${service##* }" 2>&1 </dev/null &
	services="$services $!"
	echo "$! $service" >>begun
}

# listens NUMBER PROTOCOL PLACE: that process, for another may have the port
listens()
{
	case $2 in
	tcp)	ss -Hlntp "src = $3" ;;
	udp)	ss -Hlnup "src = $3" ;;
	esac | grep -q "pid=$1,"
}

# wait_for_services: until they listen, or ten seconds; who ends says why
wait_for_services()
{
	turns=100
	while read -r number protocol place program; do
		until listens "$number" "$protocol" "$place" ||
		    [ "$turns" -eq 0 ]; do
			# a zombie has no program
			[ -e "/proc/$number/exe" ] || {
				echo "ended $(tail -n 1 "log.$program")"
				continue 2
			}
			turns=$((turns - 1))
			sleep 0.1
		done
		echo "$protocol $place $program" >>table
	done <begun
}

finish()
{
	# shellcheck disable=SC2086 # $services is words
	kill $services $sleeper 2>/dev/null
	wait
	cd /
	[ -z "$work" ] || rm -rf "$work"
}

work='' sleeper=''
trap finish EXIT
# PIPE: fil-lab has been ended before it heard that we are ready
trap 'exit 0' HUP INT PIPE TERM
work=$(mktemp -d) && cd "$work" || exit 1
touch table begun
# shellcheck source=lab/labsock/loopback
. "$dir/loopback"
wait_for_services
echo ready
exec >/dev/null 2>&1
while :; do
	sleep 3600 &
	sleeper=$!
	wait "$sleeper"
done
