/* SPDX-License-Identifier: GPL-2.0 */
/* A sorted array in place of the kernel's tree. */
#ifndef FUZZ_LINUX_XARRAY_H
#define FUZZ_LINUX_XARRAY_H

#include <linux/slab.h>

struct xa_item {
	unsigned long index;
	void *entry;
};

struct xarray {
	struct xa_item *item;
	size_t count;
	size_t room;
};

#define XA_PRESENT 0u

void xa_init(struct xarray *xa);
void xa_destroy(struct xarray *xa);
void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
/* The first entry from *@index to @last, whose index becomes *@index. */
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long last,
	      unsigned int filter);

#define xa_err(entry) ((void)(entry), 0)

static inline bool xa_empty(const struct xarray *xa)
{
	return !xa->count;
}

static inline void *xa_mk_value(unsigned long value)
{
	return (void *)(value << 1 | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

#define xa_for_each_range(xa, index, entry, first, last) \
	for (index = (first), entry = xa_find(xa, &index, last, XA_PRESENT); \
	     entry; \
	     entry = index == ULONG_MAX ? NULL : \
		     (index++, xa_find(xa, &index, last, XA_PRESENT)))
#define xa_for_each(xa, index, entry) \
	xa_for_each_range(xa, index, entry, 0ul, ULONG_MAX)

#endif
