// SPDX-License-Identifier: GPL-2.0
/*
 * Between structures and the bytes on the spare. Pure functions: no I/O, no
 * allocation, no state, so that the same source can be built in user space
 * and fed with anything.
 */
#include <linux/build_bug.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "dm-remap-codec.h"

static_assert(sizeof(struct remap_unit) == 64);
static_assert(sizeof(struct remap_disk_super) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_entry) == 48);
static_assert(sizeof(struct remap_disk_table) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_head) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_events) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_pendings) == REMAP_UNIT);

/* Features this version knows. */
#define REMAP_INCOMPAT_KNOWN	0ull
#define REMAP_RO_COMPAT_KNOWN	0ull

/**
 * remap_place() - unit number of the n-th place a superblock may stand at
 * @units: whole units on the spare
 * @n: 0 to REMAP_PLACES - 1
 */
__u64 remap_place(__u64 units, unsigned int n)
{
	return div_u64(units, REMAP_PLACES) * n;
}

/*
 * First block at or after @slot that does not touch units [@from, @to), or
 * @slot itself.
 */
static __u64 skip_units(const struct remap_layout *l, __u64 slot, __u64 from,
			__u64 to)
{
	__u64 first = slot * l->block_sectors;
	__u64 last = first + l->block_sectors;

	if (last <= from * REMAP_UNIT_SECTORS || first >= to * REMAP_UNIT_SECTORS)
		return slot;
	return div_u64(to * REMAP_UNIT_SECTORS + l->block_sectors - 1,
		       l->block_sectors);
}

/**
 * remap_layout_next_usable() - first spare block that may hold data
 * @l: layout
 * @slot: where to start looking
 *
 * Return: the block number, @l->spare_blocks or more when there is none.
 */
__u64 remap_layout_next_usable(const struct remap_layout *l, __u64 slot)
{
	__u64 before;
	unsigned int i;

	do {
		before = slot;
		for (i = 0; i < REMAP_COPIES; i++)
			slot = skip_units(l, slot, l->place[i],
					  l->place[i] + l->area_units);
		for (i = 0; i < REMAP_PLACES; i++) {
			__u64 p = remap_place(l->units, i);

			slot = skip_units(l, slot, p, p + 1);
		}
	} while (slot != before);
	return slot;
}

/* First block at or after @slot that holds no data; @slot is usable. */
static __u64 next_reserved(const struct remap_layout *l, __u64 slot)
{
	__u64 first = slot * l->block_sectors;
	__u64 end = l->spare_blocks;
	unsigned int i;

	/* Both areas begin at one of the places. */
	for (i = 0; i < REMAP_PLACES; i++) {
		__u64 p = remap_place(l->units, i) * REMAP_UNIT_SECTORS;

		if (p > first)
			end = min(end, div_u64(p, l->block_sectors));
	}
	return end;
}

/**
 * remap_layout_init() - lay out a spare
 * @l: result
 * @spare_sectors: size of the spare in sectors
 * @block_sectors: block size in sectors, a power of two up to 128
 *
 * Return: 0, or -ENOSPC when the spare is too small to hold the metadata and
 * REMAP_MIN_FREE blocks.
 */
int remap_layout_init(struct remap_layout *l, __u64 spare_sectors,
		      __u32 block_sectors)
{
	__u64 slot, end;

	memset(l, 0, sizeof(*l));
	l->spare_sectors = spare_sectors;
	l->block_sectors = block_sectors;
	/* A spare block is a 32-bit number with one value to mean none. */
	l->spare_blocks = min_t(__u64, div_u64(spare_sectors, block_sectors),
				REMAP_NO_SLOT - 1);
	l->units = div_u64(spare_sectors, REMAP_UNIT_SECTORS);
	l->state_units = clamp_t(__u64, div_u64(l->units, 64), REMAP_STATE_MIN,
				 REMAP_STATE_MAX);
	l->table_units = div_u64(l->spare_blocks + REMAP_TABLE_ENTRIES - 1,
				 REMAP_TABLE_ENTRIES);
	l->area_units = 1 + l->state_units + l->table_units;
	l->place[0] = remap_place(l->units, 0);
	l->place[1] = remap_place(l->units, REMAP_PLACES / 2);
	if (l->place[0] + l->area_units > l->place[1] ||
	    l->place[1] + l->area_units > l->units)
		return -ENOSPC;

	for (slot = remap_layout_next_usable(l, 0); slot < l->spare_blocks;
	     slot = remap_layout_next_usable(l, end)) {
		end = next_reserved(l, slot);
		l->usable += end - slot;
	}
	return l->usable < REMAP_MIN_FREE ? -ENOSPC : 0;
}

