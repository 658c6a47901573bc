#!/bin/sh
# fil-demo - play scenes for a class: servers and clients, and what each says.
#
# A scene is a file NAME.sh in the folder of scenes; the file "list" there gives
# their order.  The scenes' vocabulary is in lib.sh.  See fil-demo(1).

set -uf

version='@VERSION@'
TEXTDOMAIN=fil
TEXTDOMAINDIR=${TEXTDOMAINDIR:-@localedir@}
export TEXTDOMAIN TEXTDOMAINDIR

# set_places: find the programs, the scenes and lib.sh; what the environment
# says goes first, then what lies beside this script, then what was configured
set_places()
{
	case $0 in
	*/*)	here=$(dirname "$0") ;;
	*)	here=$(dirname "$(command -v -- "$0")") ;;
	esac
	here=$(cd "$here" && pwd) || exit 1

	bin='@bindir@'
	data='@pkgdatadir@'
	if [ -x "$here/../src/fil-mixedd" ]; then
		bin=$here/../src
		data=$here
		if ! [ -e "$data/lib.sh" ]; then
			# built outside the source tree: its Makefile knows
			data=$(sed -n 's/^abs_top_srcdir = //p' \
			    "$here/../Makefile")/demo
		fi
	elif [ -x "$here/fil-mixedd" ]; then
		bin=$here
		if [ -e "$here/../share/fil/lib.sh" ]; then
			data=$here/../share/fil
		fi
	fi
	FIL_BIN=${FIL_BIN:-$(cd "$bin" 2>/dev/null && pwd)}
	FIL_SCENES=${FIL_SCENES:-$data/scenes}
	export FIL_BIN FIL_SCENES
	if ! [ -e "$data/lib.sh" ]; then
		echo "fil-demo: cannot find $data/lib.sh (is fil installed?)" >&2
		exit 1
	fi
	PATH=$FIL_BIN:$PATH
}

usage()
{
	gettext 'Usage: fil-demo [OPTION...] [SCENE...]
Play scenes for a class: servers and clients, and what each says.
Without a scene: all, in the order of --list.

      --step                 wait for Enter between steps, say what to look at
      --list                 list the scenes
      --color auto|always|never   colour the labels (default: auto)
  -h, --help, -V, --version  show this help; show the version
'
}

usage_error()
{
	echo "fil-demo: $1" >&2
	gettext "Try 'fil-demo --help'." >&2
	echo >&2
	exit 2
}

scenes()
{
	sed -e '/^#/d' -e '/^$/d' "$FIL_SCENES/list"
}

# load_scene NAME: afterwards scene_title and scene_play are that scene's
load_scene()
{
	# shellcheck source=demo/scenes/mixed.sh
	. "$FIL_SCENES/$1.sh"
}

list_scenes()
{
	for name in $(scenes); do
		load_scene "$name"
		printf '%-10s %s\n' "$name" "$(scene_title)"
	done
}

# known_scene NAME: is it on the list?
known_scene()
{
	for name in $(scenes); do
		[ "$name" = "$1" ] && return 0
	done
	return 1
}

read_options()
{
	step=false
	color=auto
	wanted=''
	answer=''
	while [ $# -gt 0 ]; do
		case $1 in
		--)		shift; wanted="$wanted $*"; break ;;
		--step)		step=true ;;
		--list)		answer=list_scenes ;;
		--color=*)	color=${1#*=} ;;
		--color)	[ $# -gt 1 ] || usage_error \
				    "$(gettext 'a value is needed:') $1"
				color=$2; shift ;;
		-h|--help)	answer=usage ;;
		-V|--version)	answer="echo fil-demo (fil) $version" ;;
		-?*)		usage_error "$(gettext 'unknown option:') $1" ;;
		*)		wanted="$wanted $1" ;;
		esac
		shift
	done
	case $color in
	auto|always|never)	;;
	*)	usage_error "--color $color: $(gettext 'not one of') auto|always|never" ;;
	esac
}

set_places
# shellcheck source=demo/lib.sh
. "$data/lib.sh"
read_options "$@"
if [ -n "$answer" ]; then
	$answer
	exit
fi
for scene in $wanted; do
	if ! known_scene "$scene"; then
		{
			echo "fil-demo: $(gettext 'no such scene:') $scene"
			gettext 'The scenes are:'
			echo
			list_scenes
		} >&2
		exit 2
	fi
done

demo_open "$step" "$color"
for scene in ${wanted:-$(scenes)}; do
	load_scene "$scene"
	title "$(scene_title)"
	scene_play || fail "$scene: $(gettext 'the scene failed')"
	stop_all
done
