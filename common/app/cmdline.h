/* SPDX-License-Identifier: ISC */
#ifndef APP_CMDLINE_H
#define APP_CMDLINE_H

#include "app/config.h"

/* A setting of some layer, in force or not. value NULL: a switch that is
 * off. */
struct candidates {
	struct setting *p;
	size_t n;
};

/* The value of --help; that of -h is "yes". */
#define CMDLINE_ALL "all"

void candidates_add(struct candidates *, enum option, const char *value,
    enum config_layer, const char *where);

/*
 * Splits a command line: options go to the candidates, the rest to operands
 * (an array of the caller's, of argc + 1 elements). Dies with 64. No option
 * has an optional argument, none may be abbreviated; operands and options may
 * stand in any order up to a --.
 */
void cmdline_read(const struct program *, int argc, char **argv,
    struct candidates *, struct keep *, char **operand, size_t *n_operands,
    bool *dashes);

/*
 * The first operand, for a program whose commands have options of their own:
 * its name has to be known before they are read. programs are those whose options may
 * stand before it. NULL when there is none.
 */
const char *cmdline_command(unsigned programs, char **argv);

#endif
