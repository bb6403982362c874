/* SPDX-License-Identifier: ISC */
/* The number formats of an .xls: FORMAT and XF ([MS-XLS] 2.4.126, 2.4.353). */
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "file/biff_private.h"
#include "file/number_format.h"

enum { FORMATS = 65536, STYLES_MOST = 65536, CODE_MOST = 255 };

/* The code of a FORMAT record; nothing where it is not to be read: its numbers
 * are shown as General then. */
static void
take_format(struct biff_formats *f, struct span data, bool biff8)
{
	struct buf code = {0};
	size_t head = biff8 ? 5 : 3, n;
	bool wide, good;

	if (data.n < head)
		return;
	n = biff8 ? biff_u16(data, 2) : data.p[2];
	wide = biff8 && (data.p[4] & 1);
	n = wide ? 2 * n : n;
	good = n <= data.n - head && n <= 2 * CODE_MOST &&
	    biff_add_text(&code, span_of(data.p + head, n), wide);
	/* before BIFF 8 the code page says what octets past ASCII are */
	for (size_t i = 0; good && !biff8 && i < code.len; i++)
		good = code.p[i] < 0x80;
	if (good) {
		free(f->code[biff_u16(data, 0)]);
		f->code[biff_u16(data, 0)] = mem_strdup(buf_cstr(&code));
	}
	buf_free(&code);
}

void
biff_formats_read(struct biff_formats *f, struct span stream)
{
	struct biff_record r;
	size_t at = 0;
	bool biff8;

	*f = (struct biff_formats){.code = mem_array(FORMATS,
	    sizeof(*f->code))};
	if (!biff_next(stream, &at, &r))
		return;
	biff8 = biff_u16(r.data, 0) == BIFF8;
	while (biff_next(stream, &at, &r) && r.type != RECORD_EOF) {
		if (r.type == RECORD_FORMAT) {
			take_format(f, r.data, biff8);
		} else if (r.type == RECORD_XF && f->n_styles < STYLES_MOST) {
			if ((f->n_styles & (f->n_styles + 1)) == 0)
				f->style = mem_resize(f->style,
				    2 * (f->n_styles + 1) * sizeof(*f->style));
			f->style[f->n_styles++] = biff_u16(r.data, 2);
		}
	}
}

const char *
biff_format(const struct biff_formats *f, uint16_t style)
{
	const char *code;

	if (style >= f->n_styles)
		return NULL;
	code = f->code[f->style[style]];
	if (code == NULL)
		code = number_format_builtin(f->style[style]);
	return code == NULL || strcasecmp(code, "General") == 0 ? NULL : code;
}

void
biff_formats_free(struct biff_formats *f)
{
	for (size_t i = 0; f->code != NULL && i < FORMATS; i++)
		free(f->code[i]);
	free(f->code);
	free(f->style);
	*f = (struct biff_formats){0};
}
