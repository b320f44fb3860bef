// SPDX-License-Identifier: GPL-2.0
#include "dm-remap.h"

#include "device.h"
#include "load.h"
#include "trial.h"

/*
 * Sequence numbers only rise, by less than this for as long as a drive lasts.
 * From those above that an image may claim, the next ones would wrap.
 */
#define SEQUENCE_MAX (1ull << 62)

static bool activate(u64 *digest, u64 *sequence, int *r)
{
	struct remap_c *rc = target_new();

	*r = target_activate(rc);
	if (!*r) {
		target_check(rc);
		*digest = target_digest(rc);
		*sequence = rc->sequence;
	}
	target_free(rc);
	return !*r;
}

void trial_run(const struct image *image)
{
	u64 first, again, sequence;
	int r;

	device_load(image);
	if (!activate(&first, &sequence, &r)) {
		/* -EIO: a copy could not be mended and that not be noted. */
		if (r != -EIO && device_writes())
			abort();
		return;
	}
	if (!device_writes() || sequence > SEQUENCE_MAX)
		return;
	if (!activate(&again, &sequence, &r) || again != first)
		abort();
}
