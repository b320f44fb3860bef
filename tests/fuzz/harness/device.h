/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The spare that the module reads and writes: units in memory, of which those
 * that nobody has written are zero.
 */
#ifndef FUZZ_DEVICE_H
#define FUZZ_DEVICE_H

#include "image.h"

/* Makes the device as the image says. */
void device_load(const struct image *image);

/* The device as it is, without the units that are zero; false: too many. */
bool device_save(struct image *image);

/* Units that were written since device_load(). */
u64 device_writes(void);

/* Sets the flags of a unit, IMAGE_*. */
void device_mark(u32 unit, u8 flags);

u32 device_sectors(void);

#endif
