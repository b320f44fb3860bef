/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DM_REMAP_CODEC_H
#define DM_REMAP_CODEC_H

#include "dm-remap-format.h"

/**
 * struct remap_layout - where things stand on a spare of a given size
 * @spare_sectors: size of the spare in sectors
 * @spare_blocks: whole blocks on it
 * @units: whole units on it
 * @block_sectors: block size in sectors
 * @state_units: units of one state slot
 * @table_units: units of one table
 * @area_units: units of one copy: superblock, state slot, table
 * @usable: spare blocks that may hold data
 * @place: unit number of each copy's superblock
 */
struct remap_layout {
	__u64 spare_sectors;
	__u64 spare_blocks;
	__u64 units;
	__u32 block_sectors;
	__u32 state_units;
	__u64 table_units;
	__u64 area_units;
	__u64 usable;
	__u64 place[REMAP_COPIES];
};

/**
 * struct remap_missed - decoded entry of the list of missed writes
 * @unit: number of the table unit, or REMAP_MISSED_ALL
 * @sequence: what the copy holds counts only with this one or a higher one
 * @copy: number of the copy
 */
struct remap_missed {
	__u64 unit;
	__u64 sequence;
	__u32 copy;
};

/**
 * struct remap_moved - decoded entry of the list of moved units
 * @unit: number of the table unit
 * @place: unit number on the spare, where it stands
 * @copy: number of the copy
 */
struct remap_moved {
	__u64 unit;
	__u64 place;
	__u32 copy;
};

/**
 * struct remap_super - decoded superblock
 * @moved_blocks: spare blocks that hold no data because of @moved
 *
 * Other fields as in struct remap_disk_super.
 */
struct remap_super {
	__u64 sequence;
	__u64 compat;
	__u64 ro_compat;
	__u64 incompat;
	__u64 main_sectors;
	__u64 table_ready;
	__u64 created;
	__u32 version;
	__u32 main_logical;
	__u8 uuid[REMAP_UUID_SIZE];
	char main_id[REMAP_MAIN_ID_MAX + 1];
	struct remap_layout layout;
	__u32 missed_count;
	struct remap_missed missed[REMAP_MISSED_MAX];
	__u32 moved_count;
	struct remap_moved moved[REMAP_MOVED_MAX];
	__u64 moved_blocks;
};

/**
 * struct remap_entry - decoded table entry
 *
 * Fields as in struct remap_disk_entry.
 */
struct remap_entry {
	__u64 block;
	__u64 mask[REMAP_MASK_WORDS];
	__u64 lost[REMAP_MASK_WORDS];
	__u32 seconds;
	__u8 state;
	__u8 cause;
};

__u64 remap_place(__u64 units, unsigned int n);
int remap_layout_init(struct remap_layout *l, __u64 spare_sectors,
		      __u32 block_sectors);
int remap_layout_in_area(const struct remap_layout *l, __u64 unit);
__u64 remap_layout_smallest(__u32 block_sectors);
__u64 remap_layout_next_usable(const struct remap_layout *l, __u64 slot);
__u64 remap_layout_usable_end(const struct remap_layout *l, __u64 slot);
__u64 remap_layout_skip(const struct remap_layout *l, __u64 slot, __u64 from,
			__u64 to);

void remap_unit_seal(void *unit, __u32 magic, const __u8 *uuid, __u64 sequence,
		     __u64 index);
int remap_unit_check(const void *unit, __u32 magic, const __u8 *uuid);
int remap_unit_is_zero(const void *unit);

void remap_super_encode(const struct remap_super *s, unsigned int index,
			void *unit);
int remap_super_decode(const void *unit, struct remap_super *s);

int remap_missed_add(struct remap_super *s, __u32 copy, __u64 unit,
		     __u64 sequence);
int remap_missed_remove(struct remap_super *s, __u32 copy, __u64 unit);
__u64 remap_missed_sequence(const struct remap_super *s, __u32 copy,
			    __u64 unit);

__u64 remap_moved_find(const struct remap_super *s, __u32 copy, __u64 unit);
int remap_moved_among(const struct remap_super *s, __u32 copy, __u64 unit,
		      __u64 n);
void remap_moved_remove(struct remap_super *s, __u32 copy, __u64 unit);
__u64 remap_moved_room(const struct remap_super *s, __u64 end, __u64 first);
int remap_moved_set(struct remap_super *s, __u32 copy, __u64 unit, __u64 place);
__u64 remap_next_usable(const struct remap_super *s, __u64 slot);
__u64 remap_usable_end(const struct remap_super *s, __u64 slot);

void remap_entry_encode(const struct remap_entry *e,
			struct remap_disk_entry *d);
int remap_entry_decode(const struct remap_disk_entry *d, __u64 main_blocks,
		       __u32 block_sectors, struct remap_entry *e);

/* Mask with the @count bits from @first set; @first + @count <= 128. */
void remap_mask_range(__u64 *mask, unsigned int first, unsigned int count);

#endif
