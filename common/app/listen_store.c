/* SPDX-License-Identifier: ISC */
/* The store of parts of smpp-listen, opened and closed with words. */
#include "app/listen_store.h"

#include <stdlib.h>
#include <sysexits.h>

#include "app/assembly.h"
#include "base/mem.h"
#include "sys/diag.h"

struct part_store *
listen_store_open(const char *named, const struct link_peer *peer)
{
	char *folder = named != NULL ? mem_strdup(named) :
	    assembly_folder(peer->system_id, peer->host);
	struct part_store *store;
	struct buf why = {0};

	if (folder == NULL)
		die(EX_CANTCREAT, "no home folder to keep parts of long "
		    "messages in; --part-store names one, --no-join needs "
		    "none");
	store = part_store_open(folder, &why);
	if (store == NULL)
		die(EX_CANTCREAT, "%s; parts of long messages are kept there: "
		    "--part-store names another folder, --no-join needs none",
		    buf_cstr(&why));
	if (why.len > 0)
		warn("%s", buf_cstr(&why));
	buf_free(&why);
	if (part_store_count(store) > 0)
		note("%s: goes on with %zu parts of long messages", folder,
		    part_store_count(store));
	free(folder);
	return store;
}

void
listen_store_close(struct part_store *store)
{
	if (store != NULL && part_store_count(store) > 0)
		note("%s: %zu parts of long messages wait for the others",
		    part_store_folder(store), part_store_count(store));
	part_store_free(store);
}
