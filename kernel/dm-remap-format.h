/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands on the spare device. Described byte by byte in
 * docs/on-disk-format.md; the two must agree.
 *
 * All numbers are little-endian. Metadata is made of units of 4 KiB, each of
 * which begins with struct remap_unit and can be checked by itself.
 */
#ifndef DM_REMAP_FORMAT_H
#define DM_REMAP_FORMAT_H

#include <linux/types.h>

#define REMAP_UNIT		4096u
#define REMAP_UNIT_SECTORS	8u
#define REMAP_UUID_SIZE		16
#define REMAP_MAIN_ID_MAX	64
/* So that every program can hold the number exactly; 4 EiB. */
#define REMAP_MAIN_SECTORS_MAX	((1ull << 53) - 1)

/* Four characters read as a little-endian number. */
#define REMAP_MAGIC_SUPER	0x53706d52u	/* "RmpS" */
#define REMAP_MAGIC_TABLE	0x54706d52u	/* "RmpT" */
#define REMAP_MAGIC_STATE	0x41706d52u	/* "RmpA" */

#define REMAP_VERSION		1u

/* A superblock stands at one of this many places, evenly spread. */
#define REMAP_PLACES		8u
#define REMAP_COPIES		2u
#define REMAP_WITNESS		8u
#define REMAP_COPIES_MAX	4u

#define REMAP_MIN_FREE		16u
#define REMAP_STATE_MIN		80u
#define REMAP_STATE_MAX		1024u

#define REMAP_MAX_BLOCK_SECTORS	128u
#define REMAP_MASK_WORDS	2

/**
 * struct remap_unit - first 64 bytes of every metadata unit
 * @crc: CRC32C of bytes 4 to 4095
 * @magic: REMAP_MAGIC_*, the kind of unit
 * @uuid: of the pair
 * @sequence: one counter for the whole spare; of two valid units for the same
 *	thing the one with the higher number holds
 * @index: superblock: number of the copy, or REMAP_WITNESS plus the number of
 *	the place where no copy begins; table: number of the unit within
 *	the table; state: number of the unit within the slot
 * @count: used entries of a state unit, else 0
 * @kind: enum remap_state_kind of a state unit, else 0
 * @reserved: zero
 */
struct remap_unit {
	__le32 crc;
	__le32 magic;
	__u8 uuid[REMAP_UUID_SIZE];
	__le64 sequence;
	__le64 index;
	__le32 count;
	__le32 kind;
	__u8 reserved[16];
};

/* A copy missed writes of all its units, see struct remap_disk_missed. */
#define REMAP_MISSED_ALL	((1ull << 56) - 1)
#define REMAP_MISSED_MAX	100u

/**
 * struct remap_disk_missed - a copy that may hold an old table unit
 * @unit: number of the unit (bits 0-55, REMAP_MISSED_ALL for every one) and of
 *	the copy (56-63)
 * @sequence: what the copy holds counts only with this sequence or a higher one
 */
struct remap_disk_missed {
	__le64 unit;
	__le64 sequence;
};

/* Feature everyone must know: the list of moved units is used. */
#define REMAP_INCOMPAT_MOVED	1ull
#define REMAP_MOVED_MAX		100u

/**
 * struct remap_disk_moved - a table unit that stands elsewhere
 * @unit: number of the unit (bits 0-55) and of the copy (56-63)
 * @place: unit number on the spare
 */
struct remap_disk_moved {
	__le64 unit;
	__le64 place;
};

/**
 * struct remap_disk_super - superblock, at the head of every copy
 * @version: REMAP_VERSION
 * @block_sectors: block size in sectors
 * @compat: features a reader may ignore
 * @ro_compat: features a reader may ignore, a writer must know
 * @incompat: features everyone must know
 * @main_sectors: size of main
 * @spare_sectors: size of the spare
 * @spare_blocks: whole blocks on the spare
 * @table_units: units of a whole table
 * @table_ready: units that were initialised; later ones are never read
 * @created: Unix time of formatting, seconds
 * @copies: number of copies
 * @state_units: units of one state slot
 * @place: unit number of each copy's superblock
 * @main_logical: main's logical block size in bytes
 * @missed_count: used entries of @missed
 * @main_id: identity of main, padded with zero bytes; empty when none
 * @missed: writes that one copy does not have
 * @moved_count: used entries of @moved
 * @reserved0: zero
 * @moved: units whose own places could not be written
 * @reserved: zero
 */
