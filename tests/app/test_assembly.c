/* SPDX-License-Identifier: ISC */
/* app/assembly: parts of messages in a store, and the rows they come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/assembly.h"

static char folder[64];
static struct part_store *store;
static struct assembly *assembly;
static struct delivery delivery;
static struct buf line, why, frame;
static struct delivery_conf conf = {.reading.alphabet = ENCODING_GSM7,
    .hex = true};
static struct join_conf join = {.timeout_ms = 1000, .max_octets = 1 << 20};

static void
end(void)
{
	assembly_free(assembly);
	part_store_free(store);
	assembly = NULL;
	store = NULL;
}

/* A process that begins. */
static void
begin(void)
{
	end();
	store = part_store_open(folder, &why);
	assert_non_null(store);
	assembly = assembly_new(store, &join, &conf, (struct timespec){1795490187, 0}, 0);
}

static enum assembly_result
take(struct pdu pdu, uint64_t now)
{
	struct timespec time = {1795490177, 0};
	struct pdu_error error;
	struct pdu decoded;
	struct wr w;

	pdu.type = PDU_deliver_sm;
	pdu.source_addr = span_str("1");
	pdu.destination_addr = span_str("2");
	buf_clear(&frame);
	w = wr_init(buf_reserve(&frame, 4096), 4096);
	assert_true(pdu_encode(&w, &pdu, &error));
	assert_true(pdu_decode(&decoded, span_of(frame.p, w.len), &error));
	return assembly_take(assembly, &decoded, time, "me@smsc", now);
}

static enum assembly_result
part(const char *octets, size_t n, uint64_t now)
{
	return take((struct pdu){.esm_class = 0x40, .sequence_number = 7,
	    .short_message = span_of(octets, n)}, now);
}

/* The next row: text, parts, state, err, hex, link, seq; "" for none. */
static const char *
next(uint64_t now)
{
	struct value row[DELIVERY_COLUMNS];
	struct record_format format;
	struct span bad;

	assert_true(record_format_init(&format, &schema_delivery, false,
	    "text,parts,state,err,hex,link,seq", &bad));
	buf_clear(&line);
	if (!assembly_next(assembly, &delivery, now, row))
		return "";
	record_write(&line, &format, row);
	line.len--;
	return buf_cstr(&line);
}

static void
part_leaves_the_store_after_its_row_was_taken(void **state)
{
	(void)state;
	begin();
	assert_int_equal(part("\5\0\3\7\2\2b", 7, 0), ASSEMBLY_STORED);
	assert_int_equal(part("\5\0\3\7\2\2b", 7, 0), ASSEMBLY_STORED);
	assert_int_equal(part_store_count(store), 1);
	assert_string_equal(next(0), "");
	assert_int_equal(part("\5\0\3\7\2\1a", 7, 0), ASSEMBLY_STORED);
	assert_string_equal(next(0),
	    "ab\t2\t\t\t05000307020161,05000307020262\tme@smsc\t7");
	assembly_printed(assembly, 10);
	assert_true(assembly_taken(assembly, 9));
	assert_int_equal(part_store_count(store), 2);
	/* the output did not take it: it comes again */
	begin();
	assert_string_not_equal(next(0), "");
	assembly_printed(assembly, 10);
	assert_true(assembly_taken(assembly, 10));
	assert_int_equal(part_store_count(store), 0);
	begin();
	assert_string_equal(next(0), "");
}

/* Its acknowledgement did not reach the SMSC, which sends the part again. */
static void
part_that_comes_after_its_message_was_printed_is_no_message(void **state)
{
	(void)state;
	begin();
	part("\5\0\3\7\2\1a", 7, 0);
	part("\5\0\3\7\2\2b", 7, 0);
	assert_string_not_equal(next(0), "");
	assembly_printed(assembly, 10);
	assert_int_equal(part("\5\0\3\7\2\2b", 7, 1), ASSEMBLY_STORED);
	assert_true(assembly_taken(assembly, 10));
	assert_int_equal(part_store_count(store), 1);
	assert_string_equal(next(5000), "");
	assert_int_equal(part_store_count(store), 0);
	assert_int_equal(assembly_repeated(assembly), 1);
}

static void
crash_does_not_make_the_next_process_forget_that(void **state)
{
	int status;

	(void)state;
	join.timeout_ms = 20000;
	if (fork() == 0) {
		begin();
		part("\5\0\3\7\2\1a", 7, 0);
		part("\5\0\3\7\2\2b", 7, 0);
		next(0);
		assembly_printed(assembly, 10);
		assembly_taken(assembly, 10);
		_exit(0);
	}
	assert_true(wait(&status) > 0 && status == 0);
	begin();
	assert_int_equal(part("\5\0\3\7\2\2b", 7, 1), ASSEMBLY_STORED);
	assert_string_equal(next(30000), "");
	assert_int_equal(assembly_repeated(assembly), 1);
	assert_int_equal(part_store_count(store), 0);
	join.timeout_ms = 1000;
}

