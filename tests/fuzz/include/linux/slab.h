/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_SLAB_H
#define FUZZ_LINUX_SLAB_H

#include <stdlib.h>
#include <linux/types.h>

#define GFP_KERNEL 0u
#define GFP_NOIO 0u
#define __GFP_NOWARN 0u

#define kzalloc(size, gfp) calloc(1, size)
#define kvzalloc(size, gfp) calloc(1, size)
#define kcalloc(n, size, gfp) calloc(n, size)
#define kvcalloc(n, size, gfp) calloc(n, size)
#define kmalloc_array(n, size, gfp) malloc((n) * (size))
#define kvmalloc_array(n, size, gfp) malloc((n) * (size))
#define kfree(p) free((void *)(p))
#define kvfree(p) free((void *)(p))

#endif
