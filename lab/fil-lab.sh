#!/bin/sh
# fil-lab - a virtual network for a class: machines, a switch, a server.
#
# Each machine is a set of Linux namespaces; nothing is installed, and an ordinary
# user may do it where the system lets him make user namespaces.  What runs in
# the lab is below one process, which switch.sh is; see there.  See fil-lab(1).

set -u

version='@VERSION@'
TEXTDOMAIN=fil
TEXTDOMAINDIR=${TEXTDOMAINDIR:-@localedir@}
export TEXTDOMAIN TEXTDOMAINDIR

# English, where the gettext program is missing.
if ! command -v gettext >/dev/null 2>&1; then
	gettext()
	{
		printf '%s' "$1"
	}
fi

# set_places: find the programs and the lab's files; what the environment says
# goes first, then what lies beside this script, then what was configured
set_places()
{
	case $0 in
	*/*)	here=$(dirname "$0") ;;
	*)	here=$(dirname "$(command -v -- "$0")") ;;
	esac
	here=$(cd "$here" && pwd -P) || exit 1

	bin='@bindir@'
	data='@pkgdatadir@/lab'
	if [ -x "$here/../src/fil-mixedd" ]; then
		# the build tree; its Makefile knows where the sources are
		bin=$here/../src
		data=$(sed -n 's/^abs_top_srcdir = //p' "$here/../Makefile")/lab
	elif [ -x "$here/fil-mixedd" ]; then
		bin=$here
		if [ -e "$here/../share/fil/lab/switch.sh" ]; then
			data=$here/../share/fil/lab
		fi
	fi
	FIL_BIN=${FIL_BIN:-$(cd "$bin" 2>/dev/null && pwd -P)}
	[ -e "$data/switch.sh" ] ||
	    fail "$(gettext 'cannot find its files (is fil installed?):') $data"
	data=$(cd "$data" && pwd -P)
	PATH=$FIL_BIN:$FIL_BIN/../certs:$FIL_BIN/lessons:$PATH
	PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
	export FIL_BIN PATH
}

usage()
{
	gettext 'Usage: fil-lab [OPTION...] COMMAND
A virtual network for a class: machines, a switch between them, a server.

Commands:
  up [DIR]                   start the lab of DIR (default: labsock, of fil)
  down                       end it; nothing of it stays
  status                     which machines there are, and their addresses
  exec MACHINE COMMAND...    run a command on a machine
  shell MACHINE              a shell on a machine
  consoles                   a shell on each machine, side by side (tmux)
  capture [NETWORK]          packets: to Wireshark, or into a file
  check [EXERCISE...]        do the exercises (default: all), and say which work

      --loopback             up: no network, the services alone, on 127.0.0.x
  -w, --write FILE           capture: write to FILE, until Ctrl-C
      --keys                 capture: with what it takes to read TLS
      --list                 check: list the exercises
  -v, --verbose              check: show what is said in all of them
      --name NAME            which of your labs (default: lab)
  -h, --help, -V, --version  show this help; show the version
'
}

complain()
{
	{
		printf 'fil-lab: '
		printf '%s' "$1" | LC_ALL=C tr '[:cntrl:]' '?'
		echo
	} >&2
}

fail()
{
	complain "$1"
	exit 1
}

usage_error()
{
	complain "$1"
	gettext "Try 'fil-lab --help'." >&2
	echo >&2
	exit 2
}

# --- options -----------------------------------------------------------------

# set_name NAME: a word, for it stands in the list of processes
set_name()
{
	case $1 in
	''|*[!A-Za-z0-9_-]*)
		usage_error "--name: $(gettext 'not a word of letters and digits:') $1" ;;
	esac
	name=$1
}

# read_options ARGUMENT...: options stand before or behind the words of the
# command, but what a machine is to run begins with the machine's name
read_options()
{
	command='' loopback=false file='' keys=false list=false verbose=false
	name=lab
	left=$#
	while [ "$left" -gt 0 ]; do
		word=$1
		shift
		left=$((left - 1))
		case $word in
		-w|--write|--name)
			[ "$left" -gt 0 ] || usage_error \
			    "$(gettext 'a value is needed:') $word"
			set_value "$word" "$1"
			shift
			left=$((left - 1)) ;;
		--write=*|--name=*)
				set_value "${word%%=*}" "${word#*=}" ;;
		--loopback)	loopback=true ;;
		--keys)		keys=true ;;
		--list)		list=true ;;
		-v|--verbose)	verbose=true ;;
		-h|--help)	usage; exit ;;
		-V|--version)	echo "fil-lab (fil) $version"; exit ;;
		-?*)		usage_error "$(gettext 'unknown option:') $word" ;;
		*)		if [ -z "$command" ]; then
				command=$word
				continue
			fi
			set -- "$@" "$word"
			[ "$command" = exec ] || continue
			while [ "$left" -gt 0 ]; do
				set -- "$@" "$1"
				shift
				left=$((left - 1))
			done ;;
		esac
	done
	run_command "$@"
}

set_value()
{
	case $1 in
	--name)	set_name "$2" ;;
	*)	file=$2 ;;
	esac
}

# operands MOST ARGUMENT...: no more words than the command knows
operands()
{
	most=$1
	shift
	[ $# -le "$most" ] ||
	    usage_error "$(gettext 'too many words for this command:') $command"
}

run_command()
{
	case $command in
	up)		operands 1 "$@"
			# shellcheck source=lab/up.sh
			. "$data/up.sh"
			lab_up "$@" ;;
	down)		operands 0 "$@"; lab_down ;;
	status)		operands 0 "$@"; lab_status ;;
	exec)		[ $# -ge 2 ] || usage_error \
			    "$(gettext 'exec: a machine and a command, please')"
			need_machine "$1"
			become='exec'
			on_machine "$@" ;;
	shell)		[ $# -eq 1 ] || usage_error \
			    "$(gettext 'shell: a machine, please')"
			need_machine "$1"
			lab_shell "$1" ;;
	consoles)	operands 0 "$@"; lab_consoles ;;
	capture)	operands 1 "$@"
			# shellcheck source=lab/capture.sh
			. "$data/capture.sh"
			lab_capture "$@" ;;
	check)		# shellcheck source=lab/check.sh
			. "$data/check.sh"
			lab_check "$@" ;;
	'')		usage_error "$(gettext 'a command is needed')" ;;
	*)		usage_error "$(gettext 'no such command:') $command" ;;
	esac
}

# --- where the lab is ----------------------------------------------------------

# find_lab: fill $lab (the number of its first process), $kind (switch or
# loopback) and $dir; fails if there is none.  Nothing is written anywhere: the
# list of processes is what tells.
find_lab()
{
	# shellcheck disable=SC2013 # their names are words
	for place in $(grep -alF "fil-lab:$name" /proc/[0-9]*/cmdline 2>/dev/null)
	do
		lab=${place#/proc/}
		lab=${lab%/cmdline}
		[ "$(stat -c %u "/proc/$lab" 2>/dev/null)" = "$(id -u)" ] ||
		    continue
		words=$(tr '\0' '\n' <"$place" 2>/dev/null)
		[ "$(echo "$words" | sed -n 3p)" = "fil-lab:$name" ] || continue
		kind=$(echo "$words" | sed -n 2p)
		kind=${kind##*/}
		kind=${kind%.sh}
		dir=$(echo "$words" | sed -n 4p)
		case $kind in
		switch)		is_first ;;
		loopback)	is_leader ;;
		*)		false ;;
		esac && return
	done
	lab=''
	return 1
}

