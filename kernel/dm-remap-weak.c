// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks that could only be read after retries, several times: they are moved
 * to the spare while they can still be read.
 *
 * The last spare blocks are for data that would be lost without them, so none
 * is taken for this once no more than the low-water mark are left; who sets
 * low_spare to 0 allows it.
 */
#include "dm-remap.h"

static bool may_take(struct remap_c *rc)
{
	unsigned long flags;
	bool plenty;

	if (remap_may_request(rc) || rc->no_auto)
		return false;
	spin_lock_irqsave(&rc->lock, flags);
	plenty = remap_spare_free(rc) * 100 >
		 remap_spare_total(rc) * rc->arg[REMAP_LOW_SPARE];
	spin_unlock_irqrestore(&rc->lock, flags);
	return plenty;
}

static void weak_work(struct work_struct *work)
{
	struct remap_c *rc = container_of(work, struct remap_c, weak_work);
	struct remap_view view;
	unsigned long block;
	void *entry;
	int r;

	xa_for_each(&rc->weak, block, entry) {
		/* What is left waits for the next resume. */
		if (READ_ONCE(rc->stopping))
			return;
		remap_view(rc, block, &view);
		r = 0;
		if (!view.mapped && may_take(rc) && remap_storm_pass(rc))
			r = remap_move(rc, block, 1, REMAP_CAUSE_PROACTIVE);
		/* Being suspended. */
		if (r == -EBUSY)
			return;
		xa_erase(&rc->weak, block);
		if (r)
			DMWARN("%s: weak block %lu stays until its next soft error: error %d",
			       remap_name(rc), block, r);
	}
}

void remap_weak_init(struct remap_c *rc)
{
	INIT_WORK(&rc->weak_work, weak_work);
}

/**
 * remap_weak_note() - a block should be moved soon
 * @rc: target
 * @block: main block, may be owned by the caller
 *
 * Context: process. Without memory the next soft error asks again.
 */
void remap_weak_note(struct remap_c *rc, u64 block)
{
	struct remap_view view;

	remap_view(rc, block, &view);
	if (view.mapped || rc->no_auto ||
	    xa_err(xa_store(&rc->weak, block, xa_mk_value(1),
			    GFP_NOIO | __GFP_NOWARN)))
		return;
	if (!READ_ONCE(rc->stopping))
		queue_work(rc->background, &rc->weak_work);
}

void remap_weak_resume(struct remap_c *rc)
{
	if (!xa_empty(&rc->weak))
		queue_work(rc->background, &rc->weak_work);
}

/* Nothing is moved after this until remap_weak_resume(). */
void remap_weak_suspend(struct remap_c *rc)
{
	cancel_work_sync(&rc->weak_work);
}
