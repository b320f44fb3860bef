// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>

#include "dm-remap-format.h"
#include "mutate.h"
#include "mutate-moved.h"
#include "random.h"

#define CHANGES_MAX 4
#define BODY sizeof(struct remap_unit)

struct field {
	u16 offset;
	u16 size;
};

#define FIELD(type, member) \
	{ offsetof(type, member), sizeof(((type *)NULL)->member) }
#define SUPER(member) FIELD(struct remap_disk_super, member)
#define HEAD(member) FIELD(struct remap_disk_head, member)
#define ENTRY(member) FIELD(struct remap_disk_entry, member)

static const struct field super_fields[] = {
	SUPER(version), SUPER(block_sectors), SUPER(compat), SUPER(ro_compat),
	SUPER(incompat), SUPER(main_sectors), SUPER(spare_sectors),
	SUPER(spare_blocks), SUPER(table_units), SUPER(table_ready),
	SUPER(copies), SUPER(state_units), SUPER(place[0]), SUPER(place[1]),
	SUPER(place[2]), SUPER(missed_count), SUPER(main_id[0]),
	SUPER(missed[0].unit), SUPER(missed[0].sequence),
	SUPER(missed[99].unit), SUPER(main_sectors), SUPER(table_ready),
	SUPER(missed_count), SUPER(unit.sequence), SUPER(unit.index),
	SUPER(unit.uuid[3]), SUPER(unit.magic), SUPER(moved_count),
	SUPER(moved[0].unit), SUPER(moved[0].place), SUPER(moved[99].unit),
};

static const struct field head_fields[] = {
	HEAD(unit.sequence), HEAD(unit.index), HEAD(unit.count),
	HEAD(unit.kind), HEAD(unit.uuid[3]), HEAD(flags), HEAD(event_units),
	HEAD(pending_units), HEAD(last_event), HEAD(auto_remaps),
	HEAD(scan_block), HEAD(marginal_units),
};

static const struct field unit_fields[] = {
	FIELD(struct remap_unit, sequence), FIELD(struct remap_unit, sequence),
	FIELD(struct remap_unit, index), FIELD(struct remap_unit, uuid[3]),
	FIELD(struct remap_unit, magic), FIELD(struct remap_unit, count),
};

static const struct field entry_fields[] = {
	ENTRY(block), ENTRY(block), ENTRY(mask[0]), ENTRY(mask[1]),
	ENTRY(lost[0]), ENTRY(lost[1]), ENTRY(seconds), ENTRY(state),
	ENTRY(cause),
};

static u64 get(const u8 *p, unsigned int size)
{
	u64 value = 0;

	memcpy(&value, p, size);
	return value;
}

static u32 magic_of(const struct image_unit *unit)
{
	return get(unit->bytes + offsetof(struct remap_unit, magic), 4);
}

static struct image_unit *any(struct image *image)
{
	return &image->unit[below(image->count)];
}

/* Any unit of a kind, NULL when none was met. */
static struct image_unit *any_of(struct image *image, u32 magic)
{
	unsigned int tries;

	for (tries = 0; tries < 8; tries++) {
		struct image_unit *unit = any(image);

		if (magic_of(unit) == magic)
			return unit;
	}
	return NULL;
}

/* Limits of the format: what is at one, or one beside it, tells most. */
static const u32 limits[] = {
	REMAP_MISSED_MAX, REMAP_MOVED_MAX, REMAP_TABLE_ENTRIES,
	REMAP_MAX_BLOCK_SECTORS, REMAP_PLACES, REMAP_WITNESS, REMAP_COPIES,
	REMAP_STATE_MIN, REMAP_STATE_MAX, REMAP_STATE_EVENT_MAX,
	REMAP_STATE_PENDING_MAX, REMAP_STATE_MARGINAL_MAX,
};

static u64 other_value(struct image *image, const struct field *f, u64 old)
{
	switch (below(12)) {
	case 0:
		return 0;
	case 1:
		return old + 1;
	case 2:
		return old - 1;
	case 3:
		return old ^ 1ull << below(f->size * 8);
	case 4:
		return below(256);
	case 5:
		return random64() >> below(64);
	case 6:
		return ~0ull >> below(64);
	case 7:
		return 1ull << below(64);
	case 8:
	case 9:
		return limits[below(ARRAY_SIZE(limits))] + below(3) - 1;
	default:
		return get(any(image)->bytes + f->offset, f->size);
	}
}

static void change_field(struct image *image, struct image_unit *unit,
			 const struct field *f)
{
	u64 value = other_value(image, f, get(unit->bytes + f->offset, f->size));

	memcpy(unit->bytes + f->offset, &value, f->size);
}

