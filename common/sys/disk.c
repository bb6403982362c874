/* SPDX-License-Identifier: ISC */
/* What files of Linux can do beyond POSIX.1-2008. */
#include "sys/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/mem.h"

enum { MANY = 4 };  /* files that are written sooner with all others */

bool
disk_reserve(int fd, off_t at, off_t n)
{
#ifdef FALLOC_FL_KEEP_SIZE
	while (fallocate(fd, FALLOC_FL_KEEP_SIZE, at, n) < 0)
		if (errno != EINTR)
			return errno != ENOSPC && errno != EDQUOT &&
			    errno != EFBIG;
#else
	(void)fd, (void)at, (void)n;
#endif
	return true;
}

/* syncfs tells of errors since Linux 5.8; before, it said that all was well. */
static bool
has_syncfs(void)
{
#ifdef __linux__
	struct utsname name;
	unsigned major = 0, minor = 0;

	return uname(&name) == 0 &&
	    sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	    (major > 5 || (major == 5 && minor >= 8));
#else
	return false;
#endif
}

bool
disk_sync_files(const int *fds, size_t n)
{
#ifdef __linux__
	if (n >= MANY && has_syncfs())
		return syncfs(fds[0]) == 0;
#endif
	for (size_t i = 0; i < n; i++)
		if (fsync(fds[i]) != 0)
			return false;
	return true;
}

bool
disk_sync_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? mem_strdup(".") : slash == path ?
	    mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* some file systems sync no folders */
	bool good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
	int err = errno;

	if (fd >= 0)
		close(fd);
	free(folder);
	errno = err;
	return good;
}
