# shellcheck shell=sh disable=SC2154
# http.sh - a page, by our client, by another, and by hand.

exercise_title()
{
	gettext 'HTTP: fil-gethttp www, and the same by hand'
}

# shellcheck disable=SC2034 # for check.sh
exercise_needs='fil-gethttp curl nc'

exercise_play()
{
	say "$(gettext 'Head and body, as they came.')"
	on pc1 fil-gethttp www
	expect '^HTTP/1\.[01] 200'
	expect '<h1>www\.iiia\.net</h1>'
	on pc1 fil-gethttp --body http://www.iiia.net/
	cp "$work/said" "$work/ours"
	on pc1 curl -s http://www.iiia.net/
	cmp -s "$work/said" "$work/ours" ||
	    fail "$(gettext 'two clients were given two pages')"

	say "$(gettext 'The protocol is text: nc will do.')"
	on_with 'GET / HTTP/1.0
Host: www

' pc2 nc -C www 80
	expect '^HTTP/1\.[01] 200'

	say "$(gettext 'What is not there is told so, in three digits.')"
	on_status 22 pc1 fil-gethttp --fail http://www/no-such-page
}
