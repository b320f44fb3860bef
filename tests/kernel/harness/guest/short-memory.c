// SPDX-License-Identifier: GPL-2.0
/*
 * Asks device-mapper for things while memory is short for this process alone.
 * The kernel's fault injection must be set up for that, see failing-allocations.ts.
 *
 * Reads commands, one per line, words separated by tabs. The first word is when:
 *
 *   -           always
 *   one:N       with the Nth allocation of the request failing, counted from 1
 *   rest:N      with the Nth and all after it failing
 *   refused     when the last request of the two kinds above was refused
 *   taken       when it was not
 *
 * and the others are what to do:
 *
 *   create NAME
 *   load NAME START LENGTH TARGET ARGUMENTS
 *   clear NAME
 *   resume NAME
 *   remove NAME
 *   status NAME
 *   message NAME TEXT
 *   read DEVICE SECTORS   DEVICE is a path, or the name of a mapped device
 *   copy FROM TO          from a file to a device
 *
 * Answers each with what was asked for, a tab, "<errno or 0> <allocations missing
 * to the Nth>", and the character 0x1e. What `read` gives is the CRC-32 of the
 * sectors that can be read and the numbers of those that cannot. Ends with 2 when
 * it cannot do its own part.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SECTOR	512
#define PIECE	(512 * SECTOR)
#define WORDS	8

static union {
	struct dm_ioctl head;
	char bytes[65536];
} request;
static char buffer[PIECE] __attribute__((aligned(4096)));
static int control, nth, rest;
/* Of the running command: which allocation fails, 0 for none. */
static const char *fails;
static int fails_on;
static unsigned long missing;

static _Noreturn void give_up(const char *what)
{
	perror(what);
	exit(2);
}

static int open_or_give_up(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		give_up(path);
	return fd;
}

static void set(int fd, const char *value)
{
	if (pwrite(fd, value, strlen(value), 0) < 0)
		give_up("fault injection");
}

static unsigned long get(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		give_up("fault injection");
	return strtoul(text, NULL, 10);
}

/* Returns 0 or an errno. */
static int ask(unsigned long command)
{
	int error;

	if (fails) {
		set(rest, fails_on ? "1" : "0");
		set(nth, fails);
	}
	error = ioctl(control, command, &request) ? errno : 0;
	if (fails) {
		set(rest, "0");
		missing = get(nth);
		set(nth, "0");
	}
	return error;
}

static void begin(const char *name, unsigned int flags)
{
	memset(&request, 0, sizeof(request));
	request.head.version[0] = DM_VERSION_MAJOR;
	request.head.data_size = sizeof(request);
	request.head.data_start = sizeof(request.head);
	request.head.flags = flags;
	snprintf(request.head.name, sizeof(request.head.name), "%s", name);
}

static void *payload(void)
{
	return request.bytes + sizeof(request.head);
}

static int load(char **word)
{
	struct dm_target_spec *spec = payload();

	begin(word[0], 0);
	spec->sector_start = strtoull(word[1], NULL, 10);
	spec->length = strtoull(word[2], NULL, 10);
	snprintf(spec->target_type, sizeof(spec->target_type), "%s", word[3]);
	snprintf((char *)(spec + 1), 4096, "%s", word[4]);
	request.head.target_count = 1;
	return ask(DM_TABLE_LOAD);
}

static int message(char **word)
{
	struct dm_target_msg *text = payload();
	int error;

	begin(word[0], 0);
	snprintf(text->message, 4096, "%s", word[1]);
	error = ask(DM_TARGET_MSG);
	if (!error && (request.head.flags & DM_DATA_OUT_FLAG))
		fputs(payload(), stdout);
	return error;
}

static int status(char **word)
{
	struct dm_target_spec *spec = payload();
	int error;

	begin(word[0], DM_NOFLUSH_FLAG);
	error = ask(DM_TABLE_STATUS);
	if (!error && request.head.target_count)
		printf("%llu %llu %s %s", (unsigned long long)spec->sector_start,
		       (unsigned long long)spec->length, spec->target_type,
		       (char *)(spec + 1));
	return error;
}

