// SPDX-License-Identifier: GPL-2.0
/*
 * Moving blocks on request: copies every sector that can be read, against
 * concurrent writers (see dm-remap-lock.c), a batch of neighbours at a time.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "dm-remap.h"

#define BATCH_PAGES	(REMAP_BATCH_SECTORS >> (PAGE_SHIFT - SECTOR_SHIFT))
#define SPARE_TRIES	8

struct move_item {
	struct remap_wait_lock lock;
	u64 block;
	u64 want[REMAP_MASK_WORDS];	/* sectors that are still on main */
	u64 got[REMAP_MASK_WORDS];	/* those of them that were read */
	struct remap_view old;
	u32 slot;
	unsigned int index;		/* place in the batch's buffer */
	bool skip;			/* nothing to do */
};

struct move {
	u64 first;
	unsigned int count;
	enum remap_cause cause;
	int flush_errors;		/* before anything was written */
	struct move_item item[REMAP_BATCH_BLOCKS];
	struct remap_change change[REMAP_BATCH_BLOCKS];
	struct page *page[BATCH_PAGES];
};

static void move_free(struct move *m)
{
	unsigned int i;

	for (i = 0; i < BATCH_PAGES; i++)
		if (m->page[i])
			__free_page(m->page[i]);
	kvfree(m);
}

static struct move *move_alloc(void)
{
	struct move *m = kvzalloc(sizeof(*m), GFP_KERNEL);
	unsigned int i;

	if (!m)
		return NULL;
	for (i = 0; i < BATCH_PAGES; i++) {
		m->page[i] = alloc_page(GFP_KERNEL);
		if (!m->page[i]) {
			move_free(m);
			return NULL;
		}
	}
	return m;
}

static blk_status_t move_io(struct remap_c *rc, struct move *m,
			    struct block_device *bdev, sector_t sector,
			    unsigned int buffer_sector, unsigned int sectors,
			    blk_opf_t opf)
{
	return remap_io_pages(rc, bdev, sector, m->page,
			      buffer_sector << SECTOR_SHIFT, sectors, opf);
}

/*
 * Read the wanted sectors of one block, in pieces that both devices can read and
 * write: what the spare holds must begin and end between its logical blocks.
 */
static int read_pieces(struct remap_c *rc, struct move *m, struct move_item *it)
{
	unsigned int step = max(bdev_logical_block_size(rc->main->bdev),
				bdev_logical_block_size(rc->spare->bdev)) >>
			    SECTOR_SHIFT;
	unsigned int n, end = remap_sectors_of(rc, it->block);
	bool failed = false;

	for (n = 0; n < end; n += step) {
		u64 bits[REMAP_MASK_WORDS];
		blk_status_t status;

		if (!remap_bit(it->want, n))
			continue;
		status = move_io(rc, m, rc->main->bdev,
				 ((sector_t)it->block << rc->block_shift) + n,
				 it->index * rc->block_sectors + n, step,
				 REQ_OP_READ | REQ_NOMERGE);
		if (!status) {
			remap_mask_range(bits, n, step);
			it->got[0] |= bits[0] & it->want[0];
			it->got[1] |= bits[1] & it->want[1];
			continue;
		}
		/* Asked once per block, as main is as alive for the rest. */
		if (!failed && !remap_believe(rc, status, it->block))
			return -EIO;
		failed = true;
	}
	if (failed)
		remap_count(rc, &rc->count.read_errors);
	return 0;
}

