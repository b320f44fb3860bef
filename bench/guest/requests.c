// SPDX-License-Identifier: GPL-2.0
/*
 * What a benchmark needs in the lab's guest beyond its programs: requests whose instructions are counted, and many
 * `remap` messages without a process for each.
 *
 *   requests io <device> <read|write> <bytes> <random|sequential> <requests>
 *               <stripes> <stripe sectors> <offset sectors> <sectors>
 *   requests remap <name of mapped device> <first> <count> <stripes> <stripe blocks>
 *
 * The device is seen as stripes. Of each, `io` uses only <sectors> from <offset sectors> on, and `remap` remaps <count>
 * blocks from the stripe's block <first> on.
 *
 * `io` prints the instructions of all requests and the median of one, from the time stamp counter, which under QEMU's
 * -icount shift=0 advances by one per instruction.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#define SECTOR_SHIFT	9
#define WARM_UP		200
#define HUGE_PAGE	(2ul << 20)

struct places {
	unsigned long long stripes;
	unsigned long long stripe_sectors;
	unsigned long long offset_sectors;
	unsigned long long sectors;
};

static void die(const char *what)
{
	fprintf(stderr, "requests: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned long long number(const char *word)
{
	char *end;
	unsigned long long value = strtoull(word, &end, 10);

	if (*end || end == word) {
		errno = EINVAL;
		die(word);
	}
	return value;
}

static struct places places_of(char **words)
{
	return (struct places) {
		.stripes = number(words[0]),
		.stripe_sectors = number(words[1]),
		.offset_sectors = number(words[2]),
		.sectors = number(words[3]),
	};
}

/* xorshift64*, the same requests in every run. */
static unsigned long long next_random(unsigned long long *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull >> 11;
}

/* Byte offset of the n-th request-sized place of all stripes. */
static off_t place(const struct places *p, unsigned long long n, size_t bytes)
{
	unsigned long long each = (p->sectors << SECTOR_SHIFT) / bytes;
	unsigned long long stripe = n / each % p->stripes;

	return ((stripe * p->stripe_sectors + p->offset_sectors) << SECTOR_SHIFT) + n % each * bytes;
}

static int ascending(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

static void alone_on_processor(void)
{
	struct sched_param param = { .sched_priority = 50 };

	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("sched_setscheduler");
}

static void do_io(char **words)
{
	int write = !strcmp(words[1], "write");
	size_t bytes = number(words[2]);
	int random = !strcmp(words[3], "random");
	unsigned long long requests = number(words[4]);
	struct places p = places_of(words + 5);
	unsigned long long all = p.stripes * ((p.sectors << SECTOR_SHIFT) / bytes);
	unsigned long long seed = 88172645463325252ull, n, total = 0;
	unsigned int *took = calloc(requests, sizeof(*took));
	int fd = open(words[0], (write ? O_WRONLY : O_RDONLY) | O_DIRECT);
	void *buffer;

	if (fd < 0)
		die(words[0]);
	/* Physically contiguous, so that every run's requests have equally many segments. */
	buffer = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0);
	if (!took || !all || bytes > HUGE_PAGE || buffer == MAP_FAILED)
		die("memory");
	alone_on_processor();
	for (n = 0; n < WARM_UP + requests; n++) {
		off_t at = place(&p, random ? next_random(&seed) % all : n % all, bytes);
		unsigned long long before = __rdtsc();
		ssize_t done = write ? pwrite(fd, buffer, bytes, at) : pread(fd, buffer, bytes, at);
		unsigned long long after = __rdtsc();

		if (done != (ssize_t)bytes)
			die(write ? "pwrite" : "pread");
		if (n < WARM_UP)
			continue;
		took[n - WARM_UP] = after - before;
		total += after - before;
	}
	qsort(took, requests, sizeof(*took), ascending);
	printf("%llu %u\n", total, took[requests / 2]);
}

static void do_remap(char **words)
{
	unsigned long long first = number(words[1]), count = number(words[2]);
	unsigned long long stripes = number(words[3]), stripe_blocks = number(words[4]), stripe;
	struct {
		struct dm_ioctl head;
		struct dm_target_msg target;
		char text[64];
	} message;
	int control = open("/dev/mapper/control", O_RDWR);

	if (control < 0)
		die("/dev/mapper/control");
	for (stripe = 0; stripe < stripes; stripe++) {
		memset(&message, 0, sizeof(message));
		message.head.version[0] = DM_VERSION_MAJOR;
		message.head.data_size = sizeof(message);
		message.head.data_start = offsetof(typeof(message), target);
		snprintf(message.head.name, sizeof(message.head.name), "%s", words[0]);
		snprintf(message.text, sizeof(message.text), "remap %llu %llu", stripe * stripe_blocks + first, count);
		if (ioctl(control, DM_TARGET_MSG, &message))
			die("remap");
	}
}

int main(int argc, char **argv)
{
	if (argc == 11 && !strcmp(argv[1], "io"))
		do_io(argv + 2);
	else if (argc == 7 && !strcmp(argv[1], "remap"))
		do_remap(argv + 2);
	else
		return fprintf(stderr, "usage: see requests.c\n"), 2;
	return 0;
}
