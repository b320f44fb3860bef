// SPDX-License-Identifier: GPL-2.0
/*
 * The messages `remaps` and `events`.
 *
 * A result that does not fit is not cut here: device-mapper then tells user
 * space that the buffer was full, and libdevmapper asks again with a larger
 * one.
 */
#include "dm-remap-show.h"

static const char * const cause_names[] = {
	[REMAP_CAUSE_NONE] = "-",
	[REMAP_CAUSE_AUTO] = "auto",
	[REMAP_CAUSE_MANUAL] = "manual",
	[REMAP_CAUSE_PROACTIVE] = "proactive",
};

/**
 * remap_row_text() - a line of the list of blocks, with its end
 * @row: the block
 * @line: where to write
 * @size: REMAP_ROW_MAX
 */
void remap_row_text(const struct remap_row *row, char *line, size_t size)
{
	const struct remap_entry *e = &row->entry;
	char mask[2 * 16 + 1];

	if (row->slot == REMAP_NO_SLOT) {
		snprintf(line, size, "%llu - pending - 0 %llu\n", e->block,
			 row->seconds);
		return;
	}
	if (e->mask[1])
		snprintf(mask, sizeof(mask), "%llx%016llx", e->mask[1],
			 e->mask[0]);
	else
		snprintf(mask, sizeof(mask), "%llx", e->mask[0]);
	snprintf(line, size, "%llu %u mapped %s %s %llu\n", e->block, row->slot,
		 cause_names[e->cause], mask, row->seconds);
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
	char line[REMAP_ROW_MAX];
	unsigned int sz = 0;
	struct remap_row row;
	u64 lines = 0;
	int r;

	r = remap_list_begin(rc);
	if (r)
		return r;
	while (remap_list_next(rc, cursor, &row)) {
		if (lines++ == max) {
			DMEMIT("next %llu", row.entry.block);
			goto out;
		}
		remap_row_text(&row, line, sizeof(line));
		DMEMIT("%s", line);
		cursor = row.entry.block + 1;
		/* The rest would be cut off; the caller asks again. */
		if (sz + 1 >= maxlen)
			goto out;
	}
	DMEMIT("end");
out:
	remap_list_end(rc);
	return 1;
}

/**
 * remap_event_text() - a line of the list of events, with its end
 * @e: the event
 * @line: where to write
 * @size: REMAP_ROW_MAX
 */
void remap_event_text(const struct remap_disk_event *e, char *line,
		      size_t size)
{
	u64 block = le64_to_cpu(e->block);
	u32 slot = le32_to_cpu(e->slot);
	char where[2][24] = { "-", "-" };

	if (block != REMAP_NO_BLOCK)
		snprintf(where[0], sizeof(where[0]), "%llu", block);
	if (slot != REMAP_NO_SLOT)
		snprintf(where[1], sizeof(where[1]), "%u", slot);
	snprintf(line, size, "%llu %llu %s %s %s %s\n", le64_to_cpu(e->number),
		 le64_to_cpu(e->ms), remap_event_name(le16_to_cpu(e->type)),
		 where[0], where[1], e->detail[0] ? e->detail : "-");
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
	char line[REMAP_ROW_MAX];
	struct remap_disk_event e;
	u64 last, lines = 0, told = after;
	unsigned int n, sz = 0;

	spin_lock_irq(&rc->event_lock);
	last = rc->last_event;
	spin_unlock_irq(&rc->event_lock);

	for (n = 0; n < REMAP_EVENT_RING; n++) {
		if (!remap_event_get(rc, last, n, &e) ||
		    le64_to_cpu(e.number) <= after)
			continue;
		if (lines++ == max) {
			DMEMIT("next %llu", told);
			return 1;
		}
		told = le64_to_cpu(e.number);
		remap_event_text(&e, line, sizeof(line));
		DMEMIT("%s", line);
	}
	DMEMIT("end");
	return 1;
}
