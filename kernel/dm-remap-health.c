// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of main's blocks apart from where they are.
 */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "dm-remap-filter.h"
#include "dm-remap-scan.h"

/* Soft blocks, and slow ones, that are remembered at most. */
#define MARGINAL_MAX	1048576

void remap_health_init(struct remap_c *rc)
{
	xa_init(&rc->pending);
	xa_init(&rc->gates);
	xa_init(&rc->soft);
	xa_init(&rc->slow);
	xa_init(&rc->weak);
	xa_init(&rc->regions);
	mutex_init(&rc->region_mutex);
	INIT_LIST_HEAD(&rc->error_regions);
}

void remap_health_exit(struct remap_c *rc)
{
	xa_destroy(&rc->pending);
	xa_destroy(&rc->gates);
	xa_destroy(&rc->soft);
	xa_destroy(&rc->slow);
	xa_destroy(&rc->weak);
	atomic_set(&rc->soft_known, 0);
	atomic_set(&rc->slow_known, 0);
	remap_regions_exit(rc);
}

/**
 * remap_mark_pending() - a block could not be read
 * @rc: target
 * @block: main block, not mapped
 * @seconds: Unix time it was found
 * @finder: detail of the event: who found it, NULL for a user's read
 *
 * Not being able to remember it costs finding it again.
 */
void remap_mark_pending(struct remap_c *rc, u64 block, time64_t seconds,
			const char *finder)
{
	unsigned long flags;

	if (xa_load(&rc->pending, block) ||
	    xa_err(xa_store(&rc->pending, block,
			    xa_mk_value(seconds & LONG_MAX), GFP_NOIO)))
		return;
	spin_lock_irqsave(&rc->lock, flags);
	rc->pending_blocks++;
	rc->dirty = true;
	spin_unlock_irqrestore(&rc->lock, flags);
	remap_filter_add(rc, block);
	if (!rc->active)
		return;
	remap_event(rc, REMAP_EVENT_PENDING, block, REMAP_NO_SLOT, finder);
	remap_region_error(rc, block, REMAP_ERROR_READ);
	remap_scan_near(rc, block);
}

/* The block was read, or is mapped now. Return: whether it was pending. */
static bool forget_pending(struct remap_c *rc, u64 block)
{
	unsigned long flags;

	if (!xa_erase(&rc->pending, block))
		return false;
	spin_lock_irqsave(&rc->lock, flags);
	rc->dirty = true;
	rc->pending_blocks--;
	spin_unlock_irqrestore(&rc->lock, flags);
	return true;
}

void remap_pending_mapped(struct remap_c *rc, u64 block)
{
	forget_pending(rc, block);
}

/* The whole of the block was read. */
void remap_pending_recovered(struct remap_c *rc, u64 block)
{
	if (forget_pending(rc, block))
		remap_event(rc, REMAP_EVENT_RECOVERED, block, REMAP_NO_SLOT,
			    NULL);
}

/*
 * Count once more for a block. On a disk that is slow everywhere each block would
 * take memory: past MARGINAL_MAX no new one is remembered.
 */
static unsigned long bump(struct xarray *xa, atomic_t *known, u64 block)
{
	unsigned long n = 1;
	void *old = xa_load(xa, block);

	if (!old && atomic_read(known) >= MARGINAL_MAX)
		return n;
	if (old)
		n += xa_to_value(old);
	else
		atomic_inc(known);
	/* Only a number for the screen; losing one does no harm. */
	xa_store(xa, block, xa_mk_value(n), GFP_NOIO | __GFP_NOWARN);
	return n;
}

/* A block could only be read or written after retries. */
void remap_note_soft(struct remap_c *rc, u64 block)
{
	unsigned int threshold = rc->arg[REMAP_SOFT_THRESHOLD];
	unsigned long n = bump(&rc->soft, &rc->soft_known, block);
	char detail[REMAP_DETAIL_MAX];

	remap_count(rc, &rc->count.soft_errors);
	snprintf(detail, sizeof(detail), "%lu", n);
	remap_event(rc, REMAP_EVENT_SOFT, block, REMAP_NO_SLOT, detail);
	remap_region_error(rc, block, REMAP_ERROR_SOFT);
	if (threshold && n >= threshold)
		remap_weak_note(rc, block);
}

/* Reading a block took @ms milliseconds. */
void remap_note_slow(struct remap_c *rc, u64 block, unsigned int ms)
{
	char detail[REMAP_DETAIL_MAX];

	remap_count(rc, &rc->count.slow_reads);
	bump(&rc->slow, &rc->slow_known, block);
	snprintf(detail, sizeof(detail), "%ums", ms);
	remap_event(rc, REMAP_EVENT_SLOW, block, REMAP_NO_SLOT, detail);
	remap_region_error(rc, block, REMAP_ERROR_SLOW);
}

