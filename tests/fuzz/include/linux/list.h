/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_LIST_H
#define FUZZ_LINUX_LIST_H

#include <linux/kernel.h>

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define LIST_HEAD(name) struct list_head name = { &name, &name }

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add_tail(struct list_head *item, struct list_head *list)
{
	item->prev = list->prev;
	item->next = list;
	list->prev->next = item;
	list->prev = item;
}

static inline void list_del(struct list_head *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
}

static inline void list_move_tail(struct list_head *item,
				  struct list_head *list)
{
	list_del(item);
	list_add_tail(item, list);
}

/* Puts all of @list before the first of @to. */
static inline void list_splice_init(struct list_head *list,
				    struct list_head *to)
{
	if (list_empty(list))
		return;
	list->next->prev = to;
	list->prev->next = to->next;
	to->next->prev = list->prev;
	to->next = list->next;
	INIT_LIST_HEAD(list);
}

#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(list, type, member) \
	list_entry((list)->next, type, member)
#define list_for_each_entry(p, list, member) \
	for (p = list_entry((list)->next, __typeof__(*p), member); \
	     &p->member != (list); \
	     p = list_entry(p->member.next, __typeof__(*p), member))
#define list_for_each_entry_safe(p, n, list, member) \
	for (p = list_entry((list)->next, __typeof__(*p), member), \
	     n = list_entry(p->member.next, __typeof__(*p), member); \
	     &p->member != (list); \
	     p = n, n = list_entry(n->member.next, __typeof__(*n), member))

#endif
