/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_KERNEL_H
#define FUZZ_LINUX_KERNEL_H

#include <stdio.h>
#include <stdlib.h>
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define swap(a, b) do { \
	__auto_type swapped = (a); (a) = (b); (b) = swapped; } while (0)

/* A warning of the kernel is a finding. */
#define WARN_ON_ONCE(x) ((x) ? abort(), 1 : 0)

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define data_race(x) (x)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define atomic_read(p) __atomic_load_n(&(p)->counter, __ATOMIC_RELAXED)
#define atomic_set(p, n) __atomic_store_n(&(p)->counter, n, __ATOMIC_RELAXED)
#define atomic_inc(p) ((void)__atomic_fetch_add(&(p)->counter, 1, \
						__ATOMIC_RELAXED))
#define smp_mb__after_atomic() __atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif
