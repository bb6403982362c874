/* SPDX-License-Identifier: ISC */
/* Lists of stat words. */
#include "app/stat_list.h"

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"

/* Of a word that is known its usual spelling. */
static struct span
usual(struct span word)
{
	const struct dlr_stat *known = dlr_stat(word);

	return known != NULL ? span_str(known->usual) : word;
}

bool
stat_list_parse(struct stat_list *l, const char *list)
{
	for (;;) {
		size_t n = strcspn(list, ",");

		if (n == 0)
			return false;
		l->word = mem_resize(l->word, (l->n + 1) * sizeof(*l->word));
		l->word[l->n++] = usual(span_of(list, n));
		if (list[n] == '\0')
			return true;
		list += n + 1;
	}
}

void
stat_list_free(struct stat_list *l)
{
	free(l->word);
	*l = (struct stat_list){0};
}

bool
stat_list_has(const struct stat_list *l, struct span stat)
{
	stat = usual(stat);
	for (size_t i = 0; i < l->n; i++)
		if (l->word[i].n == stat.n && stat.n > 0 &&
		    strncasecmp((const char *)l->word[i].p,
		    (const char *)stat.p, stat.n) == 0)
			return true;
	return false;
}
