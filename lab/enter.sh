#!/bin/sh
# enter.sh - run a command on a machine of the lab; from within switch.sh's
# namespaces.
#
#	sh enter.sh MACHINE FOLDER COMMAND...
#
# In FOLDER, also if it is newer than the machine.  When enter.sh is ended, so is the command.

set -uf

machine=$1
folder=$2
shift 2
state=/run/fil-lab

while IFS= read -r setting; do
	export "${setting?}"
done <"$state/machines/$machine.env"
HOME=/root USER=root LOGNAME=root HOSTNAME=$machine
export HOME USER LOGNAME HOSTNAME
# fil-lab capture --keys collects the secrets of what begins now
if [ -e "$state/keys/tls" ]; then
	SSLKEYLOGFILE=$state/keys/tls
	export SSLKEYLOGFILE
fi
# shellcheck disable=SC2016 # that shell's own $@
exec nsenter --target "$(cat "$state/machines/$machine.pid")" --mount --uts --ipc --net \
    --pid -- setpriv --pdeathsig TERM -- \
    sh -c '{ cd -- "$0" || cd -- "/run/fil-lab/under$0" || cd; } 2>/dev/null
        exec "$@"' "$folder" "$@"
