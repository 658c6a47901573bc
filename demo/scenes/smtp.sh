# shellcheck shell=sh
# smtp.sh - mail: who takes it, and what is said to them.

scene_title()
{
	gettext 'SMTP: from exchanger to exchanger, until one takes the message'
}

scene_play()
{
	PATH=$PATH:/usr/sbin
	if ! command -v dnsmasq >/dev/null 2>&1 ||
	    ! command -v smtp-sink >/dev/null 2>&1; then
		say "$(gettext 'This scene needs a DNS server and a mail server: dnsmasq, and smtp-sink of
Postfix.  They are not here.')"
		return 0
	fi
	# A loopback address that no other run of this scene has.
	network=127.$(($$ / 62500 % 250 + 1)).$(($$ / 250 % 250)).$(($$ % 250))
	net=${network%.*}
	up=$network
	down=$net.$((${network##*.} + 1))

	say "$(gettext 'A small world: a DNS server that knows two exchangers of iiia.net, and a mail
server at the address of the second one.')"
	start_peer dns dnsmasq --keep-in-foreground --conf-file=/dev/null \
	    --pid-file --no-resolv --no-hosts --user="$(id -un)" --port=5300 \
	    --listen-address="$up" --bind-interfaces --local=/iiia.net/ \
	    --mx-host=iiia.net,mail.iiia.net,10 \
	    --mx-host=iiia.net,backup.iiia.net,20 \
	    --host-record="mail.iiia.net,$down" \
	    --host-record="backup.iiia.net,$up"
	start_sink
	wait_until 10 dns_answers ||
	    fail "dnsmasq: $(gettext 'it does not listen')"

	say "$(gettext 'Who takes the mail of iiia.net?  The smallest number is asked first.')"
	client smtp fil-smtp --dns "$up:5300" --show-mx pc3@iiia.net
	look_at "$(gettext 'two names, and not one address yet: those are other questions.')"

	say "$(gettext 'The message goes to the first; nobody listens there, so it goes to the second.
A line of one dot ends a message: a dot of the text is doubled.')"
	client_with_input smtp 'salut
.
' fil-smtp --dns "$up:5300" \
	    --port 2525 --from pc4@iiia.net --subject 'déjà vu' --body - \
	    pc3@iiia.net
	look_at "$(gettext 'the three digits of each answer: only they count; .. in the text, and . behind.')"

	say "$(gettext 'A domain that is not there: that is no fault of the network, and trying again
will not help.')"
	client_refused smtp 68 fil-smtp --dns "$up:5300" pc3@nowhere.iiia.net
	stop_peers

	say "$(gettext 'And a server that does not know the mailbox: 5yz to RCPT is final.')"
	start_sink -f RCPT
	client_refused smtp 67 fil-smtp --server "$up:2525" \
	    --from pc4@iiia.net nobody@iiia.net
	look_at "$(gettext 'the exit status: a script needs no more than that.')"
}

# start_sink OPTION...: as root, smtp-sink wants to become somebody else.
start_sink()
{
	if [ "$(id -u)" -eq 0 ]; then
		set -- -u nobody "$@"
	fi
	start_peer sink smtp-sink "$@" "$up:2525" 10
	wait_until 10 sink_answers ||
	    fail "smtp-sink: $(gettext 'it does not listen')"
}

# Is somebody there?  How it ends does not matter.
sink_answers()
{
	fil-smtp -q --server "$up:2525" --from x@y z@y >/dev/null 2>&1
	[ $? -ne 69 ]
}

dns_answers()
{
	fil-smtp --dns "$up:5300" --show-mx x@iiia.net >/dev/null 2>&1
}
