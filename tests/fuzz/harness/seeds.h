/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_SEEDS_H
#define FUZZ_SEEDS_H

#include "image.h"

/*
 * Formats spares of several sizes with the module's own code, uses them, lets
 * writes fail, and gives the spare as it stands after each step.
 */
void seeds_make(void (*give)(const char *name, const struct image *image));

#endif
