// SPDX-License-Identifier: GPL-2.0
#include "dm-remap.h"

#include "device.h"
#include "load.h"
#include "seeds-steps.h"

static u32 map_next(struct remap_c *rc, u64 from, u64 block)
{
	u32 slot = take(rc, from);

	map(rc, slot, block, rc->block_sectors, 0, REMAP_CAUSE_AUTO);
	return slot;
}

static void moved_by_commits(const struct geometry *g)
{
	struct remap_c *rc = start(g);
	u32 slot = map_next(rc, rc->super.layout.spare_blocks / 4, 7);
	u64 unit = slot / REMAP_TABLE_ENTRIES, other;

	mark_table(rc, 1, unit, IMAGE_UNWRITABLE);
	map_next(rc, slot, 8);
	require(rc->super.moved_count == 1);
	give("away-1");
	mark_table(rc, 0, unit, IMAGE_UNWRITABLE | IMAGE_UNREADABLE);
	map_next(rc, slot, 9);
	require(rc->super.moved_count == 2);
	give("away-both");
	/* The new place fails in its turn. */
	mark_table(rc, 1, unit, IMAGE_UNWRITABLE);
	map_next(rc, slot, 10);
	require(rc->super.moved_count == 2);
	give("away-again");
	for (other = unit + 1; other < rc->super.table_ready; other++) {
		slot = take(rc, other * REMAP_TABLE_ENTRIES);
		if (slot >= rc->super.layout.place[1] * REMAP_UNIT_SECTORS /
				    rc->block_sectors)
			break;
		mark_table(rc, other % REMAP_COPIES,
			   slot / REMAP_TABLE_ENTRIES, IMAGE_UNWRITABLE);
		map(rc, slot, 20 + other, rc->block_sectors, 0,
		    REMAP_CAUSE_MANUAL);
	}
	give("away-several");
	/* Nowhere to go: the copy that stands elsewhere misses a write too. */
	mark_room(rc, IMAGE_UNWRITABLE);
	mark_table(rc, 0, unit, 0);
	mark_table(rc, 1, unit, IMAGE_UNWRITABLE);
	map_next(rc, unit * REMAP_TABLE_ENTRIES, 11);
	require(rc->super.missed_count);
	give("away-missed");
	mark_table(rc, 1, unit, 0);
	mark_room(rc, 0);
	give("away-missed-writable");
	target_free(rc);
}

static void moved_by_formatting(const struct geometry *g)
{
	struct remap_c *rc = start_blank(g);
	u64 last = rc->super.layout.table_units - 1;

	mark_table(rc, 0, 0, IMAGE_UNWRITABLE);
	mark_table(rc, 1, 0, IMAGE_UNWRITABLE);
	mark_table(rc, 1, last, IMAGE_UNWRITABLE);
	require(!remap_format(rc) && rc->super.moved_count == (last ? 3 : 2));
	give("away-format");
	target_free(rc);
}

/* A module grows a table by more than these spares have; the rule is one. */
static void moved_by_growth(const struct geometry *g)
{
	struct remap_c *rc = start(g);
	u64 last = rc->super.layout.table_units - 1;

	require(last);
	rc->super.table_ready = 1;
	require(!remap_write_super(rc));
	mark_table(rc, 0, 1, IMAGE_UNWRITABLE);
	mark_table(rc, 1, last, IMAGE_UNWRITABLE);
	require(!remap_grow_table(rc, 2) && rc->super.moved_count == 2);
	give("away-grown");
	/* A list may speak of units that are not in use yet. */
	rc->super.table_ready = 1;
	require(!remap_write_super(rc));
	give("away-ahead");
	target_free(rc);
}

void make_moved(const struct geometry *g)
{
	moved_by_commits(g);
	moved_by_formatting(g);
	/* A table of one unit does not grow. */
	if (g->sectors / g->block_sectors > REMAP_TABLE_ENTRIES)
		moved_by_growth(g);
}
