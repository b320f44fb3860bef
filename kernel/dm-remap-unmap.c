// SPDX-License-Identifier: GPL-2.0
/*
 * Giving a block back to main.
 *
 * The order that never shows old data, wherever the power is cut: the resident
 * sectors to main, made durable there and compared; the removal to the metadata
 * copies; then the removal becomes visible. Until the removal is durable the
 * spare block holds, afterwards main does, and in between both are the same,
 * since writes wait at the gate. The spare block is given back when the last
 * read from it is done (see dm-remap-lock.c).
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "dm-remap.h"

struct unmap {
	struct remap_wait_lock lock;
	struct remap_view view;
	u64 block;
	struct page *data[REMAP_IO_PAGES];
	struct page *back[REMAP_IO_PAGES];
};

static void unmap_free(struct unmap *u)
{
	unsigned int i;

	for (i = 0; i < REMAP_IO_PAGES; i++) {
		if (u->data[i])
			__free_page(u->data[i]);
		if (u->back[i])
			__free_page(u->back[i]);
	}
	kfree(u);
}

static struct unmap *unmap_alloc(struct remap_c *rc, u64 block)
{
	struct unmap *u = kzalloc(sizeof(*u), GFP_KERNEL);
	unsigned int i;

	if (!u)
		return NULL;
	u->block = block;
	/* Zeroed, as what is compared includes the sectors that are not read. */
	for (i = 0; i << PAGE_SHIFT < rc->block_sectors << SECTOR_SHIFT; i++) {
		u->data[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		u->back[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!u->data[i] || !u->back[i]) {
			unmap_free(u);
			return NULL;
		}
	}
	return u;
}

/* Every run of resident sectors by itself, the block beginning at @start. */
static blk_status_t each_run(struct remap_c *rc, struct unmap *u,
			     struct block_device *bdev, sector_t start,
			     struct page **pages, blk_opf_t opf)
{
	unsigned int n = 0, run, end = remap_sectors_of(rc, u->block);
	blk_status_t status;

	while ((run = remap_next_run(u->view.mask, &n, end))) {
		status = remap_io_pages(rc, bdev, start + n, pages,
					n << SECTOR_SHIFT, run,
					opf | REQ_NOMERGE);
		if (status)
			return status;
		n += run;
	}
	return BLK_STS_OK;
}

static blk_status_t try_runs(struct remap_c *rc, struct unmap *u,
			     struct block_device *bdev, sector_t start,
			     struct page **pages, blk_opf_t opf)
{
	blk_status_t status;
	unsigned int attempt;

	for (attempt = 0;; attempt++) {
		status = each_run(rc, u, bdev, start, pages, opf);
		if (!status)
			return BLK_STS_OK;
		if (!remap_blames_block(status) ||
		    attempt >= rc->arg[REMAP_RETRIES] ||
		    READ_ONCE(rc->stopping))
			return status;
		remap_backoff(rc, attempt + 1);
	}
}

static bool same(struct unmap *u)
{
	unsigned int i;

	for (i = 0; i < REMAP_IO_PAGES && u->data[i]; i++)
		if (memcmp(page_address(u->data[i]), page_address(u->back[i]),
			   PAGE_SIZE))
			return false;
	return true;
}

/* Resident sectors to main, durable and compared. */
static int copy_back(struct remap_c *rc, struct unmap *u)
{
	sector_t start = (sector_t)u->block << rc->block_shift;
	blk_status_t status;

	status = try_runs(rc, u, rc->spare->bdev,
			  remap_slot_sector(rc, u->view.slot), u->data,
			  REQ_OP_READ);
	if (status) {
		DMERR("%s: block %llu stays mapped: spare block %u cannot be read",
		      remap_name(rc), u->block, u->view.slot);
		if (remap_blames_block(status))
			remap_set_suspect(rc, u->view.slot);
		return -EIO;
	}
	status = try_runs(rc, u, rc->main->bdev, start, u->data, REQ_OP_WRITE);
	if (!status)
		status = remap_flush(rc, rc->main->bdev);
	if (!status)
		status = try_runs(rc, u, rc->main->bdev, start, u->back,
				  REQ_OP_READ);
	if (status) {
		/* Halts when it blames the path. */
		remap_believe(rc, status, u->block);
		DMERR("%s: block %llu stays mapped: main still fails",
		      remap_name(rc), u->block);
		return -EIO;
	}
	if (!same(u)) {
		DMERR("%s: block %llu stays mapped: main does not give back what was written",
		      remap_name(rc), u->block);
		return -EIO;
	}
	return 0;
}

