/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's types on a little-endian 64-bit machine, in user space. */
#ifndef FUZZ_LINUX_TYPES_H
#define FUZZ_LINUX_TYPES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian only");

typedef unsigned char __u8, u8;
typedef unsigned short __u16, u16, __le16;
typedef unsigned int __u32, u32, __le32;
typedef unsigned long long __u64, u64, __le64;
typedef long long s64, time64_t;
typedef u64 sector_t;
typedef unsigned int gfp_t;
typedef u8 blk_status_t;
typedef unsigned int blk_opf_t;
typedef s64 ktime_t;

typedef struct {
	int counter;
} atomic_t;

#define __percpu
#define __aligned(n) __attribute__((aligned(n)))
#define U32_MAX (~0u)
#define U64_MAX (~0ull)

#define cpu_to_le16(x) ((__le16)(x))
#define cpu_to_le32(x) ((__le32)(x))
#define cpu_to_le64(x) ((__le64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))

#endif
