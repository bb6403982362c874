/* SPDX-License-Identifier: ISC */
/* fopencookie of glibc and musl; elsewhere funopen of the BSDs. */
#include "sys/pull.h"

#if defined(__linux__)

FILE *
pull_open(ssize_t (*read)(void *owner, char *p, size_t n), void *owner)
{
	cookie_io_functions_t io = {.read = read};

	return fopencookie(owner, "r", io);
}

#else

#include <limits.h>
#include <stdlib.h>

struct pull {
	ssize_t (*read)(void *owner, char *p, size_t n);
	void *owner;
};

static int
pull_read(void *cookie, char *p, int n)
{
	struct pull *pull = cookie;

	return (int)pull->read(pull->owner, p, (size_t)n);
}

static int
pull_close(void *cookie)
{
	free(cookie);
	return 0;
}

FILE *
pull_open(ssize_t (*read)(void *owner, char *p, size_t n), void *owner)
{
	struct pull *pull = malloc(sizeof(*pull));
	FILE *f;

	if (pull == NULL)
		return NULL;
	*pull = (struct pull){read, owner};
	f = funopen(pull, pull_read, NULL, NULL, pull_close);
	if (f == NULL)
		free(pull);
	return f;
}

#endif