/* Take the mapping away. Main holds what the spare block holds. */
static int forget(struct remap_c *rc, struct unmap *u)
{
	struct remap_change change = {
		.slot = u->view.slot,
		.flush_errors = atomic_read(&rc->flush_errors[1]),
		.unmaps = true,
		.entry.block = u->block,
		.entry.state = u->view.suspect ? REMAP_SLOT_BAD :
						 REMAP_SLOT_FREE,
	};
	int r = remap_commit_blocks(rc, &change, 1);

	if (r == -EIO || r == -EREMOTEIO)
		DMERR("%s: block %llu stays mapped: the metadata cannot be written",
		      remap_name(rc), u->block);
	if (r)
		return r;
	if (!u->view.suspect) {
		remap_drain(rc);
		remap_spare_put(rc, u->view.slot);
		remap_spare_rearm(rc);
	}
	remap_event(rc, REMAP_EVENT_UNMAP, u->block, u->view.slot, NULL);
	return 0;
}

/* The block is owned. */
static int unmap_block(struct remap_c *rc, struct unmap *u)
{
	u64 all[REMAP_MASK_WORDS];
	int r;

	remap_mask_range(all, 0, remap_sectors_of(rc, u->block));
	remap_view(rc, u->block, &u->view);
	if (!u->view.mapped) {
		DMERR("%s: block %llu is not mapped", remap_name(rc), u->block);
		return -EINVAL;
	}
	if ((u->view.mask[0] & ~all[0]) | (u->view.mask[1] & ~all[1])) {
		DMERR("%s: block %llu stays mapped: it reaches beyond the target",
		      remap_name(rc), u->block);
		return -EIO;
	}
	if (u->view.lost[0] | u->view.lost[1]) {
		DMERR("%s: block %llu stays mapped: a sector of it is lost, write it first",
		      remap_name(rc), u->block);
		return -EIO;
	}
	if (xa_load(&rc->gates, u->block)) {
		DMERR("%s: block %llu stays mapped: its last commit failed half-way",
		      remap_name(rc), u->block);
		return -EIO;
	}
	r = remap_gate(rc, u->block, 1, REMAP_GATE_MOVING);
	if (r)
		return r;
	remap_drain(rc);
	r = copy_back(rc, u);
	if (!r)
		r = forget(rc, u);
	remap_ungate(rc, u->block, 1);
	return r;
}

/**
 * remap_unmap() - the message `unmap`
 * @rc: target, active
 * @block: main block, within the target
 *
 * Return: 0; -EINVAL when the block is not mapped; -EIO when main still fails,
 * the spare block cannot be read, or the metadata cannot be written; -EAGAIN
 * when halted, -EROFS, -EBUSY when suspending, -ENOMEM. After an error the
 * block is still mapped.
 */
int remap_unmap(struct remap_c *rc, u64 block)
{
	unsigned int noio = memalloc_noio_save();
	struct unmap *u;
	int r;

	mutex_lock(&rc->move_mutex);
	r = remap_may_request(rc);
	if (!r) {
		u = unmap_alloc(rc, block);
		r = u ? 0 : -ENOMEM;
	}
	if (!r) {
		remap_lock_block_wait(rc, &u->lock, block);
		r = unmap_block(rc, u);
		remap_unlock_block(rc, &u->lock.lock);
		unmap_free(u);
	}
	mutex_unlock(&rc->move_mutex);
	memalloc_noio_restore(noio);
	return r == -EREMOTEIO ? -EIO : r;
}