static u8 *entry_of(struct image_unit *unit, u32 n)
{
	return unit->bytes + offsetof(struct remap_disk_table, entry[n]);
}

static void change_entry(struct image *image, struct image_unit *unit)
{
	u32 n = below(REMAP_TABLE_ENTRIES), tries;
	struct field f = entry_fields[below(ARRAY_SIZE(entry_fields))];

	/* Mostly one that says something. */
	for (tries = 0; tries < 16; tries++) {
		if (get(entry_of(unit, n) + offsetof(struct remap_disk_entry,
						     state), 1))
			break;
		n = below(REMAP_TABLE_ENTRIES);
	}
	f.offset += entry_of(unit, n) - unit->bytes;
	change_field(image, unit, &f);
}

/* An entry that a module may have written. */
static void make_entry(struct image *image, struct image_unit *unit)
{
	struct image_unit *super = any_of(image, REMAP_MAGIC_SUPER);
	struct remap_disk_entry e = { .state = 1 + below(8) / 7 };
	u32 sectors = 8;

	if (super)
		sectors = get(super->bytes + offsetof(struct remap_disk_super,
						      block_sectors), 4);
	if (e.state == REMAP_SLOT_MAPPED) {
		u64 all = sectors >= 64 ? ~0ull : (1ull << sectors) - 1;

		e.block = below(below(2) ? 64 : 8192);
		e.mask[0] = random64() & all;
		e.mask[1] = sectors >= 128 ? random64() : 0;
		e.lost[0] = below(4) ? 0 : random64() & e.mask[0];
		e.lost[1] = below(4) ? 0 : random64() & e.mask[1];
		e.seconds = random64();
		e.cause = 1 + below(3);
	}
	memcpy(entry_of(unit, below(REMAP_TABLE_ENTRIES)), &e, sizeof(e));
}

static void copy_entry(struct image *image, struct image_unit *unit)
{
	struct image_unit *from = any_of(image, REMAP_MAGIC_TABLE);
	struct remap_disk_entry e;
	u32 n, tries;

	if (!from)
		return;
	for (tries = 0; tries < 64; tries++) {
		n = below(REMAP_TABLE_ENTRIES);
		memcpy(&e, entry_of(from, n), sizeof(e));
		if (e.state)
			break;
	}
	memcpy(entry_of(unit, below(REMAP_TABLE_ENTRIES)), &e, sizeof(e));
}

static void add_missed(struct image *image, struct image_unit *unit)
{
	struct remap_disk_super *super = (void *)unit->bytes;
	u32 n = super->missed_count;
	u64 unit_number = below(4) ? below(8) : REMAP_MISSED_ALL;

	if (n >= REMAP_MISSED_MAX)
		return;
	super->missed[n].unit = unit_number | (u64)below(2) << 56;
	super->missed[n].sequence =
		get(any(image)->bytes + offsetof(struct remap_unit, sequence),
		    8) + below(4) - 1;
	super->missed_count = n + 1;
}

static void change_sequence(struct image *image, struct image_unit *unit)
{
	static const struct field f = FIELD(struct remap_unit, sequence);
	u64 value = get(any(image)->bytes + f.offset, f.size) + below(3) - 1;

	memcpy(unit->bytes + f.offset, &value, f.size);
}

static void change_super(struct image *image, struct image_unit *unit)
{
	const struct field *f = &super_fields[below(ARRAY_SIZE(super_fields))];
	struct remap_disk_super *super = (void *)unit->bytes;

	switch (below(16)) {
	case 0:
		super->missed_count = REMAP_MISSED_MAX + below(3) - 1;
		break;
	case 1:
	case 2:
	case 3:
		add_missed(image, unit);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		change_moved(image, unit);
		break;
	default:
		change_field(image, unit, f);
	}
}

static void change_table(struct image *image, struct image_unit *unit)
{
	switch (below(8)) {
	case 0:
		change_field(image, unit,
			     &unit_fields[below(ARRAY_SIZE(unit_fields))]);
		break;
	case 1:
	case 2:
		make_entry(image, unit);
		break;
	case 3:
		copy_entry(image, unit);
		break;
	case 4:
		change_sequence(image, unit);
		break;
	default:
		change_entry(image, unit);
	}
}

static void plain_bytes(u8 *data, size_t size)
{
	data[below(size)] ^= 1 << below(8);
}

static void change_body(struct image *image, struct image_unit *unit,
			void (*bytes)(u8 *data, size_t size))
{
	if (!below(16)) {
		bytes(unit->bytes, IMAGE_UNIT);
		return;
	}
	switch (magic_of(unit)) {
	case REMAP_MAGIC_SUPER:
		change_super(image, unit);
		break;
	case REMAP_MAGIC_TABLE:
		change_table(image, unit);
		break;
	case REMAP_MAGIC_STATE:
		change_field(image, unit,
			     &head_fields[below(ARRAY_SIZE(head_fields))]);
		break;
	default:
		bytes(unit->bytes, IMAGE_UNIT);
	}
}

