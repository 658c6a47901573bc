# shellcheck shell=sh disable=SC2154
# check.sh - fil-lab check: the exercises, and the words that they are made of.
#
#   say TEXT                       what is done, and why
#   on MACHINE COMMAND...          run it there, show it; it must succeed
#   on_with INPUT MACHINE COMMAND...     the same, with that on standard input
#   on_status STATUS MACHINE COMMAND...  the same; it must end with that status
#   expect REGEX                   in what was just said, or the exercise fails
#   expect_not REGEX               not in it
#   copy MACHINE FILE MACHINE FILE from one machine to another, by us
#   same_file MACHINE FILE MACHINE FILE  they must be equal, and not empty
#   start LABEL MACHINE COMMAND... in the background; its input is what tell says
#   tell LABEL LINE                a line of its input
#   hear LABEL REGEX               wait until it has said that; show what is new
#   finish LABEL                   the end of its input; it must end by itself
#   stop LABEL                     asks it to end
#   fail TEXT                      the exercise has failed
#
# An exercise is a file NAME.sh in the lab's folder "exercises"; the file "list"
# there gives the order.  It sets exercise_title, exercise_needs (the programs
# that must be there) and exercise_play, and needs no cleaning up.

# Longer than that, and something hangs.
patience=30

exercises()
{
	sed -e '/^#/d' -e '/^$/d' "$dir/exercises/list"
}

load_exercise()
{
	exercise_needs=''
	# shellcheck source=lab/labsock/exercises/mixed.sh
	. "$dir/exercises/$1.sh"
}

