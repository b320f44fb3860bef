// SPDX-License-Identifier: GPL-2.0
/*
 * What a spare block holds, on its way to another one.
 */
#include <linux/gfp.h>

#include "dm-remap.h"

struct spare_piece {
	struct page *page;
	sector_t sector;
	unsigned int sectors;
};

static blk_status_t read_piece(struct remap_c *rc, void *context)
{
	struct spare_piece *p = context;

	return remap_io_pages(rc, rc->spare->bdev, p->sector, &p->page, 0,
			      p->sectors, REQ_OP_READ | REQ_NOMERGE);
}

/*
 * A spare that is away for a moment fails everything with a plain I/O error on
 * some paths. What stands on it is lost only when it answers, and not for this.
 */
static blk_status_t believe_spare(struct remap_c *rc, struct spare_piece *p,
				  blk_status_t status)
{
	if (remap_classify(status) != REMAP_CLASS_IO)
		return status;
	if (!remap_spare_alive(rc))
		return BLK_STS_TRANSPORT;
	return read_piece(rc, p);
}

/**
 * remap_carry_over() - copy what a failing spare block still holds to a new one
 * @rc: target
 * @old: the mapping so far
 * @slot: number of the new spare block
 * @skip: sectors that are not copied
 * @entry: for the new spare block; @lost is filled in
 *
 * Sectors that cannot be read any more are lost: their old contents on main must
 * not come back, so they stay resident and give an error until written. An error
 * that does not blame them loses nothing: then the block stays where it is.
 *
 * Context: process, may be on the I/O path; caller owns the block.
 * Return: status; when it is not BLK_STS_OK the new spare block is not to be used.
 */
blk_status_t remap_carry_over(struct remap_c *rc, const struct remap_view *old,
			      u32 slot, const u64 *skip,
			      struct remap_entry *entry)
{
	unsigned int step = bdev_logical_block_size(rc->spare->bdev) >>
			    SECTOR_SHIFT;
	/* The target may have been longer when the mask was made. */
	unsigned int n, end = rc->block_sectors;
	struct spare_piece piece = {
		.page = alloc_page(GFP_NOIO), .sectors = step,
	};
	blk_status_t status = BLK_STS_OK;
	struct remap_tries tries;

	if (!piece.page)
		return BLK_STS_RESOURCE;
	for (n = 0; n < end; n += step) {
		if (!remap_bit(old->mask, n) || remap_bit(skip, n))
			continue;
		piece.sector = remap_slot_sector(rc, old->slot) + n;
		status = BLK_STS_MEDIUM;
		if (!remap_bit(old->lost, n))
			status = remap_read_tries(rc, read_piece, &piece,
						  &tries);
		/* While remapping is halted nothing is tried again. */
		if (status && READ_ONCE(rc->halted) &&
		    !remap_bit(old->lost, n))
			status = BLK_STS_RESOURCE;
		if (status && !remap_bit(old->lost, n))
			status = believe_spare(rc, &piece, status);
		if (status && !remap_blames_block(status))
			break;
		if (status) {
			u64 bits[REMAP_MASK_WORDS];

			remap_mask_range(bits, n, step);
			entry->lost[0] |= bits[0];
			entry->lost[1] |= bits[1];
			status = BLK_STS_OK;
			continue;
		}
		status = remap_io_pages(rc, rc->spare->bdev,
					remap_slot_sector(rc, slot) + n,
					&piece.page, 0, step,
					REQ_OP_WRITE | REQ_NOMERGE);
		if (status)
			break;
	}
	__free_page(piece.page);
	return status;
}
