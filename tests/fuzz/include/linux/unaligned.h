/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_UNALIGNED_H
#define FUZZ_LINUX_UNALIGNED_H

#define get_unaligned(p) ({ \
	__typeof__(*(p) + 0) value; \
	__builtin_memcpy(&value, p, sizeof(value)); \
	value; })
#define get_unaligned_le64(p) get_unaligned((const u64 *)(p))

#endif
