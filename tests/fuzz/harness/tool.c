// SPDX-License-Identifier: GPL-2.0
/*
 *	seeds FOLDER			images that the module itself wrote
 *	mutants COUNT SEED FILE...	changed images, as a stream
 *	trial				tries each image of a stream
 *	mappings			a line of JSON for each image of a stream
 *	mended				a stream of each image as its activation
 *					left it
 *
 * A stream is, for each image, its length as u32 and its compact form.
 */
#include "dm-remap.h"

#include "device.h"
#include "load.h"
#include "mutate.h"
#include "print.h"
#include "seeds.h"
#include "trial.h"

#define COMPACT_MAX (2 * IMAGE_UNITS * IMAGE_UNIT)

static u8 compact[COMPACT_MAX];
static struct image image, base;
static const char *folder;

static void fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

/* Length of the next image of the stream in @compact, -1 at its end. */
static long next_image(void)
{
	u32 length;

	if (fread(&length, sizeof(length), 1, stdin) != 1)
		return -1;
	if (length > COMPACT_MAX || fread(compact, 1, length, stdin) != length)
		fail("the stream is cut short");
	image_parse(&image, compact, length);
	return length;
}

static void put_image(void)
{
	u32 length = image_serialise(&image, compact, COMPACT_MAX);

	fwrite(&length, sizeof(length), 1, stdout);
	fwrite(compact, 1, length, stdout);
}

static void save_seed(const char *name, const struct image *seed)
{
	size_t length = image_serialise(seed, compact, COMPACT_MAX);
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!length || !file || fwrite(compact, 1, length, file) != length ||
	    fclose(file))
		fail("a seed cannot be written");
}

static void read_base(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t length;

	if (!file)
		fail("a seed cannot be read");
	length = fread(compact, 1, COMPACT_MAX, file);
	fclose(file);
	image_parse(&base, compact, length);
}

static void mutants(u32 count, u32 seed, char **files, u32 file_count)
{
	u32 file, n, each = (count + file_count - 1) / file_count;

	for (file = 0; file < file_count && count; file++) {
		read_base(files[file]);
		for (n = 0; n < each && count; n++, count--) {
			image = base;
			image_mutate(&image, seed + file * each + n, NULL);
			put_image();
		}
	}
}

/* An activation that moves a unit no longer says where that was found. */
static void make_writable(void)
{
	u32 i;

	for (i = 0; i < image.count; i++)
		image.unit[i].flags &= ~IMAGE_UNWRITABLE;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	struct remap_c *rc;
	int r;

	if (!strcmp(command, "seeds") && argc == 3) {
		folder = argv[2];
		seeds_make(save_seed);
		return 0;
	}
	if (!strcmp(command, "mutants") && argc > 4) {
		mutants(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10),
			argv + 4, argc - 4);
		return 0;
	}
	while (next_image() >= 0) {
		if (!strcmp(command, "trial")) {
			trial_run(&image);
			continue;
		}
		if (!strcmp(command, "mappings"))
			make_writable();
		device_load(&image);
		rc = target_new();
		r = target_activate(rc);
		if (!strcmp(command, "mappings"))
			print_target(rc, r);
		else if (strcmp(command, "mended"))
			fail("unknown command");
		else if (device_save(&image))
			put_image();
		else
			fail("the mended image has too many units");
		target_free(rc);
	}
	return 0;
}
