/* jail.c - a thread that can touch nothing but one folder's files.
 * See also: serve/jail.h, tests/check_confine.c */
#define _GNU_SOURCE			/* syscall: only for Landlock */
#include "serve/jail.h"

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif
#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#include <sys/syscall.h>
#endif

#if defined(HAVE_LINUX_LANDLOCK_H) && defined(SYS_landlock_create_ruleset)
#define HAVE_LANDLOCK	1
#define ABI_1_RIGHTS	((1ULL << 13) - 1)	/* EXECUTE to MAKE_SYM */
#define RIGHT_REFER	(1ULL << 13)	/* rename between folders: ABI 2 */
#define RIGHT_TRUNCATE	(1ULL << 14)	/* ABI 3 */

static int rights_grant(int, int, uint64_t, struct cause *);
#endif

int
jail_prepare(struct cause *cause)
{
	/* libc opens some files when it first needs them: in a jail they would
	 * be missing, for all threads and for good.  The time zone, and the
	 * language of strerror. */
	tzset();
	strerror(ENOENT);
#ifdef PR_SET_NO_NEW_PRIVS
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
		cause_errno(cause, "prctl", errno, NULL);
		return (-1);
	}
#else
	(void)cause;
#endif
	return (0);
}

int
jail_enter(int root_fd, struct cause *cause)
{
#ifdef HAVE_LANDLOCK
	struct landlock_ruleset_attr rules = { .handled_access_fs = 0 };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	int fd, result;

	if (abi < 1)
		return (0);
	rules.handled_access_fs = ABI_1_RIGHTS |
	    (abi >= 2 ? RIGHT_REFER : 0) | (abi >= 3 ? RIGHT_TRUNCATE : 0);
	/* The first field only: what an old kernel knows. */
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules,
	    sizeof(rules.handled_access_fs), 0);
	if (fd == -1) {
		cause_errno(cause, "landlock_create_ruleset", errno, NULL);
		return (-1);
	}
	result = rights_grant(fd, root_fd, rules.handled_access_fs, cause);
	close(fd);
	return (result);
#else
	(void)root_fd;
	(void)cause;
	return (0);
#endif
}

#ifdef HAVE_LANDLOCK
static int
rights_grant(int rules_fd, int root_fd, uint64_t rights, struct cause *cause)
{
	struct landlock_path_beneath_attr beneath = { .parent_fd = root_fd,
	    .allowed_access = rights & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE };

	if (syscall(SYS_landlock_add_rule, rules_fd, LANDLOCK_RULE_PATH_BENEATH,
	    &beneath, 0) == -1) {
		cause_errno(cause, "landlock_add_rule", errno, NULL);
		return (-1);
	}
	if (syscall(SYS_landlock_restrict_self, rules_fd, 0) == -1) {
		cause_errno(cause, "landlock_restrict_self", errno, NULL);
		return (-1);
	}
	return (1);
}
#endif