/**
 * remap_layout_smallest() - smallest spare for a block size
 * @block_sectors: block size in sectors
 *
 * Return: size in sectors.
 */
__u64 remap_layout_smallest(__u32 block_sectors)
{
	struct remap_layout l;
	__u64 sectors = 2 * REMAP_STATE_MIN * REMAP_UNIT_SECTORS;

	while (remap_layout_init(&l, sectors, block_sectors))
		sectors += REMAP_UNIT_SECTORS;
	return sectors;
}

static __u32 unit_crc(const void *unit)
{
	return ~crc32c(~0u, (const __u8 *)unit + 4, REMAP_UNIT - 4);
}

/**
 * remap_unit_seal() - fill in the header of a unit whose body is complete
 * @unit: REMAP_UNIT bytes
 * @magic: REMAP_MAGIC_*
 * @uuid: of the pair
 * @sequence: as in struct remap_unit
 * @index: as in struct remap_unit
 */
void remap_unit_seal(void *unit, __u32 magic, const __u8 *uuid, __u64 sequence,
		     __u64 index)
{
	struct remap_unit *u = unit;

	u->magic = cpu_to_le32(magic);
	memcpy(u->uuid, uuid, REMAP_UUID_SIZE);
	u->sequence = cpu_to_le64(sequence);
	u->index = cpu_to_le64(index);
	u->crc = cpu_to_le32(unit_crc(unit));
}

/**
 * remap_unit_check() - is this a whole unit of this kind and pair?
 * @unit: REMAP_UNIT bytes
 * @magic: REMAP_MAGIC_*
 * @uuid: of the pair, NULL for any
 *
 * Return: 0 or -EILSEQ.
 */
int remap_unit_check(const void *unit, __u32 magic, const __u8 *uuid)
{
	const struct remap_unit *u = unit;

	if (le32_to_cpu(u->magic) != magic ||
	    le32_to_cpu(u->crc) != unit_crc(unit) ||
	    (uuid && memcmp(u->uuid, uuid, REMAP_UUID_SIZE)))
		return -EILSEQ;
	return 0;
}

int remap_unit_is_zero(const void *unit)
{
	return !memchr_inv(unit, 0, REMAP_UNIT);
}

/* Does a unit belong to the area of a copy? */
int remap_layout_in_area(const struct remap_layout *l, __u64 unit)
{
	unsigned int i;

	for (i = 0; i < REMAP_COPIES; i++)
		if (unit >= l->place[i] && unit - l->place[i] < l->area_units)
			return 1;
	return 0;
}

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
 * That is not done to both copies, since no unit that was written before would
 * then count in either.
 *
 * Return: 0 or -ENOSPC.
 */
int remap_missed_add(struct remap_super *s, __u32 copy, __u64 unit,
		     __u64 sequence)
{
	__u32 i;

	remap_missed_remove(s, copy, unit);
	if (s->missed_count == REMAP_MISSED_MAX)
		unit = REMAP_MISSED_ALL;
	if (unit == REMAP_MISSED_ALL) {
		for (i = 0; i < s->missed_count; i++)
			if (s->missed[i].copy != copy &&
			    s->missed[i].unit == REMAP_MISSED_ALL)
				return -ENOSPC;
		remap_missed_remove(s, copy, unit);
		if (s->missed_count == REMAP_MISSED_MAX)
			return -ENOSPC;
	}
	s->missed[s->missed_count].copy = copy;
	s->missed[s->missed_count].unit = unit;
	s->missed[s->missed_count++].sequence = sequence;
	return 0;
}

