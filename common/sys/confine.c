/* SPDX-License-Identifier: ISC */
/* Limits, Landlock and seccomp, from the outside in; see confine.h. */
#include "sys/confine.h"

#include <sys/resource.h>

static void
set_limits(size_t most, unsigned seconds)
{
	const struct rlimit memory = {most, most}, none = {0, 0},
	    time = {seconds, seconds};

#if !defined(__SANITIZE_ADDRESS__)
	setrlimit(RLIMIT_AS, &memory);  /* a sanitizer reserves all there is */
#else
	(void)memory;
#endif
	setrlimit(RLIMIT_CPU, &time);
	setrlimit(RLIMIT_FSIZE, &none);
	setrlimit(RLIMIT_CORE, &none);
}

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
allow_below(int rules, const char *path)
{
	struct landlock_path_beneath_attr below = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
	};
	struct stat st;
	bool good = true;

	below.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (below.parent_fd < 0)
		return errno == ENOENT;
	if (fstat(below.parent_fd, &st) == 0 && S_ISDIR(st.st_mode))
		below.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	good = syscall(SYS_landlock_add_rule, rules,
	    LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0;
	close(below.parent_fd);
	return good;
}

static bool
limit_files(const char *const *path, size_t n)
{
	struct landlock_ruleset_attr attr = {
		/* all that the first version knows */
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr,
	    sizeof(attr), 0);
	bool good = true;

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP;
	for (size_t i = 0; good && i < n; i++)
		good = allow_below(rules, path[i]);
	good = good && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return good;
}

static bool
limit_calls(void)
{
	static const int calls[] = {
		SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write),
		SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
		SCMP_SYS(lseek), SCMP_SYS(mmap), SCMP_SYS(mprotect),
		SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
		SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(getrandom),
		SCMP_SYS(access), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
		SCMP_SYS(sched_yield),
		SCMP_SYS(exit), SCMP_SYS(exit_group),
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool good = filter != NULL;

	for (size_t i = 0; good && i < sizeof(calls) / sizeof(calls[0]); i++)
		good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) == 0;
	good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW,
	    SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ,
	    O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)) == 0;
	good = good && seccomp_load(filter) == 0;
	if (filter != NULL)
		seccomp_release(filter);
	return good;
}

bool
confine(const char *const *path, size_t n, size_t most, unsigned seconds)
{
	bool good = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    limit_files(path, n);

	set_limits(most, seconds);
	return good && limit_calls();
}
#else
bool
confine(const char *const *path, size_t n, size_t most, unsigned seconds)
{
	(void)path;
	(void)n;
	set_limits(most, seconds);
	return true;
}
#endif
