/* privilege.c - become an ordinary user once the ports are bound.
 * See also: serve/privilege.h */
#define _DEFAULT_SOURCE			/* initgroups, on every Unix */
#include "serve/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/intl.h"

static int privilege_fail(const char *, const char *, struct cause *);

int
privilege_drop(const char *user, struct cause *cause)
{
	struct passwd *entry;

	if (user == NULL)
		return (0);
	errno = 0;
	if ((entry = getpwnam(user)) == NULL) {
		/* getpwnam(3): these mean that nobody is called so, too. */
		if (errno != 0 && errno != ENOENT && errno != ESRCH)
			return (privilege_fail("getpwnam", user, cause));
		cause_said(cause, "getpwnam", N_("no such user"), user);
		return (-1);
	}
	if (entry->pw_uid == geteuid() && entry->pw_uid == getuid())
		return (0);
	if (initgroups(user, entry->pw_gid) == -1)
		return (privilege_fail("initgroups", user, cause));
	if (setgid(entry->pw_gid) == -1)
		return (privilege_fail("setgid", user, cause));
	if (setuid(entry->pw_uid) == -1)
		return (privilege_fail("setuid", user, cause));
	if (getuid() != entry->pw_uid || geteuid() != entry->pw_uid ||
	    getgid() != entry->pw_gid || getegid() != entry->pw_gid ||
	    (entry->pw_uid != 0 && setuid(0) == 0)) {
		cause_said(cause, "setuid", N_("root can be had back"), user);
		return (-1);
	}
	return (0);
}

static int
privilege_fail(const char *primitive, const char *user, struct cause *cause)
{
	cause_errno(cause, primitive, errno, user);
	return (-1);
}
