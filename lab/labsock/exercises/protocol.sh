# shellcheck shell=sh
# protocol.sh - LOGIN, MESSAGE, WHO, LOGOUT between two machines, under TLS.

exercise_title()
{
	gettext 'the protocol: LOGIN, MESSAGE and LOGOUT under TLS'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-mixedd fil-mixed fil-certs fil-passwd certtool nc'

# account NAME: with the password "secret NAME", known to the machine NAME
account()
{
	on_with "secret $1
" server fil-passwd /root/users "$1"
	on_with "secret $1
" "$1" sh -c 'umask 077; cat >/root/secret'
}

exercise_play()
{
	say "$(gettext 'Two accounts, a certificate, a server.')"
	on server rm -rf /root/certs /root/users
	account pc3
	account pc4
	on server fil-certs --name server.iiia.net /root/certs
	copy server /root/certs/ca.pem pc3 /root/ca.pem
	copy server /root/certs/ca.pem pc4 /root/ca.pem
	start server server fil-mixedd --users /root/users \
	    --cert /root/certs/server.pem --key /root/certs/server.key
	hear server 'listening on tls'

	say "$(gettext 'What pc3 says, pc4 hears.')"
	start pc4 pc4 fil-mixed --tls --ca /root/ca.pem --login pc4 \
	    --password-file /root/secret server.iiia.net
	tell pc4 /who
	hear pc4 'pc4'
	start pc3 pc3 fil-mixed --tls --ca /root/ca.pem --login pc3 \
	    --password-file /root/secret server.iiia.net
	tell pc3 'salut à tous'
	hear pc4 'pc3.*salut à tous'
	tell pc4 '/msg pc3 bonjour'
	hear pc3 'pc4.*bonjour'
	tell pc3 /logout
	finish pc3
	finish pc4

	say "$(gettext 'The protocol is lines of JSON: any client will do.  In the clear, and from
another machine, a password is refused before it is looked at.')"
	on_with '{"id":1,"command":"LOGIN","user":"pc3","password":"x"}
{"id":2,"command":"DANCE"}
' pc1 nc -N server 12345
	expect '"tls-required"'
	expect '"unknown-command"'
	stop server
}
