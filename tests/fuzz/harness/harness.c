// SPDX-License-Identifier: GPL-2.0
/* What libFuzzer calls. */
#include "mutate.h"
#include "trial.h"

size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max_size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size,
			       unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b,
				 size_t b_size, u8 *out, size_t max_size,
				 unsigned int seed);

static struct image image, other;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	image_parse(&image, data, size);
	trial_run(&image);
	return 0;
}

static void fuzzer_bytes(u8 *data, size_t size)
{
	LLVMFuzzerMutate(data, size, size);
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	size_t length;

	image_parse(&image, data, size);
	image_mutate(&image, seed, fuzzer_bytes);
	length = image_serialise(&image, data, max_size);
	return length ? length : size;
}

size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b,
				 size_t b_size, u8 *out, size_t max_size,
				 unsigned int seed)
{
	image_parse(&image, a, a_size);
	image_parse(&other, b, b_size);
	image_cross(&image, &other, seed);
	return image_serialise(&image, out, max_size);
}
