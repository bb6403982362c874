/* SPDX-License-Identifier: ISC */
#ifndef FILE_NUMBER_PRIVATE_H
#define FILE_NUMBER_PRIVATE_H

#include "file/number_format.h"

/* What number_format.c (codes) and number_print.c (numbers) share. */
enum number_token_type {
	NUMBER_LITERAL,
	NUMBER_DIGIT,     /* 0 # ? */
	NUMBER_POINT,
	NUMBER_COMMA,
	NUMBER_PERCENT,
	NUMBER_EXPONENT,  /* E+ E- */
	NUMBER_GENERAL,
	NUMBER_TEXT,      /* @ */
	NUMBER_YEAR,
	NUMBER_MONTH,
	NUMBER_DAY,
	NUMBER_WEEKDAY,   /* aaa aaaa: in Korean */
	NUMBER_HOUR,
	NUMBER_MINUTE,
	NUMBER_SECOND,
	NUMBER_AMPM,
};

struct number_token {
	enum number_token_type type;
	size_t n;             /* letters of a part of a date */
	bool elapsed;         /* [h]: not within its day */
	struct span text;     /* in the code */
};

struct number_section {
	struct number_token *token;
	size_t n;
	bool has_condition, less, more, equal;
	double limit;
	bool is_date, twelve, korean;
	bool has_digits, exponent, grouped, fraction;
	size_t whole, zeros;        /* digits before the point; from the first 0 on */
	size_t decimals, exponent_digits, percents, thousands;
};

enum { NUMBER_SECTIONS = 4 };
struct number_format {
	char *code;
	struct number_section section[NUMBER_SECTIONS];
	size_t n;
};

#endif
