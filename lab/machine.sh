#!/bin/sh
# machine.sh - the first process of one machine of a lab: it gives it a name and
# files of its own, and stays.
#
#	unshare --mount --net --uts --ipc --pid sh machine.sh NAME DIR
#
# The disk is the real machine's, but for the folders that are private here: they
# begin with links to what the real ones hold, and end with the lab.
# See also: switch.sh, enter.sh.

set -uf

machine=$1
lab=$2
private=/run			# the folders that are the machine's own
state=/run/fil-lab
under=/run/fil-lab/under
new=/run/fil-lab/new		# where a folder is made that is to be private

# fail TEXT: to switch.sh, which says it
fail()
{
	echo "$machine: $1" >&3
	exit 1
}

machine_main()
{
	trap 'exit 0' TERM
	exec 3>"$state/news"
	hostname "$machine"
	mount -t proc proc /proc || fail 'mount: /proc'
	ip link set lo up
	# nobody else has our address: no second of waiting to be sure; nor is
	# there a router to be asked for
	for setting in accept_dad router_solicitations; do
		setting=/proc/sys/net/ipv6/conf/default/$setting
		[ ! -e "$setting" ] || echo 0 >"$setting"
	done
	own_run
	own_folders
	copy_files
	share_folder
	name_files
	echo made >&3
	exec 3>&- >/dev/null 2>&1
	while :; do
		sleep 3600 &
		wait $!
	done
}

# /run: empty, but for what the lab needs to be found
own_run()
{
	own=$state/machines/$machine
	mount -t tmpfs -o mode=755 tmpfs "$own" || fail 'mount: /run'
	mkdir -p "$own/fil-lab/under" "$own/fil-lab/etc" "$own/fil-lab/keys" \
	    "$own/fil-lab/new"
	for pair in "$under under" "$state/keys keys" "/etc etc"; do
		mount --rbind "${pair% *}" "$own/fil-lab/${pair#* }" ||
		    fail 'mount: /run'
	done
	# root of a machine must not change the real one's configuration
	mount -o remount,bind,ro "$own/fil-lab/etc" 2>/dev/null
	[ ! -w "$own/fil-lab/etc" ] || fail 'mount: /etc: not read-only'
	mount --rbind "$own" /run || fail 'mount: /run'
}

# link_to FOLDER PLACE: links in PLACE to all that FOLDER holds; it may be a link
# itself, as /bin and /var/mail are on some systems
link_to()
{
	find -H "$1" -mindepth 1 -maxdepth 1 -exec sh -c \
	    'ln -s "$@" "$0"/' "$2" {} + 2>/dev/null
}

# own_folder FOLDER FROM: private, with links to what FROM holds
own_folder()
{
	[ -d "$1" ] || return 0
	# filled first: in /usr/bin lies what fills it
	mount -t tmpfs -o "mode=$(stat -L -c %a "$1")" tmpfs "$new" ||
	    fail "mount: $1"
	link_to "$2" "$new"
	mount --move "$new" "$1" || fail "mount: --move $1"
	private="$private $1"
}

own_folders()
{
	own_folder /etc /run/fil-lab/etc
	for folder in /home /srv /tmp /var/log /var/mail; do
		own_folder "$folder" "$under$folder"
	done
	own_folder /root "$under/root"
	# somebody's own settings and keys are not the machine's
	find /root -mindepth 1 -maxdepth 1 -name '.*' -exec rm {} +
}

# is_private PATH: is it in one of the machine's own folders?
is_private()
{
	for folder in $private; do
		case $1/ in
		"$folder"/*)	return 0 ;;
		esac
	done
	return 1
}

# make_private FOLDER: so that writing there leaves the real disk alone
make_private()
{
	is_private "$1" && return
	[ "$1" != / ] || fail 'nothing can be put into /'
	own_folder "$1" "$under$1"
}

# DIR/NAME is a tree that is copied over the machine's.
copy_files()
{
	[ -d "$lab/$machine" ] || return 0
	(
	cd "$lab/$machine" && find . -mindepth 1 -type d -print &&
	    find . -mindepth 1 ! -type d -print
	) >/run/fil-lab/files || fail "$lab/$machine"
	while IFS= read -r path; do
		copy_one "${path#.}" || fail "cannot make ${path#.}"
	done </run/fil-lab/files
}

copy_one()
{
	parent=$(dirname "$1")
	if [ ! -d "$lab/$machine$1" ] || [ -L "$lab/$machine$1" ]; then
		make_private "$parent"
		rm -f "$1" && cp -P "$lab/$machine$1" "$1"
	elif is_private "$1" && [ -L "$1" ]; then
		# a link to a real folder: a folder of ours, with its links
		real=$(readlink "$1")
		rm "$1" && mkdir "$1" && link_to "$real" "$1"
	elif [ ! -d "$1" ]; then
		make_private "$parent"
		mkdir "$1"
	fi
}

# share_folder: DIR/shared is /shared.  The real disk has no such folder, and
# gets none: the machine gets a root of its own, of what the real one holds.
share_folder()
{
	[ -d "$lab/shared" ] || return 0
	root=/run/fil-lab/root
	mkdir "$root"
	mount -t tmpfs -o mode=755 tmpfs "$root" || fail 'mount: /'
	find / -mindepth 1 -maxdepth 1 >/run/fil-lab/files
	while IFS= read -r entry; do
		[ "$entry" != /run ] || continue
		if [ -L "$entry" ]; then
			cp -P "$entry" "$root$entry"
		elif [ -d "$entry" ]; then
			mkdir -p "$root$entry"
			mount --rbind "$entry" "$root$entry"
		fi || fail "mount: $entry"
	done </run/fil-lab/files
	mkdir "$root/run" "$root/shared"
	mount --rbind "$lab/shared" "$root/shared" || fail 'mount: /shared'
	mount --bind /run "$root/run" || fail 'mount: /run'
	for part in under keys etc; do
		mount --rbind "/run/fil-lab/$part" "$root/run/fil-lab/$part" ||
		    fail 'mount: /run'
	done
	if ! cd "$root" || ! pivot_root . . || ! umount -l . || ! cd /; then
		fail 'pivot_root: /'
	fi
}

# own_file FILE: ours, with the text that comes in
own_file()
{
	rm -f "$1" && cat >"$1"
}

name_files()
{
	echo "$machine" | own_file /etc/hostname
	own_file /etc/hosts <<-END
	127.0.0.1	localhost
	::1		localhost
	127.0.1.1	$machine
	END
	# DIR/NAME may have brought one
	[ ! -L /etc/resolv.conf ] || own_file /etc/resolv.conf </dev/null
	# names come from the lab's own servers, from nowhere else
	sed 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf \
	    2>/dev/null >/run/fil-lab/nsswitch || echo 'hosts: files dns' \
	    >/run/fil-lab/nsswitch
	own_file /etc/nsswitch.conf </run/fil-lab/nsswitch
}

# The number that it has for the switch.  The file is opened before the machine
# mounts a /run of its own over it.
exec 5>"$state/machines/$machine.pid"
machine_main 5>&- &
echo $! >&5
