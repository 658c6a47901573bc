# topology.awk - read lab.conf and lab.dep: machines, cables, and in what order.
#
# The grammar is Kathara's, kathara-lab.conf(5) and kathara-lab.dep(5).  Printed,
# one a line, machines in the order in which they start:
#   machine NAME
#   cable NAME NUMBER DOMAIN MAC    MAC is - for any
#   option NAME KEY VALUE           of those that mean something without Docker
#   notice TEXT                     what is left out
# What breaks the grammar is named on standard error, with status 1.

function fail(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text >"/dev/stderr"
	failed = 1
	exit 1
}

function note_machine(name)
{
	if (name == "shared" || name == "_test")
		fail(name " is a reserved name")
	if (!(name in seen)) {
		seen[name] = ++machines
		order[machines] = name
	}
}

# The value without its quotes, which must be a pair, and without the comment
# behind it.
function unquoted(text,    quote, end)
{
	quote = substr(text, 1, 1)
	if (quote == "\"" || quote == "'") {
		end = index(substr(text, 2), quote)
		if (!end || substr(text, end + 2) !~ /^([ \t]+#.*)?$/)
			fail("quotes that do not match: " text)
		text = substr(text, 2, end - 1)
	} else
		sub(/[ \t]+#.*$/, "", text)
	if (text == "" || text ~ /["']/)
		fail("no value that can be used: " $0)
	return text
}

function note_cable(name, number, value,    mac)
{
	mac = "-"
	if (match(value, /\//)) {
		mac = substr(value, RSTART + 1)
		value = substr(value, 1, RSTART - 1)
		if (mac !~ /^[0-9A-Fa-f:]+$/ || length(mac) != 17)
			fail("no MAC address: " mac)
	}
	if (value !~ /^[A-Za-z0-9_]+$/)
		fail("no name of a network: " value)
	number += 0
	if ((name, number) in cable)
		fail(name "[" number "] is there twice")
	cable[name, number] = number " " value " " mac
	if (number >= cables[name])
		cables[name] = number + 1
}

function note_option(name, key, value)
{
	if (key == "env" && value !~ /^[A-Za-z_][A-Za-z0-9_]*=/)
		fail("not NAME=VALUE: " value)
	if (key == "exec" || key == "env" || key == "sysctl")
		options[name] = options[name] "option " name " " key " " value "\n"
	else if (key != "image" && !(key in noticed)) {
		# a container's image; here the machine's own programs run
		noticed[key] = 1
		print "notice lab.conf: " key
	}
}

FILENAME ~ /lab\.dep$/ {
	sub(/^[ \t]+/, "")
	sub(/[ \t\r]+$/, "")
	if ($0 == "" || /^#/)
		next
	if ($0 !~ /^[A-Za-z0-9_]+:[ \t]?[A-Za-z0-9_]+( [A-Za-z0-9_]+)*$/)
		fail("not NAME: NAME...: " $0)
	name = $0
	sub(/:.*/, "", name)
	sub(/^[^:]*:[ \t]?/, "")
	before[name] = $0
	next
}

{
	sub(/^[ \t]+/, "")
	sub(/[ \t\r]+$/, "")
}

$0 == "" || /^#/ ||
    /^LAB_(NAME|DESCRIPTION|VERSION|AUTHOR|EMAIL|WEB)=/ { next }

/^[a-z0-9_]+\[[A-Za-z0-9_]+\]=./ {
	name = substr($0, 1, index($0, "[") - 1)
	if (length(name) > 30)
		fail("a name of more than 30 letters: " name)
	note_machine(name)
	rest = substr($0, index($0, "[") + 1)
	key = substr(rest, 1, index(rest, "]") - 1)
	value = unquoted(substr(rest, index(rest, "]") + 2))
	if (key ~ /^[0-9]+$/)
		note_cable(name, key, value)
	else
		note_option(name, key, value)
	next
}

{ fail("neither NAME[NUMBER]=\"NETWORK\" nor an option: " $0) }

# visit(NAME): print it behind those that must have started before it
function visit(name,    i, n, word)
{
	if (state[name] == "done" || !(name in seen))
		return
	if (state[name] == "open") {
		print "lab.dep: a circle through " name >"/dev/stderr"
		failed = 1
		exit 1
	}
	state[name] = "open"
	n = split(before[name], word, " ")
	for (i = 1; i <= n; i++)
		visit(word[i])
	state[name] = "done"
	print "machine " name
	for (i = 0; i < cables[name]; i++) {
		if (!((name, i) in cable)) {
			print "lab.conf: " name " has no [" i "]" >"/dev/stderr"
			failed = 1
			exit 1
		}
		print "cable " name " " cable[name, i]
	}
	printf "%s", options[name]
}

END {
	if (failed)
		exit 1
	if (!machines) {
		print "lab.conf: no machine in it" >"/dev/stderr"
		exit 1
	}
	for (k = 1; k <= machines; k++)
		visit(order[k])
}