# is_first: is it number 1 of its own namespace?  Its parent, and the children
# that it makes, have the same words in the list for a moment.
is_first()
{
	case $(sed -n 's/^NSpid://p' "/proc/$lab/status" 2>/dev/null) in
	*[0-9]"	1")	return 0 ;;
	*)		return 1 ;;
	esac
}

is_leader()
{
	[ "$(sed 's/.*) //' "/proc/$lab/stat" 2>/dev/null |
	    cut -d ' ' -f 3)" = "$lab" ]
}

need_lab()
{
	find_lab || fail "$(gettext 'no lab is up; begin with: fil-lab up')"
}

need_network()
{
	need_lab
	[ "$kind" = switch ] || fail \
	    "$(gettext 'the lab that is up has no machines (--loopback)')"
}

# inside COMMAND...: beside the switch, where nothing is hidden.  With $become
# "exec", in this process
become=''
inside()
{
	user=''
	[ "$(readlink "/proc/$lab/ns/user")" = \
	    "$(readlink /proc/self/ns/user)" ] ||
	    user='--user --preserve-credentials'
	# shellcheck disable=SC2086 # $become is a word or none, $user is words
	$become nsenter --target "$lab" $user --mount --net --uts --ipc --pid -- \
	    setpriv --pdeathsig TERM -- "$@"
}

