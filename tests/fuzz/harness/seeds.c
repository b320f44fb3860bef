// SPDX-License-Identifier: GPL-2.0
#include "dm-remap-scan.h"
#include "dm-remap.h"

#include "device.h"
#include "load.h"
#include "seeds.h"
#include "seeds-steps.h"

static const struct geometry geometries[] = {
	{ 4096, 8, 65537 },
	{ 2768, 8, 8192 },
	{ 2048, 1, 4096 },
	{ 2245, 2, 100000 },
	{ 8195, 16, 1000003 },
	{ 4096, 64, 65536 },
	{ 16384, 128, 1ull << 32 },
	{ 65536, 128, 70000 },
	{ 49152, 32, 1ull << 40 },
};

static void (*give_image)(const char *name, const struct image *image);
static unsigned int geometry;
static struct image image;

void give(const char *step)
{
	char name[64];

	snprintf(name, sizeof(name), "%u-%s", geometry, step);
	if (device_save(&image))
		give_image(name, &image);
}

void require(bool holds)
{
	if (!holds)
		abort();
}

u32 take(struct remap_c *rc, u64 from)
{
	u64 slot = remap_next_usable(&rc->super, from);
	struct remap_entry e = { .state = REMAP_SLOT_FREE };

	while (slot < rc->super.layout.spare_blocks) {
		require(!remap_chunk_get(rc, slot / REMAP_TABLE_ENTRIES));
		remap_slot_entry(rc, slot, &e);
		if (e.state == REMAP_SLOT_FREE)
			break;
		slot = remap_next_usable(&rc->super, slot + 1);
	}
	require(slot < rc->super.layout.spare_blocks);
	rc->free_cursor = max(rc->free_cursor, slot + 1);
	return slot;
}

void map(struct remap_c *rc, u32 slot, u64 block, unsigned int sectors,
	 unsigned int lost, u8 cause)
{
	struct remap_change change = { .slot = slot };
	struct remap_entry *e = &change.entry;

	e->state = REMAP_SLOT_MAPPED;
	e->block = block;
	e->seconds = 1700000000 + slot;
	e->cause = cause;
	remap_mask_range(e->mask, 0, sectors);
	remap_mask_range(e->lost, 0, lost);
	require(!remap_commit(rc, &change, 1));
}

static void drop(struct remap_c *rc, u32 slot, u8 state)
{
	struct remap_change change = { .slot = slot, .entry.state = state };

	require(!remap_commit(rc, &change, 1));
}

static void use(struct remap_c *rc, u64 from)
{
	unsigned int all = rc->block_sectors;
	u32 slot = take(rc, from), i;

	map(rc, slot, 7, all, 0, REMAP_CAUSE_AUTO);
	give("mapped");
	for (i = 0; i < 5; i++)
		map(rc, take(rc, slot + 1 + i), 20 + i, all, 0,
		    REMAP_CAUSE_MANUAL);
	slot = take(rc, slot + 7);
	map(rc, slot, 3, (all + 1) / 2, 0, REMAP_CAUSE_PROACTIVE);
	map(rc, take(rc, slot + 1), rc->main_blocks - 1, all, 1,
	    REMAP_CAUSE_AUTO);
	give("partial");
	drop(rc, take(rc, slot + 2), REMAP_SLOT_BAD);
	drop(rc, slot, REMAP_SLOT_FREE);
	give("bad");
}

static void save(struct remap_c *rc)
{
	u32 i;

	for (i = 0; i < 70; i++)
		remap_event(rc, REMAP_EVENT_REMAP, i, i, "auto");
	for (i = 0; i < 3; i++)
		remap_mark_pending(rc, 40 + i, 1700000000, NULL);
	rc->count.scan_block = 99;
	remap_region_scanned(rc, 0, rc->main_blocks / 2);
	remap_region_error(rc, 40, REMAP_ERROR_READ);
	remap_region_error(rc, rc->main_blocks - 1, REMAP_ERROR_SOFT);
	for (i = 0; i < 3; i++) {
		xa_store(&rc->soft, 50 + i, xa_mk_value(i + 1), GFP_NOIO);
		xa_store(&rc->slow, 52 + i, xa_mk_value(i + 1), GFP_NOIO);
	}
	require(!remap_state_save(rc, false));
	give("saved");
	require(!remap_state_save(rc, true));
	give("clean");
}

