/* SPDX-License-Identifier: ISC */
/* Status codes and what follows from them (status.def). */
#include "mms/status.h"

#include <strings.h>

#include "mms/head.h"

static const struct {
	const char *name;
	enum mms_consequence consequence;
} requests[] = {
#define REQUEST_STATUS(id, name, consequence) {name, MMS_##consequence},
#include "mms/status.def"
}, states[] = {
#define STATE(name, consequence) {name, MMS_##consequence},
#include "mms/status.def"
};

static const struct {
	const char *other, *name;
} spellings[] = {
#define SPELLING(other, name) {other, name},
#include "mms/status.def"
};

static bool
begins_with(struct span s, const char *start)
{
	size_t n = strlen(start);

	return s.n >= n && strncasecmp((const char *)s.p, start, n) == 0;
}

const char *
mms_request_status_name(enum mms_request_status status)
{
	return requests[status].name;
}

enum mms_consequence
mms_request_consequence(struct span code)
{
	for (size_t i = 0; i < MMS_REQUEST_STATUSES; i++)
		if (head_is(code, requests[i].name))
			return requests[i].consequence;
	/* names of MM1 leak */
	if (begins_with(code, "Error-transient-"))
		return MMS_RETRY;
	return begins_with(code, "Ok") ? MMS_DONE : MMS_FAILED;
}

struct span
mms_state_name(struct span state)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++)
		if (head_is(state, spellings[i].other))
			return span_str(spellings[i].name);
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (head_is(state, states[i].name))
			return span_str(states[i].name);
	return state;
}

enum mms_consequence
mms_state_consequence(struct span state)
{
	state = mms_state_name(state);
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (span_is(state, states[i].name))
			return states[i].consequence;
	return MMS_PENDING;
}

bool
mms_state_known(struct span state)
{
	state = mms_state_name(state);
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (span_is(state, states[i].name))
			return true;
	return false;
}

void
mms_state_names(struct buf *b)
{
	size_t n = sizeof(states) / sizeof(*states);

	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ",
		    states[i].name);
}
