// SPDX-License-Identifier: GPL-2.0
/*
 * What a benchmark needs in the lab's guest beyond its programs: requests whose instructions are counted, and many
 * `remap` messages without a process for each.
 *
 *   requests io <device> <read|write|cached-read> <bytes> <random|sequential> <requests>
 *               <stripes> <stripe sectors> <offset sectors> <sectors>
 *   requests parallel <processors> <device> ...
 *   requests yield
 *   requests remap <name of mapped device> <first> <count> <stripes> <stripe blocks>
 *
 * The device is seen as stripes. Of each, `io` uses only <sectors> from <offset sectors> on, and `remap` remaps <count>
 * blocks from the stripe's block <first> on.
 *
 * A `cached-read` goes through the page cache, which reads ahead and is empty at the beginning; no place is read twice.
 * The others are direct.
 *
 * `io` prints the instructions of all requests and the median of one, from the time stamp counter, which under QEMU's
 * -icount shift=0 advances by one per instruction; and the nanoseconds, one per instruction as well, that the processor
 * was not idle meanwhile.
 *
 * `parallel` has each of so many processors send the requests of `io`, each in its own part of the stripes, and prints
 * the time stamp counter's advance from when all begin to when the last is done. Emulated processors take turns, and it
 * counts the instructions of all.
 *
 * `yield` gives the processor's turns away until it is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#define SECTOR_SHIFT	9
#define WARM_UP		200
#define HUGE_PAGE	(2ul << 20)

struct workload {
	const char *device;
	int write;
	int cached;
	size_t bytes;
	int random;
	unsigned long long requests;
};

struct places {
	unsigned long long first_stripe;
	unsigned long long stripes;
	unsigned long long stripe_sectors;
	unsigned long long offset_sectors;
	unsigned long long sectors;
};

static void __attribute__((noreturn)) die(const char *what)
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
	unsigned long long stripe = p->first_stripe + n / each % p->stripes;

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

static struct workload workload_of(char **words)
{
	return (struct workload) {
		.device = words[0],
		.write = !strcmp(words[1], "write"),
		.cached = !strcmp(words[1], "cached-read"),
		.bytes = number(words[2]),
		.random = !strcmp(words[3], "random"),
		.requests = number(words[4]),
	};
}

/*
 * Nanoseconds that the first processor has not been idle, from an arbitrary beginning on. Its idle time, with and without
 * requests to wait for, begins and ends around the instruction that halts it and is free of interrupts.
 */
static unsigned long long busy_ns(void)
{
	static const char * const fields[] = { "now at ", ".idle_sleeptime : ", ".iowait_sleeptime: " };
	static char text[1 << 20];
	unsigned long long value[3];
	FILE *list = fopen("/proc/timer_list", "r");
	size_t length = list ? fread(text, 1, sizeof(text) - 1, list) : 0;
	char *at;
	int i;

	text[length] = 0;
	for (i = 0; i < 3; i++) {
		at = strstr(text, fields[i]);
		if (!at || sscanf(at + strlen(fields[i]), "%llu", &value[i]) != 1)
			die("/proc/timer_list");
	}
	fclose(list);
	return value[0] - value[1] - value[2];
}

struct io {
	struct workload w;
	struct places p;
	int fd;
	void *buffer;
	unsigned long long seed, places, sent;
};

static void prepare(struct io *io, const struct workload *w, const struct places *p)
{
	io->w = *w;
	io->p = *p;
	io->seed = 88172645463325252ull;
	io->places = p->stripes * ((p->sectors << SECTOR_SHIFT) / w->bytes);
	io->sent = 0;
	io->fd = open(w->device, (w->write ? O_WRONLY : O_RDONLY) | (w->cached ? 0 : O_DIRECT));
	if (io->fd < 0)
		die(w->device);
	errno = w->cached && io->places < WARM_UP + w->requests ? EINVAL : 0;
	if (errno || (w->cached && ioctl(io->fd, BLKFLSBUF)))
		die("page cache");
	/* Physically contiguous, so that every run's requests have equally many segments. */
	io->buffer = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0);
	if (!io->places || w->bytes > HUGE_PAGE || io->buffer == MAP_FAILED)
		die("memory");
	alone_on_processor();
}

