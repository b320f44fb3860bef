/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels. Decided by the probes in Kbuild or by what the
 * headers define, never by a version number.
 */
#ifndef DM_REMAP_COMPAT_H
#define DM_REMAP_COMPAT_H

#include <linux/blkdev.h>

/* The bit of dm_table_get_mode() that allows writing. */
#ifdef BLK_OPEN_WRITE
#define REMAP_MODE_WRITE BLK_OPEN_WRITE
#else
#define REMAP_MODE_WRITE FMODE_WRITE
#endif

#endif
