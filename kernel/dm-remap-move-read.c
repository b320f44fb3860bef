// SPDX-License-Identifier: GPL-2.0
/*
 * Moving blocks on request: the reading, for which writes to the blocks wait.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "dm-remap-move.h"

/* Read or write part of the batch's buffer. Context: process. */
blk_status_t remap_move_io(struct remap_c *rc, struct remap_move *m,
			   struct block_device *bdev, sector_t sector,
			   unsigned int buffer_sector, unsigned int sectors,
			   blk_opf_t opf)
{
	return remap_io_pages(rc, bdev, sector, m->page,
			      buffer_sector << SECTOR_SHIFT, sectors, opf);
}

/* Should reading end? A failing disk may take minutes for one block. */
static int must_end(struct remap_c *rc)
{
	if (READ_ONCE(rc->stopping))
		return -EBUSY;
	if (READ_ONCE(rc->halted))
		return -EAGAIN;
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/*
 * Read the wanted sectors of one block, in pieces that both devices can read and
 * write: what the spare holds must begin and end between its logical blocks.
 */
static int read_pieces(struct remap_c *rc, struct remap_move *m,
		       struct remap_move_item *it)
{
	unsigned int step = max(bdev_logical_block_size(rc->main->bdev),
				bdev_logical_block_size(rc->spare->bdev)) >>
			    SECTOR_SHIFT;
	unsigned int n, end = remap_sectors_of(rc, it->block);
	bool failed = false;
	int r;

	for (n = 0; n < end; n += step) {
		u64 bits[REMAP_MASK_WORDS];
		blk_status_t status;

		if (!remap_bit(it->want, n))
			continue;
		r = must_end(rc);
		if (r)
			return r;
		status = remap_move_io(rc, m, rc->main->bdev,
				       ((sector_t)it->block <<
					rc->block_shift) + n,
				       it->index * rc->block_sectors + n, step,
				       REQ_OP_READ | REQ_NOMERGE);
		if (!status) {
			remap_mask_range(bits, n, step);
			it->got[0] |= bits[0] & it->want[0];
			it->got[1] |= bits[1] & it->want[1];
			continue;
		}
		if (m->count > 1)
			return REMAP_MOVE_SMALLER;
		/* Asked once per block, as main is as alive for the rest. */
		if (!failed && !remap_believe(rc, status, it->block))
			return -EIO;
		failed = true;
	}
	if (failed)
		remap_count(rc, &rc->count.read_errors);
	return 0;
}

static int read_item(struct remap_c *rc, struct remap_move *m,
		     struct remap_move_item *it)
{
	sector_t sector = (sector_t)it->block << rc->block_shift;
	unsigned int attempt, sectors = remap_sectors_of(rc, it->block);
	blk_status_t status = BLK_STS_OK;
	int r;

	if (it->old.mapped)
		return read_pieces(rc, m, it);
	for (attempt = 0; attempt <= rc->arg[REMAP_RETRIES]; attempt++) {
		if (attempt)
			remap_backoff(rc, attempt);
		r = must_end(rc);
		if (r)
			return r;
		status = remap_move_io(rc, m, rc->main->bdev, sector,
				       it->index * rc->block_sectors, sectors,
				       REQ_OP_READ | REQ_NOMERGE);
		if (status && m->count > 1)
			return REMAP_MOVE_SMALLER;
		if (status && !remap_blames_block(status))
			break;
		if (status)
			continue;
		memcpy(it->got, it->want, sizeof(it->got));
		if (attempt)
			remap_note_soft(rc, it->block);
		return 0;
	}
	if (m->cause == REMAP_CAUSE_PROACTIVE) {
		/* Too late: it is pending, as after a user's read. */
		remap_read_failed(rc, it->block, false, status, NULL);
		it->skip = true;
		return 0;
	}
	return read_pieces(rc, m, it);
}

/* Sectors of main that the batch covers. */
static unsigned int batch_sectors(struct remap_c *rc, struct remap_move *m)
{
	u64 last = m->first + m->count - 1;

	return ((m->count - 1) << rc->block_shift) + remap_sectors_of(rc, last);
}

/**
 * remap_move_read() - read what a batch is to move
 * @rc: target
 * @m: the batch; its blocks are owned and gated
 *
 * Context: process.
 * Return: 0, then each item tells what was read of it; REMAP_MOVE_SMALLER; -EIO
 * when main failed as a whole; -EBUSY when suspending, -EAGAIN when halted,
 * -EINTR.
 */
int remap_move_read(struct remap_c *rc, struct remap_move *m)
{
	unsigned int i;
	bool plain = true;
	int r;

	for (i = 0; i < m->count; i++) {
		struct remap_move_item *it = &m->item[i];

		it->block = m->first + i;
		it->index = i;
		it->slot = REMAP_NO_SLOT;
		memset(it->got, 0, sizeof(it->got));
		remap_view(rc, it->block, &it->old);
		remap_mask_range(it->want, 0, remap_sectors_of(rc, it->block));
		it->want[0] &= ~it->old.mask[0];
		it->want[1] &= ~it->old.mask[1];
		it->skip = !(it->want[0] | it->want[1]) ||
			   (it->old.mapped &&
			    m->cause == REMAP_CAUSE_PROACTIVE) ||
			   xa_load(&rc->gates, it->block) ==
			   xa_mk_value(REMAP_GATE_LIMBO);
		plain &= !it->old.mapped;
	}
	if (plain && remap_move_io(rc, m, rc->main->bdev,
				   (sector_t)m->first << rc->block_shift, 0,
				   batch_sectors(rc, m), REQ_OP_READ)) {
		if (m->count > 1)
			return REMAP_MOVE_SMALLER;
	} else if (plain) {
		for (i = 0; i < m->count; i++)
			memcpy(m->item[i].got, m->item[i].want,
			       sizeof(m->item[i].got));
		return 0;
	}
	for (i = 0; i < m->count; i++) {
		if (m->item[i].skip)
			continue;
		r = read_item(rc, m, &m->item[i]);
		if (r)
			return r;
		/* A mapped block of which nothing more can be read. */
		if (m->item[i].old.mapped &&
		    !(m->item[i].got[0] | m->item[i].got[1]))
			m->item[i].skip = true;
	}
	return 0;
}
