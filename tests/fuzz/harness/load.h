/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Activating a spare with the module's own code.
 */
#ifndef FUZZ_LOAD_H
#define FUZZ_LOAD_H

#include <linux/types.h>

struct remap_c;
struct remap_entry;

/* The last message for the kernel log, its format only. */
extern const char *fuzz_last_log;

/* A target whose spare is the device, nothing read yet. */
struct remap_c *target_new(void);
void target_free(struct remap_c *rc);

/* Takes the size of main and of blocks for those that the table line gives. */
int target_geometry(struct remap_c *rc, u64 main_sectors, u32 block_sectors);

/*
 * Looks at the spare, and loads it as the target of the pair that its
 * superblock speaks of.
 *
 * Return: 0 or what the module says; nothing may have been written then.
 */
int target_activate(struct remap_c *rc);

/* Aborts when what was loaded contradicts itself. */
void target_check(struct remap_c *rc);

/* A number that two targets share only when they map alike, but for a slot. */
u64 target_digest(struct remap_c *rc, u64 but);

/*
 * Makes the whole table ready and maps a further block.
 *
 * @slot: the spare block, REMAP_NO_SLOT when there is none
 * @e: what was entered for it
 * Return: whether all that was tried was done.
 */
bool target_use(struct remap_c *rc, u32 *slot, struct remap_entry *e);

/* Aborts when a slot does not hold what was entered for it. */
void target_holds(struct remap_c *rc, u32 slot, const struct remap_entry *e);

#endif