lab_check()
{
	find_lab || dir=$data/labsock
	[ -e "$dir/exercises/list" ] ||
	    fail "$(gettext 'this lab has no exercises:') $dir"
	if $list; then
		list_exercises
		return
	fi
	for exercise; do
		exercises | grep -qxF -e "$exercise" || {
			complain "$(gettext 'no such exercise:') $exercise"
			list_exercises >&2
			exit 2
		}
	done
	need_network
	[ $# -eq 0 ] || verbose=true
	# shellcheck disable=SC2046 # names are words
	[ $# -gt 0 ] || set -- $(exercises)
	do_exercises "$@"
}

list_exercises()
{
	for exercise in $(exercises); do
		load_exercise "$exercise"
		printf '%-10s %s\n' "$exercise" "$(exercise_title)"
	done
}

# do_exercises NAME...: one line each, and all that was said if one fails
do_exercises()
{
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	done=0 failed=0 absent=0
	for exercise; do
		load_exercise "$exercise"
		if missing_for "$exercise_needs"; then
			absent=$((absent + 1))
			printf '%-8s%-10s%s%s\n' "$(gettext 'ABSENT')" \
			    "$exercise" "$(gettext 'not installed:')" "$missing"
		elif do_exercise "$exercise"; then
			done=$((done + 1))
		else
			failed=$((failed + 1))
		fi
	done
	# shellcheck disable=SC2059 # a translation, with the same three numbers
	printf "$(gettext '%d done, %d failed, %d lack a program')\n" \
	    "$done" "$failed" "$absent"
	# where everything is meant to be installed, nothing may be left out
	[ "${CI-}" != true ] || failed=$((failed + absent))
	[ "$failed" -eq 0 ]
}

# missing_for PROGRAM...: which of them are not there, in $missing
missing_for()
{
	missing=''
	for program in $1; do
		command -v "$program" >/dev/null 2>&1 ||
		    missing="$missing $program"
	done
	[ -n "$missing" ]
}

do_exercise()
{
	mkdir "$work/$1" || exit 1
	if $verbose; then
		printf '\n== %s ==\n' "$(exercise_title)"
		( play_exercise "$1" )
		result=$?
	else
		( play_exercise "$1" ) >"$work/$1/shown" 2>&1
		result=$?
		[ "$result" -eq 0 ] || cat "$work/$1/shown"
	fi
	if [ "$result" -eq 0 ]; then
		word=$(gettext 'ok')
	else
		word=$(gettext 'FAILED')
	fi
	printf '%-8s%-10s%s\n' "$word" "$1" "$(exercise_title)"
	return "$result"
}

play_exercise()
{
	work=$work/$1
	: >"$work/started"
	trap stop_all EXIT
	trap 'exit 130' INT
	trap 'exit 143' HUP TERM
	exercise_play
}

# What nobody has heard yet may say why.
fail()
{
	if [ -e "${work-}/started" ]; then
		while read -r label; do
			news_of "$label" | show "$label"
		done <"$work/started"
	fi
	printf 'fil-lab: %s\n' "$1" >&2
	exit 1
}

# --- the words -----------------------------------------------------------------

say()
{
	printf '\n%s\n' "$1"
}

# show LABEL: standard input under that label; CR and what else a terminal would
# heed is left out
show()
{
	LC_ALL=C tr -d '\000-\010\013-\037' | sed "s/^/$1 | /"
}

on()
{
	on_with '' "$@"
}

on_with()
{
	input=$1
	shift
	run_on "$input" "$@"
	[ "$status" -eq 0 ] ||
	    fail "$(gettext 'it failed, with status') $status"
}

on_status()
{
	wanted=$1
	shift
	run_on '' "$@"
	[ "$status" -eq "$wanted" ] || fail \
	    "$(gettext 'the status should be') $wanted, $(gettext 'and is') $status"
}

# run_on INPUT MACHINE COMMAND...: fills $status, and the file "said"
run_on()
{
	input=$1
	where=$2
	shift 2
	echo
	printf '%s$ %s\n' "$where" "$*"
	printf '%s' "$input" |
	    on_machine "$where" timeout "$patience" "$@" >"$work/said" 2>&1
	status=$?
	show "$where" <"$work/said"
}

expect()
{
	tr -d '\r' <"$work/said" | grep -aEq -e "$1" ||
	    fail "$(gettext 'expected, and not seen:') $1"
}

expect_not()
{
	! tr -d '\r' <"$work/said" | grep -aEq -e "$1" ||
	    fail "$(gettext 'seen, and not expected:') $1"
}

copy()
{
	# shellcheck disable=SC2016 # that shell's own $0
	on_machine "$1" cat "$2" | on_machine "$3" sh -c 'cat >"$0"' "$4" ||
	    fail "$(gettext 'cannot copy:') $1:$2"
}

same_file()
{
	on_machine "$1" cat "$2" >"$work/one"
	on_machine "$3" cat "$4" >"$work/other"
	if ! [ -s "$work/one" ] || ! cmp -s "$work/one" "$work/other"; then
		fail "$(gettext 'these files differ:') $1:$2 $3:$4"
	fi
	printf '\n%s:%s = %s:%s\n' "$1" "$2" "$3" "$4"
}

# start LABEL MACHINE COMMAND...
start()
{
	label=$1
	where=$2
	shift 2
	echo
	printf '%s$ %s\n' "$where" "$*"
	mkfifo "$work/$label.in"
	: >"$work/$label.log"
	echo 0 >"$work/$label.shown"
	# whoever holds it open keeps the input from ending; from the beginning,
	# or the first line that is told could be the last
	exec 9<>"$work/$label.in"
	tail -f /dev/null >&9 &
	echo $! >"$work/$label.keeper"
	(
		# held by the command, too: see wait_for_end
		exec 8>"$work/$label.lock" 9>&-
		flock 8
		# shellcheck disable=SC2034 # of inside
		become='exec'
		on_machine "$where" "$@" <"$work/$label.in" \
		    >"$work/$label.log" 2>&1
	) &
	echo $! >"$work/$label.pid"
	exec 9>&-
	echo "$label" >>"$work/started"
}

tell()
{
	echo "$1 < $2"
	printf '%s\n' "$2" >"$work/$1.in"
}

# hear LABEL REGEX: in what it has said since it was last heard
hear()
{
	turns=$((patience * 20))
	until news_of "$1" | grep -Eq -e "$2"; do
		turns=$((turns - 1))
		[ "$turns" -gt 0 ] ||
		    fail "$1: $(gettext 'expected, and not heard:') $2"
		sleep 0.05
	done
	# up to that line, for the next one may be waited for, too
	upto=$(news_of "$1" | grep -En -e "$2" | head -n 1 | cut -d : -f 1)
	news_of "$1" | head -n "$upto" >"$work/said"
	echo $(($(cat "$work/$1.shown") + upto)) >"$work/$1.shown"
	show "$1" <"$work/said"
}

# news_of LABEL: the lines that were not shown yet
news_of()
{
	tail -n +$(($(cat "$work/$1.shown") + 1)) "$work/$1.log" | tr -d '\r'
}

finish()
{
	kill "$(cat "$work/$1.keeper")"
	turns=$((patience * 20))
	while kill -0 "$(cat "$work/$1.pid")" 2>/dev/null; do
		turns=$((turns - 1))
		[ "$turns" -gt 0 ] ||
		    fail "$1: $(gettext 'its input has ended, and it goes on')"
		sleep 0.05
	done
	news_of "$1" | show "$1"
	wc -l <"$work/$1.log" >"$work/$1.shown"
}

stop()
{
	kill "$(cat "$work/$1.pid")" "$(cat "$work/$1.keeper")" 2>/dev/null
	wait "$(cat "$work/$1.pid")" 2>/dev/null
	wait_for_end "$1" ||
	    fail "$1: $(gettext 'it was asked to end, and it goes on')"
	news_of "$1" | show "$1"
	wc -l <"$work/$1.log" >"$work/$1.shown"
}

# wait_for_end LABEL: what we have killed leads to the command, which ends behind
# it; on a busy machine it may still have its port when the next one wants it
wait_for_end()
{
	flock --timeout "$patience" "$work/$1.lock" true
}

stop_all()
{
	while read -r label; do
		kill "$(cat "$work/$label.pid")" \
		    "$(cat "$work/$label.keeper")" 2>/dev/null
	done <"$work/started"
	wait
	while read -r label; do
		wait_for_end "$label"
	done <"$work/started"
}
