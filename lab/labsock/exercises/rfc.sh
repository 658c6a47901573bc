# shellcheck shell=sh
# rfc.sh - rfc99.txt from ftp.lip6.fr: the user ftp, the password guest@.

exercise_title()
{
	gettext 'FTP from ftp.lip6.fr: rfc99.txt, as user ftp'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-ftpd fil-ftp ftp'

exercise_play()
{
	say "$(gettext 'Whoever calls himself ftp is let in to read, with any password.')"
	on pc1 rm -f /root/rfc99.txt
	on_with 'user ftp guest@
lcd /root
cd /pub/rfc/rfc
get rfc99.txt
bye
' pc1 ftp -n ftp.lip6.fr
	same_file lip6 /srv/ftp/pub/rfc/rfc/rfc99.txt pc1 /root/rfc99.txt

	on pc2 rm -f /root/rfc99.txt
	on_with 'open ftp.lip6.fr 21
user ftp guest@
lcd /root
cd /pub/rfc/rfc
get rfc99.txt
bye
' pc2 fil-ftp
	same_file lip6 /srv/ftp/pub/rfc/rfc/rfc99.txt pc2 /root/rfc99.txt
}
