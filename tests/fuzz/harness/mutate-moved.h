/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_MUTATE_MOVED_H
#define FUZZ_MUTATE_MOVED_H

#include "image.h"

/*
 * Changes the list of moved units of a superblock, and sometimes moves the
 * unit with it. The checksum is left to the caller.
 *
 * @super: any unit that says it is a superblock
 */
void change_moved(struct image *image, struct image_unit *super);

#endif
