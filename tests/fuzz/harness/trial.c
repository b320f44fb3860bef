// SPDX-License-Identifier: GPL-2.0
#include "dm-remap.h"

#include "device.h"
#include "load.h"
#include "trial.h"

/* No drive lasts long enough for honest sequence numbers to come this far. */
#define SEQUENCE_MAX (1ull << 62)

/* Would the next sequence number wrap, and then count as an old one? */
static bool wraps(const struct image *image)
{
	u32 i;

	for (i = 0; i < image->count; i++) {
		const struct remap_unit *u = (const void *)image->unit[i].bytes;

		if (le64_to_cpu(u->sequence) > SEQUENCE_MAX)
			return true;
	}
	return false;
}

static bool activate(u64 *digest, int *r)
{
	struct remap_c *rc = target_new();

	*r = target_activate(rc);
	if (!*r) {
		target_check(rc);
		*digest = target_digest(rc);
	}
	target_free(rc);
	return !*r;
}

void trial_run(const struct image *image)
{
	u64 first, again;
	int r;

	device_load(image);
	if (!activate(&first, &r)) {
		/* -EIO: a copy could not be mended and that not be noted. */
		if (r != -EIO && device_writes())
			abort();
		return;
	}
	if (!device_writes() || wraps(image))
		return;
	if (!activate(&again, &r) || again != first)
		abort();
}
