// SPDX-License-Identifier: GPL-2.0
/*
 * Who may deal with a main block.
 *
 * Three kinds of I/O meet on a block: bios that map() sends straight on,
 * bios that a worker deals with (after an error, or because they need a
 * metadata commit), and moves that copy a block.
 *
 * Workers and moves own the block by its remap_lock, so that a residency mask
 * has one author at a time and no mask bit is lost between two writers.
 *
 * Straight writes and a worker that relocates the same sectors need no order:
 * the worker's bio was not completed when the straight write was issued, and
 * of two overlapping writes that are in flight together either may win. Once
 * the worker's bio completes the mapping is visible, so every write issued
 * after that goes to the spare.
 *
 * A move is different: it copies data that was acknowledged long ago, so no
 * straight write may slip in between the copy and the publication. It closes
 * a gate on its blocks, which makes map() hand new writes to a worker (which
 * waits for the lock), and waits for the straight writes that passed before:
 * each is counted, from map() to its end, in one of two per-CPU sums, the one
 * that rc->in_flight points to. map() reads that and counts in one RCU read-side
 * section (for a write one that only turns off preemption, which costs less),
 * and looks at gates after that, and at mappings after those: a gate that it finds
 * open again was opened when the mapping was visible. After closing the gate and
 * changing to the other sum, a grace period later no one counts in the old one
 * any more; it only falls, so reading it as zero, however slowly, means that it
 * is zero. A map() that counts in the new sum also sees the gate. The price on the
 * common path is two per-CPU additions per write.
 *
 * Reads that map() sends to a spare block are counted the same way. A block
 * that is unmapped leaves its spare block to others; it may do so when, after
 * the mapping has left the hash, the sum was changed and the old one has come
 * to zero: a map() that counts in the new one does not find the mapping, and
 * all that found it are done. Workers look mappings up while they own the
 * block, so none of them holds on to one.
 */
#include <linux/delay.h>
#include <linux/hash.h>

#include "dm-remap-filter.h"

static struct hlist_head *head_of(struct remap_c *rc, u64 block)
{
	return &rc->locks[hash_64(block, ilog2(REMAP_LOCK_BUCKETS))];
}

/**
 * remap_lock_block() - own a main block, or be called when it is ours
 * @rc: target
 * @lock: with @granted set; must stay until unlocked
 * @block: main block
 *
 * Return: true when owned now. Otherwise @lock->granted is called when it is,
 * perhaps before this returns, and the caller must not touch @lock any more.
 */
bool remap_lock_block(struct remap_c *rc, struct remap_lock *lock, u64 block)
{
	struct remap_lock *owner;
	unsigned long flags;

	INIT_LIST_HEAD(&lock->waiters);
	lock->block = block;
	spin_lock_irqsave(&rc->lock_lock, flags);
	hlist_for_each_entry(owner, head_of(rc, block), node) {
		if (owner->block == block) {
			list_add_tail(&lock->wait, &owner->waiters);
			spin_unlock_irqrestore(&rc->lock_lock, flags);
			return false;
		}
	}
	hlist_add_head(&lock->node, head_of(rc, block));
	spin_unlock_irqrestore(&rc->lock_lock, flags);
	return true;
}

/* Hands the block to the one who has waited longest. */
void remap_unlock_block(struct remap_c *rc, struct remap_lock *lock)
{
	struct remap_lock *next;
	unsigned long flags;

	spin_lock_irqsave(&rc->lock_lock, flags);
	hlist_del(&lock->node);
	next = list_first_entry_or_null(&lock->waiters, struct remap_lock,
					wait);
	if (next) {
		list_del(&next->wait);
		list_splice_init(&lock->waiters, &next->waiters);
		hlist_add_head(&next->node, head_of(rc, next->block));
	}
	spin_unlock_irqrestore(&rc->lock_lock, flags);
	if (next)
		next->granted(next);
}

static void granted_sync(struct remap_lock *lock)
{
	struct remap_wait_lock *w =
		container_of(lock, struct remap_wait_lock, lock);

	complete(&w->done);
}

/**
 * remap_lock_block_wait() - own a main block, sleeping until it is free
 * @rc: target
 * @w: must stay until remap_unlock_block()
 * @block: main block
 *
 * Who owns several must take them in ascending order.
 */
void remap_lock_block_wait(struct remap_c *rc, struct remap_wait_lock *w,
			   u64 block)
{
	init_completion(&w->done);
	w->lock.granted = granted_sync;
	if (!remap_lock_block(rc, &w->lock, block))
		wait_for_completion(&w->done);
}

/**
 * remap_gate() - make map() hand writes to these blocks to a worker
 * @rc: target
 * @first: first main block
 * @count: number of blocks
 * @how: why
 *
 * A gate of a move that becomes one of limbo is never open in between.
 *
 * Return: 0 or -ENOMEM, then no gate is closed that was not before.
 */
int remap_gate(struct remap_c *rc, u64 first, unsigned int count,
	       enum remap_gate how)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		void *old = xa_load(&rc->gates, first + i);

		if (old && (how == REMAP_GATE_MOVING ||
			    old == xa_mk_value(REMAP_GATE_LIMBO)))
			continue;
		if (xa_err(xa_store(&rc->gates, first + i, xa_mk_value(how),
				    GFP_NOIO))) {
			remap_ungate(rc, first, i);
			return -ENOMEM;
		}
	}
	for (i = 0; i < count; i++)
		remap_filter_add(rc, first + i);
	return 0;
}

/* Opens gates of moves; a block in limbo stays there. */
void remap_ungate(struct remap_c *rc, u64 first, unsigned int count)
{
	unsigned int i;

	/* What became visible behind the gates is so before they open, see map(). */
	smp_wmb();
	for (i = 0; i < count; i++)
		if (xa_load(&rc->gates, first + i) ==
		    xa_mk_value(REMAP_GATE_MOVING))
			xa_erase(&rc->gates, first + i);
}

static bool gone(struct remap_flight __percpu *flight)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(flight, cpu)->count);
	return !sum;
}

/**
 * remap_drain() - wait for what passed map() before
 * @rc: target
 *
 * That is: writes, and reads from the spare, that did not see what the caller
 * changed before: a gate it closed, or a mapping it took out of the hash.
 *
 * Waits for straight I/O only, never for a worker, so the caller may own
 * blocks.
 */
void remap_drain(struct remap_c *rc)
{
	struct remap_flight __percpu *old;

	mutex_lock(&rc->drain_mutex);
	old = rc->in_flight;
	/* Who counts in the other sum sees the change, see remap_map(). */
	smp_store_release(&rc->in_flight,
			  rc->flights[old == rc->flights[0]]);
	synchronize_rcu_expedited();
	while (!gone(old))
		usleep_range(100, 1000);
	/* The sum was zero before anything is read from main. */
	smp_rmb();
	mutex_unlock(&rc->drain_mutex);
}
