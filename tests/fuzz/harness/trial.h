/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_TRIAL_H
#define FUZZ_TRIAL_H

#include "image.h"

/*
 * Activates an image and aborts when that breaks a rule: nothing is written to
 * a spare that is refused for what it says; what is accepted makes sense;
 * after its copies were mended it is accepted again and maps the same; and so
 * it does after its table grew and a further block was mapped.
 */
void trial_run(const struct image *image);

#endif
