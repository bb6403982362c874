/* SPDX-License-Identifier: ISC */
/* Files without a name; see scratch.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/scratch.h"

const char *
scratch_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder != NULL && *folder != '\0' ? folder : "/tmp";
}

int
scratch_open(void)
{
	char name[4096];
	int fd, n;

	n = snprintf(name, sizeof(name), "%s/smpptools.XXXXXX",
	    scratch_folder());
	if (n < 0 || (size_t)n >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

bool
scratch_write(int fd, const void *octets, size_t n, uint64_t at)
{
	const uint8_t *p = octets;
	ssize_t done;

	while (n > 0) {
		done = pwrite(fd, p, n, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return true;
}

size_t
scratch_read(int fd, void *octets, size_t least, size_t most, uint64_t at)
{
	uint8_t *p = octets;
	size_t n = 0;
	ssize_t got;

	while (n < least) {
		got = pread(fd, p + n, most - n, (off_t)(at + n));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		n += (size_t)got;
	}
	return n;
}