/* Sends the next request; gives the instructions, idle time included. */
static unsigned long long send_one(struct io *io)
{
	unsigned long long n = io->w.random ? next_random(&io->seed) % io->places : io->sent % io->places;
	off_t at = place(&io->p, n, io->w.bytes);
	unsigned long long before = __rdtsc();
	ssize_t done = io->w.write ? pwrite(io->fd, io->buffer, io->w.bytes, at) :
				     pread(io->fd, io->buffer, io->w.bytes, at);
	unsigned long long after = __rdtsc();

	if (done != (ssize_t)io->w.bytes)
		die(io->w.write ? "pwrite" : "pread");
	io->sent++;
	return after - before;
}

static void do_io(char **words)
{
	struct workload w = workload_of(words);
	struct places p = places_of(words + 5);
	unsigned int *took = calloc(w.requests, sizeof(*took));
	unsigned long long n, total = 0, busy;
	struct io io;

	if (!took)
		die("memory");
	prepare(&io, &w, &p);
	for (n = 0; n < WARM_UP; n++)
		send_one(&io);
	busy = busy_ns();
	for (n = 0; n < w.requests; n++) {
		took[n] = send_one(&io);
		total += took[n];
	}
	busy = busy_ns() - busy;
	qsort(took, w.requests, sizeof(*took), ascending);
	printf("%llu %u %llu\n", total, took[w.requests / 2], busy);
}

/* Shared by the processes of `parallel`. */
struct meeting {
	unsigned int here;
	unsigned long long begun, done;
};

static void send_part(struct meeting *meeting, int part, int parts, const struct workload *w, struct places p)
{
	unsigned long long n;
	cpu_set_t set;
	struct io io;

	CPU_ZERO(&set);
	CPU_SET(part, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	p.stripes /= parts;
	p.first_stripe = part * p.stripes;
	prepare(&io, w, &p);
	for (n = 0; n < WARM_UP; n++)
		send_one(&io);
	__atomic_store_n(&meeting->begun, __rdtsc(), __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&meeting->here, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&meeting->here, __ATOMIC_SEQ_CST) < (unsigned int)parts)
		_mm_pause();
	for (n = 0; n < w->requests; n++) {
		send_one(&io);
		/* An emulated processor gives its turn away here: the requests alternate. */
		_mm_pause();
	}
	__atomic_store_n(&meeting->done, __rdtsc(), __ATOMIC_SEQ_CST);
}

static void do_parallel(int parts, char **words)
{
	struct workload w = workload_of(words);
	struct places p = places_of(words + 5);
	struct meeting *meeting = mmap(NULL, sizeof(*meeting), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int part, status;

	if (meeting == MAP_FAILED)
		die("memory");
	for (part = 0; part < parts; part++) {
		switch (fork()) {
		case -1:
			die("fork");
		case 0:
			send_part(meeting, part, parts, &w, p);
			_exit(0);
		}
	}
	for (part = 0; part < parts; part++)
		if (wait(&status) < 0 || status)
			die("a part failed");
	printf("%llu\n", meeting->done - meeting->begun);
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
	else if (argc == 12 && !strcmp(argv[1], "parallel"))
		do_parallel(number(argv[2]), argv + 3);
	else if (argc == 2 && !strcmp(argv[1], "yield"))
		for (;;)
			_mm_pause();
	else if (argc == 7 && !strcmp(argv[1], "remap"))
		do_remap(argv + 2);
	else
		return fprintf(stderr, "usage: see requests.c\n"), 2;
	return 0;
}