/* Are two units alike, but for what tells copies of one thing apart? */
static bool alike(const struct image_unit *a, const struct image_unit *b)
{
	const u32 index = offsetof(struct remap_unit, index);

	return magic_of(a) && !memcmp(a->bytes + 4, b->bytes + 4, index - 4) &&
	       !memcmp(a->bytes + index + 8, b->bytes + index + 8,
		       IMAGE_UNIT - index - 8) &&
	       (magic_of(a) == REMAP_MAGIC_SUPER ||
		!memcmp(a->bytes + index, b->bytes + index, 8));
}

static void change_unit(struct image *image,
			void (*bytes)(u8 *data, size_t size))
{
	static struct image_unit before;
	struct image_unit *unit = any(image);
	bool follow = below(4), rot = !below(16);
	u8 index[8];
	u32 i;

	before = *unit;
	change_body(image, unit, bytes);
	if (!rot)
		image_seal(unit);
	for (i = 0; i < image->count && follow; i++) {
		struct image_unit *twin = &image->unit[i];

		if (twin == unit || !alike(twin, &before))
			continue;
		memcpy(index, twin->bytes + offsetof(struct remap_unit, index),
		       sizeof(index));
		memcpy(twin->bytes, unit->bytes, IMAGE_UNIT);
		if (magic_of(&before) == REMAP_MAGIC_SUPER)
			memcpy(twin->bytes + offsetof(struct remap_unit, index),
			       index, sizeof(index));
		if (!rot)
			image_seal(twin);
	}
}

/* Puts a unit where one of its kind may stand. */
static void clone_unit(struct image *image)
{
	const struct image_unit *from = any(image);
	u32 eighth = image->sectors / REMAP_UNIT_SECTORS / REMAP_PLACES;
	u32 place = below(REMAP_PLACES), number = place * eighth;
	struct image_unit *to;
	u64 index = REMAP_WITNESS + place;

	if (magic_of(from) != REMAP_MAGIC_SUPER || !below(8))
		number = any(image)->number + below(3) - 1;
	to = image_get(image, number);
	if (!to)
		return;
	memcpy(to->bytes, from->bytes, IMAGE_UNIT);
	if (magic_of(from) == REMAP_MAGIC_SUPER && below(8)) {
		if (place % (REMAP_PLACES / REMAP_COPIES) == 0)
			index = place / (REMAP_PLACES / REMAP_COPIES);
		memcpy(to->bytes + offsetof(struct remap_unit, index), &index,
		       sizeof(index));
		image_seal(to);
	}
}

static void change_size(struct image *image)
{
	switch (below(4)) {
	case 0:
		image->sectors += below(64) - 32;
		break;
	case 1:
		image->sectors += below(16) * REMAP_UNIT_SECTORS * REMAP_PLACES;
		break;
	case 2:
		image->sectors = below(IMAGE_SECTORS);
		break;
	default:
		image->sectors *= 2;
	}
	if (image->sectors > IMAGE_SECTORS)
		image->sectors = IMAGE_SECTORS;
}

static void change_one(struct image *image,
		       void (*bytes)(u8 *data, size_t size))
{
	struct image_unit *unit = any(image);

	switch (below(32)) {
	case 0:
		change_size(image);
		break;
	case 1:
	case 2:
		clone_unit(image);
		break;
	case 3:
		unit->flags ^= IMAGE_UNREADABLE;
		break;
	case 4:
		unit->flags ^= IMAGE_UNWRITABLE;
		break;
	case 5:
		memset(unit->bytes, 0, IMAGE_UNIT);
		break;
	case 6:
		plain_bytes(unit->bytes, IMAGE_UNIT);
		break;
	default:
		change_unit(image, bytes);
	}
}

void image_mutate(struct image *image, u32 seed,
		  void (*bytes)(u8 *data, size_t size))
{
	u32 changes;

	random_seed(seed);
	if (!image->count && !image_get(image, 0))
		return;
	for (changes = 1 + below(CHANGES_MAX); changes; changes--)
		change_one(image, bytes ? bytes : plain_bytes);
}

void image_cross(struct image *image, const struct image *other, u32 seed)
{
	const struct image_unit *from;
	struct image_unit *to;

	random_seed(seed);
	if (!other->count)
		return;
	from = &other->unit[below(other->count)];
	to = image_get(image, from->number);
	if (to)
		*to = *from;
}
