/* SPDX-License-Identifier: ISC */
/* Which exit status wins, as sysexits.h names them. */
#include "app/exit.h"

#include <stddef.h>
#include <sysexits.h>

static const int order[] = {
	EX_SOFTWARE, EX_OSERR, EX_IOERR, EX_CANTCREAT, EX_CONFIG, EX_USAGE,
	EX_NOINPUT, EX_NOPERM, EX_UNAVAILABLE, EX_PROTOCOL, EX_TEMPFAIL,
	EX_DATAERR, EXIT_SOME_FAILED, EX_OK,
};

static size_t
rank(int status)
{
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i] == status)
			return i;
	return 0;
}

int
exit_worse(int a, int b)
{
	return rank(a) <= rank(b) ? a : b;
}