struct remap_disk_super {
	struct remap_unit unit;
	__le32 version;
	__le32 block_sectors;
	__le64 compat;
	__le64 ro_compat;
	__le64 incompat;
	__le64 main_sectors;
	__le64 spare_sectors;
	__le64 spare_blocks;
	__le64 table_units;
	__le64 table_ready;
	__le64 created;
	__le32 copies;
	__le32 state_units;
	__le64 place[REMAP_COPIES_MAX];
	__le32 main_logical;
	__le32 missed_count;
	__u8 main_id[REMAP_MAIN_ID_MAX];
	struct remap_disk_missed missed[REMAP_MISSED_MAX];
	__le32 moved_count;
	__le32 reserved0;
	struct remap_disk_moved moved[REMAP_MOVED_MAX];
	__u8 reserved[REMAP_UNIT - 64 - 88 - 32 - 8 - REMAP_MAIN_ID_MAX -
		      16 * REMAP_MISSED_MAX - 8 - 16 * REMAP_MOVED_MAX];
};

enum remap_slot_state {
	REMAP_SLOT_FREE = 0,
	REMAP_SLOT_MAPPED = 1,
	REMAP_SLOT_BAD = 2,
};

enum remap_cause {
	REMAP_CAUSE_NONE = 0,
	REMAP_CAUSE_AUTO = 1,
	REMAP_CAUSE_MANUAL = 2,
	REMAP_CAUSE_PROACTIVE = 3,
};

/**
 * struct remap_disk_entry - what one spare block is used for
 * @block: main block it stands for (mapped), else 0
 * @mask: residency, bit n of the 128 is sector n of the block
 * @lost: resident sectors whose contents are gone; an error until written
 * @seconds: Unix time of the first mapping
 * @state: enum remap_slot_state
 * @cause: enum remap_cause
 * @reserved: zero
 */
struct remap_disk_entry {
	__le64 block;
	__le64 mask[REMAP_MASK_WORDS];
	__le64 lost[REMAP_MASK_WORDS];
	__le32 seconds;
	__u8 state;
	__u8 cause;
	__le16 reserved;
};

#define REMAP_TABLE_ENTRIES	84u

struct remap_disk_table {
	struct remap_unit unit;
	struct remap_disk_entry entry[REMAP_TABLE_ENTRIES];
};

enum remap_state_kind {
	REMAP_STATE_HEAD = 1,
	REMAP_STATE_EVENTS = 2,
	REMAP_STATE_PENDING = 3,
	REMAP_STATE_REGIONS = 4,
	REMAP_STATE_MARGINAL = 5,
};

/* How far a scan is, see struct remap_disk_head. */
enum remap_scan_state {
	REMAP_SCAN_IDLE = 0,
	REMAP_SCAN_RUNNING = 1,
	REMAP_SCAN_PAUSED = 2,
};

#define REMAP_STATE_CLEAN	1u

/**
 * struct remap_disk_head - first unit of a state slot, written last
 * @flags: REMAP_STATE_CLEAN when written at suspend or removal
 * @event_units: units of kind REMAP_STATE_EVENTS that follow
 * @pending_units: units of kind REMAP_STATE_PENDING after those
 * @region_units: units of kind REMAP_STATE_REGIONS after those
 * @last_event: number of the last event
 * @saved: Unix time, seconds
 * @auto_remaps: blocks remapped after errors, since format
 * @manual_remaps: blocks remapped on request, since format
 * @proactive_remaps: blocks remapped by the target's own judgement
 * @read_errors: since format
 * @write_errors: since format
 * @soft_errors: since format
 * @slow_reads: since format
 * @scan_block: next block to be scanned
 * @scan_passes: whole passes, since format
 * @scan_first: first block of the scan
 * @scan_count: blocks of it
 * @scan_started: Unix time at which the last pass over all of main began
 * @scan_state: enum remap_scan_state
 * @marginal_units: units of kind REMAP_STATE_MARGINAL after those of regions
 * @reserved: zero
 */
struct remap_disk_head {
	struct remap_unit unit;
	__le32 flags;
	__le32 event_units;
	__le32 pending_units;
	__le32 region_units;
	__le64 last_event;
	__le64 saved;
	__le64 auto_remaps;
	__le64 manual_remaps;
	__le64 proactive_remaps;
	__le64 read_errors;
	__le64 write_errors;
	__le64 soft_errors;
	__le64 slow_reads;
	__le64 scan_block;
	__le64 scan_passes;
	__le64 scan_first;
	__le64 scan_count;
	__le64 scan_started;
	__le32 scan_state;
	__le32 marginal_units;
	__u8 reserved[REMAP_UNIT - 64 - 16 - 88 - 32];
};

