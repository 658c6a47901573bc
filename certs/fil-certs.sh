#!/bin/sh
# fil-certs - make a demonstration CA and a server certificate that it signs.
#
# certtool does the cryptography; ca.cfg and server.cfg are its templates.
# Everything is made in a folder of its own and moved into place when it is
# complete, so an interruption leaves nothing half made.  See fil-certs(1).

set -uf

version='@VERSION@'
TEXTDOMAIN=fil
TEXTDOMAINDIR=${TEXTDOMAINDIR:-@localedir@}
export TEXTDOMAIN TEXTDOMAINDIR

files='ca.pem ca.key server.pem server.key'

# English, where the gettext program is missing.
if ! command -v gettext >/dev/null 2>&1; then
	gettext()
	{
		printf '%s' "$1"
	}
fi

usage()
{
	gettext 'Usage: fil-certs [OPTION...] [DIR]
Make a demonstration CA and a server certificate that it signs, in DIR
(default: certs-demo), for localhost, 127.0.0.1 and ::1.

      --name NAME            also for NAME, a host name or an IP address;
                             may be given several times
      --days N               valid for N days from now (default: 365)
  -h, --help, -V, --version  show this help; show the version
'
}

# complain TEXT: the text may hold what the user typed, control bytes and all
complain()
{
	{
		printf 'fil-certs: '
		printf '%s' "$1" | LC_ALL=C tr '[:cntrl:]' '?'
		echo
	} >&2
}

fail()
{
	complain "$1"
	exit 1
}

usage_error()
{
	complain "$1"
	gettext "Try 'fil-certs --help'." >&2
	echo >&2
	exit 2
}

# name_line NAME: print the template's line for a host name or an IP address.
# Whatever else it is, it fails: nothing of it may reach the template.
name_line()
{
	LC_ALL=C awk '
	function is_octet(s)
	{
		return s ~ /^(0|[1-9][0-9]?[0-9]?)$/ && s + 0 <= 255
	}

	function is_ipv4(s,    part)
	{
		return split(s, part, ".") == 4 && is_octet(part[1]) &&
		    is_octet(part[2]) && is_octet(part[3]) && is_octet(part[4])
	}

	# how many groups of 16 bits, between single colons; 9: too many, or not
	function groups(s,    n, i, part)
	{
		n = split(s, part, ":")
		for (i = 1; i <= n; i++)
			if (part[i] !~ /^[0-9a-f]+$/ || length(part[i]) > 4)
				return 9
		return n
	}

	# RFC 4291 2.2: eight groups; "::" stands, once, for groups of zeros;
	# an IPv4 address may be the last two
	function is_ipv6(s,    n, half)
	{
		match(s, /[^:]*$/)
		if (RSTART > 1 && is_ipv4(substr(s, RSTART)))
			s = substr(s, 1, RSTART - 1) "0:0"
		n = split(s, half, "::")
		return n == 1 && groups(s) == 8 ||
		    n == 2 && groups(half[1]) + groups(half[2]) <= 7
	}

	# RFC 1123 2.1; a last label of digits would be a mistaken address
	function is_host(s,    n, i, label)
	{
		n = split(s, label, ".")
		for (i = 1; i <= n; i++)
			if (label[i] !~ /^[0-9a-z]([0-9a-z-]*[0-9a-z])?$/ ||
			    length(label[i]) > 63)
				return 0
		return length(s) <= 253 && n > 0 && label[n] !~ /^[0-9]+$/
	}

	BEGIN {
		name = tolower(ARGV[1])
		if (is_ipv4(name) || is_ipv6(name))
			printf "ip_address = \"%s\"\n", name
		else if (is_host(name))
			printf "dns_name = \"%s\"\n", name
		else
			exit 1
	}' "$1"
}

# add_name NAME: to $names, the template's lines, and $told, what a person reads
add_name()
{
	line=$(name_line "$1") || usage_error \
	    "--name: $(gettext 'neither a host name nor an IP address:') $1"
	case $names in
	*"$line"*)	return ;;
	esac
	names=$names$line'
