/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_CRC32C_H
#define FUZZ_LINUX_CRC32C_H

#include <linux/types.h>

u32 crc32c(u32 crc, const void *bytes, unsigned int length);

#endif