/**
 * remap_super_encode() - make a superblock
 * @s: what it says
 * @index: number of the copy, or REMAP_WITNESS plus the number of the place
 * @unit: REMAP_UNIT bytes
 */
void remap_super_encode(const struct remap_super *s, unsigned int index,
			void *unit)
{
	struct remap_disk_super *d = unit;
	unsigned int i;

	memset(d, 0, sizeof(*d));
	d->version = cpu_to_le32(s->version);
	d->block_sectors = cpu_to_le32(s->layout.block_sectors);
	d->compat = cpu_to_le64(s->compat);
	d->ro_compat = cpu_to_le64(s->ro_compat);
	d->incompat = cpu_to_le64(s->incompat);
	d->main_sectors = cpu_to_le64(s->main_sectors);
	d->spare_sectors = cpu_to_le64(s->layout.spare_sectors);
	d->spare_blocks = cpu_to_le64(s->layout.spare_blocks);
	d->table_units = cpu_to_le64(s->layout.table_units);
	d->table_ready = cpu_to_le64(s->table_ready);
	d->created = cpu_to_le64(s->created);
	d->copies = cpu_to_le32(REMAP_COPIES);
	d->state_units = cpu_to_le32(s->layout.state_units);
	for (i = 0; i < REMAP_COPIES; i++)
		d->place[i] = cpu_to_le64(s->layout.place[i]);
	d->main_logical = cpu_to_le32(s->main_logical);
	memcpy(d->main_id, s->main_id, REMAP_MAIN_ID_MAX);
	d->missed_count = cpu_to_le32(s->missed_count);
	for (i = 0; i < s->missed_count; i++) {
		d->missed[i].unit = cpu_to_le64(s->missed[i].unit |
						(__u64)s->missed[i].copy << 56);
		d->missed[i].sequence = cpu_to_le64(s->missed[i].sequence);
	}
	remap_unit_seal(unit, REMAP_MAGIC_SUPER, s->uuid, s->sequence, index);
}

/**
 * remap_super_decode() - read a superblock
 * @unit: REMAP_UNIT bytes
 * @s: result; filled as far as it could be read
 *
 * Return: 0; -EILSEQ when this is no superblock or a damaged one;
 * -EPROTONOSUPPORT when it needs features that are not known here; -EUCLEAN
 * when its numbers contradict each other.
 */
int remap_super_decode(const void *unit, struct remap_super *s)
{
	const struct remap_disk_super *d = unit;
	__u32 block_sectors = le32_to_cpu(d->block_sectors);
	unsigned int i;

	memset(s, 0, sizeof(*s));
	if (remap_unit_check(unit, REMAP_MAGIC_SUPER, NULL))
		return -EILSEQ;

	s->sequence = le64_to_cpu(d->unit.sequence);
	memcpy(s->uuid, d->unit.uuid, REMAP_UUID_SIZE);
	s->version = le32_to_cpu(d->version);
	s->compat = le64_to_cpu(d->compat);
	s->ro_compat = le64_to_cpu(d->ro_compat);
	s->incompat = le64_to_cpu(d->incompat);
	if (s->version != REMAP_VERSION ||
	    (s->incompat & ~REMAP_INCOMPAT_KNOWN) ||
	    (s->ro_compat & ~REMAP_RO_COMPAT_KNOWN))
		return -EPROTONOSUPPORT;

	s->main_sectors = le64_to_cpu(d->main_sectors);
	s->table_ready = le64_to_cpu(d->table_ready);
	s->created = le64_to_cpu(d->created);
	s->main_logical = le32_to_cpu(d->main_logical);
	memcpy(s->main_id, d->main_id, REMAP_MAIN_ID_MAX);

	if (!block_sectors || block_sectors > REMAP_MAX_BLOCK_SECTORS ||
	    (block_sectors & (block_sectors - 1)) || !s->main_sectors ||
	    remap_layout_init(&s->layout, le64_to_cpu(d->spare_sectors),
			      block_sectors) ||
	    le64_to_cpu(d->spare_blocks) != s->layout.spare_blocks ||
	    le64_to_cpu(d->table_units) != s->layout.table_units ||
	    le32_to_cpu(d->state_units) != s->layout.state_units ||
	    le32_to_cpu(d->copies) != REMAP_COPIES ||
	    s->table_ready > s->layout.table_units)
		return -EUCLEAN;
	for (i = 0; i < REMAP_COPIES_MAX; i++)
		if (le64_to_cpu(d->place[i]) !=
		    (i < REMAP_COPIES ? s->layout.place[i] : 0))
			return -EUCLEAN;
	s->missed_count = le32_to_cpu(d->missed_count);
	if (s->missed_count > REMAP_MISSED_MAX) {
		s->missed_count = 0;
		return -EUCLEAN;
	}
	for (i = 0; i < s->missed_count; i++) {
		__u64 which = le64_to_cpu(d->missed[i].unit);

		s->missed[i].unit = which & REMAP_MISSED_ALL;
		s->missed[i].copy = which >> 56;
		s->missed[i].sequence = le64_to_cpu(d->missed[i].sequence);
		if (s->missed[i].copy >= REMAP_COPIES ||
		    (s->missed[i].unit >= s->layout.table_units &&
		     s->missed[i].unit != REMAP_MISSED_ALL))
			return -EUCLEAN;
	}
	return 0;
}