/* A power cut between the two commits of a move to a better spare block. */
static void cut_move(struct remap_c *rc, u64 from)
{
	map(rc, take(rc, from + REMAP_TABLE_ENTRIES), 7, rc->block_sectors, 0,
	    REMAP_CAUSE_AUTO);
	give("moved");
}

void mark_table(struct remap_c *rc, unsigned int copy, u64 unit, u8 flags)
{
	device_mark(remap_table_sector(rc, copy, unit) / REMAP_UNIT_SECTORS,
		    flags);
}

/* More than the module tries before it gives a copy up. */
#define ROOM 8

void mark_room(struct remap_c *rc, u8 flags)
{
	const struct remap_layout *l = &rc->super.layout;
	u32 i;

	for (i = 1; i <= ROOM; i++) {
		device_mark(l->place[1] - i, flags);
		device_mark(l->units - i, flags);
	}
}

static void fail_copies(struct remap_c *rc, u64 from)
{
	u64 slot = take(rc, from + 12), i;
	u64 unit = slot / REMAP_TABLE_ENTRIES;

	mark_room(rc, IMAGE_UNWRITABLE);
	mark_table(rc, 1, unit, IMAGE_UNWRITABLE);
	map(rc, slot, 50, rc->block_sectors, 0, REMAP_CAUSE_AUTO);
	give("missed");
	mark_table(rc, 1, unit, 0);
	give("missed-writable");
	device_mark(rc->super.layout.place[0], IMAGE_UNWRITABLE);
	for (i = 0; i < rc->super.layout.table_units; i++)
		mark_table(rc, 0, i, IMAGE_UNWRITABLE);
	map(rc, take(rc, slot + 1), 51, rc->block_sectors, 0, REMAP_CAUSE_AUTO);
	give("copy0-failed");
	for (i = 0; i < rc->super.layout.table_units; i++)
		mark_table(rc, 0, i, 0);
	device_mark(rc->super.layout.place[0], 0);
	mark_room(rc, 0);
	give("copy0-back");
	/* The disk was replaced by a larger one, or the volume has grown. */
	if (device_save(&image)) {
		image.sectors = min(image.sectors * 3, IMAGE_SECTORS);
		device_load(&image);
		give("grown");
	}
}

struct remap_c *start_blank(const struct geometry *g)
{
	struct remap_c *rc;
	unsigned int i;

	image.sectors = g->sectors;
	image.count = 0;
	device_load(&image);
	rc = target_new();
	require(!target_geometry(rc, g->main_sectors, g->block_sectors));
	require(!remap_layout_init(&rc->super.layout, g->sectors,
				   g->block_sectors));
	for (i = 0; i < REMAP_UUID_SIZE; i++)
		rc->super.uuid[i] = 0x11 * i;
	strscpy(rc->super.main_id, "naa.5000c500a1b2c3d4",
		sizeof(rc->super.main_id));
	require(!remap_check_blank(rc) && !remap_hash_init(rc));
	return rc;
}

struct remap_c *start(const struct geometry *g)
{
	struct remap_c *rc = start_blank(g);

	require(!remap_format(rc));
	return rc;
}

static void make(const struct geometry *g)
{
	struct remap_c *rc = start(g);
	u64 from = take(rc, rc->super.layout.spare_blocks / 4);

	give("format");
	use(rc, from);
	save(rc);
	if (from / REMAP_TABLE_ENTRIES + 1 < rc->super.layout.table_units)
		cut_move(rc, from);
	fail_copies(rc, from);
	target_free(rc);
	make_moved(g);
}

void seeds_make(void (*to)(const char *name, const struct image *image))
{
	give_image = to;
	for (geometry = 0; geometry < ARRAY_SIZE(geometries); geometry++)
		make(&geometries[geometry]);
}
