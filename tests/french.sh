#!/bin/sh
# french.sh - run one test of the suite again in French.
# tests/fr/NAME.fr stands for tests/NAME or tests/system/NAME.py; the locale is
# made by the build (tests/locale), so no machine needs to have it installed.
locale=$FIL_BUILD/tests/locale
if ! [ -d "$locale/fr_FR.UTF-8" ]; then
	reason='no fr_FR.UTF-8 locale: install localedef (Debian: locales)'
	if [ "$CI" = true ]; then
		printf '1..1\nnot ok 1 - %s\n' "$reason"
	else
		printf '1..0 # SKIP %s\n' "$reason"
	fi
	exit 0
fi
LOCPATH=$locale LC_ALL=fr_FR.UTF-8 LANGUAGE=fr FIL_LANGUAGE=fr
export LOCPATH LC_ALL LANGUAGE FIL_LANGUAGE

test=${1##*tests/fr/}
test=${test%.fr}
case $test in
system/*)	exec "$PYTHON" "$FIL_SRC/tests/$test.py" ;;
*)		exec "$FIL_BUILD/tests/$test" ;;
esac
