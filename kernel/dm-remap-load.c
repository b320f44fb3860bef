// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the metadata, checking it, and mending what one copy has lost.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/uuid.h>

#include "dm-remap.h"

/* What was found at the places of superblocks. */
struct found {
	bool blank;		/* nothing but zeroes */
	bool damaged;		/* a superblock that cannot be used */
	bool newer;		/* one that only a newer module can read */
};

/* Does a superblock with this index belong to this unit? */
static bool is_in_place(const struct remap_layout *l, u64 unit, u64 index)
{
	unsigned int i;

	for (i = 0; i < REMAP_COPIES; i++)
		if (unit == l->place[i])
			return index == i;
	for (i = 0; i < REMAP_PLACES; i++)
		if (unit == remap_place(l->units, i))
			return index == REMAP_WITNESS + i &&
			       !remap_layout_in_area(l, unit);
	return false;
}

/* Read what stands at a place. Return: as remap_super_decode(), or -EIO. */
static int read_super(struct remap_c *rc, u64 unit, struct remap_super *s)
{
	if (remap_io_buffer(rc, rc->spare->bdev, unit * REMAP_UNIT_SECTORS,
			    rc->unit, REMAP_UNIT, REQ_OP_READ))
		return -EIO;
	return remap_super_decode(rc->unit, s);
}

/* Look for a newer superblock at the places of a spare of @units units. */
static void look(struct remap_c *rc, u64 units, struct remap_super *best,
		 struct remap_super *s, struct found *found)
{
	const struct remap_unit *u = rc->unit;
	unsigned int i;

	for (i = 0; i < REMAP_PLACES; i++) {
		u64 unit = remap_place(units, i);
		int r = read_super(rc, unit, s);

		if (r == -EIO || !remap_unit_is_zero(rc->unit))
			found->blank = false;
		if (r == -EIO)
			rc->unseen = true;
		if (!r && le64_to_cpu(u->index) >= REMAP_WITNESS)
			rc->witness = true;
		if (!r && s->sequence > best->sequence &&
		    is_in_place(&s->layout, unit, le64_to_cpu(u->index)))
			*best = *s;
		else if (r == -EPROTONOSUPPORT)
			found->newer = true;
		else if (r == -EIO || r == -EUCLEAN ||
			 (r == -EILSEQ &&
			  le32_to_cpu(u->magic) == REMAP_MAGIC_SUPER))
			found->damaged = true;
	}
}

/*
 * Is there a whole superblock beside the best one that leaves in doubt whether
 * that holds? One of another pair or size, one out of place, one that is newer
 * but makes no sense where it stands, and one that is as new and says something
 * else.
 */
static bool in_doubt(struct remap_c *rc, u64 units,
		     const struct remap_super *best, struct remap_super *s)
{
	const struct remap_unit *u = rc->unit;
	unsigned int i;

	for (i = 0; i < REMAP_PLACES; i++) {
		u64 unit = remap_place(units, i);
		int r = read_super(rc, unit, s);

		if (r && r != -EUCLEAN)
			continue;
		if (memcmp(s->uuid, best->uuid, REMAP_UUID_SIZE) ||
		    (!r && (memcmp(&s->layout, &best->layout,
				   sizeof(s->layout)) ||
			    !is_in_place(&best->layout, unit,
					 le64_to_cpu(u->index)))) ||
		    s->sequence > best->sequence ||
		    (s->sequence == best->sequence &&
		     (r || memcmp(s, best, sizeof(*s)))))
			return true;
	}
	return false;
}

/* Look at all places. Return: whether what was found is in doubt. */
static bool look_around(struct remap_c *rc, struct remap_super *best,
			struct remap_super *s, struct found *found)
{
	u64 units = remap_bdev_sectors(rc->spare->bdev) / REMAP_UNIT_SECTORS;

	*found = (struct found) { .blank = true };
	best->sequence = 0;
	rc->witness = false;
	rc->unseen = false;
	look(rc, units, best, s, found);
	/*
	 * Of a spare that has grown only place 0 is where it was. A copy that
	 * missed writes is told from a good one by the others.
	 */
	if (best->sequence && best->layout.units < units)
		look(rc, best->layout.units, best, s, found);
	return best->sequence &&
	       (in_doubt(rc, units, best, s) ||
		(best->layout.units < units &&
		 in_doubt(rc, best->layout.units, best, s)));
}

/*
 * Find the newest superblock. Units that carry our magic but cannot be used
 * are told apart from those that hold nothing of ours.
 */
