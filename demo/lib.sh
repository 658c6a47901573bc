# shellcheck shell=sh
# lib.sh - the vocabulary of fil-demo's scenes.
#
#   title TEXT                     a heading
#   say TEXT                       narration: what happens, and why
#   look_at TEXT                   with --step: what to watch; waits for Enter
#   start_server LABEL COMMAND...  in the background; returns once it listens
#   start_peer LABEL COMMAND...    somebody else's server, which does not say so
#   stop_peers                     ends them all
#   port_of LABEL tcp|udp|tls      the port that it said it listens on
#   demo_folder LABEL              what fil-mixedd --demo has made, and said so
#   client LABEL COMMAND...        to its end; its output under the label
#   client_with_input LABEL TEXT COMMAND...    the same, with TEXT as its input
#   client_refused LABEL STATUS COMMAND...     the same; must end with STATUS
#   start_client LABEL COMMAND...  in the background; its input is what tell says
#   tell LABEL LINE LINES          a line of its input; then as show_log
#   stop_client LABEL [STATUS]     the end of its input; shows its last words;
#                                  it must end with STATUS, 0 if none is given
#   pause_client LABEL             stops it as Ctrl-Z does: it reads no more
#   kill_client LABEL              ends it, whatever it was doing
#   show_log LABEL LINES           what it said since; waits for LINES more
#   start_capture FILTER           tshark on the wire; fails where it cannot
#   show_captured TEXT FILTER      the packets that FILTER finds, once TEXT came
#   stop_server LABEL              asks it to stop, shows its last words
#   fail TEXT                      ends the demonstration with status 1
#
# A label is a word of at most 7 letters.  A scene sets scene_title and
# scene_play, and needs no cleaning up: whatever ends fil-demo ends its servers.
# Each process has one file in $work, LABEL.log, for all that it says.

# English, where the gettext program is missing.
if ! command -v gettext >/dev/null 2>&1; then
	gettext()
	{
		printf '%s' "$1"
	}
fi

# demo_open STEP COLOR: a private folder, colours, a way out whatever happens
#   STEP: true or false    COLOR: auto, always or never
demo_open()
{
	step=$1
	heard_enter=false
	servers=''
	clients=''
	client_pid=''
	capture_pid=''
	peer_pids=''
	work=$(mktemp -d) || exit 1
	trap demo_close EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 141' PIPE
	trap 'exit 143' TERM

	case $2 in
	auto)	if [ -t 1 ] && [ -z "${NO_COLOR-}" ] &&
		    [ "${TERM-dumb}" != dumb ]; then
			colored=true
		else
			colored=false
		fi ;;
	always)	colored=true ;;
	*)	colored=false ;;
	esac
}

demo_close()
{
	trap '' HUP INT PIPE TERM
	for pid in $client_pid $capture_pid $peer_pids; do
		kill "$pid" 2>/dev/null
	done
	for background in $clients $servers; do
		end_process "${background#*:}"
	done
	rm -rf "$work"
}

fail()
{
	echo "fil-demo: $1" >&2
	exit 1
}

# paint CODE TEXT: in colour, where colours are wanted
paint()
{
	if $colored; then
		printf '\033[%sm%s\033[0m' "$1" "$2"
	else
		printf '%s' "$2"
	fi
}

title()
{
	echo
	paint 1 "== $1 =="
	echo
}

say()
{
	printf '\n%s\n' "$1"
}

look_at()
{
	$step || return 0
	printf '\n'
	paint 1 "$(gettext 'Look at:') $1"
	printf '\n[%s] ' "$(gettext 'Enter')"
	wait_for_enter
	[ -t 0 ] || echo
}

# From standard input; if nothing ever came there, from the terminal (in a
# pipeline, under make); if there is none, go on: the end must be reached.
wait_for_enter()
{
	if read -r _; then
		heard_enter=true
	elif ! $heard_enter && (: </dev/tty) 2>/dev/null; then
		read -r _ </dev/tty
	fi
}

# show LABEL: standard input under that label, a line with no end too
show()
{
	case $1 in
	server*)	ink=36 ;;
	tcp*)		ink=32 ;;
	udp*)		ink=33 ;;
	tls*)		ink=35 ;;
	*)		ink=34 ;;
	esac
	while IFS= read -r line || [ -n "$line" ]; do
		paint "$ink" "$(printf '%-7s |' "$1")"
		printf ' %s\n' "$line"
	done
}