static unsigned int crc32(unsigned int crc, const char *bytes, size_t count)
{
	static unsigned int table[256];

	if (!table[1])
		for (unsigned int i = 0; i < 256; i++) {
			table[i] = i;
			for (int k = 0; k < 8; k++)
				table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
		}
	crc = ~crc;
	while (count--)
		crc = crc >> 8 ^ table[(crc ^ *bytes++) & 0xff];
	return ~crc;
}

static int read_sectors(char **word)
{
	unsigned long sectors = strtoul(word[1], NULL, 10), at = 0;
	unsigned long step = PIECE / SECTOR, count;
	char path[64], list[4096] = "";
	unsigned int crc = 0;
	int fd, error;

	snprintf(path, sizeof(path), "%s", word[0]);
	if (word[0][0] != '/') {
		begin(word[0], 0);
		error = ask(DM_DEV_STATUS);
		if (error)
			return error;
		snprintf(path, sizeof(path), "/dev/dm-%u", minor(request.head.dev));
	}
	fd = open_or_give_up(path, O_RDONLY | O_DIRECT);
	while (at < sectors) {
		count = sectors - at < step ? sectors - at : step;
		if (pread(fd, buffer, count * SECTOR, at * SECTOR) == (ssize_t)(count * SECTOR)) {
			crc = crc32(crc, buffer, count * SECTOR);
			at += count;
			step = step < PIECE / SECTOR ? 2 * step : step;
		} else if (count > 1) {
			step = count / 2;
		} else {
			snprintf(list + strlen(list), sizeof(list) - strlen(list), " %lu", at);
			at++;
		}
	}
	close(fd);
	printf("%u%s", crc, list);
	return 0;
}

static int copy(char **word)
{
	int from = open_or_give_up(word[0], O_RDONLY);
	int to = open_or_give_up(word[1], O_WRONLY | O_DIRECT);
	ssize_t bytes;

	while ((bytes = read(from, buffer, PIECE)) > 0)
		if (write(to, buffer, bytes) != bytes)
			give_up(word[1]);
	if (bytes < 0 || fsync(to))
		give_up(word[1]);
	close(from);
	close(to);
	return 0;
}

static int perform(const char *what, char **word)
{
	if (!strcmp(what, "create")) {
		begin(word[0], 0);
		return ask(DM_DEV_CREATE);
	}
	if (!strcmp(what, "resume")) {
		begin(word[0], 0);
		return ask(DM_DEV_SUSPEND);
	}
	if (!strcmp(what, "clear")) {
		begin(word[0], 0);
		return ask(DM_TABLE_CLEAR);
	}
	if (!strcmp(what, "remove")) {
		begin(word[0], 0);
		return ask(DM_DEV_REMOVE);
	}
	if (!strcmp(what, "load"))
		return load(word);
	if (!strcmp(what, "status"))
		return status(word);
	if (!strcmp(what, "message"))
		return message(word);
	if (!strcmp(what, "read"))
		return read_sectors(word);
	if (!strcmp(what, "copy"))
		return copy(word);
	errno = EINVAL;
	give_up(what);
}

int main(void)
{
	char *line = NULL, *word[WORDS], *rest_of_line, *colon;
	int refused = 0, error;
	size_t size = 0;
	ssize_t length;

	control = open_or_give_up("/dev/mapper/control", O_RDWR);
	nth = open_or_give_up("/proc/thread-self/fail-nth", O_RDWR);
	rest = open_or_give_up("/proc/self/make-it-fail", O_RDWR);
	/* A page that must be found first would count as well. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		give_up("mlockall");

	while ((length = getline(&line, &size, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		rest_of_line = line;
		for (int i = 0; i < WORDS; i++)
			word[i] = (rest_of_line ? strsep(&rest_of_line, "\t") : NULL) ?: "";
		colon = strchr(word[0], ':');
		fails = colon ? colon + 1 : NULL;
		fails_on = !strncmp(word[0], "rest:", 5);
		missing = 0;
		error = 0;
		if ((strcmp(word[0], "refused") || refused) &&
		    (strcmp(word[0], "taken") || !refused))
			error = perform(word[1], word + 2);
		if (fails)
			refused = error;
		printf("\t%d %lu\036", error, missing);
		fflush(stdout);
	}
	return 0;
}