/**
 * remap_note_latency() - a read of a worker or of the scanner was timed
 * @rc: target
 * @us: microseconds
 */
void remap_note_latency(struct remap_c *rc, u64 us)
{
	unsigned int n = min_t(unsigned int, fls64(us),
			       REMAP_LATENCY_BUCKETS - 1);

	remap_count(rc, &rc->latency[n]);
}

/*
 * Cell i begins at block first + i * count / cells, rounded down. The cell of
 * a block is the last one that begins at or before it.
 */
struct remap_cell *remap_cell_of(const struct remap_grid *g, u64 block)
{
	u64 n;

	if (block < g->first || block - g->first >= g->count)
		return NULL;
	n = mul_u64_u64_div_u64(block - g->first + 1, g->cells, g->count);
	if (mul_u64_u64_div_u64(n, g->count, g->cells) > block - g->first)
		n--;
	return &g->cell[n];
}

static void add_values(struct xarray *xa, const struct remap_grid *g, size_t field)
{
	unsigned long index;
	void *entry;

	xa_for_each_range(xa, index, entry, g->first,
			  g->first + g->count - 1) {
		u32 *n = (void *)remap_cell_of(g, index) + field;

		*n += field == offsetof(struct remap_cell, pending) ?
		      1 : xa_to_value(entry);
	}
}

/* Caller holds commit_mutex. */
static void add_mapped(struct remap_c *rc, const struct remap_grid *g)
{
	struct remap_cell *c;
	u64 slot, block;

	for (slot = 0; remap_next_mapped(rc, &slot, &block); slot++) {
		c = remap_cell_of(g, block);
		if (c)
			c->mapped++;
	}
}

/**
 * remap_cells() - what is known of a range, cut into cells
 * @rc: target
 * @first: first main block
 * @count: number of blocks, at least 1
 * @cells: number of cells, 1 to 65536
 * @result: the cells, for kvfree()
 *
 * Return: 0 or -ENOMEM.
 */
int remap_cells(struct remap_c *rc, u64 first, u64 count, u32 cells,
		struct remap_cell **result)
{
	struct remap_grid g = { .first = first, .count = count, .cells = cells };
	/* A suspend waits for the message, and reclaim may for the device. */
	unsigned int noio = memalloc_noio_save();
	int r = -ENOMEM;

	g.cell = kvcalloc(cells, sizeof(*g.cell), GFP_KERNEL);
	if (g.cell) {
		mutex_lock(&rc->commit_mutex);
		add_mapped(rc, &g);
		mutex_unlock(&rc->commit_mutex);
		add_values(&rc->pending, &g,
			   offsetof(struct remap_cell, pending));
		add_values(&rc->soft, &g, offsetof(struct remap_cell, soft));
		add_values(&rc->slow, &g, offsetof(struct remap_cell, slow));
		r = remap_risk_cells(rc, &g);
	}
	memalloc_noio_restore(noio);
	if (r) {
		kvfree(g.cell);
		return r;
	}
	*result = g.cell;
	return 0;
}

/* Is anything known of a cell? What may be feared for is not. */
static bool tells(const struct remap_cell *c)
{
	return c->scanned || c->mapped || c->pending || c->soft || c->slow;
}

/**
 * remap_health() - the message `health`
 * @rc: target
 * @first: first main block
 * @count: number of blocks, at least 1
 * @cells: number of cells, 1 to 65536
 * @result: where to write
 * @maxlen: size of it
 *
 * Return: 1, or -ENOMEM.
 */
int remap_health(struct remap_c *rc, u64 first, u64 count, u32 cells,
		 char *result, unsigned int maxlen)
{
	struct remap_cell *cell;
	unsigned int sz = 0;
	u32 i;
	int r;

	r = remap_cells(rc, first, count, cells, &cell);
	if (r)
		return r;
	for (i = 0; i < cells; i++) {
		const struct remap_cell *c = &cell[i];

		if (!tells(c))
			continue;
		DMEMIT("%u %llu %u %u %u %u %llu %u %u %u\n", i, c->scanned,
		       c->mapped, c->pending, c->soft, c->slow,
		       c->regions ? div_u64(c->latency_sum, c->regions) : 0,
		       c->latency_max, c->risk, c->confidence);
	}
	DMEMIT("end");
	kvfree(cell);
	return 1;
}
