/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_PRINT_H
#define FUZZ_PRINT_H

struct remap_c;

/*
 * A line of JSON: what the module says of a spare, and if it accepts it, its
 * superblock, its layout and its mapping. tests/fuzz/mapping.ts reads it.
 *
 * @result: of target_activate()
 */
void print_target(struct remap_c *rc, int result);

#endif