#define REMAP_NO_BLOCK		(~0ull)
#define REMAP_NO_SLOT		(~0u)
#define REMAP_DETAIL_MAX	32

/**
 * struct remap_disk_event - one entry of the event ring
 * @number: from 1
 * @ms: Unix time, milliseconds
 * @block: main block, all ones when none
 * @slot: spare block, all ones when none
 * @type: enum remap_event_type
 * @reserved: zero
 * @detail: one word, padded with zero bytes; empty when none
 */
struct remap_disk_event {
	__le64 number;
	__le64 ms;
	__le64 block;
	__le32 slot;
	__le16 type;
	__le16 reserved;
	char detail[REMAP_DETAIL_MAX];
};

#define REMAP_STATE_EVENT_MAX	63u

struct remap_disk_events {
	struct remap_unit unit;
	struct remap_disk_event event[REMAP_STATE_EVENT_MAX];
};

/**
 * struct remap_disk_pending - a block that could not be read
 * @block: main block
 * @seconds: Unix time it was found
 */
struct remap_disk_pending {
	__le64 block;
	__le64 seconds;
};

#define REMAP_STATE_PENDING_MAX	252u

struct remap_disk_pendings {
	struct remap_unit unit;
	struct remap_disk_pending pending[REMAP_STATE_PENDING_MAX];
};

/**
 * struct remap_disk_region - what happened in one region of main
 * @index: number of the region
 * @scanned_at: Unix time at which a scan last read part of it, 0 never
 * @latency_avg: of the scanner's reads in microseconds
 * @latency_max: longest of the pass @pass
 * @errors: blocks that could not be read, writes that failed, soft errors, slow
 *	reads
 * @weight: of errors, 65536 for one that says all, at @weighed_at
 * @recent: the same, forgotten sooner
 * @weighed_at: Unix time
 * @pass: low bits of the number of the scan pass that came here last
 * @scanned: bit n of the 128 is the n-th part of the region, read by a scan
 *
 * A region has 2^n blocks, the fewest from 128 on with which main has at most
 * 32768 regions.
 */
struct remap_disk_region {
	__le32 index;
	__le32 scanned_at;
	__le32 latency_avg;
	__le32 latency_max;
	__le32 errors[4];
	__le32 weight;
	__le32 recent;
	__le32 weighed_at;
	__le32 pass;
	__le64 scanned[2];
};

#define REMAP_STATE_REGION_MAX	63u

struct remap_disk_regions {
	struct remap_unit unit;
	struct remap_disk_region region[REMAP_STATE_REGION_MAX];
};

/**
 * struct remap_disk_marginal - a block that could be read, but not well
 * @block: main block
 * @soft: how often only after retries
 * @slow: how often slowly
 */
struct remap_disk_marginal {
	__le64 block;
	__le32 soft;
	__le32 slow;
};

#define REMAP_STATE_MARGINAL_MAX	252u

struct remap_disk_marginals {
	struct remap_unit unit;
	struct remap_disk_marginal marginal[REMAP_STATE_MARGINAL_MAX];
};

/* The numbers stand on the spare: only ever append. */
enum remap_event_type {
	REMAP_EVENT_REMAP = 1,
	REMAP_EVENT_UNMAP = 2,
	REMAP_EVENT_PENDING = 3,
	REMAP_EVENT_RECOVERED = 4,
	REMAP_EVENT_SOFT = 5,
	REMAP_EVENT_SLOW = 6,
	REMAP_EVENT_SPARE_BAD = 7,
	REMAP_EVENT_LOW_SPARE = 8,
	REMAP_EVENT_SPENT = 9,
	REMAP_EVENT_HALTED = 10,
	REMAP_EVENT_CONTINUED = 11,
	REMAP_EVENT_METADATA_REPAIRED = 12,
	REMAP_EVENT_METADATA_FAILED = 13,
	REMAP_EVENT_SCAN_START = 14,
	REMAP_EVENT_SCAN_END = 15,
	REMAP_EVENT_SET = 16,
	REMAP_EVENT_ACTIVATE = 17,
	REMAP_EVENT_DEACTIVATE = 18,
};

#endif
