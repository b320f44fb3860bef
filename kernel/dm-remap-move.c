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

#include "dm-remap-move.h"

#define SPARE_TRIES	8
/* A batch around what cannot be read is done again in ones of this many blocks. */
#define FEW_BLOCKS	16u

static void move_free(struct remap_move *m)
{
	unsigned int i;

	for (i = 0; i < REMAP_MOVE_PAGES; i++)
		if (m->page[i])
			__free_page(m->page[i]);
	kvfree(m);
}

static struct remap_move *move_alloc(void)
{
	struct remap_move *m = kvzalloc(sizeof(*m), GFP_KERNEL);
	unsigned int i;

	if (!m)
		return NULL;
	for (i = 0; i < REMAP_MOVE_PAGES; i++) {
		m->page[i] = alloc_page(GFP_KERNEL);
		if (!m->page[i]) {
			move_free(m);
			return NULL;
		}
	}
	return m;
}

/*
 * Blocks of the next batch, which starts at @block. Writes to a batch wait as long
 * as it is read: one that fails is not tried block by block.
 */
static unsigned int next_batch(struct remap_c *rc, const struct remap_move *m,
			       u64 block, u64 count)
{
	unsigned int most = min_t(unsigned int, REMAP_BATCH_BLOCKS,
				  REMAP_BATCH_SECTORS >> rc->block_shift);

	if (block < m->one_until)
		return 1;
	if (block < m->few_until)
		return min3((u64)FEW_BLOCKS, m->few_until - block, count);
	return min_t(u64, most, count);
}

/* A batch failed to be read. */
static void make_smaller(struct remap_move *m)
{
	if (m->count > FEW_BLOCKS)
		m->few_until = m->first + m->count;
	else
		m->one_until = m->first + m->count;
}

static blk_status_t write_item(struct remap_c *rc, struct remap_move *m,
			       struct remap_move_item *it)
{
	unsigned int n = 0, run, end = remap_sectors_of(rc, it->block);

	while ((run = remap_next_run(it->got, &n, end))) {
		blk_status_t status =
			remap_move_io(rc, m, rc->spare->bdev,
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
static int place_item(struct remap_c *rc, struct remap_move *m,
		      struct remap_move_item *it)
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
static unsigned int place_run(struct remap_c *rc, struct remap_move *m,
			      unsigned int i)
{
	struct remap_move_item *it = m->item;
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
	if (remap_move_io(rc, m, rc->spare->bdev,
			  remap_slot_sector(rc, it[i].slot),
			  i * rc->block_sectors, k, REQ_OP_WRITE))
		return 0;
	return n;
}

static void fill_change(const struct remap_move *m, struct remap_move_item *it,
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

static int commit_batch(struct remap_c *rc, struct remap_move *m)
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
		struct remap_move_item *it = &m->item[i];

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
static int copy_batch(struct remap_c *rc, struct remap_move *m)
{
	unsigned int i, k, n;
	int r, r2;

	r = remap_move_read(rc, m);
	if (r)
		return r;
	m->flush_errors = atomic_read(&rc->flush_errors[1]);
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
		struct remap_move_item *it = &m->item[k];

		if (!it->old.mapped && it->slot != REMAP_NO_SLOT)
			remap_spare_put(rc, it->slot);
		it->skip = true;
	}
	r2 = commit_batch(rc, m);
	return r ? r : r2;
}

static int move_batch(struct remap_c *rc, struct remap_move *m)
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
	unsigned int noio = memalloc_noio_save();
	u64 again = REMAP_NO_BLOCK;
	struct remap_move *m;
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
		m->count = next_batch(rc, m, block, count);
		r = move_batch(rc, m);
		if (r == REMAP_MOVE_SMALLER) {
			make_smaller(m);
			r = 0;
			continue;
		}
		/* Once more: it may have been the flush of somebody else. */
		if (r == -EREMOTEIO && again != block) {
			again = block;
			r = 0;
			continue;
		}
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
