/* SPDX-License-Identifier: ISC */
/* The number formats of an .xls: FORMAT and XF ([MS-XLS] 2.4.126, 2.4.353). */
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "file/biff_private.h"
#include "file/number_format.h"

enum { FORMATS_MOST = 65536, CODE_MOST = 255 };

/* The code of a FORMAT record; nothing where it is not to be read: its numbers
 * are shown as General then. */
static void
take_format(struct biff_formats *f, struct span data, bool biff8)
{
	struct buf code = {0};
	size_t head = biff8 ? 5 : 3, n;
	bool wide, good;

	if (data.n < head || f->n_codes >= FORMATS_MOST)
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
		if ((f->n_codes & (f->n_codes + 1)) == 0)
			f->code = mem_resize(f->code, 2 * (f->n_codes + 1) *
			    sizeof(*f->code));
		f->code[f->n_codes++] = (struct biff_code){biff_u16(data, 0),
		    mem_strdup(buf_cstr(&code))};
	}
	buf_free(&code);
}

static const char *
code_of(const struct biff_formats *f, uint16_t id)
{
	const char *code = number_format_builtin(id);

	for (size_t i = 0; i < f->n_codes; i++)
		if (f->code[i].id == id)
			code = f->code[i].text;
	return code == NULL || strcasecmp(code, "General") == 0 ? NULL : code;
}

void
biff_formats_read(struct biff_formats *f, struct span stream)
{
	struct biff_record r;
	size_t at = 0;
	bool biff8;

	*f = (struct biff_formats){0};
	if (!biff_next(stream, &at, &r))
		return;
	biff8 = biff_u16(r.data, 0) == BIFF8;
	while (biff_next(stream, &at, &r) && r.type != RECORD_EOF) {
		if (r.type == RECORD_FORMAT) {
			take_format(f, r.data, biff8);
		} else if (r.type == RECORD_XF && f->n_styles < FORMATS_MOST) {
			if ((f->n_styles & (f->n_styles + 1)) == 0)
				f->style = mem_resize(f->style,
				    2 * (f->n_styles + 1) * sizeof(*f->style));
			f->style[f->n_styles++] = (struct biff_style){
			    .id = biff_u16(r.data, 2)};
		}
	}
	for (size_t i = 0; i < f->n_styles; i++)
		f->style[i].code = code_of(f, f->style[i].id);
}

const char *
biff_format(const struct biff_formats *f, uint16_t style)
{
	return style < f->n_styles ? f->style[style].code : NULL;
}

void
biff_formats_free(struct biff_formats *f)
{
	for (size_t i = 0; i < f->n_codes; i++)
		free(f->code[i].text);
	free(f->code);
	free(f->style);
	*f = (struct biff_formats){0};
}
