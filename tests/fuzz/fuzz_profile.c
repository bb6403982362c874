/* SPDX-License-Identifier: ISC */
/* Any octets as smpptools.ini and as a URL: what is refused is refused in
 * words with a line, and no password shows in a masked URL. */
#include <stdlib.h>

#include "app/profile.h"
#include "app/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
as_profile(struct span text)
{
	struct profile profile;
	struct buf error = {0};
	unsigned line, lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	if (profile_parse(&profile, text, "default", ~0u, &line, &error)) {
		must(error.len == 0);
		must(profile.n == 0 || profile.found);
	} else {
		must(error.len > 0 && line >= 1);
	}
	must(line <= lines);
	profile_free(&profile);
	buf_free(&error);
}

static void
as_url(struct span text)
{
	struct keep kept = {0};
	struct url url;
	struct span password = url_password(text);
	const char *name, *value, *wrong;

	must(password.n <= text.n);
	if (url_parse(&url, &kept, text) == NULL) {
		must(*url.host != '\0' && atoi(url.port) > 0);
		/* what parses is masked exactly, unless it is empty */
		must((url.password != NULL && *url.password != '\0') ==
		    (password.n > 0));
		while (url_parameter(&url.query, &kept, &name, &value, &wrong))
			must(wrong != NULL || name != NULL);
	}
	keep_free(&kept);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const uint8_t none[1];
	struct span text = span_of(n > 0 ? p : none, n);

	as_profile(text);
	as_url(text);
	return 0;
}
