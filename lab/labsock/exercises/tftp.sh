# shellcheck shell=sh
# tftp.sh - get and put cake by TFTP, by the classic client and by ours.

exercise_title()
{
	gettext 'TFTP: get cake and put it back, with tftp and fil-tftp'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-tftpd fil-tftp tftp'

exercise_play()
{
	say "$(gettext 'Blocks of 512 bytes, each acknowledged; the last one is shorter.')"
	on pc1 rm -f /root/cake
	on server rm -f /srv/tftp/cake1 /srv/tftp/cake2
	on_with 'binary
verbose
trace
get cake /root/cake
put /root/cake cake1
quit
' pc1 tftp server
	expect 'DATA.*block=2'
	same_file server /srv/tftp/cake pc1 /root/cake
	same_file server /srv/tftp/cake1 pc1 /root/cake

	say "$(gettext 'The same by fil-tftp, which asks for larger blocks.')"
	on pc2 rm -f /root/cake
	on_with 'connect server 69
binary
verbose
trace
get cake /root/cake
put /root/cake cake2
quit
' pc2 fil-tftp
	expect 'blksize=1448'
	same_file server /srv/tftp/cake pc2 /root/cake
	same_file server /srv/tftp/cake2 pc2 /root/cake
}
