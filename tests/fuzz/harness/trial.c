// SPDX-License-Identifier: GPL-2.0
#include "dm-remap.h"

#include "device.h"
#include "load.h"
#include "trial.h"

/* No drive lasts long enough for honest sequence numbers to come this far. */
#define SEQUENCE_MAX (1ull << 62)

/* A unit is written with what is listed for it. */
static bool lists_more(const void *unit)
{
	const struct remap_disk_super *s = unit;
	u32 i;

	for (i = 0; i < REMAP_MISSED_MAX; i++)
		if (le64_to_cpu(s->missed[i].sequence) > SEQUENCE_MAX)
			return true;
	return false;
}

/* Would the next sequence number wrap, and then count as an old one? */
static bool wraps(const struct image *image)
{
	u32 i;

	for (i = 0; i < image->count; i++) {
		const struct remap_unit *u = (const void *)image->unit[i].bytes;

		if (le64_to_cpu(u->sequence) > SEQUENCE_MAX ||
		    (le32_to_cpu(u->magic) == REMAP_MAGIC_SUPER &&
		     lists_more(image->unit[i].bytes)))
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
		*digest = target_digest(rc, REMAP_NO_SLOT);
	}
	target_free(rc);
	return !*r;
}

/* Is a unit that was never in use newer than anything that will be written? */
static bool outruns(const struct image *image, u64 sequence)
{
	u32 i;

	for (i = 0; i < image->count; i++) {
		const struct remap_unit *u = (const void *)image->unit[i].bytes;

		if (le64_to_cpu(u->sequence) > sequence)
			return true;
	}
	return false;
}

/*
 * Whatever the table grows over and wherever its units are moved to meanwhile:
 * what was mapped stays so, and so does what is mapped now.
 */
static void use(const struct image *image, u64 digest)
{
	struct remap_c *rc = target_new();
	struct remap_entry e;
	bool done;
	u32 slot;
	int r;

	if (target_activate(rc))
		abort();
	if (outruns(image, rc->sequence)) {
		target_free(rc);
		return;
	}
	done = target_use(rc, &slot, &e);
	target_free(rc);

	rc = target_new();
	r = target_activate(rc);
	if (!r) {
		target_check(rc);
		if (target_digest(rc, slot) != digest)
			abort();
		if (done && slot != REMAP_NO_SLOT)
			target_holds(rc, slot, &e);
	} else if (done || r != -EIO) {
		abort();
	}
	target_free(rc);
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
	if (wraps(image))
		return;
	if (device_writes() && (!activate(&again, &r) || again != first))
		abort();
	use(image, first);
}
