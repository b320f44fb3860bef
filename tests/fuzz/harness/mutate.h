/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "image.h"

/*
 * Changes an image in a few ways that matter to a reader of the format. Most
 * checksums are made right again, and most changes of a unit are made to the
 * units that were like it too, or nothing would come past the first checks.
 *
 * @bytes: changes the bytes of one unit in place; NULL for a plain way
 */
void image_mutate(struct image *image, u32 seed,
		  void (*bytes)(u8 *data, size_t size));

/* Takes a unit of another image into this one. */
void image_cross(struct image *image, const struct image *other, u32 seed);

#endif
