/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_WRITES_H
#define FUZZ_WRITES_H

#include <linux/types.h>

struct remap_c;

/*
 * Aborts when a target writes a unit where it may not stand: one of the table
 * stands at its own place in an area or where no block was ever taken from.
 *
 * @number: where, in units of the spare
 */
void check_write(struct remap_c *rc, u64 number, const void *unit);

#endif