'
	line=${line#*\"}
	told=${told:+$told, }${line%\"}
}

set_days()
{
	case $1 in
	''|0*|*[!0-9]*|?????*)
		usage_error \
		    "--days $1: $(gettext 'not a number from 1 to 9999')" ;;
	esac
	days=$1
}

set_dir()
{
	[ -z "$dir" ] ||
	    usage_error "$(gettext 'one folder, please, and not also:') $1"
	dir=$1
	while [ "$dir" != / ] && [ "${dir%/}" != "$dir" ]; do
		dir=${dir%/}
	done
	case $dir in
	'')	usage_error "$(gettext 'the name of the folder is empty')" ;;
	-*)	dir=./$dir ;;
	esac
	[ "$(printf '%s' "$dir" | LC_ALL=C tr -d '[:cntrl:]')" = "$dir" ] ||
	    usage_error "$(gettext 'control characters in the name:') $dir"
}

read_options()
{
	answer=''
	dir=''
	names=''
	told=''
	days=365
	add_name localhost
	add_name 127.0.0.1
	add_name ::1
	while [ $# -gt 0 ]; do
		case $1 in
		--)		shift; break ;;
		--name|--days)	[ $# -gt 1 ] || usage_error \
				    "$(gettext 'a value is needed:') $1" ;;
		esac
		case $1 in
		--name=*)	add_name "${1#*=}" ;;
		--name)		add_name "$2"; shift ;;
		--days=*)	set_days "${1#*=}" ;;
		--days)		set_days "$2"; shift ;;
		-h|--help)	answer=usage ;;
		-V|--version)	answer="echo fil-certs (fil) $version" ;;
		-?*)		usage_error "$(gettext 'unknown option:') $1" ;;
		*)		set_dir "$1" ;;
		esac
		shift
	done
	for operand; do
		set_dir "$operand"
	done
	dir=${dir:-certs-demo}
}

# find_certtool: macOS has another program of that name, so Homebrew gives
# GnuTLS's a prefix
find_certtool()
{
	for certtool in gnutls-certtool certtool; do
		command -v "$certtool" >/dev/null 2>&1 && return
	done
	fail "$(gettext \
	    'certtool is missing: install GnuTLS (Debian: gnutls-bin)')"
}

