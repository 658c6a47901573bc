# shellcheck shell=sh
# tls.sh - a certificate, a client that believes it, and one that does not.

exercise_title()
{
	gettext 'TLS: a certificate is believed by who knows its signer'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-mixedd fil-mixed fil-certs certtool openssl'

exercise_play()
{
	say "$(gettext 'The server gets a certificate for its name.')"
	on server rm -rf /root/certs
	on server fil-certs --name server.iiia.net /root/certs
	start server server fil-mixedd --cert /root/certs/server.pem \
	    --key /root/certs/server.key
	hear server 'listening on tls'

	say "$(gettext 'pc3 has been given the certificate of who signed it, and believes.')"
	copy server /root/certs/ca.pem pc3 /root/ca.pem
	on pc3 fil-mixed --tls --ca /root/ca.pem server.iiia.net
	expect 'Message reçu via TLS'
	start openssl pc3 openssl s_client -quiet -no_ign_eof \
	    -CAfile /root/ca.pem -verify_return_error \
	    -verify_hostname server.iiia.net -connect server.iiia.net:12347
	tell openssl salut
	hear openssl 'Message reçu via TLS'
	finish openssl

	say "$(gettext 'pc4 has not, and does not: 3 is the status of a certificate refused.')"
	on_status 3 pc4 fil-mixed --tls server.iiia.net
	say "$(gettext 'Nor does pc3, if the server is called by a name that is not in it.')"
	on_status 3 pc3 fil-mixed --tls --ca /root/ca.pem www.iiia.net
	stop server
}
