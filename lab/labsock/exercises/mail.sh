# shellcheck shell=sh
# mail.sh - who takes the mail of a domain, and a message in the mailbox.

exercise_title()
{
	gettext 'SMTP: the exchanger by DNS, and a welcome in the mailbox'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-smtp dig dnsmasq'

# mailbox_has TEXT: is it in a message of guest's?
mailbox_has()
{
	on server sh -c 'cat /var/mail/guest/new/*'
	expect "$1"
	on server sh -c 'rm /var/mail/guest/new/*'
}

exercise_play()
{
	say "$(gettext 'Who takes the mail of iiia.net?')"
	on pc1 dig +noall +answer iiia.net MX
	expect 'MX[[:space:]]+10 server\.iiia\.net\.'
	on pc1 fil-smtp --show-mx guest@iiia.net
	expect 'server\.iiia\.net'

	say "$(gettext 'A welcome to guest, and the whole conversation.')"
	on server sh -c 'rm -f /var/mail/guest/new/*'
	on pc1 fil-smtp --from pc1@iiia.net guest@iiia.net
	expect 'RCPT TO:<guest@iiia\.net>'
	mailbox_has '^From: .*pc1@iiia\.net'

	say "$(gettext 'The first exchanger of iiib.net is down: the second one takes it.')"
	on pc1 dig +noall +answer iiib.net MX
	on pc1 fil-smtp --from pc1@iiia.net guest@iiib.net
	expect 'RCPT TO:<guest@iiib\.net>'
	mailbox_has '^To: .*guest@iiib\.net'
}