# wait_until SECONDS COMMAND...: until it succeeds; fails when the time is up
wait_until()
{
	turns=$(($1 * 50))
	shift
	until "$@"; do
		turns=$((turns - 1))
		[ "$turns" -gt 0 ] || return 1
		sleep 0.02
	done
}

running()
{
	kill -0 "$1" 2>/dev/null
}

ended()
{
	! running "$1"
}

# end_process PID: TERM, and KILL for one that does not hear it; its status
end_process()
{
	kill "$1" 2>/dev/null
	wait_until 3 ended "$1" || kill -KILL "$1" 2>/dev/null
	wait "$1"
}

start_server()
{
	label=$1
	shift
	begin_log "$label" "$@"
	"$@" >"$work/$label.log" 2>&1 </dev/null &
	pid=$!
	servers="$servers $label:$pid"
	if ! wait_until 10 listening_or_ended "$label" "$pid" ||
	    ! listening "$label"; then
		show "$label" <"$work/$label.log"
		fail "$1: $(gettext 'it does not listen')"
	fi
	show_log "$label" 1
}

# Whoever starts one looks for itself when it answers: wait_until.
start_peer()
{
	label=$1
	shift
	begin_log "$label" "$@"
	"$@" >"$work/$label.log" 2>&1 </dev/null &
	peer_pids="$peer_pids $!"
}

# They end by TERM, each with a status of its own.
stop_peers()
{
	for pid in $peer_pids; do
		end_process "$pid" 2>/dev/null
	done
	peer_pids=''
}

# begin_log LABEL COMMAND...: show the command, have an empty log for show_log
begin_log()
{
	echo
	# before it starts: it is read at once
	: >"$work/$1.log"
	echo 0 >"$work/$1.shown"
	label=$1
	shift
	echo "\$ $*" | show "$label"
}

listening()
{
	grep -q ': listening on ' "$work/$1.log"
}

listening_or_ended()
{
	listening "$1" || ended "$2"
}

port_of()
{
	# 127.0.0.1:12345 or [::1]:12345: the port stands after the last colon
	if ! [ -e "$work/$1.log" ] ||
	    ! wait_until 5 grep -q ": listening on $2 " "$work/$1.log"; then
		fail "$1: $(gettext 'it has no socket for') $2"
	fi
	sed -n "s/^.*: listening on $2 .*:\([0-9]*\)\$/\1/p" \
	    "$work/$1.log" | head -n 1
}

demo_folder()
{
	if ! wait_until 5 grep -q -- ' --ca .*/ca\.pem' "$work/$1.log"; then
		fail "$1: $(gettext 'it has made no certificate')"
	fi
	sed -n 's|^.* --ca \(.*\)/ca\.pem.*$|\1|p' "$work/$1.log" | head -n 1
}

show_log()
{
	shown=$(cat "$work/$1.shown")
	# Late or missing lines are no failure: they come with the next ones.
	wait_until 2 has_lines "$work/$1.log" $((shown + $2)) || :
	wait_until 2 still "$work/$1.log" || :
	total=$(lines_of "$work/$1.log")
	sed -n "$((shown + 1)),${total}p" "$work/$1.log" | show "$1"
	echo "$total" >"$work/$1.shown"
}

lines_of()
{
	wc -l <"$1" | tr -d ' '
}

has_lines()
{
	[ "$(lines_of "$1")" -ge "$2" ]
}

# still FILE: has it stopped growing?  A server may say more than it must.
still()
{
	before=$(lines_of "$1")
	sleep 0.1
	[ "$(lines_of "$1")" = "$before" ]
}

client()
{
	label=$1
	shift
	echo
	echo "\$ $*" | show "$label"
	run_client "$label" /dev/null "$@"
}

client_with_input()
{
	label=$1
	text=$2
	shift 2
	echo
	echo "\$ printf '$text' | $*" | show "$label"
	printf '%s' "$text" >"$work/input"
	run_client "$label" "$work/input" "$@"
}

client_refused()
{
	label=$1
	expected=$2
	shift 2
	echo
	echo "\$ $*" | show "$label"
	run_to_its_end "$label" /dev/null "$@"
	if [ "$status" -ne "$expected" ]; then
		fail "$1: $(gettext 'it ended with status') $status"
	fi
	echo "$(gettext 'exit status') $status" | show "$label"
}

