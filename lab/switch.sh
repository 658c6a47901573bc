#!/bin/sh
# switch.sh - the first process of a lab: it makes the machines, lays the cables
# between them, and stays.  Whatever runs in the lab is below it, and everything
# that the lab has made lies in its namespaces: when it ends, all of that goes.
#
#	unshare --mount --net --uts --ipc --pid sh switch.sh fil-lab:NAME DIR TABLE
#
# TABLE is what topology.awk has printed.  Says "ready" on standard output, or
# what went wrong; then it closes it.   See also: fil-lab.sh, machine.sh.

set -uf

data=${0%/*}
lab=${2-}
state=/run/fil-lab

fail()
{
	echo "$1"
	exit 1
}

# The one process of the pid namespace whose end is the end of all others.
switch_main()
{
	trap 'exit 0' TERM
	make_places
	printf '%s\n' "$1" >"$state/table"
	make_machines
	lay_cables
	machines_made
	start_machines
	echo ready
	exec >/dev/null 2>&1
	# a wait hears of every process that lost its parent, too
	while :; do
		sleep 3600 &
		wait $!
	done
}

make_places()
{
	mount --make-rprivate / || fail 'mount: /'
	mount -t proc proc /proc ||
	    fail 'mount: /proc: not permitted here (in a container?)'
	mount -t tmpfs -o mode=755 tmpfs /run || fail 'mount: /run'
	mkdir -p "$state/under" "$state/keys" "$state/machines"
	chmod 700 "$state/keys"
	mount --rbind / "$state/under" || fail 'mount: --rbind /'
	mkfifo "$state/news"
	exec 4<>"$state/news"
}

# table KIND: the rows of that kind, without the word
table()
{
	sed -n "s/^$1 //p" "$state/table"
}

make_machines()
{
	ip link set lo up
	for machine in $(table machine); do
		mkdir "$state/machines/$machine"
		{
			table option | sed -n "s/^$machine env //p"
		} >"$state/machines/$machine.env"
		unshare --mount --net --uts --ipc --pid \
		    sh "$data/machine.sh" "$machine" "$lab" || fail 'unshare'
	done
}

# switch_name DOMAIN: the interface that is its switch; a kernel's name has at
# most 15 letters, and some are taken
switch_name()
{
	case $1 in
	lo|all|default|????????????????*)
		echo "net$(table cable | cut -d ' ' -f 3 | sort -u |
		    grep -nx "$1" | cut -d : -f 1)" ;;
	*)	echo "$1" ;;
	esac
}

lay_cables()
{
	# a switch has no address, so it stays out of the conversation
	silent=''
	[ ! -e /proc/sys/net/ipv6 ] || silent='addrgenmode none'
	for domain in $(table cable | cut -d ' ' -f 3 | sort -u); do
		name=$(switch_name "$domain")
		echo "$domain $name" >>"$state/domains"
		echo "link add name $name type bridge forward_delay 0" \
		    "mcast_snooping 0"
		echo "link set dev $name $silent up"
	done >"$state/cables"
	count=0
	table cable >"$state/ends"
	while read -r machine number domain mac; do
		count=$((count + 1))
		cable=$machine.$number
		[ ${#cable} -le 15 ] || cable=cable$count
		lay_cable
	done <"$state/ends" >>"$state/cables"
	ip -batch "$state/cables" 2>"$state/said" ||
	    fail "ip: $(head -n 1 "$state/said")"
}

# One end at the switch, the other is eth0 (or eth1...) of the machine.
lay_cable()
{
	peer="name eth$number netns $(cat "$state/machines/$machine.pid")"
	[ "$mac" = - ] || peer="$peer address $mac"
	echo "link add name $cable type veth peer $peer"
	echo "link set dev $cable master $(switch_name "$domain")" \
	    "$silent up"
}

# Each machine says once that it stands, or what it could not do.
machines_made()
{
	for machine in $(table machine); do
		read -r said <&4
		[ "$said" = made ] || fail "$said"
	done
}

# In the order of lab.dep; what they say lies in /var/log/startup of the machine.
start_machines()
{
	for machine in $(table machine); do
		table option | sed -n "s/^$machine //p" |
		    sh "$data/enter.sh" "$machine" / \
		    sh "$data/startup.sh" "$machine" "$lab" ||
		    echo "notice $machine.startup"
	done
}

switch_main "$3" &