# find_templates: what lies beside this script goes before what was configured
find_templates()
{
	case $0 in
	*/*)	here=$(dirname -- "$0") ;;
	*)	here=$(dirname -- "$(command -v -- "$0")") ;;
	esac
	templates='@pkgdatadir@/certs'
	if [ -e "$here/ca.cfg" ]; then
		templates=$here
	elif [ -e "$here/../share/fil/certs/ca.cfg" ]; then
		templates=$here/../share/fil/certs
	elif [ -e "$here/../config.status" ]; then
		# built outside the source tree: its Makefile knows
		templates=$(sed -n 's/^abs_top_srcdir = //p' \
		    "$here/../Makefile")/certs
	fi
	[ -r "$templates/ca.cfg" ] || fail "$(gettext \
	    'no templates here (is fil installed?):') $templates"
}

exists()
{
	[ -e "$1" ] || [ -L "$1" ]
}

# refuse_to_overwrite: afterwards $place is where the work is done: in the
# folder if it is there, else beside it
refuse_to_overwrite()
{
	place=$(dirname -- "$dir")
	if exists "$dir"; then
		[ -d "$dir" ] ||
		    fail "$(gettext 'it exists, and is no folder:') $dir"
		place=$dir
	fi
	for file in $files; do
		! exists "$dir/$file" || fail \
		    "$(gettext 'it exists, and is not overwritten:') $dir/$file"
	done
}

# heed_signals: whatever ends this script, the folder of the work goes
heed_signals()
{
	trap 'rm -rf "$work"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 141' PIPE
	trap 'exit 143' TERM
}

# hold_signals: for the few steps that are done wholly or not at all
hold_signals()
{
	trap '' HUP INT PIPE TERM
}

# open_work: a private folder on the file system where the files will be
open_work()
{
	umask 077
	hold_signals
	work=$(mktemp -d "$place/.fil-certs.XXXXXX") ||
	    fail "$(gettext 'cannot make a folder in:') $place"
	heed_signals
}

# run_certtool OPTION...: what it says is shown only if it fails
run_certtool()
{
	"$certtool" --no-text "$@" </dev/null >"$work/said" 2>&1 || {
		cat "$work/said" >&2
		fail "$(gettext 'certtool failed with the options:') $*"
	}
}

make_ca()
{
	run_certtool --generate-privkey --key-type=ecdsa --curve=secp256r1 \
	    --outfile "$work/ca.key"
	{
		cat "$templates/ca.cfg"
		echo "expiration_days = $days"
	} >"$work/ca.cfg"
	run_certtool --generate-self-signed --template "$work/ca.cfg" \
	    --load-privkey "$work/ca.key" --outfile "$work/ca.pem"
}

make_server()
{
	run_certtool --generate-privkey --key-type=ecdsa --curve=secp256r1 \
	    --outfile "$work/server.key"
	{
		cat "$templates/server.cfg"
		echo "expiration_days = $days"
		printf '%s' "$names"
	} >"$work/server.cfg"
	run_certtool --generate-certificate --template "$work/server.cfg" \
	    --load-privkey "$work/server.key" --outfile "$work/server.pem" \
	    --load-ca-certificate "$work/ca.pem" \
	    --load-ca-privkey "$work/ca.key"
	# What a full disk has cut short must not be published.
	run_certtool --verify --load-ca-certificate "$work/ca.pem" \
	    --infile "$work/server.pem"
}

# publish: all four files, or none; nothing is overwritten
publish()
{
	rm -f "$work/said" "$work/ca.cfg" "$work/server.cfg"
	chmod 644 "$work/ca.pem" "$work/server.pem" || exit 1
	hold_signals
	if [ "$place" = "$dir" ]; then
		link_files
	else
		move_folder
	fi
	heed_signals
}

# move_folder: it takes its name when it is complete
move_folder()
{
	mv "$work" "$dir" || exit 1
	# Somebody made $dir meanwhile: then mv has put ours inside.
	inside=$dir/${work##*/}
	if [ -d "$inside" ]; then
		rm -rf "$inside"
		fail "$(gettext 'it exists, and is not overwritten:') $dir"
	fi
}

# link_files: into a folder that was there; unlike mv, ln never overwrites
link_files()
{
	linked=''
	for file in $files; do
		ln "$work/$file" "$dir/" || unlink_files
		linked="$linked $file"
	done
}

unlink_files()
{
	for name in $linked; do
		rm -f "$dir/$name"
	done
	exit 1
}

# quoted PATH: as a shell reads it
quoted()
{
	case $1 in
	*[!A-Za-z0-9_./-]*)
		printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
	*)	printf '%s' "$1" ;;
	esac
}

# tell: what was made, and what to do with it
tell()
{
	at=$(quoted "$dir")
	printf '%s %s\n' "$(gettext 'Made in the folder:')" "$at"
	printf '    %-12s%s\n' \
	    ca.pem "$(gettext "the CA's certificate, for clients to trust")" \
	    ca.key "$(gettext "the CA's key, which signs: keep it secret")" \
	    server.pem "$(gettext "the server's certificate")" \
	    server.key "$(gettext "the server's key: keep it secret")"
	printf '%s %s\n' "$(gettext 'The server may be called:')" "$told"
	printf '%s %s\n\n' "$(gettext 'Days until both expire:')" "$days"
	gettext 'To look at it:'
	printf '
    %s -i --infile %s/server.pem
    openssl x509 -noout -text -in %s/server.pem
    openssl verify -CAfile %s/ca.pem %s/server.pem

' "$certtool" "$at" "$at" "$at" "$at"
	gettext 'To try it, in two terminals:'
	printf '
    openssl s_server -accept 4433 -cert %s/server.pem -key %s/server.key
    gnutls-cli --x509cafile %s/ca.pem -p 4433 localhost
' "$at" "$at" "$at"
}

read_options "$@"
if [ -n "$answer" ]; then
	$answer
	exit
fi
find_certtool
find_templates
refuse_to_overwrite
open_work
make_ca
make_server
publish
tell
