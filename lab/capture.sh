# shellcheck shell=sh disable=SC2154
# capture.sh - fil-lab capture: the packets that pass through a switch.
#
# dumpcap runs beside the switch; what it hears comes out here, so the file is
# where and whose the user says.

lab_capture()
{
	need_network
	find_switch "${1-}"
	for needed in dumpcap $($keys && echo editcap); do
		command -v "$needed" >/dev/null 2>&1 || fail \
		    "$(gettext 'this program is missing:') $needed (Wireshark)"
	done
	inside dumpcap -v >/dev/null 2>&1 || fail \
	    "$(gettext 'dumpcap is not yours to run; Debian: dpkg-reconfigure wireshark-common')"
	keylog=/run/fil-lab/keys/tls
	seen=/proc/$lab/root$keylog
	! $keys || umask 077
	[ -z "$file" ] || make_file
	! $keys || begin_keys
	if [ -n "$file" ]; then
		capture_into_file
	elif [ -t 1 ]; then
		capture_into_wireshark
	else
		packets
	fi
}

# find_switch NETWORK: $switch, the interface; without a name the only one
find_switch()
{
	known=$(inside cat /run/fil-lab/domains)
	if [ -z "$1" ] && [ "$(echo "$known" | wc -l)" -eq 1 ]; then
		switch=${known#* }
		return
	fi
	switch=$(echo "$known" | while read -r domain interface; do
		[ "$domain" != "$1" ] || echo "$interface"
	done)
	[ -n "$switch" ] || fail "$(gettext 'which network?  There is:') $(
	    echo "$known" | cut -d ' ' -f 1 | tr '\n' ' ')"
}

# make_file: empty; tee, for it says why it cannot
make_file()
{
	said=$(tee -- "$file" </dev/null 2>&1) ||
	    fail "$(gettext 'cannot write the capture: open:') ${said#tee: }"
}

# begin_keys: until we end, however that comes
begin_keys()
{
	[ -n "$file" ] || [ -t 1 ] ||
	    usage_error "$(gettext '--keys goes with --write, or with Wireshark')"
	trap end_keys EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# shellcheck disable=SC2016 # that shell's own $0
	inside sh -c 'umask 077 && : >"$0"' "$keylog" || exit 1
	complain "$(gettext 'what begins on the machines from now on gives its TLS secrets away')"
}

# packets: in the form pcapng, until somebody says stop_packets
packets()
{
	# shellcheck disable=SC2016 # that shell's own variables
	inside sh -c 'echo $$ >"$0" && exec dumpcap -q -i "$1" -w -' \
	    "/run/fil-lab/capture.$$" "$switch"
}

# dumpcap writes what it still has when it is asked to stop; who only saw its
# parent die would not wait for that.
stop_packets()
{
	# shellcheck disable=SC2016 # that shell's own variables
	inside sh -c 'kill "$(cat "$0")"' "/run/fil-lab/capture.$$" 2>/dev/null
}

capture_into_file()
{
	packets >"$file" &
	capture=$!
	trap stop_packets HUP INT TERM
	complain "$(gettext 'capturing; Ctrl-C ends it')"
	# a signal ends the first wait, the end of dumpcap the second
	until ! kill -0 "$capture" 2>/dev/null; do
		wait "$capture"
	done
	wait "$capture"
	! $keys || inject_keys
}

# inject_keys: the secrets into the file; without them it stays as it is
inject_keys()
{
	if [ -s "$seen" ]; then
		# new, so that its mode is 0600 and nobody else has put it there
		whole=$(mktemp "$file.XXXXXX") || exit 1
		if ! editcap --inject-secrets "tls,$seen" "$file" "$whole" ||
		    ! mv -f "$whole" "$file"; then
			rm -f "$whole"
			exit 1
		fi
		complain "$(gettext 'whoever has this file reads what was said under TLS:') $file"
	else
		complain "$(gettext 'no program gave a secret away')"
	fi
}

end_keys()
{
	inside rm -f "$keylog" 2>/dev/null
}

capture_into_wireshark()
{
	command -v wireshark >/dev/null 2>&1 || fail \
	    "$(gettext 'this program is missing:') wireshark ($(gettext 'or say where to write: -w FILE'))"
	set -- -k -i -
	! $keys || set -- -o "tls.keylog_file:$seen" "$@"
	# dumpcap would hear of a closed window by the next packet only
	packets 2>/dev/null | {
		wireshark "$@"
		stop_packets
	}
}
