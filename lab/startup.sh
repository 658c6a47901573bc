#!/bin/sh
# startup.sh - on a machine of the lab that has just been made: its options, then
# its startup files, as Kathara runs them.
#
#	sh startup.sh MACHINE DIR <OPTIONS
#
# OPTIONS are rows "KEY VALUE".  What is said lies in /var/log/startup.  Fails if
# something of it does.

set -uf

machine=$1
lab=$2
exec >/var/log/startup 2>&1

# they may have been written for bash
shell=$(command -v bash) || shell='sh'
failed=0
while read -r key value; do
	case $key in
	exec)	"$shell" -c "$value" </dev/null || failed=1 ;;
	sysctl)	place=/proc/sys/$(printf '%s' "${value%%=*}" | tr . /)
		printf '%s\n' "${value#*=}" >"$place" || failed=1 ;;
	esac
done
for file in "$lab/shared.startup" "$lab/$machine.startup"; do
	[ ! -e "$file" ] || "$shell" "$file" </dev/null || failed=1
done
exit "$failed"
