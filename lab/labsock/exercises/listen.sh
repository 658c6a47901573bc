# shellcheck shell=sh disable=SC2154
# listen.sh - what somebody sees who listens to the wire.

exercise_title()
{
	gettext 'who listens to the wire reads a password, but not under TLS'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-mixedd fil-mixed fil-certs certtool dumpcap tshark nc'

# listens: dumpcap at the switch, into a file of the lab
listens()
{
	heard=/run/fil-lab/heard
	: >"$work/dumpcap"
	inside dumpcap -q -i rezo -a duration:60 -w "$heard" \
	    2>"$work/dumpcap" &
	dumpcap=$!
	turns=200
	until grep -q 'File:' "$work/dumpcap"; do
		turns=$((turns - 1))
		[ "$turns" -gt 0 ] || fail "$(cat "$work/dumpcap")"
		sleep 0.05
	done
}

# packets FILTER: of those that were heard
packets()
{
	inside tshark -n -r "$heard" -o data.show_as_text:TRUE -Y "$1" \
	    -T fields -e _ws.col.Source -e _ws.col.Destination \
	    -e _ws.col.Protocol -e tcp.len -e data.text 2>/dev/null
}

# both_closed FILTER: has the last packet come?  The kernel gathers them first.
both_closed()
{
	[ "$(packets "$1 and tcp.flags.fin == 1" | wc -l)" -ge 2 ]
}

# shows FILTER: what was heard; "said" is all the bytes of it
shows()
{
	turns=20
	until both_closed "$1"; do
		turns=$((turns - 1))
		[ "$turns" -gt 0 ] ||
		    fail "$(gettext 'nothing was captured')"
		sleep 0.2
	done
	kill "$dumpcap"
	wait "$dumpcap" 2>/dev/null
	echo
	packets "$1 and tcp.len > 0" | show rezo
	inside cat "$heard" >"$work/said"
	inside rm -f "$heard"
}

exercise_play()
{
	say "$(gettext 'A login that is wrong, over TCP, and somebody who listens.')"
	on server rm -rf /root/certs
	on server fil-certs --name server.iiia.net /root/certs
	copy server /root/certs/ca.pem pc3 /root/ca.pem
	start server server fil-mixedd --cert /root/certs/server.pem \
	    --key /root/certs/server.key
	hear server 'listening on tls'
	listens
	on_with '{"command":"LOGIN","user":"pc3","password":"sesame"}
' pc3 nc -N server 12345
	shows 'tcp.port == 12345'
	expect 'sesame'

	say "$(gettext 'The same under TLS.')"
	listens
	on pc3 fil-mixed --tls --ca /root/ca.pem server.iiia.net sesame
	expect 'Message reçu via TLS'
	shows 'tcp.port == 12347'
	expect_not 'sesame'
	stop server
}
