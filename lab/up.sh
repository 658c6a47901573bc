# shellcheck shell=sh disable=SC2154
# up.sh - fil-lab up: what the lab is, what it may be made of, and its start.
# See also: topology.awk, switch.sh, loopback.sh.

lab_up()
{
	dir=${1:-$data/labsock}
	[ -f "$dir/lab.conf" ] ||
	    fail "$(gettext 'no lab there, for there is no lab.conf:') $dir"
	dir=$(cd "$dir" && pwd -P) || exit 1
	asked=$dir
	! find_lab || fail "$(gettext 'a lab is up already:') $dir"
	dir=$asked
	if $loopback; then
		up_loopback
		return
	fi
	need_programs awk find flock hostname ip mkfifo mount nsenter setpriv \
	    setsid unshare
	read_topology
	choose_namespaces
	stay_or_give_up
	# cat is in our session: Ctrl-C ends it, and so the wait for the lab
	# shellcheck disable=SC2086 # $namespaces is words
	said=$(setsid unshare $namespaces sh "$data/switch.sh" \
	    "fil-lab:$name" "$dir" "$table" </dev/null | cat)
	trap - HUP INT TERM
	if [ "$(echo "$said" | tail -n 1)" != ready ]; then
		fail "$(gettext 'the lab did not come up:') $said"
	fi
	echo "$said" | sed -n 's/^notice //p' | while read -r startup; do
		complain "$startup: $(gettext 'it failed; see /var/log/startup on that machine')"
	done
	lab_status
}

# stay_or_give_up: the lab has a session of its own and hears no Ctrl-C; until it
# stands, what ends us must end it, too
stay_or_give_up()
{
	trap 'give_up 129' HUP
	trap 'give_up 130' INT
	trap 'give_up 143' TERM
}

# give_up STATUS: it may not have its name in the list of processes yet
give_up()
{
	trap '' HUP INT TERM
	turns=50
	until find_lab; do
		turns=$((turns - 1))
		[ "$turns" -gt 0 ] || exit "$1"
		sleep 0.02
	done
	# a switch that is being made heeds nothing else; loopback.sh cleans up
	signal=KILL
	[ "$kind" = switch ] || signal=TERM
	end_lab "$signal"
	exit "$1"
}

need_programs()
{
	for needed; do
		command -v "$needed" >/dev/null 2>&1 || fail \
		    "$(gettext 'this program is missing:') $needed"
	done
}

# up_loopback: no machines; what listens is told, and is_leader finds it
up_loopback()
{
	[ -f "$dir/loopback" ] ||
	    fail "$(gettext 'this lab has nothing to run without a network:') $dir"
	need_programs setpriv setsid ss
	stay_or_give_up
	said=$({ setsid sh "$data/loopback.sh" "fil-lab:$name" "$dir" \
	    </dev/null & } | cat)
	trap - HUP INT TERM
	echo "$said" | sed -n 's/^notice //p' | while read -r absent; do
		complain "$(gettext 'this program is missing:') $absent"
	done
	echo "$said" | sed -n 's/^ended //p' | while read -r reason; do
		complain "$(gettext 'a service has ended:') $reason"
	done
	lab_status
}

# read_topology: $table, of what topology.awk understands
read_topology()
{
	set -- "$dir/lab.conf"
	[ ! -e "$dir/lab.dep" ] || set -- "$@" "$dir/lab.dep"
	table=$(cd "$dir" && awk -f "$data/topology.awk" "$@") || exit 1
	echo "$table" | sed -n 's/^notice //p' | while read -r option; do
		complain "$option: $(gettext 'this option means nothing here; left out')"
	done
	table=$(echo "$table" | sed '/^notice /d')
}

# choose_namespaces: what unshare is to make: as root without, else with a user
# namespace, in which we are root
choose_namespaces()
{
	namespaces='--mount --net --uts --ipc --pid'
	if [ "$(id -u)" -eq 0 ] && can_make; then
		return
	fi
	namespaces="--user --map-root-user $namespaces"
	can_make || forbidden
}

# can_make: and mount a /proc there, which a container may forbid by hiding some of
# its own
can_make()
{
	# shellcheck disable=SC2086 # $namespaces is words
	unshare $namespaces --fork --mount-proc true 2>/dev/null
}

# setting NAME: of the kernel; empty if it has none
setting()
{
	cat "${FIL_LAB_SYSCTL:-/proc/sys}/$1" 2>/dev/null
}

# forbidden: say what forbids it and how to allow it, and end
forbidden()
{
	complain "$(gettext 'this system makes no namespaces for you')"
	allow=''
	if [ "$(setting kernel/unprivileged_userns_clone)" = 0 ]; then
		allow='kernel.unprivileged_userns_clone=1'
	elif [ "$(setting kernel/apparmor_restrict_unprivileged_userns)" = 1 ]
	then
		allow='kernel.apparmor_restrict_unprivileged_userns=0'
	elif [ "$(setting user/max_user_namespaces)" = 0 ]; then
		allow='user.max_user_namespaces=10000'
	fi
	{
		if [ -n "$allow" ]; then
			gettext 'A setting of the kernel forbids it.  To allow it until the next start, as root:'
			printf '\n    sysctl -w %s\n' "$allow"
		else
			gettext 'Nothing in the settings of the kernel forbids it: perhaps this is a container,
which needs --privileged, or --security-opt seccomp=unconfined with
--security-opt systempaths=unconfined.'
			echo
		fi
		gettext 'Or run fil-lab as root.  Or without a network, the services alone:'
		printf '\n    fil-lab up --loopback\n'
	} >&2
	exit 1
}