static int read_item(struct remap_c *rc, struct move *m, struct move_item *it)
{
	sector_t sector = (sector_t)it->block << rc->block_shift;
	unsigned int attempt, sectors = remap_sectors_of(rc, it->block);
	blk_status_t status = BLK_STS_OK;

	if (it->old.mapped)
		return read_pieces(rc, m, it);
	for (attempt = 0; attempt <= rc->arg[REMAP_RETRIES]; attempt++) {
		if (attempt)
			remap_backoff(rc, attempt);
		status = move_io(rc, m, rc->main->bdev, sector,
				 it->index * rc->block_sectors, sectors,
				 REQ_OP_READ | REQ_NOMERGE);
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
static unsigned int batch_sectors(struct remap_c *rc, struct move *m)
{
	u64 last = m->first + m->count - 1;

	return ((m->count - 1) << rc->block_shift) + remap_sectors_of(rc, last);
}

static int read_batch(struct remap_c *rc, struct move *m)
{
	unsigned int i;
	bool plain = true;
	int r;

	for (i = 0; i < m->count; i++) {
		struct move_item *it = &m->item[i];

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
	if (plain && !move_io(rc, m, rc->main->bdev,
			      (sector_t)m->first << rc->block_shift, 0,
			      batch_sectors(rc, m), REQ_OP_READ)) {
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

static blk_status_t write_item(struct remap_c *rc, struct move *m,
			       struct move_item *it)
{
	unsigned int n = 0, run, end = remap_sectors_of(rc, it->block);

	while ((run = remap_next_run(it->got, &n, end))) {
		blk_status_t status =
			move_io(rc, m, rc->spare->bdev,
				remap_slot_sector(rc, it->slot) + n,
				it->index * rc->block_sectors + n, run,
				REQ_OP_WRITE | REQ_NOMERGE);
		if (status)
			return status;
		n += run;
	}
	return BLK_STS_OK;
}

/* Take a spare block that can be written, and write to it. */
static int place_item(struct remap_c *rc, struct move *m, struct move_item *it)
{
	blk_status_t status;
	unsigned int tries;
	int r;

	if (it->old.mapped) {
		it->slot = it->old.slot;
		return write_item(rc, m, it) ? -EIO : 0;
	}
	for (tries = 0; tries < SPARE_TRIES; tries++) {
		if (it->slot == REMAP_NO_SLOT) {
			r = remap_spare_take(rc, &it->slot);
			if (r)
				return r;
		}
		status = write_item(rc, m, it);
		if (!status)
			return 0;
		if (!remap_blames_block(status)) {
			remap_spare_put(rc, it->slot);
			it->slot = REMAP_NO_SLOT;
			return -EIO;
		}
		r = remap_mark_bad(rc, it->slot);
		it->slot = REMAP_NO_SLOT;
		if (!r)
			return -EIO;
	}
	return -EIO;
}

/*
 * Items that were read whole and whose new spare blocks are neighbours, from
 * item @i on: write them in one go. Returns how many, 0 to do them singly.
 */
static unsigned int place_run(struct remap_c *rc, struct move *m,
			      unsigned int i)
{
	struct move_item *it = m->item;
	unsigned int n = 0, k, last = 0;

	for (; i + n < m->count; n++) {
		k = i + n;
		if (it[k].skip || it[k].old.mapped ||
		    memcmp(it[k].got, it[k].want, sizeof(it[k].got)))
			break;
		if (it[k].slot == REMAP_NO_SLOT &&
		    remap_spare_take(rc, &it[k].slot))
			break;
		if (n && it[k].slot != it[k - 1].slot + 1)
			break;
		last = k;
	}
	if (n < 2)
		return 0;
	k = ((n - 1) << rc->block_shift) + remap_sectors_of(rc, it[last].block);
	if (move_io(rc, m, rc->spare->bdev, remap_slot_sector(rc, it[i].slot),
		    i * rc->block_sectors, k, REQ_OP_WRITE))
		return 0;
	return n;
}

static void fill_change(const struct move *m, struct move_item *it,
			struct remap_change *c)
{
	struct remap_entry *e = &c->entry;
	unsigned int i;

	memset(c, 0, sizeof(*c));
	c->slot = it->slot;
	c->flush_errors = m->flush_errors;
	c->suspect = it->old.suspect;
	e->block = it->block;
	e->state = REMAP_SLOT_MAPPED;
	e->cause = it->old.mapped ? it->old.cause : m->cause;
	e->seconds = it->old.mapped ? it->old.seconds :
				      (u32)ktime_get_real_seconds();
	for (i = 0; i < REMAP_MASK_WORDS; i++) {
		e->mask[i] = it->old.mask[i] | it->got[i];
		e->lost[i] = it->old.lost[i];
	}
}

static int commit_batch(struct remap_c *rc, struct move *m)
{
	struct remap_change *c = m->change;
	unsigned int i, n = 0;
	int r;

	for (i = 0; i < m->count; i++)
		if (!m->item[i].skip)
			fill_change(m, &m->item[i], &c[n++]);
	if (!n)
		return 0;
	r = remap_commit_blocks(rc, c, n);
	for (i = 0, n = 0; i < m->count; i++) {
		struct move_item *it = &m->item[i];

		if (it->skip)
			continue;
		if (remap_unwritten(c[n].error)) {
			if (!it->old.mapped)
				remap_spare_put(rc, it->slot);
		} else if (!c[n].error) {
			if (!it->old.mapped) {
				remap_count(rc, &rc->count.remaps[m->cause]);
				remap_pending_mapped(rc, it->block);
			}
			remap_event(rc, REMAP_EVENT_REMAP, it->block, it->slot,
				    m->cause == REMAP_CAUSE_PROACTIVE ?
				    "proactive" : "manual");
		}
		it->slot = REMAP_NO_SLOT;
		n++;
	}
	return r;
}

/* All blocks of the batch are owned and gated. */
static int copy_batch(struct remap_c *rc, struct move *m)
{
	unsigned int i, k, n;
	int r, r2;

	r = read_batch(rc, m);
	if (r)
		return r;
	m->flush_errors = atomic_read(&rc->flush_errors);
	for (i = 0; i < m->count && !r; i += n) {
		n = 1;
		if (m->item[i].skip)
			continue;
		k = place_run(rc, m, i);
		if (k)
			n = k;
		else
			r = place_item(rc, m, &m->item[i]);
		if (r)
			break;
	}
	/* What could not be placed is left as it was. */
	for (k = i; r && k < m->count; k++) {
		struct move_item *it = &m->item[k];

		if (!it->old.mapped && it->slot != REMAP_NO_SLOT)
			remap_spare_put(rc, it->slot);
		it->skip = true;
	}
	r2 = commit_batch(rc, m);
	return r ? r : r2;
}

static int move_batch(struct remap_c *rc, struct move *m)
{
	unsigned int i;
	int r;

	for (i = 0; i < m->count; i++)
		remap_lock_block_wait(rc, &m->item[i].lock, m->first + i);
	r = remap_gate(rc, m->first, m->count, REMAP_GATE_MOVING);
	if (!r) {
		remap_drain(rc);
		r = copy_batch(rc, m);
		remap_ungate(rc, m->first, m->count);
	}
	for (i = 0; i < m->count; i++)
		remap_unlock_block(rc, &m->item[i].lock.lock);
	return r;
}

/* May blocks be moved on request? Return: 0, -EBUSY, -EROFS or -EAGAIN. */
int remap_may_request(struct remap_c *rc)
{
	if (READ_ONCE(rc->stopping))
		return -EBUSY;
	if (READ_ONCE(rc->read_only) || READ_ONCE(rc->failed))
		return -EROFS;
	if (READ_ONCE(rc->halted))
		return -EAGAIN;
	return 0;
}

/**
 * remap_move() - move blocks to the spare
 * @rc: target, active
 * @block: first main block
 * @count: number of blocks, all within the target
 * @cause: on request; or by the target's own judgement, then only blocks that
 *	can be read whole and are not mapped yet
 *
 * Return: 0; -ENOSPC when the spares ran out, -EIO when main or the spare
 * failed as a whole, -EAGAIN when halted, -EROFS, -EBUSY when suspending,
 * -EINTR, -ENOMEM. What was moved until then stays moved.
 */
int remap_move(struct remap_c *rc, u64 block, u64 count, enum remap_cause cause)
{
	unsigned int batch = min_t(unsigned int, REMAP_BATCH_BLOCKS,
				   REMAP_BATCH_SECTORS >> rc->block_shift);
	unsigned int noio = memalloc_noio_save();
	struct move *m;
	int r;

	mutex_lock(&rc->move_mutex);
	m = move_alloc();
	r = m ? 0 : -ENOMEM;
	if (m)
		m->cause = cause;
	while (!r && count) {
		r = remap_may_request(rc);
		if (!r && fatal_signal_pending(current))
			r = -EINTR;
		if (r)
			break;
		m->first = block;
		m->count = min_t(u64, batch, count);
		r = move_batch(rc, m);
		block += m->count;
		count -= m->count;
		cond_resched();
	}
	if (m)
		move_free(m);
	mutex_unlock(&rc->move_mutex);
	memalloc_noio_restore(noio);
	return r == -EREMOTEIO ? -EIO : r;
}
