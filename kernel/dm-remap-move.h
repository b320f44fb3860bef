/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moving blocks on request: what its reading and its writing share.
 */
#ifndef DM_REMAP_MOVE_H
#define DM_REMAP_MOVE_H

#include "dm-remap.h"

#define REMAP_MOVE_PAGES	(REMAP_BATCH_SECTORS >> (PAGE_SHIFT - SECTOR_SHIFT))
/* Not an errno: nothing was done, as the batch is to be done in smaller ones. */
#define REMAP_MOVE_SMALLER	1

/* One block of a batch. */
struct remap_move_item {
	struct remap_wait_lock lock;
	u64 block;
	u64 want[REMAP_MASK_WORDS];	/* sectors that are still on main */
	u64 got[REMAP_MASK_WORDS];	/* those of them that were read */
	struct remap_view old;
	u32 slot;
	unsigned int index;		/* place in the batch's buffer */
	bool skip;			/* nothing to do */
};

/* A batch, and how large the next ones may be. */
struct remap_move {
	u64 first;
	unsigned int count;
	enum remap_cause cause;
	int flush_errors;		/* before anything was written */
	u64 few_until;			/* main block up to which batches are few, */
	u64 one_until;			/* or of one block */
	struct remap_move_item item[REMAP_BATCH_BLOCKS];
	struct remap_change change[REMAP_BATCH_BLOCKS];
	struct page *page[REMAP_MOVE_PAGES];
};

blk_status_t remap_move_io(struct remap_c *rc, struct remap_move *m,
			   struct block_device *bdev, sector_t sector,
			   unsigned int buffer_sector, unsigned int sectors,
			   blk_opf_t opf);
int remap_move_read(struct remap_c *rc, struct remap_move *m);

#endif
