// SPDX-License-Identifier: GPL-2.0
/*
 * The messages `remaps` and `events`.
 *
 * A result that does not fit is not cut here: device-mapper then tells user
 * space that the buffer was full, and libdevmapper asks again with a larger
 * one.
 */
#include <linux/mm.h>
#include <linux/sort.h>

#include "dm-remap.h"

const char * const remap_cause_names[] = {
	[REMAP_CAUSE_NONE] = "-",
	[REMAP_CAUSE_AUTO] = "auto",
	[REMAP_CAUSE_MANUAL] = "manual",
	[REMAP_CAUSE_PROACTIVE] = "proactive",
};

struct row {
	u64 block;
	u32 slot;
};

static int by_block(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->block < y->block ? -1 : x->block > y->block;
}

/* Mapped blocks from @cursor on, sorted. Caller holds commit_mutex. */
static struct row *sorted_rows(struct remap_c *rc, u64 cursor, u64 *count)
{
	u64 slot, n = 0, end = rc->super.layout.spare_blocks;
	struct remap_entry e;
	struct row *rows;

	rows = kvmalloc_array(rc->used + 1, sizeof(*rows), GFP_NOIO);
	if (!rows)
		return NULL;
	for (slot = 0; slot < end; slot++) {
		if (!READ_ONCE(rc->chunks[div_u64(slot,
						  REMAP_TABLE_ENTRIES)])) {
			slot += REMAP_TABLE_ENTRIES - 1 -
				slot % REMAP_TABLE_ENTRIES;
			continue;
		}
		remap_slot_entry(rc, slot, &e);
		if (e.state != REMAP_SLOT_MAPPED || e.block < cursor ||
		    n == rc->used)
			continue;
		rows[n].block = e.block;
		rows[n++].slot = slot;
		cond_resched();
	}
	sort(rows, n, sizeof(*rows), by_block, NULL);
	*count = n;
	return rows;
}

/**
 * remap_list() - the message `remaps`
 * @rc: target
 * @cursor: first block number
 * @max: most lines, at least 1
 * @result: where to write
 * @maxlen: size of it
 *
 * Return: 1 or -ENOMEM.
 */
int remap_list(struct remap_c *rc, u64 cursor, u64 max, char *result,
	       unsigned int maxlen)
{
	unsigned long pending = cursor;
	u64 i = 0, n, lines = 0, next;
	unsigned int sz = 0;
	struct row *rows;
	void *seconds;

	mutex_lock(&rc->commit_mutex);
	rows = sorted_rows(rc, cursor, &n);
	if (!rows) {
		mutex_unlock(&rc->commit_mutex);
		return -ENOMEM;
	}
	seconds = xa_find(&rc->pending, &pending, ULONG_MAX, XA_PRESENT);
	while (i < n || seconds) {
		bool mapped = i < n && (!seconds || rows[i].block <= pending);
		struct remap_entry e;

		next = mapped ? rows[i].block : pending;
		if (lines++ == max) {
			DMEMIT("next %llu", next);
			goto out;
		}
		if (mapped) {
			remap_slot_entry(rc, rows[i].slot, &e);
			DMEMIT("%llu %u mapped %s ", e.block, rows[i].slot,
			       remap_cause_names[e.cause]);
			if (e.mask[1])
				DMEMIT("%llx%016llx", e.mask[1], e.mask[0]);
			else
				DMEMIT("%llx", e.mask[0]);
			DMEMIT(" %u\n", e.seconds);
			i++;
		} else {
			DMEMIT("%lu - pending - 0 %lu\n", pending,
			       xa_to_value(seconds));
		}
		if (seconds && next == pending)
			seconds = xa_find_after(&rc->pending, &pending,
						ULONG_MAX, XA_PRESENT);
	}
	DMEMIT("end");
out:
	mutex_unlock(&rc->commit_mutex);
	kvfree(rows);
	return 1;
}

/**
 * remap_list_events() - the message `events`
 * @rc: target
 * @after: the last number already known
 * @max: most lines, at least 1
 * @result: where to write
 * @maxlen: size of it
 *
 * Return: 1.
 */
int remap_list_events(struct remap_c *rc, u64 after, u64 max, char *result,
		      unsigned int maxlen)
{
	struct remap_disk_event e;
	u64 number, last, lines = 0, told = after;
	unsigned int n, sz = 0;

	spin_lock_irq(&rc->event_lock);
	last = rc->last_event;
	spin_unlock_irq(&rc->event_lock);

	for (n = 0; n < REMAP_EVENT_RING; n++) {
		u64 block;
		u32 slot;

		if (!remap_event_get(rc, last, n, &e))
			continue;
		number = le64_to_cpu(e.number);
		if (number <= after)
			continue;
		if (lines++ == max) {
			DMEMIT("next %llu", told);
			return 1;
		}
		told = number;
		block = le64_to_cpu(e.block);
		slot = le32_to_cpu(e.slot);
		DMEMIT("%llu %llu %s", number, le64_to_cpu(e.ms),
		       le16_to_cpu(e.type) <= REMAP_EVENT_DEACTIVATE &&
		       remap_event_names[le16_to_cpu(e.type)] ?
		       remap_event_names[le16_to_cpu(e.type)] : "unknown");
		if (block == REMAP_NO_BLOCK)
			DMEMIT(" -");
		else
			DMEMIT(" %llu", block);
		if (slot == REMAP_NO_SLOT)
			DMEMIT(" -");
		else
			DMEMIT(" %u", slot);
		DMEMIT(" %s\n", e.detail[0] ? e.detail : "-");
	}
	DMEMIT("end");
	return 1;
}
