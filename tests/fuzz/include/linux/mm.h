/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_MM_H
#define FUZZ_LINUX_MM_H

#include <stdlib.h>
#include <linux/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096ul

struct page;

#define alloc_pages_exact(bytes, gfp) malloc(bytes)
#define free_pages_exact(p, bytes) free(p)

#endif