static void
time_begins_anew_with_a_process(void **state)
{
	(void)state;
	begin();
	part("\5\0\3\7\3\2b", 7, 5000);
	assert_int_equal(assembly_deadline(assembly), 6000);
	begin();
	assert_int_equal(assembly_deadline(assembly), 1000);
	assert_string_equal(next(1000),
	    "[part 1 of 3 is missing]b[part 3 of 3 is missing]\t2/3\tpartial\t"
	    "timeout\t,05000307030262,\tme@smsc\t7");
}

static void
oldest_makes_room(void **state)
{
	(void)state;
	join.max_octets = 500;
	begin();
	part("\5\0\3\1\2\1a", 7, 0);
	part("\5\0\3\2\2\1b", 7, 0);
	part("\5\0\3\3\2\1c", 7, 0);
	assert_string_equal(next(0), "a[part 2 of 2 is missing]\t1/2\tpartial\t"
	    "memory\t05000301020161,\tme@smsc\t7");
	join.max_octets = 1 << 20;
}

static void
all_that_is_no_part_is_printed_alone(void **state)
{
	(void)state;
	begin();
	assert_int_equal(part("hi", 2, 0), ASSEMBLY_ALONE);
	assert_int_equal(part("", 0, 0), ASSEMBLY_ALONE);
	assert_int_equal(part("\5\0\3\7\1\1a", 7, 0), ASSEMBLY_ALONE);
	assert_int_equal(part("\5\0\3\7\0\1a", 7, 0), ASSEMBLY_ALONE);
	assert_int_equal(part("\5\0\3\7\2\3a", 7, 0), ASSEMBLY_ALONE);
	assert_int_equal(part("\5\0\3\7\2", 5, 0), ASSEMBLY_ALONE);
	assert_int_equal(take((struct pdu){.short_message =
	    span_of("\5\0\3\7\2\1a", 7)}, 0), ASSEMBLY_ALONE);
	/* a receipt, whatever its header says */
	assert_int_equal(take((struct pdu){.esm_class = 0x44, .short_message =
	    span_of("\5\0\3\7\2\1id:1 stat:DELIVRD", 23)}, 0), ASSEMBLY_ALONE);
	/* a text that only reads like one */
	assert_int_equal(part("\5\0\3\7\2\1id:1 stat:DELIVRD", 23, 0),
	    ASSEMBLY_STORED);
	assert_int_equal(part_store_count(store), 1);
}

static void
characters_across_parts_and_shift_tables_are_read(void **state)
{
	(void)state;
	begin();
	/* the escape ends a part, its character begins the next */
	part("\5\0\3\7\2\1a\x1b", 8, 0);
	part("\5\0\3\7\2\2\x65", 7, 0);
	assert_memory_equal(next(0), "a\xe2\x82\xac\t2\t\t\t", 9);
}

static void
names_of_peers_are_safe_in_a_path(void **state)
{
	char *path;

	(void)state;
	setenv("XDG_STATE_HOME", "/state", 1);
	path = assembly_folder("../a b", "::1");
	assert_string_equal(path, "/state/smpptools/..%2Fa%20b@::1");
	free(path);
	unsetenv("XDG_STATE_HOME");
	setenv("HOME", "/place", 1);
	path = assembly_folder("", "h");
	assert_string_equal(path, "/place/.local/state/smpptools/@h");
	free(path);
	unsetenv("HOME");
	assert_null(assembly_folder("a", "h"));
}

static int
make_folder(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof(folder), "%.40s/parts.XXXXXX",
	    base != NULL ? base : "/tmp");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = {"lock", "parts"};
	char path[80];

	(void)state;
	end();
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	delivery_free(&delivery);
	delivery = (struct delivery){0};
	buf_free(&line);
	buf_free(&why);
	buf_free(&frame);
	return rmdir(folder);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(part_leaves_the_store_after_its_row_was_taken),
		TEST(part_that_comes_after_its_message_was_printed_is_no_message),
		TEST(crash_does_not_make_the_next_process_forget_that),
		TEST(time_begins_anew_with_a_process),
		TEST(oldest_makes_room),
		TEST(all_that_is_no_part_is_printed_alone),
		TEST(characters_across_parts_and_shift_tables_are_read),
		cmocka_unit_test(names_of_peers_are_safe_in_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