machines()
{
	inside sed -n 's/^machine //p' /run/fil-lab/table
}

need_machine()
{
	need_network
	machines | grep -qxF -e "$1" || fail \
	    "$(gettext 'no such machine:') $1 ($(machines | tr '\n' ' '))"
	# shellcheck disable=SC2016 # that shell's own $0
	inside sh -c 'kill -0 "$(cat "$0")"' "/run/fil-lab/machines/$1.pid" \
	    2>/dev/null || fail \
	    "$(gettext 'its first process has ended; begin again (fil-lab down, fil-lab up):') $1"
}

# on_machine MACHINE COMMAND...: in the current folder
on_machine()
{
	machine=$1
	shift
	inside sh "$data/enter.sh" "$machine" "$PWD" "$@"
}

# --- down -------------------------------------------------------------------------

# gone: nobody may collect it, in a container; then it is a zombie, and has ended
gone()
{
	! kill -0 "$lab" 2>/dev/null ||
	    grep -q '^State:.Z' "/proc/$lab/status" 2>/dev/null
}

# end_lab SIGNAL: the end of the first process is the end of all; the kernel sees
# to that
end_lab()
{
	kill "-$1" "$lab"
	turns=500
	until gone; do
		turns=$((turns - 1))
		[ "$turns" -ne 250 ] || kill -KILL "$lab"
		[ "$turns" -gt 0 ] ||
		    fail "$(gettext 'it does not end: process') $lab"
		sleep 0.02
	done
}

lab_down()
{
	need_lab
	if [ "$kind" = switch ]; then
		for machine in $(machines); do
			[ ! -e "$dir/$machine.shutdown" ] || on_machine \
			    "$machine" sh "$dir/$machine.shutdown" </dev/null
		done
	fi
	end_lab TERM
	# tmux leaves it
	rm -f "${TMUX_TMPDIR:-/tmp}/tmux-$(id -u)/fil-lab-$name"
}

# --- looking, and sitting down at a machine ---------------------------------------

lab_status()
{
	find_lab || {
		gettext 'No lab is up.'
		echo
		exit 1
	}
	printf '%s %s\n' "$(gettext 'The lab that is up:')" "$dir"
	if [ "$kind" = loopback ]; then
		sed 's/^/    /' "/proc/$lab/cwd/table"
		return
	fi
	for machine in $(machines); do
		printf '    %-10s %s\n' "$machine" \
		    "$(on_machine "$machine" ip -o address show scope global |
		    awk '{ printf "%s%s", sep, $4; sep = ", " }')"
	done
}

# lab_shell MACHINE: HUP, for a shell that is asked by TERM stays, and would share
# the terminal with the one that fil-lab was started by
lab_shell()
{
	shell=$(command -v bash) || shell='sh'
	become='exec'
	PS1="$1:\\w\\$ " ENV='' on_machine "$1" \
	    setpriv --pdeathsig HUP -- "$shell" -i
}

# lab_consoles: one pane a machine; they end with the lab
lab_consoles()
{
	need_network
	command -v tmux >/dev/null 2>&1 ||
	    fail "$(gettext 'this program is missing:') tmux"
	self=$here/$(basename "$0")
	socket=fil-lab-$name
	tmux -L "$socket" has-session -t "=$name" 2>/dev/null || make_panes
	tmux -L "$socket" attach-session -t "=$name"
}

make_panes()
{
	for machine in $(machines); do
		set -- "$self" --name "$name" shell "$machine"
		if tmux -L "$socket" has-session -t "=$name" 2>/dev/null; then
			tmux -L "$socket" split-window -t "=$name:" "$@" &&
			    tmux -L "$socket" select-layout -t "=$name:" \
			        tiled >/dev/null
		else
			tmux -L "$socket" new-session -d -s "$name" "$@"
		fi || exit 1
		tmux -L "$socket" select-pane -t "=$name:" -T "$machine"
	done
	tmux -L "$socket" set-option -t "=$name" pane-border-status top
}

set_places
read_options "$@"
