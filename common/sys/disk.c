/* SPDX-License-Identifier: ISC */
/* What files of Linux can do beyond POSIX.1-2008. */
#include "sys/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

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
