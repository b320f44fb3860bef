/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_UUID_H
#define FUZZ_LINUX_UUID_H

#include <linux/slab.h>

#endif
