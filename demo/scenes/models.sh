# shellcheck shell=sh
# shellcheck disable=SC2154
# models.sh - one protocol, four servers, the same five clients: who waits?

scene_title()
{
	gettext 'Four models: who waits for whom'
}

scene_play()
{
	say "$(gettext 'Four servers answer each message of a client.  They differ in how they wait:
one client at a time; a thread a client; select; asyncio, in Python.  Five
clients come to each, and the second one says nothing for a second.')"
	models_find || return 0
	logs=$(mktemp -d "$work/models.XXXXXX") || exit 1
	models_play "$(gettext 'one client at a time')" model_one &&
	    models_play "$(gettext 'a thread a client')" model_threads &&
	    models_play select model_select || return 0
	if command -v python3 >/dev/null 2>&1; then
		models_play asyncio python3 "$sources/model_asyncio.py"
	else
		say "$(gettext '(python3 is missing: the asyncio twin is left out.)')"
	fi
	models_draw
}

# models_find: sets $sources, and puts the lessons on the path.  They are built
# with the rest; an installation has their sources only, and needs cc.
models_find()
{
	sources=$FIL_SCENES/../../src/lessons
	if [ -x "$FIL_BIN/lessons/model_one" ]; then
		PATH=$FIL_BIN/lessons:$PATH
		return 0
	fi
	sources=$FIL_BIN/../share/doc/fil/lessons
	if ! command -v cc >/dev/null 2>&1 ||
	    ! [ -e "$sources/model_one.c" ]; then
		say "$(gettext '(The lessons are not there, or there is no cc to compile them: left out.)')"
		return 1
	fi
	for model in one threads select clients; do
		cc -std=c11 -D_POSIX_C_SOURCE=200809L -pthread \
		    -o "$work/model_$model" "$sources/model_$model.c" ||
		    fail "model_$model"
	done
	PATH=$work:$PATH
}

# models_play TITLE COMMAND...: the server and its five clients, in one log
models_play()
{
	title=$1
	shift
	label=server
	start_peer "$label" fil-explain -o "$work/story" \
	    --log "$work/server.ndjson" "$@" 0
	model_pid=$!
	if ! wait_until 20 model_waits_or_ended || ended "$model_pid"; then
		show "$label" <"$work/$label.log"
		say "$(gettext '(The explaining library cannot be put before this program: left out.)')"
		return 1
	fi
	port=$(sed -n 's/^.*: en attente sur .*:\([0-9]*\)$/\1/p' \
	    "$work/$label.log")
	client clients fil-explain -o "$work/story" \
	    --log "$work/clients.ndjson" model_clients "$port"
	stop_peers
	cat "$work/server.ndjson" "$work/clients.ndjson" >"$logs/$title.log"
}

model_waits_or_ended()
{
	grep -q ': en attente sur ' "$work/$label.log" || ended "$model_pid"
}

# In the order in which they were played.
models_draw()
{
	page=fil-models.html
	set -- "$logs/$(gettext 'one client at a time').log" \
	    "$logs/$(gettext 'a thread a client').log" "$logs/select.log"
	if [ -e "$logs/asyncio.log" ]; then
		set -- "$@" "$logs/asyncio.log"
	fi
	fil-timeline --each "$@" >"$work/page" || fail fil-timeline
	say "$(gettext 'The first server sleeps in recv for the one client that thinks, and three wait
behind it who have said all.  The others sleep, too: but a thread sleeps for
its own client only, and select and epoll_wait sleep for all at once.')"
	if (cat "$work/page" >"$page") 2>/dev/null; then
		say "$(gettext 'The four timelines, one above the other, to be opened in a browser:') $page"
	fi
	fil-timeline --text "$1" | grep -E '  recv.*\[.* (0\.[5-9]|1\.)' |
	    sed 's/^\(.\{150\}\).*/\1/' >"$work/waits"
	show waits <"$work/waits"
	look_at "$(gettext 'the shaded boxes: for whom does each thread sleep?')"
}
