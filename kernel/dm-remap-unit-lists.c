// SPDX-License-Identifier: GPL-2.0
/*
 * The superblock's lists: table units that a copy has missed, and those that
 * stand elsewhere. Pure functions, as in dm-remap-codec.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "dm-remap-codec.h"

/**
 * remap_missed_sequence() - what a unit must have to count
 * @s: superblock
 * @copy: number of the copy
 * @unit: number of the table unit, or REMAP_MISSED_ALL
 *
 * Return: the lowest sequence with which what the copy holds counts.
 */
__u64 remap_missed_sequence(const struct remap_super *s, __u32 copy,
			    __u64 unit)
{
	__u64 sequence = 0;
	__u32 i;

	for (i = 0; i < s->missed_count; i++)
		if (s->missed[i].copy == copy &&
		    (s->missed[i].unit == unit ||
		     s->missed[i].unit == REMAP_MISSED_ALL))
			sequence = max(sequence, s->missed[i].sequence);
	return sequence;
}

/**
 * remap_missed_remove() - a copy has a unit again
 * @s: superblock
 * @copy: number of the copy
 * @unit: number of the table unit; REMAP_MISSED_ALL removes all of the copy
 *
 * Return: whether the list has changed.
 */
int remap_missed_remove(struct remap_super *s, __u32 copy, __u64 unit)
{
	__u32 i, n = 0, before = s->missed_count;

	for (i = 0; i < before; i++)
		if (s->missed[i].copy != copy ||
		    (s->missed[i].unit != unit && unit != REMAP_MISSED_ALL))
			s->missed[n++] = s->missed[i];
	s->missed_count = n;
	return n != before;
}

/**
 * remap_missed_add() - a copy did not get a write
 * @s: superblock
 * @copy: number of the copy
 * @unit: number of the table unit, or REMAP_MISSED_ALL
 * @sequence: lowest sequence with which what it holds counts again
 *
 * When the list is full all entries of the copy become one for all its units.
 * That is not done while the other copy has entries, since a unit that is in one
 * of those would then count in neither.
 *
 * Return: 0; -ENOSPC, then the list is unchanged.
 */
int remap_missed_add(struct remap_super *s, __u32 copy, __u64 unit,
		     __u64 sequence)
{
	__u32 i, others = 0, same = 0;

	for (i = 0; i < s->missed_count; i++) {
		if (s->missed[i].copy != copy)
			others++;
		else if (s->missed[i].unit == unit)
			same++;
	}
	if (s->missed_count - same == REMAP_MISSED_MAX)
		unit = REMAP_MISSED_ALL;
	if (unit == REMAP_MISSED_ALL && others)
		return -ENOSPC;
	remap_missed_remove(s, copy, unit);
	s->missed[s->missed_count].copy = copy;
	s->missed[s->missed_count].unit = unit;
	s->missed[s->missed_count++].sequence = sequence;
	return 0;
}

/**
 * remap_moved_find() - where does a table unit of a copy stand?
 * @s: superblock
 * @copy: number of the copy
 * @unit: number of the table unit
 *
 * Return: unit number on the spare, 0 when it was not moved.
 */
__u64 remap_moved_find(const struct remap_super *s, __u32 copy, __u64 unit)
{
	__u32 i;

	for (i = 0; i < s->moved_count; i++)
		if (s->moved[i].copy == copy && s->moved[i].unit == unit)
			return s->moved[i].place;
	return 0;
}

/**
 * remap_moved_among() - do some units of the table not stand side by side?
 * @s: superblock
 * @copy: number of the copy
 * @unit: number of the first table unit
 * @n: how many
 */
int remap_moved_among(const struct remap_super *s, __u32 copy, __u64 unit,
		      __u64 n)
{
	__u32 i;

	for (i = 0; i < s->moved_count; i++)
		if (s->moved[i].copy == copy && s->moved[i].unit >= unit &&
		    s->moved[i].unit - unit < n)
			return 1;
	return 0;
}

/* Spare blocks that may hold data but for the first @n moved units. */
static __u64 blocks_kept(const struct remap_super *s, __u32 n)
{
	const struct remap_layout *l = &s->layout;
	__u64 kept = 0;
	__u32 i, k;

	for (i = 0; i < n; i++) {
		__u64 sector = s->moved[i].place * REMAP_UNIT_SECTORS;
		__u64 slot = div_u64(sector, l->block_sectors);
		bool again = false;

		for (k = 0; k < i; k++)
			again |= div_u64(s->moved[k].place * REMAP_UNIT_SECTORS,
					 l->block_sectors) == slot;
		/* Several blocks in a unit, or several units in a block. */
		for (; !again && slot < l->spare_blocks &&
		     slot * l->block_sectors < sector + REMAP_UNIT_SECTORS;
		     slot++)
			kept += remap_layout_next_usable(l, slot) == slot;
	}
	return kept;
}

