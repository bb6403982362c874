/* SPDX-License-Identifier: ISC */
/* One file named for two things; see clash.h. */
#include "app/clash.h"

#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "sys/diag.h"

static bool
look(const struct clash_file *f, struct stat *st)
{
	if (strcmp(f->path, "-") == 0)
		return !f->written && fstat(STDIN_FILENO, st) == 0;
	return stat(f->path, st) == 0;
}

/* One that is not there yet is the same under the same name only. */
static bool
is_same(const struct clash_file *a, const struct clash_file *b)
{
	struct stat x, y;

	if (!look(a, &x) || !look(b, &y))
		return a->written && b->written &&
		    strcmp(a->path, b->path) == 0 &&
		    strcmp(a->path, "-") != 0;
	return S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
	    x.st_ino == y.st_ino;
}

void
clash_check(const struct clash_file *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			if (f[i].path == NULL || f[k].path == NULL ||
			    !(f[i].written || f[k].written) ||
			    !is_same(&f[i], &f[k]))
				continue;
			die(EX_USAGE, "%s and %s are the same file: %s",
			    f[k].what, f[i].what, strcmp(f[i].path, "-") == 0 ?
			    f[k].path : f[i].path);
		}
}
