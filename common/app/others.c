/* SPDX-License-Identifier: ISC */
/* Records of what is others', and the answers that wait for them. */
#include "app/others.h"

#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/withheld.h"
#include "base/mem.h"
#include "io/out.h"
#include "sys/clock.h"

enum {
	WAITING_MOST = 1000,        /* requests not yet answered */
	PENDING_MOST = 1 << 20,     /* octets that the file has not taken */
};

/* Those of smpp-listen, and which part it is. */
static const char columns[] = "time,kind,from,to,text,id,state,err,parts";

struct others {
	const struct others_conf *conf;
	struct record_format format;
	struct delivery_conf delivery_conf;
	struct delivery delivery;
	struct out out;
	struct withheld withheld;
	struct buf error;
};

struct others *
others_open(const struct others_conf *conf, struct loop *loop)
{
	struct others *o = mem_new(sizeof(*o));
	struct span bad;

	o->conf = conf;
	record_format_init(&o->format, &schema_delivery, conf->json, columns,
	    &bad);
	o->delivery_conf.reading = conf->reading;
	if (!out_append(&o->out, loop, conf->path)) {
		free(o);
		return NULL;
	}
	return o;
}

bool
others_take(struct others *o, struct link *link, const struct pdu *pdu)
{
	struct value row[DELIVERY_COLUMNS];

	if (o->out.err != 0 || o->withheld.n >= WAITING_MOST ||
	    out_pending(&o->out) >= PENDING_MOST)
		return false;
	delivery_row(&o->delivery, &o->delivery_conf, pdu, clock_now(), NULL,
	    row);
	record_write(&o->out.buf, &o->format, row);
	if (pdu->type != PDU_alert_notification)
		withheld_add(&o->withheld, link, pdu, out_position(&o->out));
	return true;
}

bool
others_flush(struct others *o)
{
	return out_flush(&o->out);
}

bool
others_answer(struct others *o, struct link **link, struct pdu *request,
    uint32_t *status)
{
	*status = ESME_ROK;
	if (withheld_take(&o->withheld, o->out.taken, link, request))
		return true;
	*status = ESME_RX_T_APPN;
	return o->out.err != 0 && withheld_take(&o->withheld, UINT64_MAX, link,
	    request);
}

void
others_forget(struct others *o, const struct link *link)
{
	withheld_forget(&o->withheld, link);
}

size_t
others_waiting(const struct others *o)
{
	return o->withheld.n;
}

const char *
others_error(struct others *o)
{
	if (o->out.err == 0)
		return NULL;
	buf_clear(&o->error);
	buf_addf(&o->error, "%s: %s", o->conf->path, strerror(o->out.err));
	return buf_cstr(&o->error);
}

bool
others_reopen(struct others *o)
{
	return out_reopen(&o->out, o->conf->path);
}

bool
others_close(struct others *o, uint64_t wait_ms)
{
	bool good;

	if (o == NULL)
		return true;
	good = out_close(&o->out, wait_ms);
	delivery_free(&o->delivery);
	withheld_free(&o->withheld);
	buf_free(&o->error);
	free(o);
	return good;
}
