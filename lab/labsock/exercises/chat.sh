# shellcheck shell=sh
# chat.sh - a room on server, entered from three machines by nc alone.

exercise_title()
{
	gettext 'chat: three machines talk, the server started over ssh'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-chatd nc'

# Over ssh, by guest, where server has an sshd; the end of the input ends it.
start_chat()
{
	if ! on_machine server sh -c 'ss -Hlnt sport = :22 | grep -q .' ||
	    ! command -v ssh >/dev/null 2>&1; then
		say "$(gettext 'server has no sshd here (it needs a lab of root, and openssh-server): the
equivalent is fil-lab exec server.')"
		start chat server fil-chatd
		end_chat=stop
		return
	fi
	end_chat=finish
	say "$(gettext 'pc2 logs in on server as guest, password guest, and starts the chat there.')"
	on_with '#!/bin/sh
echo guest
' pc2 sh -c 'umask 077; cat >/root/ask; chmod 700 /root/ask'
	start chat pc2 env SSH_ASKPASS=/root/ask SSH_ASKPASS_REQUIRE=force \
	    ssh -T -o StrictHostKeyChecking=accept-new guest@server \
	    'fil-chatd & cat >/dev/null; kill $!'
}

exercise_play()
{
	start_chat
	hear chat 'listening on tcp'

	say "$(gettext 'Three members, and no client but nc.')"
	for member in pc1 pc3 pc4; do
		start "$member" "$member" nc -C server 4000
		hear "$member" 'welcome'
		tell "$member" "/nick $member"
		hear "$member" "known as $member"
	done
	tell pc3 'salut à tous'
	hear pc1 '<pc3> salut à tous'
	hear pc3 '<pc3> salut à tous'
	hear pc4 '<pc3> salut à tous'
	tell pc4 'bonjour pc3'
	hear pc1 '<pc4> bonjour pc3'
	hear pc3 '<pc4> bonjour pc3'
	tell pc1 /who
	hear pc1 'pc4'
	tell pc4 '/quit à demain'
	hear pc3 'pc4 left'
	$end_chat chat
}
