/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What seeds are made of. Everything aborts when it cannot be done.
 */
#ifndef FUZZ_SEEDS_STEPS_H
#define FUZZ_SEEDS_STEPS_H

#include <linux/types.h>

struct remap_c;

struct geometry {
	u32 sectors;
	u32 block_sectors;
	u64 main_sectors;
};

void require(bool holds);

/* Gives the spare as it stands, under a name of the geometry and the step. */
void give(const char *step);

/* A target of a blank spare, and the same with the spare formatted. */
struct remap_c *start_blank(const struct geometry *g);
struct remap_c *start(const struct geometry *g);

/* A free spare block at or after one. */
u32 take(struct remap_c *rc, u64 from);

/* Maps a block with its first sectors resident, and some of those lost. */
void map(struct remap_c *rc, u32 slot, u64 block, unsigned int sectors,
	 unsigned int lost, u8 cause);

/* Sets the flags of where a unit of a copy of the table stands. */
void mark_table(struct remap_c *rc, unsigned int copy, u64 unit, u8 flags);

/* Sets the flags of the units that the module would move one to next. */
void mark_room(struct remap_c *rc, u8 flags);

/* Units of the table that were moved. */
void make_moved(const struct geometry *g);

#endif
