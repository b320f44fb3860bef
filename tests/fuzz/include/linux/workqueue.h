/* SPDX-License-Identifier: GPL-2.0 */
/* No work is ever done later. */
#ifndef FUZZ_LINUX_WORKQUEUE_H
#define FUZZ_LINUX_WORKQUEUE_H

#include <linux/list.h>

struct workqueue_struct;

struct work_struct {
	void (*function)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
};

typedef struct {
	int unused;
} wait_queue_head_t;

#define HZ 250
#define jiffies 1000000ul
#define time_before(a, b) ((long)((a) - (b)) < 0)
#define to_delayed_work(w) container_of(w, struct delayed_work, work)
#define INIT_DELAYED_WORK(w, f) ((w)->work.function = (f))
#define queue_delayed_work(wq, w, delay) ((void)(wq), (void)(w), (void)(delay))
#define mod_delayed_work(wq, w, delay) ((void)(wq), (void)(w), (void)(delay))
#define cancel_delayed_work_sync(w) ((void)(w))

#endif
