# shellcheck shell=sh
# proxy.sh - pc2 stands between pc3, pc4 and the chat of pc1, and reads along.

exercise_title()
{
	gettext 'proxy: pc2 relays what pc3 and pc4 say to pc1, and shows it'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-chatd fil-proxy nc'

exercise_play()
{
	start chat pc1 fil-chatd
	hear chat 'listening on tcp'
	start proxy pc2 fil-proxy 4000 pc1 4000
	hear proxy 'listening on tcp'

	say "$(gettext 'pc3 and pc4 believe that the chat is on pc2.')"
	start pc3 pc3 nc -C pc2 4000
	hear pc3 'welcome'
	start pc4 pc4 nc -C pc2 4000
	hear pc4 'welcome'
	tell pc3 'salut par pc2'
	hear pc4 '> salut par pc2'
	say "$(gettext 'And pc2 has read every line.')"
	hear proxy '\|[ ~]salut par pc2'
	hear proxy '\| <.*> salut par pc2'
	stop pc3
	stop pc4
	stop proxy
	stop chat
}
