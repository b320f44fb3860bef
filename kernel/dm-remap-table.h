/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Going through the table when a pair is activated.
 */
#ifndef DM_REMAP_TABLE_H
#define DM_REMAP_TABLE_H

#include "dm-remap.h"

/* What is found out on the way. */
struct remap_table_pass {
	void *buf[REMAP_COPIES];
	bool readable[REMAP_COPIES][REMAP_IO_PAGES * PAGE_SIZE / REMAP_UNIT];
	u64 *sequence;
	/*
	 * By unit a spare block that its copies still call mapped, or
	 * REMAP_NO_SLOT: a newer unit has the block somewhere else.
	 */
	u32 *outdone;
	unsigned int step;		/* logical block of both devices, in sectors */
	bool mend;
	u64 wrong;		/* units of any copy that were not as the best */
	u64 mended;
	bool moved;		/* a unit of a copy has a new place */
	bool lacks[REMAP_COPIES];	/* a unit could not be written, */
	bool unlisted[REMAP_COPIES];	/* nor that be listed */
	bool news;			/* the superblock does not say so yet */
	/* Spare blocks: from @seen to @usable none may hold data, then all. */
	u64 seen;
	u64 usable;
	u64 end;
};

/* dm-remap-load-unit.c */
int remap_load_unit(struct remap_c *rc, struct remap_table_pass *p, u64 unit,
		    const struct remap_disk_table *t);

#endif
