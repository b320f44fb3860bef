// SPDX-License-Identifier: GPL-2.0
/*
 * Mapped and pending blocks in the order of main.
 *
 * The hash has no order, and keeping one for a million blocks would cost more
 * memory than the mappings themselves. So a sorted index is made when somebody
 * lists, and kept while they go on: a page then costs a search and its rows,
 * not a sort. Blocks that are mapped meanwhile are remembered beside it, and
 * rows that no longer hold are passed over; when too many have changed it is
 * made anew.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "dm-remap-show.h"

#define CHANGES_MAX	256
#define DIGIT_BITS	8
#define DIGITS		256u		/* values of one */
#define KEEP_JIFFIES	(30 * HZ)
/* Rows between two looks at whether somebody else wants the processor. */
#define BREATH		65536

struct index_row {
	u64 block;
	u32 slot;
};

struct remap_index {
	u64 count;
	unsigned int changes;
	u32 changed[CHANGES_MAX];	/* slots that were mapped or given up */
	struct index_row *rows;
};

static void index_free(struct remap_index *x)
{
	if (x)
		kvfree(x->rows);
	kvfree(x);
}

static void drop_index(struct remap_c *rc)
{
	struct remap_index *old;

	mutex_lock(&rc->commit_mutex);
	old = rc->index;
	rc->index = NULL;
	mutex_unlock(&rc->commit_mutex);
	index_free(old);
}

static void unused(struct work_struct *work)
{
	struct remap_c *rc = container_of(to_delayed_work(work),
					  struct remap_c, index_work);

	mutex_lock(&rc->list_mutex);
	drop_index(rc);
	mutex_unlock(&rc->list_mutex);
}

void remap_index_init(struct remap_c *rc)
{
	mutex_init(&rc->list_mutex);
	INIT_DELAYED_WORK(&rc->index_work, unused);
}

/* Nobody lists any more. */
void remap_index_exit(struct remap_c *rc)
{
	cancel_delayed_work_sync(&rc->index_work);
	drop_index(rc);
}

/* A slot was mapped or given up. Caller holds commit_mutex. */
void remap_index_note(struct remap_c *rc, u32 slot)
{
	struct remap_index *x = rc->index;

	if (x && x->changes < CHANGES_MAX)
		x->changed[x->changes++] = slot;
}

/* Caller holds commit_mutex. */
static bool index_fill(struct remap_c *rc, struct remap_index *x, u64 room)
{
	u64 slot = 0, block;

	while (remap_next_mapped(rc, &slot, &block)) {
		if (x->count == room)
			return false;
		x->rows[x->count].block = block;
		x->rows[x->count++].slot = slot++;
		if (!(x->count % BREATH))
			cond_resched();
	}
	return true;
}

/* One pass of a radix sort, which moves rows to @to. */
static void sort_digit(const struct index_row *from, struct index_row *to,
		       u64 count, unsigned int shift, u64 *place)
{
	u64 i, sum = 0, n;

	memset(place, 0, DIGITS * sizeof(*place));
	for (i = 0; i < count; i++)
		place[from[i].block >> shift & (DIGITS - 1)]++;
	for (i = 0; i < DIGITS; i++) {
		n = place[i];
		place[i] = sum;
		sum += n;
	}
	for (i = 0; i < count; i++) {
		to[place[from[i].block >> shift & (DIGITS - 1)]++] = from[i];
		if (!(i % BREATH))
			cond_resched();
	}
}

static int index_sort(struct remap_c *rc, struct remap_index *x, u64 room)
{
	struct index_row *other = kvmalloc_array(room, sizeof(*other),
						 GFP_KERNEL);
	u64 *place = kmalloc_array(DIGITS, sizeof(*place), GFP_KERNEL);
	unsigned int shift;
	int r = -ENOMEM;

	if (other && place) {
		for (shift = 0; (rc->main_blocks - 1) >> shift;
		     shift += DIGIT_BITS) {
			sort_digit(x->rows, other, x->count, shift, place);
			swap(x->rows, other);
		}
		r = 0;
	}
	kfree(place);
	kvfree(other);
	return r;
}

