# shellcheck shell=bash
# fil.bash - bash completion for fil's programs.
#
# The options come from each program's own --help, so they are never out of
# date.  Needs bash 4.2, and nothing else.  To try it:  . completion/fil.bash

# Every program, and what its operands are, as a word that _fil_complete_value
# knows ("-": nothing that can be guessed).  A new program is a new row.
declare -gA _fil_programs=(
	[fil-mixedd]=-
	[fil-mixed]=HOST
	[fil-proxy]=HOST
	[fil-demo]=SCENE
	[fil-certs]=DIR
	[fil-lab]=LAB
	[fil-passwd]=FILE
	[fil-chatd]=-
	[fil-chat]=HOST
	[fil-smtp]=-
	[fil-daytimed]=-
	[fil-daytime]=HOST
	[fil-gethttp]=HOST
	[fil-ftpd]=DIR
	[fil-ftp]=HOST
	[fil-tftpd]=DIR
	[fil-tftp]=HOST
	[fil-explain]=COMMAND
	[fil-timeline]=FILE
)

# _fil_read_help PROGRAM - fill the caller's array $names with its options, and
# $values, by option, with the word that stands for the value.  The lines read
#   -p, --port PORT        text
#       --color auto|always|never   text
#   -4, --ipv4, -6, --ipv6   text of the one; text of the other
_fil_read_help()
{
	local line item short
	local option='^(-[A-Za-z0-9]|--[a-z][a-z0-9.-]*)([ =]([^ ]+))?$'

	while IFS= read -r line; do
		[[ $line =~ ^' '+(-.*) ]] || continue
		line="${BASH_REMATCH[1]%%  *}, " short=''
		while [[ -n $line ]]; do
			item=${line%%, *}
			line=${line#*, }
			[[ $item =~ $option ]] || break
			_fil_read_option "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
		done
		[[ -z $short ]] || names+=("$short")
	done < <(LC_ALL=C "$1" --help 2>/dev/null)
}

# _fil_read_option NAME VALUE - note an option; a short name without a value
# waits in $short for the long one that follows
_fil_read_option()
{
	if [[ $1 != --* ]]; then
		[[ -z $short ]] || names+=("$short")
		short=$1
		[[ -z $2 ]] || values[$1]=$2
		return
	fi
	names+=("$1")
	if [[ -n $2 ]]; then
		values[$1]=$2
		[[ -z $short ]] || values[$short]=$2
	fi
	short=''
}

# _fil_complete_value WORD CURRENT PROGRAM - offer what WORD stands for
_fil_complete_value()
{
	case $1 in
	FILE)
		mapfile -t COMPREPLY < <(compgen -f -- "$2")
		compopt -o filenames 2>/dev/null ;;
	DIR)
		mapfile -t COMPREPLY < <(compgen -d -- "$2")
		compopt -o filenames 2>/dev/null ;;
	ADDR|HOST)
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$2") ;;
	COMMAND)
		mapfile -t COMPREPLY < <(compgen -c -- "$2") ;;
	SCENE)
		local scenes
		scenes=$("$3" --list 2>/dev/null | cut -d ' ' -f 1)
		mapfile -t COMPREPLY < <(compgen -W "$scenes" -- "$2") ;;
	LAB)
		_fil_complete_lab "$2" "$3" ;;
	*'|'*)
		mapfile -t COMPREPLY < <(compgen -W "${1//|/ }" -- "$2") ;;
	esac
}

# _fil_complete_lab CURRENT PROGRAM - the commands of fil-lab, and behind check
# its exercises; both as the program itself tells them
_fil_complete_lab()
{
	local words
	case " ${COMP_WORDS[*]:1:COMP_CWORD - 1} " in
	*' check '*)
		words=$("$2" check --list 2>/dev/null | cut -d ' ' -f 1) ;;
	*' up '*)
		_fil_complete_value DIR "$1" "$2"
		return ;;
	*' exec '*|*' shell '*)
		words=$("$2" status 2>/dev/null | sed -n 's/^    \([^ ]*\).*/\1/p') ;;
	*)
		words=$(LC_ALL=C "$2" --help 2>/dev/null |
		    sed -n 's/^  \([a-z][a-z]*\) .*/\1/p') ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$1")
}

# bash calls it with the command's first word, as typed
_fil()
{
	local program=$1
	local current=${COMP_WORDS[COMP_CWORD]}
	local option=${COMP_WORDS[COMP_CWORD - 1]}
	local before=" ${COMP_WORDS[*]:1:COMP_CWORD - 1} "
	local value=${_fil_programs[${1##*/}]--}
	local -a names=()
	local -A values=()

	COMPREPLY=()
	[[ $program == \~/* ]] && program=$HOME/${program#*/}
	# "--color=al" comes as three words: --color, =, al
	if [[ $current == = ]]; then
		current=''
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	_fil_read_help "$program"
	if [[ $before == *' -- '* ]]; then
		: # operands only
	elif [[ $option == -* && -n ${values[$option]-} ]]; then
		value=${values[$option]}
	elif [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${names[*]}" -- "$current")
		return
	fi
	_fil_complete_value "$value" "$current" "$program"
}

complete -F _fil "${!_fil_programs[@]}"
