#!/bin/sh
# loopback.sh - the services of a lab on this machine itself, where no network of
# namespaces can be made.
#
#	sh loopback.sh fil-lab:NAME DIR
#
# DIR/loopback starts them by these words:
#   serve PROTOCOL ADDRESS PORT COMMAND...   in the background
# They end with this process.  Its folder is private and goes with it; "table"
# there tells what runs.  Says "ready", and closes its standard output.

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
	setpriv --pdeathsig TERM -- "$@" >>log 2>&1 </dev/null &
	services="$services $!"
	echo "$service" >>table
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
: >table
# shellcheck source=lab/labsock/loopback
. "$dir/loopback"
echo ready
exec >/dev/null 2>&1
while :; do
	sleep 3600 &
	sleeper=$!
	wait "$sleeper"
done