run_client()
{
	run_to_its_end "$@"
	if [ "$status" -ne 0 ]; then
		fail "$3: $(gettext 'it failed with status') $status"
	fi
}

# run_to_its_end LABEL INPUT COMMAND...: show what it says; sets status.
# In the background and waited for: a signal to fil-demo is heard at once.
run_to_its_end()
{
	label=$1
	input=$2
	shift 2
	"$@" <"$input" >"$work/$label.log" 2>&1 &
	client_pid=$!
	wait "$client_pid"
	status=$?
	client_pid=''
	show "$label" <"$work/$label.log"
}

# What such a client reads is a file that grows: tail hands on each line, and
# the end of tail is the end of the input.
start_client()
{
	label=$1
	shift
	begin_log "$label" "$@"
	: >"$work/$label.input"
	mkfifo "$work/$label.pipe" || exit 1
	tail -n +1 -f "$work/$label.input" >"$work/$label.pipe" &
	feeder=$!
	"$@" <"$work/$label.pipe" >"$work/$label.log" 2>&1 &
	clients="$clients $label:$feeder $label:$!"
}

tell()
{
	echo
	echo "> $2" | show "$1"
	printf '%s\n' "$2" >>"$work/$1.input"
	show_log "$1" "$3"
}

pause_client()
{
	echo
	gettext '[stopped: it reads no more]' | show "$1"
	for background in $clients; do
		if [ "${background%%:*}" = "$1" ]; then
			pid=${background#*:}
		fi
	done
	kill -STOP "$pid"
}

kill_client()
{
	others=''
	for background in $clients; do
		if [ "${background%%:*}" = "$1" ]; then
			kill -KILL "${background#*:}"
			wait "${background#*:}" 2>/dev/null
		else
			others="$others $background"
		fi
	done
	clients=$others
	rm -f "$work/$1.pipe"
}

# The first process of the label is what feeds the client, the second it.
stop_client()
{
	others=''
	status=0
	fed=false
	for background in $clients; do
		pid=${background#*:}
		if [ "${background%%:*}" != "$1" ]; then
			others="$others $background"
		elif $fed; then
			wait_until 5 ended "$pid" || kill "$pid"
			wait "$pid"
			status=$?
			show_log "$1" 0
		else
			end_process "$pid" 2>/dev/null
			fed=true
		fi
	done
	clients=$others
	rm -f "$work/$1.pipe"
	if [ "$status" -ne "${2-0}" ]; then
		fail "$1: $(gettext 'it ended with status') $status"
	fi
}

# The file begins when the interface is open: nothing is missed after that.
start_capture()
{
	command -v tshark >/dev/null 2>&1 || return 1
	rm -f "$work/capture"
	tshark -q -i lo -f "$1" -w "$work/capture" >/dev/null 2>&1 </dev/null &
	capture_pid=$!
	wait_until 10 captures_or_ended && captures
}

captures()
{
	[ -s "$work/capture" ]
}

captures_or_ended()
{
	captures || ended "$capture_pid"
}

show_captured()
{
	wait_until 5 grep -q "$1" "$work/capture" || :
	echo
	echo "\$ tshark -r capture -Y '$2'" | show wire
	tshark -r "$work/capture" -Y "$2" 2>/dev/null >"$work/found"
	[ -s "$work/found" ] || gettext '(no packet)' >"$work/found"
	show wire <"$work/found"
}

stop_server()
{
	others=''
	status=0
	for server in $servers; do
		if [ "${server%%:*}" != "$1" ]; then
			others="$others $server"
			continue
		fi
		pid=${server#*:}
		echo
		echo "\$ kill -TERM $pid" | show "$1"
		end_process "$pid"
		status=$?
		show_log "$1" 0
	done
	servers=$others
	if [ "$status" -ne 0 ]; then
		fail "$1: $(gettext 'it ended with status') $status"
	fi
}

stop_all()
{
	if [ -n "$capture_pid" ]; then
		end_process "$capture_pid" 2>/dev/null
		capture_pid=''
	fi
	stop_peers
	for background in $clients; do
		stop_client "${background%%:*}"
	done
	for server in $servers; do
		stop_server "${server%%:*}"
	done
}
