/* SPDX-License-Identifier: ISC */
/* Accounts and the message store of smpp-sim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <sysexits.h>

#include "app/sim_store.h"

/* The accounts of a file with this content. */
static bool
load(struct accounts *a, const char *content, struct buf *error, int *status)
{
	char path[] = "/tmp/accounts.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	bool ok;

	fputs(content, f);
	fclose(f);
	*a = (struct accounts){0};
	ok = accounts_load(a, path, error, status);
	unlink(path);
	return ok;
}

static uint32_t
bind(struct accounts *a, enum pdu_type type, const char *system_id,
    const char *password, struct account **account)
{
	struct pdu pdu = {.type = type, .system_id = span_str(system_id),
	    .password = span_str(password)};
	uint32_t status;

	*account = accounts_bind(a, NULL, &pdu, 0, &status);
	assert_int_equal(*account == NULL, status != ESME_ROK);
	return status;
}

static void
listed_accounts_bind_as_their_rows_say(void **state)
{
	struct accounts a;
	struct account *p, *none;
	struct buf error = {0};
	int status;

	(void)state;
	assert_true(load(&a, "system_id\tpassword\tbind\tmax_binds\n"
	    "me\tsecret\ttx,rx\t2\nany\\tone\tx\n\n", &error, &status));
	assert_int_equal(bind(&a, PDU_bind_transmitter, "you", "secret", &p),
	    ESME_RINVSYSID);
	assert_int_equal(bind(&a, PDU_bind_transmitter, "me", "Secret", &p),
	    ESME_RINVPASWD);
	assert_int_equal(bind(&a, PDU_bind_transceiver, "me", "secret", &p),
	    ESME_RBINDFAIL);
	assert_int_equal(bind(&a, PDU_bind_transmitter, "me", "secret", &p),
	    ESME_ROK);
	assert_int_equal(bind(&a, PDU_bind_receiver, "me", "secret", &p),
	    ESME_ROK);
	assert_int_equal(bind(&a, PDU_bind_receiver, "me", "secret", &none),
	    ESME_RALYBND);
	account_unbind(&a, p, NULL);
	assert_int_equal(bind(&a, PDU_bind_receiver, "me", "secret", &p),
	    ESME_ROK);
	assert_int_equal(bind(&a, PDU_bind_transceiver, "any\tone", "x", &p),
	    ESME_ROK);
	assert_true(span_is(a.top->system_id, "me"));
	accounts_free(&a);
	buf_free(&error);
}

static void
bad_account_files_name_the_line(void **state)
{
	static const struct {
		const char *content, *why;
	} bad[] = {
		{"me\tx\ttx,\n", "line 1: bind:"},
		{"me\tx\nme\ty\n", "line 2: this system_id stands there twice"},
		{"me\tx\tboth\n", "line 1: bind:"},
		{"me\tx\ttx\t0\n", "line 1: max_binds:"},
		{"me\tx\ttx\t1\tfast\n", "line 1: rate:"},
		{"me\tx\ttx\t1\t1/s\there\n", "line 1: addresses:"},
		{"me\tx\ttx\t1\t1/s\t::1/129\n", "line 1: addresses:"},
		{"me\tx\ttx\t1\t1/s\t::1\tme\tmore\n", "line 1: "},
		{"\tx\n", "line 1: no system_id"},
	};
	struct accounts a;
	struct buf error = {0};
	int status;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		buf_clear(&error);
		assert_false(load(&a, bad[i].content, &error, &status));
		assert_non_null(strstr(buf_cstr(&error), bad[i].why));
		assert_int_equal(status, EX_CONFIG);
		accounts_free(&a);
	}
	buf_clear(&error);
	a = (struct accounts){0};
	assert_false(accounts_load(&a, "/nonexistent/file", &error, &status));
	assert_int_equal(status, EX_NOINPUT);
	accounts_free(&a);
	buf_free(&error);
}

static void
an_unlisted_account_goes_with_its_last_bind(void **state)
{
	struct accounts a = {0};
	struct account *p, *q;

	(void)state;
	assert_int_equal(bind(&a, PDU_bind_receiver, "me", "x", &p), ESME_ROK);
	assert_int_equal(bind(&a, PDU_bind_transmitter, "me", "y", &q),
	    ESME_ROK);
	assert_ptr_equal(p, q);
	account_unbind(&a, p, NULL);
	assert_int_equal(a.n, 1);
	account_unbind(&a, p, NULL);
	assert_int_equal(a.n, 0);
	accounts_free(&a);
}

static void
a_rate_is_that_of_the_account(void **state)
{
	struct accounts a;
	struct account *p;
	struct buf error = {0};
	int status;

	(void)state;
	assert_true(load(&a, "system_id\trate\nme\t2/s\nyou\t0\n", &error,
	    &status));
	assert_int_equal(bind(&a, PDU_bind_transmitter, "me", "", &p),
	    ESME_ROK);
	assert_true(account_takes(p, 1000));
	assert_false(account_takes(p, 1001));
	assert_true(account_takes(p, 1500));
	assert_int_equal(bind(&a, PDU_bind_transmitter, "you", "", &p),
	    ESME_ROK);
	for (uint64_t i = 0; i < 100; i++)
		assert_true(account_takes(p, 1000));
	accounts_free(&a);
	buf_free(&error);
}

