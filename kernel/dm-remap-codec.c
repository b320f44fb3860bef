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
#include <linux/string.h>

#include "dm-remap-codec.h"

static_assert(sizeof(struct remap_unit) == 64);
static_assert(sizeof(struct remap_disk_super) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_entry) == 48);
static_assert(sizeof(struct remap_disk_table) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_head) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_events) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_pendings) == REMAP_UNIT);
static_assert(sizeof(struct remap_disk_marginals) == REMAP_UNIT);

/* Features this version knows. */
#define REMAP_INCOMPAT_KNOWN	REMAP_INCOMPAT_MOVED
#define REMAP_RO_COMPAT_KNOWN	0ull

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
	d->incompat = cpu_to_le64(s->moved_count ? REMAP_INCOMPAT_MOVED : 0);
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
	d->moved_count = cpu_to_le32(s->moved_count);
	for (i = 0; i < s->moved_count; i++) {
		d->moved[i].unit = cpu_to_le64(s->moved[i].unit |
					       (__u64)s->moved[i].copy << 56);
		d->moved[i].place = cpu_to_le64(s->moved[i].place);
	}
	remap_unit_seal(unit, REMAP_MAGIC_SUPER, s->uuid, s->sequence, index);
}

static int decode_missed(const struct remap_disk_super *d,
			 struct remap_super *s)
{
	__u32 i, count = le32_to_cpu(d->missed_count);

	if (count > REMAP_MISSED_MAX)
		return -EUCLEAN;
	for (i = 0; i < count; i++) {
		__u64 which = le64_to_cpu(d->missed[i].unit);

		s->missed[i].unit = which & REMAP_MISSED_ALL;
		s->missed[i].copy = which >> 56;
		s->missed[i].sequence = le64_to_cpu(d->missed[i].sequence);
		if (s->missed[i].copy >= REMAP_COPIES ||
		    (s->missed[i].unit >= s->layout.table_units &&
		     s->missed[i].unit != REMAP_MISSED_ALL))
			return -EUCLEAN;
	}
	s->missed_count = count;
	return 0;
}

static int decode_moved(const struct remap_disk_super *d,
			struct remap_super *s)
{
	__u32 i, count = le32_to_cpu(d->moved_count);

	if (count > REMAP_MOVED_MAX ||
	    !count != !(s->incompat & REMAP_INCOMPAT_MOVED))
		return -EUCLEAN;
	for (i = 0; i < count; i++) {
		__u64 which = le64_to_cpu(d->moved[i].unit);
		__u64 unit = which & REMAP_MISSED_ALL;

		if (which >> 56 >= REMAP_COPIES ||
		    unit >= s->layout.table_units ||
		    remap_moved_find(s, which >> 56, unit) ||
		    remap_moved_set(s, which >> 56, unit,
				    le64_to_cpu(d->moved[i].place)))
			return -EUCLEAN;
	}
	return 0;
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
	    s->main_sectors > REMAP_MAIN_SECTORS_MAX ||
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
	if (decode_missed(d, s))
		return -EUCLEAN;
	return decode_moved(d, s);
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
