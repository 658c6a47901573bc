# shellcheck shell=sh
# fil-ftp.sh - get cake and put it back, by our client.

exercise_title()
{
	gettext 'FTP with fil-ftp: navigate, get cake, put it back'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-ftpd fil-ftp'

exercise_play()
{
	say "$(gettext 'Off a terminal a script may log in by itself.')"
	on pc4 rm -f /root/cake /root/cake2
	on_with 'open server 21
user guest guest
lcd /root
pwd
ls
get cake
put cake cake2
ls
get cake2
delete cake2
bye
' pc4 fil-ftp
	expect 'cake2'
	same_file server /home/guest/cake pc4 /root/cake
	same_file server /home/guest/cake pc4 /root/cake2
}
