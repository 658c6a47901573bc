# shellcheck shell=sh
# ftp.sh - get cake, by the client that everybody has.

exercise_title()
{
	gettext 'FTP with ftp: get cake'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-ftpd ftp'

exercise_play()
{
	say "$(gettext 'The user guest, the password guest, a file that is called cake.')"
	on pc3 rm -f /root/cake
	on_with 'user guest guest
binary
lcd /root
ls
get cake
bye
' pc3 ftp -n server
	expect 'cake'
	same_file server /home/guest/cake pc3 /root/cake
}