/* Caller holds list_mutex. */
static int index_build(struct remap_c *rc)
{
	struct remap_index *x;
	bool all = false;
	u64 room;
	int r;

	drop_index(rc);
	while (!all) {
		/* Some more, as blocks may be mapped before it is filled. */
		room = READ_ONCE(rc->used) + CHANGES_MAX;
		x = kvzalloc(sizeof(*x), GFP_KERNEL);
		if (x)
			x->rows = kvmalloc_array(room, sizeof(*x->rows),
						 GFP_KERNEL);
		if (!x || !x->rows) {
			index_free(x);
			return -ENOMEM;
		}
		mutex_lock(&rc->commit_mutex);
		all = index_fill(rc, x, room);
		/* From here on changes are noted. */
		if (all)
			rc->index = x;
		mutex_unlock(&rc->commit_mutex);
		if (!all)
			index_free(x);
	}
	r = index_sort(rc, x, room);
	if (r)
		drop_index(rc);
	return r;
}

/**
 * remap_list_begin() - get ready for remap_list_next()
 * @rc: target, loaded
 *
 * Context: process; takes list_mutex and commit_mutex until remap_list_end().
 * Return: 0 or -ENOMEM, then they are not taken.
 */
int remap_list_begin(struct remap_c *rc)
{
	unsigned int noio = memalloc_noio_save();
	int r = 0;

	mutex_lock(&rc->list_mutex);
	mutex_lock(&rc->commit_mutex);
	while (!r && (!rc->index || rc->index->changes == CHANGES_MAX)) {
		mutex_unlock(&rc->commit_mutex);
		r = index_build(rc);
		mutex_lock(&rc->commit_mutex);
	}
	if (r) {
		mutex_unlock(&rc->commit_mutex);
		mutex_unlock(&rc->list_mutex);
	}
	memalloc_noio_restore(noio);
	return r;
}

void remap_list_end(struct remap_c *rc)
{
	mutex_unlock(&rc->commit_mutex);
	mod_delayed_work(rc->background, &rc->index_work, KEEP_JIFFIES);
	mutex_unlock(&rc->list_mutex);
}

static u64 first_row(const struct remap_index *x, u64 cursor)
{
	u64 low = 0, high = x->count;

	while (low < high) {
		u64 middle = low + (high - low) / 2;

		if (x->rows[middle].block < cursor)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool next_mapped(struct remap_c *rc, u64 cursor, struct remap_row *row)
{
	const struct remap_index *x = rc->index;
	struct remap_entry e;
	bool found = false;
	unsigned int k;
	u64 i;

	for (i = first_row(x, cursor); i < x->count && !found; i++) {
		remap_slot_entry(rc, x->rows[i].slot, &row->entry);
		row->slot = x->rows[i].slot;
		found = row->entry.state == REMAP_SLOT_MAPPED &&
			row->entry.block == x->rows[i].block;
	}
	for (k = 0; k < x->changes; k++) {
		remap_slot_entry(rc, x->changed[k], &e);
		if (e.state != REMAP_SLOT_MAPPED || e.block < cursor ||
		    (found && e.block >= row->entry.block))
			continue;
		row->entry = e;
		row->slot = x->changed[k];
		found = true;
	}
	return found;
}

/**
 * remap_list_next() - lowest mapped or pending block from a number on
 * @rc: target, between remap_list_begin() and remap_list_end()
 * @cursor: lowest block number
 * @row: result
 *
 * Return: false when there is none.
 */
bool remap_list_next(struct remap_c *rc, u64 cursor, struct remap_row *row)
{
	unsigned long pending = cursor;
	bool mapped = cursor < rc->main_blocks && next_mapped(rc, cursor, row);
	void *seconds = NULL;

	if (cursor < rc->main_blocks)
		seconds = xa_find(&rc->pending, &pending, ULONG_MAX,
				  XA_PRESENT);
	if (mapped)
		row->seconds = row->entry.seconds;
	if (!seconds || (mapped && row->entry.block <= pending))
		return mapped;
	memset(row, 0, sizeof(*row));
	row->entry.block = pending;
	row->slot = REMAP_NO_SLOT;
	row->seconds = xa_to_value(seconds);
	return true;
}
