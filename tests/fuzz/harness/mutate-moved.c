// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "dm-remap-format.h"
#include "mutate-moved.h"
#include "random.h"

#define COPY_SHIFT 56

/* Entries that are there, however many the superblock says there are. */
static u32 count_of(const struct remap_disk_super *s)
{
	return min(s->moved_count, REMAP_MOVED_MAX);
}

static u64 unit_of(const struct remap_disk_moved *m)
{
	return m->unit & ((1ull << COPY_SHIFT) - 1);
}

/* Where a unit of the table stands that is not moved. */
static u64 own_place(const struct remap_disk_super *s, u32 copy, u64 unit)
{
	return s->place[copy] + 1 + s->state_units + unit;
}

static void set_count(struct remap_disk_super *s, u32 count)
{
	s->moved_count = count;
	s->incompat &= ~REMAP_INCOMPAT_MOVED;
	if (count)
		s->incompat |= REMAP_INCOMPAT_MOVED;
}

/* A unit of the spare that may be given to one of the table. */
static u64 free_place(const struct remap_disk_super *s)
{
	u64 units = s->spare_sectors / REMAP_UNIT_SECTORS;
	u64 end = below(2) ? units : s->place[1];

	return end - 1 - below(4);
}

/* A unit at a limit of what may be given, or beside one. */
static u64 odd_place(const struct remap_disk_super *s)
{
	u64 units = s->spare_sectors / REMAP_UNIT_SECTORS;
	u64 area = 1 + s->state_units + s->table_units;

	switch (below(8)) {
	case 0:
		return below(REMAP_PLACES) * (units / REMAP_PLACES);
	case 1:
		return area + below(2) - 1;
	case 2:
		return s->place[1] + area + below(2) - 1;
	case 3:
		return units + below(3) - 1;
	case 4:
		return own_place(s, below(2), below(4));
	case 5:
		return random64() >> below(64);
	case 6:
		return units - 1 - below(REMAP_MOVED_MAX);
	default:
		return below(units);
	}
}

static u64 some_unit(const struct remap_disk_super *s)
{
	return below(8) ? below(min(s->table_ready, s->table_units)) :
			  s->table_units + below(3) - 1;
}

static void add_entry(struct remap_disk_super *s, u32 copy, u64 unit, u64 place)
{
	u32 n = count_of(s);

	if (n == REMAP_MOVED_MAX)
		return;
	s->moved[n].unit = unit | (u64)copy << COPY_SHIFT;
	s->moved[n].place = place;
	set_count(s, n + 1);
}

/*
 * As the module does it: the unit is at its new place, and something else may
 * be at the old one. One that was moved before is moved again.
 */
static void move_unit(struct image *image, struct remap_disk_super *s)
{
	u64 unit = below(min(s->table_ready, s->table_units));
	u64 to = free_place(s), from;
	struct image_unit *old, *new;
	u32 copy = below(REMAP_COPIES), i;

	from = own_place(s, copy, unit);
	for (i = 0; i < count_of(s); i++)
		if (s->moved[i].unit == (unit | (u64)copy << COPY_SHIFT))
			break;
	if (i < count_of(s))
		from = s->moved[i].place;
	old = image_find(image, from);
	new = old ? image_get(image, to) : NULL;
	if (!new || new == old)
		return;
	memcpy(new->bytes, old->bytes, IMAGE_UNIT);
	switch (below(4)) {
	case 0:
		old->flags |= IMAGE_UNWRITABLE;
		break;
	case 1:
		old->flags |= IMAGE_UNREADABLE | IMAGE_UNWRITABLE;
		break;
	case 2:
		old->bytes[below(IMAGE_UNIT)] ^= 1;
		break;
	}
	if (i < count_of(s))
		s->moved[i].place = to;
	else
		add_entry(s, copy, unit, to);
}

/* Takes an entry off; the unit stands at its own place again, or nowhere. */
static void drop_entry(struct image *image, struct remap_disk_super *s)
{
	u32 n = count_of(s), at = below(n), copy;
	struct remap_disk_moved *m = &s->moved[at];
	struct image_unit *old, *new;

	if (!n)
		return;
	copy = m->unit >> COPY_SHIFT;
	if (copy < REMAP_COPIES && below(2)) {
		old = image_find(image, m->place);
		new = old ? image_get(image, own_place(s, copy, unit_of(m))) :
			    NULL;
		if (new && new != old)
			memcpy(new->bytes, old->bytes, IMAGE_UNIT);
	}
	*m = s->moved[n - 1];
	memset(&s->moved[n - 1], 0, sizeof(*m));
	set_count(s, n - 1);
}

static void swap_entries(struct remap_disk_super *s)
{
	u32 a = below(count_of(s)), b = below(count_of(s));
	struct remap_disk_moved one = s->moved[a];

	s->moved[a] = s->moved[b];
	s->moved[b] = one;
	/* The order means nothing; who stands where does. */
	if (below(2)) {
		s->moved[b].place = s->moved[a].place;
		s->moved[a].place = one.place;
	}
}

static void fill(struct remap_disk_super *s)
{
	u64 units = s->spare_sectors / REMAP_UNIT_SECTORS;
	u32 n;

	for (n = count_of(s); n < REMAP_MOVED_MAX; n++)
		add_entry(s, n % REMAP_COPIES, n / REMAP_COPIES, units - 1 - n);
}

static void change_entry(struct remap_disk_super *s)
{
	struct remap_disk_moved *m = &s->moved[below(count_of(s))];
	u64 copy = m->unit & ~((1ull << COPY_SHIFT) - 1);

	switch (below(6)) {
	case 0:
		m->unit ^= 1ull << COPY_SHIFT;
		break;
	case 1:
		m->unit ^= 1ull << below(64);
		break;
	case 2:
		m->unit = copy | some_unit(s);
		break;
	case 3:
		m->place += 1 - 2 * below(2);
		break;
	default:
		m->place = odd_place(s);
	}
}

void change_moved(struct image *image, struct image_unit *unit)
{
	struct remap_disk_super *s = (void *)unit->bytes;

	switch (below(16)) {
	case 0:
		s->moved_count = REMAP_MOVED_MAX + below(3) - 1;
		break;
	case 1:
		s->incompat ^= REMAP_INCOMPAT_MOVED;
		break;
	case 2:
		set_count(s, count_of(s) + below(3) - 1);
		break;
	case 3:
		fill(s);
		break;
	case 4:
		add_entry(s, below(REMAP_COPIES), some_unit(s), odd_place(s));
		break;
	case 5:
		add_entry(s, below(REMAP_COPIES), some_unit(s), free_place(s));
		break;
	case 6:
		swap_entries(s);
		break;
	case 7:
		drop_entry(image, s);
		break;
	case 8:
	case 9:
		change_entry(s);
		break;
	default:
		move_unit(image, s);
	}
}
