/* SPDX-License-Identifier: ISC */
/* smpp-bulk-xlsx: the rows of a spreadsheet as records for smpp-send. */
#include <expat.h>
#include <freexl.h>
#include <xlsxwriter.h>
#include <zip.h>

#include "app/bulk_report.h"
#include "app/bulk_run.h"
#include "sys/diag.h"

static void
libraries(struct buf *out)
{
	buf_addf(out, "libzip %s\n%s\nfreexl %s\nlibxlsxwriter %s\n",
	    zip_libzip_version(), XML_ExpatVersion(), freexl_version(),
	    lxw_version());
}

int
main(int argc, char **argv)
{
	static const struct program program = {
		.name = "smpp-bulk-xlsx",
		.mask = FOR_BULK_XLSX,
		.usage = "smpp-bulk-xlsx [OPTION...] [FILE]\n"
		    "       smpp-bulk-xlsx --report REPORT FILE [RESULTS...]\n"
		    "       smpp-bulk-xlsx --new FILE",
		.example = "smpp-bulk-xlsx customers.xlsx --template 'Dear {Name}, "
		    "...' |\n         smpp-send --batch > results.tsv",
		.libraries = libraries,
	};
	struct bulkopt opt = {0};
	struct config *config;
	int status;

	diag_init("smpp-bulk-xlsx");
	config = config_read(&program, argc, argv);
	bulkopt_read(&opt, config);
	status = opt.new ? bulk_new(&opt) : opt.report ? bulk_report(&opt) :
	    bulk_run(&opt);
	bulkopt_free(&opt);
	config_free(config);
	return status;
}
