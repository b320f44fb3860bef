/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_VMALLOC_H
#define FUZZ_LINUX_VMALLOC_H

#include <linux/slab.h>

#endif
