/* SPDX-License-Identifier: GPL-2.0 */
/* Time stands still, so that the same image gives the same result. */
#ifndef FUZZ_LINUX_KTIME_H
#define FUZZ_LINUX_KTIME_H

#include <linux/math64.h>

#define NSEC_PER_MSEC 1000000
#define ktime_get_real_seconds() 1700000000ll
#define ktime_get_real_ns() 1700000000000000000ull

#endif