static void
a_lost_bind_counts_until_it_is_forgotten(void **state)
{
	struct accounts a = {0};
	struct account *p, *q;
	struct pdu pdu = {.type = PDU_bind_transceiver,
	    .system_id = span_str("me")};
	uint32_t status;

	(void)state;
	p = accounts_bind(&a, NULL, &pdu, 0, &status);
	account_linger(p, 500);
	account_unbind(&a, p, NULL);
	assert_null(accounts_bind(&a, NULL, &pdu, 499, &status));
	assert_int_equal(status, ESME_RALYBND);
	q = accounts_bind(&a, NULL, &pdu, 500, &status);
	assert_ptr_equal(p, q);
	account_unbind(&a, q, NULL);
	assert_int_equal(a.n, 0);
	accounts_free(&a);
}

static struct span
id_of(uint64_t id, char text[32])
{
	snprintf(text, 32, "%llu", (unsigned long long)id);
	return span_str(text);
}

static void
recent_messages_are_found_by_their_ids(void **state)
{
	struct accounts a = {0};
	struct account *account;
	struct store s;
	char far_address[65] = {0}, text[32];
	struct pdu pdu = {.source_addr = span_str("SUREM"),
	    .destination_addr = span_str("821055551234"),
	    .service_type = span_str("CMT")};
	uint32_t slot, first = 0;
	uint64_t id;

	(void)state;
	bind(&a, PDU_bind_transmitter, "me", "x", &account);
	store_init(&s, &a, 100);
	for (uint32_t i = 0; i < STORE_RECENT; i++) {
		struct message *m = store_add(&s, store_id(&s), account, &pdu,
		    &slot);

		assert_non_null(m);
		if (i == 0)
			first = slot;
	}
	assert_int_equal(store_find(&s, id_of(100, text)), first);
	assert_true(span_is(message_source(store_at(&s, first)), "SUREM"));
	assert_true(span_is(message_dest(store_at(&s, first)),
	    "821055551234"));
	/* a long address of data_sm; the oldest message makes room */
	memset(far_address, '7', 64);
	pdu.destination_addr = span_str(far_address);
	id = store_id(&s);
	assert_int_equal(store_find(&s, id_of(100, text)), 0);
	assert_non_null(store_add(&s, id, account, &pdu, &slot));
	assert_true(span_is(message_source(store_at(&s, slot)), "SUREM"));
	assert_true(span_is(message_dest(store_at(&s, slot)), far_address));
	assert_int_equal(store_find(&s, id_of(100, text)), 0);
	assert_int_equal(store_find(&s, id_of(id, text)), slot);
	assert_int_equal(s.n_slots, STORE_RECENT);
	assert_int_equal(store_find(&s, span_str("")), 0);
	assert_int_equal(store_find(&s, span_str("0101")), 0);
	assert_int_equal(store_find(&s, span_str("1x1")), 0);
	assert_int_equal(store_find(&s,
	    span_str("99999999999999999999999999")), 0);
	account_unbind(&a, account, NULL);
	assert_int_equal(a.n, 1);
	store_free(&s);
	accounts_free(&a);
}

static void
a_held_message_outlives_the_recent_ones(void **state)
{
	struct accounts a = {0};
	struct account *account;
	struct store s;
	struct pdu pdu = {.source_addr = span_str("1"),
	    .destination_addr = span_str("2")};
	uint32_t slot, held;

	(void)state;
	bind(&a, PDU_bind_transmitter, "me", "x", &account);
	store_init(&s, &a, 1);
	store_hold(store_add(&s, store_id(&s), account, &pdu, &held));
	for (uint32_t i = 0; i < STORE_RECENT; i++)
		assert_non_null(store_add(&s, store_id(&s), account, &pdu,
		    &slot));
	assert_int_equal(store_at(&s, held)->id, 1);
	assert_int_equal(s.n_used, STORE_RECENT + 1);
	assert_int_equal(store_find(&s, span_str("1")), held);
	store_release(&s, held);
	assert_int_equal(s.n_used, STORE_RECENT);
	assert_int_equal(store_find(&s, span_str("1")), 0);
	store_free(&s);
	accounts_free(&a);
}

static void
messages_of_one_id_are_siblings(void **state)
{
	struct accounts a = {0};
	struct account *account;
	struct store s;
	struct pdu pdu = {.source_addr = span_str("1")};
	uint64_t id;
	uint32_t slot[3];

	(void)state;
	bind(&a, PDU_bind_transmitter, "me", "x", &account);
	store_init(&s, &a, 7);
	id = store_id(&s);
	for (int i = 0; i < 3; i++)
		assert_non_null(store_add(&s, id, account, &pdu, &slot[i]));
	store_hold(store_at(&s, slot[1]));
	assert_int_equal(store_find(&s, span_str("7")), slot[2]);
	assert_int_equal(store_at(&s, slot[2])->sibling, slot[1]);
	assert_int_equal(store_at(&s, slot[1])->sibling, slot[0]);
	assert_int_equal(store_at(&s, slot[0])->sibling, 0);
	for (uint32_t i = 0; i < STORE_RECENT; i++)
		store_id(&s);
	assert_int_equal(store_find(&s, span_str("7")), slot[1]);
	assert_int_equal(store_at(&s, slot[1])->sibling, 0);
	assert_int_equal(s.n_used, 1);
	store_release(&s, slot[1]);
	assert_int_equal(store_find(&s, span_str("7")), 0);
	store_free(&s);
	accounts_free(&a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(listed_accounts_bind_as_their_rows_say),
		cmocka_unit_test(bad_account_files_name_the_line),
		cmocka_unit_test(an_unlisted_account_goes_with_its_last_bind),
		cmocka_unit_test(a_rate_is_that_of_the_account),
		cmocka_unit_test(a_lost_bind_counts_until_it_is_forgotten),
		cmocka_unit_test(recent_messages_are_found_by_their_ids),
		cmocka_unit_test(a_held_message_outlives_the_recent_ones),
		cmocka_unit_test(messages_of_one_id_are_siblings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