static int find_super(struct remap_c *rc, struct remap_super *best,
		      struct remap_super *s)
{
	struct found found;
	bool doubt;

	/* A table that is live may have written one between two looks. */
	doubt = look_around(rc, best, s, &found) &&
		look_around(rc, best, s, &found);
	if (found.newer) {
		DMERR("%s: spare %s needs a newer version of the module; update it",
		      remap_name(rc), rc->spare->name);
		return -EPROTONOSUPPORT;
	}
	if (best->sequence) {
		if (!doubt)
			return 0;
		DMERR("%s: superblocks of spare %s contradict each other; see 'dm-remap check'",
		      remap_name(rc), rc->spare->name);
		return -EUCLEAN;
	}
	if (found.blank)
		DMERR("%s: spare %s is blank; give the right spare, or 'format' for a new pair",
		      remap_name(rc), rc->spare->name);
	else if (found.damaged)
		DMERR("%s: spare %s has no valid metadata copy left; nothing was changed",
		      remap_name(rc), rc->spare->name);
	else
		DMERR("%s: spare %s holds no metadata of this target; give the right spare",
		      remap_name(rc), rc->spare->name);
	return found.blank ? -ENODATA : -EUCLEAN;
}

static int check_pair(struct remap_c *rc, const struct remap_super *s)
{
	const struct remap_layout *l = &s->layout;

	if (rc->uuid_given && memcmp(s->uuid, rc->super.uuid,
				     REMAP_UUID_SIZE)) {
		DMERR("%s: spare %s belongs to pair %pUb, not to %pUb; give the right spare",
		      remap_name(rc), rc->spare->name, s->uuid,
		      rc->super.uuid);
		return -EINVAL;
	}
	if (rc->main_id_given && strcmp(s->main_id, rc->super.main_id)) {
		DMERR("%s: spare %s belongs to main '%s', not to '%s'; give the right devices",
		      remap_name(rc), rc->spare->name, s->main_id,
		      rc->super.main_id);
		return -EINVAL;
	}
	if (s->main_sectors != rc->main_sectors) {
		DMERR("%s: spare %s belongs to a main of %llu sectors, %s has %llu; wrong main",
		      remap_name(rc), rc->spare->name, s->main_sectors,
		      rc->main->name, rc->main_sectors);
		return -EINVAL;
	}
	if (l->block_sectors != rc->block_sectors) {
		DMERR("%s: spare %s was formatted with blocks of %u sectors, not %u",
		      remap_name(rc), rc->spare->name, l->block_sectors,
		      rc->block_sectors);
		return -EINVAL;
	}
	if (l->spare_sectors > remap_bdev_sectors(rc->spare->bdev)) {
		DMERR("%s: spare %s had %llu sectors when formatted, now it has only %llu",
		      remap_name(rc), rc->spare->name, l->spare_sectors,
		      (u64)remap_bdev_sectors(rc->spare->bdev));
		return -EINVAL;
	}
	return 0;
}

/**
 * remap_check_spare() - find the pair's superblock and see whether it fits
 * @rc: target
 *
 * Reads only. On success @rc->super is what stands on the spare.
 */
int remap_check_spare(struct remap_c *rc)
{
	struct remap_super *best = rc->state_buf;
	int r;

	mutex_lock(&rc->state_mutex);
	mutex_lock(&rc->commit_mutex);
	r = find_super(rc, best, best + 1);
	if (!r)
		r = check_pair(rc, best);
	if (!r)
		rc->super = *best;
	mutex_unlock(&rc->commit_mutex);
	mutex_unlock(&rc->state_mutex);
	return r;
}

/**
 * remap_check_main() - is main a spare of some pair?
 * @rc: target
 *
 * Tells swapped devices. A file system or partition table made on a former
 * spare destroys the superblock at its beginning.
 */
int remap_check_main(struct remap_c *rc)
{
	int r = 0;

	mutex_lock(&rc->commit_mutex);
	if (rc->main_sectors >= REMAP_UNIT_SECTORS &&
	    !remap_io_buffer(rc, rc->main->bdev, 0, rc->unit, REMAP_UNIT,
			     REQ_OP_READ) &&
	    !remap_unit_check(rc->unit, REMAP_MAGIC_SUPER, NULL)) {
		DMERR("%s: main %s is the spare of a pair; swap the devices, or wipe it",
		      remap_name(rc), rc->main->name);
		r = -EINVAL;
	}
	mutex_unlock(&rc->commit_mutex);
	return r;
}
