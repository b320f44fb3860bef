/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LINUX_COMPLETION_H
#define FUZZ_LINUX_COMPLETION_H

struct completion {
	int unused;
};

#endif
