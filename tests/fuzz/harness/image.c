// SPDX-License-Identifier: GPL-2.0
#include <linux/crc32c.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "image.h"

/* Zeroes between two patches that cost less than a patch of their own. */
#define PATCH_GAP 8

static u32 get16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static u32 get32(const u8 *p)
{
	return get16(p) | (u32)get16(p + 2) << 16;
}

static void put16(u8 *p, u32 value)
{
	p[0] = value;
	p[1] = value >> 8;
}

static void put32(u8 *p, u32 value)
{
	put16(p, value & 0xffff);
	put16(p + 2, value >> 16);
}

static u32 crc_of(const struct image_unit *unit)
{
	return ~crc32c(~0u, unit->bytes + 4, IMAGE_UNIT - 4);
}

void image_seal(struct image_unit *unit)
{
	put32(unit->bytes, crc_of(unit));
}

bool image_is_sealed(const struct image_unit *unit)
{
	return get32(unit->bytes) == crc_of(unit);
}

struct image_unit *image_find(struct image *image, u32 number)
{
	u32 i;

	for (i = 0; i < image->count; i++)
		if (image->unit[i].number == number)
			return &image->unit[i];
	return NULL;
}

struct image_unit *image_get(struct image *image, u32 number)
{
	struct image_unit *unit = image_find(image, number);

	if (unit || image->count == IMAGE_UNITS)
		return unit;
	unit = &image->unit[image->count++];
	memset(unit, 0, sizeof(*unit));
	unit->number = number;
	return unit;
}

/* Length of the record at @data, 0 when it is cut short. */
static size_t record_length(const u8 *data, size_t size)
{
	size_t at = IMAGE_RECORD;
	u32 patches;

	if (size < IMAGE_RECORD)
		return 0;
	for (patches = get16(data + 5); patches; patches--) {
		if (size - at < IMAGE_PATCH ||
		    size - at - IMAGE_PATCH < get16(data + at + 2))
			return 0;
		at += IMAGE_PATCH + get16(data + at + 2);
	}
	return at;
}

static void apply_record(struct image_unit *unit, const u8 *data)
{
	u32 patches = get16(data + 5);
	const u8 *p = data + IMAGE_RECORD;

	unit->flags = data[4];
	for (; patches; patches--) {
		u32 offset = get16(p), length = get16(p + 2);

		if (offset < IMAGE_UNIT)
			memcpy(unit->bytes + offset, p + IMAGE_PATCH,
			       min(length, IMAGE_UNIT - offset));
		p += IMAGE_PATCH + length;
	}
	if (unit->flags & IMAGE_SEALED)
		image_seal(unit);
}

void image_parse(struct image *image, const u8 *data, size_t size)
{
	size_t at = IMAGE_HEADER, length;

	image->count = 0;
	image->sectors = 0;
	if (size < IMAGE_HEADER)
		return;
	image->sectors = min(get32(data), IMAGE_SECTORS);
	while ((length = record_length(data + at, size - at))) {
		struct image_unit *unit = image_get(image, get32(data + at));

		if (unit)
			apply_record(unit, data + at);
		at += length;
	}
}

/* End of the run of bytes that begins at @from, with short gaps in it. */
static u32 run_end(const u8 *bytes, u32 from)
{
	u32 end = from, i;

	for (i = from; i < IMAGE_UNIT && i < end + PATCH_GAP; i++)
		if (bytes[i])
			end = i + 1;
	return end;
}

static u32 skip_zeroes(const u8 *bytes, u32 from)
{
	u64 word;

	for (; from < IMAGE_UNIT; from++) {
		if (!(from % 8)) {
			memcpy(&word, bytes + from, 8);
			if (!word) {
				from += 7;
				continue;
			}
		}
		if (bytes[from])
			break;
	}
	return from;
}

static size_t serialise_unit(const struct image_unit *unit, u8 *data,
			     size_t room)
{
	bool sealed = image_is_sealed(unit);
	u8 flags = (unit->flags & ~IMAGE_SEALED) | (sealed ? IMAGE_SEALED : 0);
	u32 from = skip_zeroes(unit->bytes, sealed ? 4 : 0), end, patches = 0;
	size_t at = IMAGE_RECORD;

	if (room < at)
		return 0;
	for (; from < IMAGE_UNIT; from = skip_zeroes(unit->bytes, end)) {
		end = run_end(unit->bytes, from);
		if (room - at < IMAGE_PATCH + end - from)
			return 0;
		put16(data + at, from);
		put16(data + at + 2, end - from);
		memcpy(data + at + IMAGE_PATCH, unit->bytes + from, end - from);
		at += IMAGE_PATCH + end - from;
		patches++;
	}
	put32(data, unit->number);
	data[4] = flags;
	put16(data + 5, patches);
	return at;
}

size_t image_serialise(const struct image *image, u8 *data, size_t room)
{
	size_t at = IMAGE_HEADER, length;
	u32 i;

	if (room < at)
		return 0;
	put32(data, image->sectors);
	for (i = 0; i < image->count; i++) {
		const struct image_unit *unit = &image->unit[i];

		if (!unit->flags && !memchr_inv(unit->bytes, 0, IMAGE_UNIT))
			continue;
		length = serialise_unit(unit, data + at, room - at);
		if (!length)
			return 0;
		at += length;
	}
	return at;
}