/**
 * remap_moved_remove() - a table unit stands at its own place again
 * @s: superblock
 * @copy: number of the copy
 * @unit: number of the table unit
 */
void remap_moved_remove(struct remap_super *s, __u32 copy, __u64 unit)
{
	__u32 i, n = 0;

	for (i = 0; i < s->moved_count; i++)
		if (s->moved[i].copy != copy || s->moved[i].unit != unit)
			s->moved[n++] = s->moved[i];
	s->moved_count = n;
	s->moved_blocks = blocks_kept(s, n);
}

static bool may_hold_moved(const struct remap_super *s, __u64 unit)
{
	const struct remap_layout *l = &s->layout;
	__u32 i;

	if (unit >= l->units || remap_layout_in_area(l, unit))
		return false;
	for (i = 0; i < REMAP_PLACES; i++)
		if (unit == remap_place(l->units, i))
			return false;
	for (i = 0; i < s->moved_count; i++)
		if (unit == s->moved[i].place)
			return false;
	return true;
}

/**
 * remap_moved_room() - where could a table unit be moved to?
 * @s: superblock
 * @end: look below this unit
 * @first: lowest spare block that may be used
 *
 * Looks at few units, whatever the size of the spare: areas are passed over,
 * and few others may not be used.
 *
 * Return: highest such unit number on the spare, 0 when there is none.
 */
__u64 remap_moved_room(const struct remap_super *s, __u64 end, __u64 first)
{
	const struct remap_layout *l = &s->layout;
	__u32 i;

	while (end-- > 0) {
		if (div_u64(end * REMAP_UNIT_SECTORS, l->block_sectors) < first)
			return 0;
		if (may_hold_moved(s, end))
			return end;
		for (i = 0; i < REMAP_COPIES; i++)
			if (end >= l->place[i] &&
			    end - l->place[i] < l->area_units)
				end = l->place[i];
	}
	return 0;
}

/**
 * remap_moved_set() - a table unit of a copy stands elsewhere
 * @s: superblock
 * @copy: number of the copy
 * @unit: number of the table unit
 * @place: where, as a unit number on the spare
 *
 * Return: 0; -ENOSPC when the list is full; -EINVAL when nothing may be moved
 * there, or something else already was. The list is unchanged then.
 */
int remap_moved_set(struct remap_super *s, __u32 copy, __u64 unit, __u64 place)
{
	__u32 i;

	if (!may_hold_moved(s, place))
		return -EINVAL;
	for (i = 0; i < s->moved_count; i++)
		if (s->moved[i].copy == copy && s->moved[i].unit == unit)
			break;
	if (i == REMAP_MOVED_MAX)
		return -ENOSPC;
	s->moved[i].copy = copy;
	s->moved[i].unit = unit;
	s->moved[i].place = place;
	s->moved_count = max(s->moved_count, i + 1);
	s->moved_blocks = blocks_kept(s, s->moved_count);
	return 0;
}

/**
 * remap_next_usable() - first spare block that may hold data
 * @s: superblock
 * @slot: where to start looking
 *
 * As remap_layout_next_usable(), but for what was moved.
 */
__u64 remap_next_usable(const struct remap_super *s, __u64 slot)
{
	const struct remap_layout *l = &s->layout;
	__u64 before;
	__u32 i;

	do {
		slot = remap_layout_next_usable(l, slot);
		before = slot;
		for (i = 0; i < s->moved_count; i++)
			slot = remap_layout_skip(l, slot, s->moved[i].place,
						 s->moved[i].place + 1);
	} while (slot != before);
	return slot;
}

/**
 * remap_usable_end() - where a run of blocks that may hold data ends
 * @s: superblock
 * @slot: a block that may hold data
 *
 * As remap_layout_usable_end(), but for what was moved.
 */
__u64 remap_usable_end(const struct remap_super *s, __u64 slot)
{
	__u64 end = remap_layout_usable_end(&s->layout, slot);
	__u32 i;

	for (i = 0; i < s->moved_count; i++) {
		__u64 sector = s->moved[i].place * REMAP_UNIT_SECTORS;
		__u64 first = div_u64(sector, s->layout.block_sectors);

		if (first > slot)
			end = min(end, first);
	}
	return end;
}
