// SPDX-License-Identifier: GPL-2.0
#include "dm-remap.h"

#include "writes.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static u32 place_of(const struct remap_layout *l, u64 number)
{
	u32 i;

	for (i = 0; i < REMAP_PLACES; i++)
		if (number == remap_place(l->units, i))
			return i;
	return REMAP_PLACES;
}

static bool super_belongs(const struct remap_layout *l, u64 number, u64 index)
{
	u32 place = place_of(l, number);

	if (index < REMAP_COPIES)
		return number == l->place[index];
	return place < REMAP_PLACES && index == REMAP_WITNESS + place &&
	       !remap_layout_in_area(l, number);
}

static bool state_belongs(const struct remap_layout *l, u64 number, u64 index)
{
	u32 i;

	for (i = 0; i < REMAP_COPIES; i++)
		if (index < l->state_units && number == l->place[i] + 1 + index)
			return true;
	return false;
}

static bool is_unused(struct remap_c *rc, u64 number)
{
	const struct remap_layout *l = &rc->super.layout;
	u64 sector = number * REMAP_UNIT_SECTORS, end, slot;

	end = sector + REMAP_UNIT_SECTORS;
	for (slot = sector / l->block_sectors;
	     slot < l->spare_blocks && slot * l->block_sectors < end; slot++)
		if (rc->chunks[slot / REMAP_TABLE_ENTRIES] &&
		    remap_slot(rc, slot)->key >> REMAP_KEY_STATE_SHIFT & 15)
			return false;
	return true;
}

static bool table_belongs(struct remap_c *rc, u64 number, u64 index)
{
	const struct remap_layout *l = &rc->super.layout;
	u32 i;

	if (index >= l->table_units)
		return false;
	for (i = 0; i < REMAP_COPIES; i++)
		if (number == l->place[i] + 1 + l->state_units + index)
			return true;
	return !remap_layout_in_area(l, number) &&
	       place_of(l, number) == REMAP_PLACES && is_unused(rc, number);
}

void check_write(struct remap_c *rc, u64 number, const void *unit)
{
	const struct remap_layout *l = &rc->super.layout;
	const struct remap_unit *u = unit;
	u64 index = le64_to_cpu(u->index);

	switch (le32_to_cpu(u->magic)) {
	case REMAP_MAGIC_SUPER:
		require(super_belongs(l, number, index));
		break;
	case REMAP_MAGIC_STATE:
		require(state_belongs(l, number, index));
		break;
	case REMAP_MAGIC_TABLE:
		require(table_belongs(rc, number, index));
		break;
	default:
		abort();
	}
}