void remap_mask_range(__u64 *mask, unsigned int first, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < REMAP_MASK_WORDS; i++) {
		unsigned int from = clamp_t(int, first - i * 64, 0, 64);
		unsigned int to = clamp_t(int, first + count - i * 64, 0, 64);

		mask[i] = to > from ? (~0ull >> (64 - (to - from))) << from : 0;
	}
}

void remap_entry_encode(const struct remap_entry *e, struct remap_disk_entry *d)
{
	unsigned int i;

	memset(d, 0, sizeof(*d));
	d->state = e->state;
	if (e->state != REMAP_SLOT_MAPPED)
		return;
	d->block = cpu_to_le64(e->block);
	for (i = 0; i < REMAP_MASK_WORDS; i++) {
		d->mask[i] = cpu_to_le64(e->mask[i]);
		d->lost[i] = cpu_to_le64(e->lost[i]);
	}
	d->seconds = cpu_to_le32(e->seconds);
	d->cause = e->cause;
}

/**
 * remap_entry_decode() - read and check a table entry
 * @d: entry
 * @main_blocks: blocks of main, the last one perhaps partial
 * @block_sectors: block size in sectors
 * @e: result
 *
 * Return: 0 or -EUCLEAN when the entry cannot be true.
 */
int remap_entry_decode(const struct remap_disk_entry *d, __u64 main_blocks,
		       __u32 block_sectors, struct remap_entry *e)
{
	__u64 all[REMAP_MASK_WORDS];
	unsigned int i;

	memset(e, 0, sizeof(*e));
	e->state = d->state;
	if (e->state == REMAP_SLOT_FREE || e->state == REMAP_SLOT_BAD)
		return 0;
	if (e->state != REMAP_SLOT_MAPPED)
		return -EUCLEAN;

	e->block = le64_to_cpu(d->block);
	e->seconds = le32_to_cpu(d->seconds);
	e->cause = d->cause;
	if (e->block >= main_blocks || e->cause < REMAP_CAUSE_AUTO ||
	    e->cause > REMAP_CAUSE_PROACTIVE)
		return -EUCLEAN;
	remap_mask_range(all, 0, block_sectors);
	for (i = 0; i < REMAP_MASK_WORDS; i++) {
		e->mask[i] = le64_to_cpu(d->mask[i]);
		e->lost[i] = le64_to_cpu(d->lost[i]);
		if ((e->mask[i] & ~all[i]) || (e->lost[i] & ~e->mask[i]))
			return -EUCLEAN;
	}
	return 0;
}
