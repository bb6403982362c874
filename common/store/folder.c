/* SPDX-License-Identifier: ISC */
/*
 * Folders that a process keeps things in. What lies there already may be
 * anything: only regular files are opened, and links are not followed.
 */
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

char *
folder_path(const char *folder, const char *name)
{
	struct buf b = {0};
	char *path;

	buf_addf(&b, "%s/%s", folder, name);
	path = mem_strdup(buf_cstr(&b));
	buf_free(&b);
	return path;
}

bool
folder_make(const char *folder)
{
	char *path = mem_strdup(folder), *slash = path;
	int err = ENOENT;
	bool good;

	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			err = errno;
		*slash = '/';
	}
	good = mkdir(path, 0700) == 0 || errno == EEXIST;
	if (!good && errno == ENOENT)
		errno = err;
	free(path);
	return good;
}

int
folder_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK | O_NOCTTY, 0600);
	struct stat st;

	if (fd == -1) {
		if (errno == ELOOP || errno == EISDIR || errno == ENXIO)
			errno = EINVAL;
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

int
folder_hold(const char *folder, struct buf *why)
{
	char *path = folder_path(folder, "lock");
	int fd = -1;

	if (!folder_make(folder) || (fd = folder_file(path)) == -1)
		buf_addf(why, "%s: %s", errno == EINVAL ? path : folder,
		    strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		buf_addf(why, "%s: %s", folder, errno == EWOULDBLOCK ?
		    "another process is using it" : strerror(errno));
	free(path);
	if (why->len == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

bool
folder_sync(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	bool good = fd != -1 && fsync(fd) == 0;

	err = errno;
	if (fd != -1)
		close(fd);
	errno = err;
	return good;
}
