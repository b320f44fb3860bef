/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A spare, sparse: its size and the few units that are not zero.
 *
 * Its compact form, which is what is mutated and kept, is little-endian:
 *
 *	u32 sectors			size of the spare, at most IMAGE_SECTORS
 *	then, for each unit:
 *	u32 number
 *	u8 flags			IMAGE_*
 *	u16 patches
 *	for each patch: u16 offset, u16 length, bytes
 *
 * A unit is zero where no patch is; of what reaches beyond its end nothing is
 * taken. A further record for the same unit patches what is there and replaces
 * the flags. A record that is cut short ends the image and is dropped, as are
 * units beyond the first IMAGE_UNITS.
 */
#ifndef FUZZ_IMAGE_H
#define FUZZ_IMAGE_H

#include <linux/types.h>

#define IMAGE_UNIT 4096
#define IMAGE_UNITS 192
#define IMAGE_SECTORS (1u << 18)
#define IMAGE_HEADER 4
#define IMAGE_RECORD 7
#define IMAGE_PATCH 4

/* The checksum is made right after all patches of this record. */
#define IMAGE_SEALED 1
/* Reading fails until it is written. */
#define IMAGE_UNREADABLE 2
/* Writing fails. */
#define IMAGE_UNWRITABLE 4

struct image_unit {
	u32 number;
	u8 flags;
	u8 bytes[IMAGE_UNIT] __attribute__((aligned(8)));
};

struct image {
	u32 sectors;
	u32 count;
	struct image_unit unit[IMAGE_UNITS];
};

void image_parse(struct image *image, const u8 *data, size_t size);

/*
 * Return: bytes written to @data, 0 when it has no room for all of them. Units
 * without anything in them and without flags are left out.
 */
size_t image_serialise(const struct image *image, u8 *data, size_t room);

/* The unit of a number, NULL when it is not in the list. */
struct image_unit *image_find(struct image *image, u32 number);

/* The same, appended as zeroes if need be; NULL when the list is full. */
struct image_unit *image_get(struct image *image, u32 number);

void image_seal(struct image_unit *unit);
bool image_is_sealed(const struct image_unit *unit);

#endif
