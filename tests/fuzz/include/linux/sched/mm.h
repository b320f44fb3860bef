/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_SCHED_MM_H
#define FUZZ_LINUX_SCHED_MM_H

#define memalloc_noio_save() 0u
#define memalloc_noio_restore(flags) ((void)(flags))
#define cond_resched() do { } while (0)

#endif
