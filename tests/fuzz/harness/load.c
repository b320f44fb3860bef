// SPDX-License-Identifier: GPL-2.0
#include "dm-remap-scan.h"

#include "device.h"
#include "load.h"

static struct block_device spare_bdev;
static struct dm_dev spare = { .bdev = &spare_bdev, .name = "spare" };
static struct block_device main_bdev;
static struct dm_dev main_dev = { .bdev = &main_bdev, .name = "main" };
static struct dm_target target;

struct remap_c *target_new(void)
{
	struct remap_c *rc = kzalloc(sizeof(*rc), GFP_KERNEL);

	if (!rc)
		abort();
	spare_bdev.sectors = device_sectors();
	rc->ti = &target;
	rc->spare = &spare;
	rc->main = &main_dev;
	INIT_LIST_HEAD(&rc->instances);
	INIT_LIST_HEAD(&rc->commits);
	remap_index_init(rc);
	xa_init(&rc->lost);
	remap_health_init(rc);
	rc->free_head = REMAP_NO_SLOT;
	rc->unit = alloc_pages_exact(PAGE_SIZE, GFP_KERNEL);
	rc->super_unit = alloc_pages_exact(PAGE_SIZE, GFP_KERNEL);
	if (!rc->unit || !rc->super_unit || remap_events_init(rc) || remap_state_init(rc))
		abort();
	return rc;
}

void target_free(struct remap_c *rc)
{
	remap_index_exit(rc);
	remap_state_exit(rc);
	remap_events_exit(rc);
	remap_hash_exit(rc);
	remap_health_exit(rc);
	free_pages_exact(rc->unit, PAGE_SIZE);
	free_pages_exact(rc->super_unit, PAGE_SIZE);
	kfree(rc);
}

/* A device's size in bytes is a signed 64-bit number. */
#define DEVICE_SECTORS_MAX (LLONG_MAX >> SECTOR_SHIFT)

int target_geometry(struct remap_c *rc, u64 main_sectors, u32 block_sectors)
{
	if (main_sectors > DEVICE_SECTORS_MAX)
		return -EINVAL;
	main_bdev.sectors = main_sectors;
	target.len = main_sectors;
	rc->main_sectors = main_sectors;
	rc->block_sectors = block_sectors;
	rc->block_shift = __builtin_ctz(block_sectors);
	rc->main_blocks = (rc->main_sectors + rc->block_sectors - 1) >>
			  rc->block_shift;
	/* As the target's constructor has it: a key has room for no more. */
	if (rc->main_blocks > REMAP_KEY_BLOCK)
		return -EINVAL;
	remap_regions_init(rc);
	return 0;
}

int target_activate(struct remap_c *rc)
{
	const struct remap_super *found = rc->state_buf;
	int r;

	/*
	 * A target with blocks of no size fits no spare. What the module found
	 * is then still in its buffer, and says what the pair is like.
	 */
	r = remap_check_spare(rc);
	if (r != -EINVAL)
		return r;
	r = target_geometry(rc, found->main_sectors,
			    found->layout.block_sectors);
	if (r) {
		fuzz_last_log = "no main is that large";
		return r;
	}
	r = remap_check_spare(rc);
	return r ? r : remap_load(rc);
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* One slot: what the hash says of its block must be what the slot says. */
static void check_slot(struct remap_c *rc, u32 slot,
		       const struct remap_entry *e)
{
	struct remap_view view;
	u64 all[REMAP_MASK_WORDS];
	unsigned int i;

	require(remap_next_usable(&rc->super, slot) == slot);
	if (e->state != REMAP_SLOT_MAPPED)
		return;
	require(e->block < rc->main_blocks);
	require(e->cause >= REMAP_CAUSE_AUTO &&
		e->cause <= REMAP_CAUSE_PROACTIVE);
	remap_mask_range(all, 0, rc->block_sectors);
	for (i = 0; i < REMAP_MASK_WORDS; i++)
		require(!(e->mask[i] & ~all[i]) && !(e->lost[i] & ~e->mask[i]));
	remap_view(rc, e->block, &view);
	require(view.mapped && view.slot == slot);
	require(!memcmp(view.mask, e->mask, sizeof(view.mask)) &&
		!memcmp(view.lost, e->lost, sizeof(view.lost)) &&
		view.seconds == e->seconds && view.cause == e->cause);
}

/* No data where units were moved to, and those blocks are off the total. */
static void check_moved(struct remap_c *rc)
{
	const struct remap_super *s = &rc->super;
	const struct remap_layout *l = &s->layout;
	u64 slot, usable = 0;
	u32 i, k, sector;

	for (i = 0; i < s->moved_count; i++) {
		require(s->moved[i].place < l->units &&
			!remap_layout_in_area(l, s->moved[i].place));
		for (sector = 0; sector < REMAP_UNIT_SECTORS; sector++) {
			slot = (s->moved[i].place * REMAP_UNIT_SECTORS +
				sector) / l->block_sectors;
			require(remap_next_usable(s, slot) != slot);
		}
		for (k = 0; k < REMAP_PLACES; k++)
			require(s->moved[i].place != remap_place(l->units, k));
		for (k = 0; k < i; k++)
			require(s->moved[i].place != s->moved[k].place);
	}
	for (slot = remap_next_usable(s, 0); slot < l->spare_blocks;
	     slot = remap_next_usable(s, slot + 1))
		usable++;
	require(usable == remap_spare_total(rc));
}

/* Whatever regions were saved, what is told of them is within its bounds. */
static void check_health(struct remap_c *rc)
{
	u64 blocks = rc->main_blocks < 4096 ? rc->main_blocks : 4096;
	struct remap_cell *cell;
	u32 risk, confidence;
	unsigned int i;

	remap_worst(rc, &risk, &confidence);
	require(risk <= 100 && confidence <= 100);
	require(!remap_cells(rc, rc->main_blocks - blocks, blocks, 16, &cell));
	for (i = 0; i < 16; i++)
		require(cell[i].scanned <= blocks && cell[i].risk <= 100 &&
			cell[i].confidence <= 100);
	kvfree(cell);
}

void target_check(struct remap_c *rc)
{
	const struct remap_layout *l = &rc->super.layout;
	u64 slot, used = 0, bad = 0, free = 0, listed = 0, cursor = 0;
	struct remap_entry e;
	struct remap_row row;

	for (slot = 0; slot < l->spare_blocks; slot++) {
		remap_slot_entry(rc, slot, &e);
		used += e.state == REMAP_SLOT_MAPPED;
		bad += e.state == REMAP_SLOT_BAD;
		if (e.state != REMAP_SLOT_FREE)
			check_slot(rc, slot, &e);
	}
	require(used == rc->used && bad == rc->bad && !rc->taken);
	for (slot = rc->free_head; slot != REMAP_NO_SLOT;
	     slot = remap_slot(rc, slot)->next, free++) {
		require(slot < l->spare_blocks && free <= l->usable);
		require(remap_next_usable(&rc->super, slot) == slot);
		remap_slot_entry(rc, slot, &e);
		require(e.state == REMAP_SLOT_FREE);
	}
	check_moved(rc);
	check_health(rc);
	require(used + bad + free <= remap_spare_total(rc));
	require(!remap_list_begin(rc));
	while (remap_list_next(rc, cursor, &row)) {
		require(row.entry.block >= cursor);
		listed += row.slot != REMAP_NO_SLOT;
		cursor = row.entry.block + 1;
	}
	remap_list_end(rc);
	require(listed == used);
}

static u64 mix(u64 sum, const void *bytes, size_t size)
{
	const u8 *p = bytes;

	/* FNV-1a, 64 bits. */
	for (; size; size--, p++)
		sum = (sum ^ *p) * 0x100000001b3ull;
	return sum;
}

u64 target_digest(struct remap_c *rc, u64 but)
{
	u64 slot, sum = 0xcbf29ce484222325ull;
	struct remap_entry e;

	for (slot = 0; slot < rc->super.layout.spare_blocks; slot++) {
		remap_slot_entry(rc, slot, &e);
		if (e.state == REMAP_SLOT_FREE || slot == but)
			continue;
		sum = mix(sum, &slot, sizeof(slot));
		sum = mix(sum, &e.block, sizeof(e.block));
		sum = mix(sum, e.mask, sizeof(e.mask));
		sum = mix(sum, e.lost, sizeof(e.lost));
		sum = mix(sum, &e.seconds, sizeof(e.seconds));
		sum = mix(sum, &e.state, sizeof(e.state));
		sum = mix(sum, &e.cause, sizeof(e.cause));
	}
	return sum;
}

/* The device of the harness has no room for larger tables. */
#define TABLE_UNITS_MAX 512

/* As if every block below a unit of the spare were in use. */
static void take_all_before(struct remap_c *rc, u64 unit)
{
	u64 slot = unit * REMAP_UNIT_SECTORS / rc->block_sectors;

	rc->free_head = REMAP_NO_SLOT;
	rc->free_cursor = max(rc->free_cursor, slot);
}

bool target_use(struct remap_c *rc, u32 *slot, struct remap_entry *e)
{
	u64 units = rc->super.layout.table_units;
	struct remap_change change = {};
	struct remap_view view;
	int r;

	*slot = REMAP_NO_SLOT;
	if (units > TABLE_UNITS_MAX)
		return true;
	if (rc->super.table_ready < units && remap_grow_table(rc, units))
		return false;
	memset(e, 0, sizeof(*e));
	do {
		if (e->block == rc->main_blocks)
			return true;
		remap_view(rc, e->block++, &view);
	} while (view.mapped);
	e->block--;
	if (rc->super.moved_count)
		take_all_before(rc, rc->super.moved[0].place);
	r = remap_spare_take(rc, slot);
	if (r) {
		*slot = REMAP_NO_SLOT;
		return r == -ENOSPC;
	}
	require(remap_next_usable(&rc->super, *slot) == *slot);
	e->state = REMAP_SLOT_MAPPED;
	e->seconds = 1700000000;
	e->cause = REMAP_CAUSE_AUTO;
	remap_mask_range(e->mask, 0, rc->block_sectors);
	change.slot = *slot;
	change.entry = *e;
	return !remap_commit(rc, &change, 1);
}

void target_holds(struct remap_c *rc, u32 slot, const struct remap_entry *e)
{
	struct remap_entry found;

	remap_slot_entry(rc, slot, &found);
	require(found.state == e->state && found.block == e->block &&
		!memcmp(found.mask, e->mask, sizeof(found.mask)) &&
		!memcmp(found.lost, e->lost, sizeof(found.lost)));
}
