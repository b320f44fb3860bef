// SPDX-License-Identifier: GPL-2.0
#include "dm-remap.h"

#include "device.h"
#include "writes.h"

#define DEVICE_UNITS (IMAGE_SECTORS / REMAP_UNIT_SECTORS)
#define LISTED_MAX 2048

static struct image_unit listed[LISTED_MAX];
static unsigned int count;
/* One more than the number in the list of each unit, 0 for one that is zero. */
static u16 place[DEVICE_UNITS];
static u32 sectors;
static u64 writes;

static struct image_unit *unit_get(u32 number)
{
	struct image_unit *unit;

	if (place[number])
		return &listed[place[number] - 1];
	if (count == LISTED_MAX)
		abort();
	unit = &listed[count++];
	memset(unit, 0, sizeof(*unit));
	unit->number = number;
	place[number] = count;
	return unit;
}

void device_load(const struct image *image)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		place[listed[i].number] = 0;
	count = 0;
	writes = 0;
	sectors = image->sectors;
	for (i = 0; i < image->count; i++)
		if (image->unit[i].number < DEVICE_UNITS)
			*unit_get(image->unit[i].number) = image->unit[i];
}

bool device_save(struct image *image)
{
	unsigned int i;

	image->sectors = sectors;
	image->count = 0;
	for (i = 0; i < count; i++) {
		if (!listed[i].flags &&
		    !memchr_inv(listed[i].bytes, 0, IMAGE_UNIT))
			continue;
		if (image->count == IMAGE_UNITS)
			return false;
		image->unit[image->count++] = listed[i];
	}
	return true;
}

u64 device_writes(void)
{
	return writes;
}

void device_mark(u32 unit, u8 flags)
{
	unit_get(unit)->flags = flags;
}

u32 device_sectors(void)
{
	return sectors;
}

static blk_status_t do_unit(u32 number, void *buffer, bool write)
{
	struct image_unit *unit;

	if (!write && !place[number]) {
		memset(buffer, 0, REMAP_UNIT);
		return BLK_STS_OK;
	}
	unit = unit_get(number);
	if (unit->flags & (write ? IMAGE_UNWRITABLE : IMAGE_UNREADABLE))
		return BLK_STS_IOERR;
	if (!write) {
		memcpy(buffer, unit->bytes, REMAP_UNIT);
		return BLK_STS_OK;
	}
	memcpy(unit->bytes, buffer, REMAP_UNIT);
	unit->flags &= ~IMAGE_UNREADABLE;
	writes++;
	return BLK_STS_OK;
}

/*
 * These take the place of dm-remap-io.c. The device is the spare, and has no
 * cache.
 */
blk_status_t remap_flush(struct remap_c *rc, struct block_device *bdev)
{
	return BLK_STS_OK;
}

bool remap_write_durable(struct remap_c *rc, sector_t sector, void *unit)
{
	return !remap_io_buffer(rc, rc->spare->bdev, sector, unit, REMAP_UNIT,
				REQ_OP_WRITE);
}

blk_status_t remap_io_buffer(struct remap_c *rc, struct block_device *bdev,
			     sector_t sector, void *buffer, unsigned int bytes,
			     blk_opf_t opf)
{
	bool write = (opf & REQ_OP_MASK) == REQ_OP_WRITE;
	unsigned int at;

	/* The module asks for whole units of its spare and for nothing else. */
	if (bdev != rc->spare->bdev || sector % REMAP_UNIT_SECTORS || !bytes ||
	    bytes % REMAP_UNIT || bytes > REMAP_IO_PAGES * PAGE_SIZE)
		abort();
	if (sector + (bytes >> SECTOR_SHIFT) > sectors)
		return BLK_STS_IOERR;
	for (at = 0; write && at < bytes; at += REMAP_UNIT)
		check_write(rc, (sector * 512 + at) / REMAP_UNIT, buffer + at);
	for (at = 0; at < bytes; at += REMAP_UNIT)
		if (do_unit((sector * 512 + at) / REMAP_UNIT, buffer + at,
			    write))
			return BLK_STS_IOERR;
	return BLK_STS_OK;
}
