// SPDX-License-Identifier: GPL-2.0
/*
 * From a table to a target that may be used: the metadata is made or found,
 * and read into memory.
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "dm-remap.h"

/**
 * remap_check_length() - does a target reach to the end of what is mapped?
 * @rc: target
 * @of: target that has the mappings in memory; may be @rc
 *
 * Whoever cuts the end off does not count on it any more, and may use that part
 * of main for something else; a mapped block there would hide it later.
 *
 * Of a target that is in use this is only a first look, without commit_mutex: its
 * spare may hang. What is mapped meanwhile is found by the activation.
 *
 * Return: 0 or -EINVAL.
 */
int remap_check_length(struct remap_c *rc, struct remap_c *of)
{
	u64 slot, block, last = 0;
	bool beyond = false;

	for (slot = 0; remap_next_mapped(of, &slot, &block); slot++) {
		beyond |= block >= remap_target_blocks(rc);
		last = max(last, block);
	}
	if (!beyond)
		return 0;
	DMERR("%s: the table ends before block %llu, which is mapped; make it longer",
	      remap_name(rc), last);
	rc->ti->error = "Target is shorter than what is mapped";
	return -EINVAL;
}

/**
 * remap_activate() - make or find the metadata and load it
 * @rc: target
 *
 * Whatever fails, the next attempt begins anew, also one with a new target and
 * the same table: a spare that was formatted here is blank again.
 *
 * Context: process, before any I/O is mapped.
 */
int remap_activate(struct remap_c *rc)
{
	int r;

	rc->read_only = false;
	memset(rc->copy_failed, 0, sizeof(rc->copy_failed));
	if (rc->format) {
		r = remap_check_blank(rc);
		if (!r)
			r = remap_format(rc);
	} else {
		r = remap_check_spare(rc);
	}
	if (r)
		return r;
	r = remap_load(rc);
	if (!r) {
		rc->format = false;
		/* Pairs with remap_join(): the table is in memory. */
		smp_store_release(&rc->loaded, true);
		return 0;
	}
	if (rc->format)
		remap_unformat(rc);
	remap_hash_exit(rc);
	remap_health_exit(rc);
	rc->used = 0;
	rc->bad = 0;
	rc->partial = 0;
	rc->pending_blocks = 0;
	rc->free_cursor = 0;
	return r;
}
