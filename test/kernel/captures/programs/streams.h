// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Connections whose bytes say where they stand, in which direction and of which
 * connection: whoever captures some and claims a place can be held to it.
 * argv[1] of each program is the file that the bytes are taken from: a pattern
 * of PERIOD bytes, twice.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENT = 0, SERVER = 1, PERIOD = 65521 };

/* Two ends of one connection, and how many bytes each has written and taken. */
struct pair {
	int fd[2];
	uint32_t number; /* of this connection */
	uint64_t inode[2];
	uint64_t written[2];
	uint64_t taken[2];
};

static const uint8_t *pattern;
static uint32_t connections;

static inline void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static inline void fill(const struct pair *p, int end, uint64_t position, uint8_t *to, size_t n)
{
	for (size_t done = 0, some; done < n; done += some) {
		uint64_t at = (position + done + p->number * 7919ull + end * 31337ull) % PERIOD;

		some = n - done < PERIOD ? n - done : PERIOD;
		memcpy(to + done, pattern + at, some);
	}
}

/* What comes next in the stream that `end` writes, in memory of its own. */
static inline uint8_t *next_bytes(const struct pair *p, int end, size_t n)
{
	uint8_t *data = malloc(n + 1);

	fill(p, end, p->written[end], data, n);
	return data;
}

static inline void check_taken(struct pair *p, int end, const uint8_t *data, size_t n)
{
	uint8_t *expected = malloc(n + 1);

	fill(p, !end, p->taken[end], expected, n);
	check(memcmp(data, expected, n) == 0, "the stream itself");
	p->taken[end] += n;
	free(expected);
}

/* By write(2), all of it. */
static inline void put(struct pair *p, int end, size_t n)
{
	uint8_t *data = next_bytes(p, end, n);

	check(write(p->fd[end], data, n) == (ssize_t)n, "write");
	p->written[end] += n;
	free(data);
}

/* By one read(2); 0: the end. */
static inline ssize_t take(struct pair *p, int end, size_t n)
{
	uint8_t *data = malloc(n);
	ssize_t got = read(p->fd[end], data, n);

	if (got > 0)
		check_taken(p, end, data, got);
	free(data);
	return got;
}

/* All that the other end has written. */
static inline void take_all(struct pair *p, int end)
{
	while (p->taken[end] < p->written[!end])
		check(take(p, end, p->written[!end] - p->taken[end]) > 0, "read");
}

static inline uint64_t inode_of(int fd)
{
	struct stat status;

	check(fstat(fd, &status) == 0, "fstat");
	return status.st_ino;
}

static inline struct pair joined(int client, int server)
{
	struct pair p = { .fd = { client, server }, .number = ++connections };

	p.inode[CLIENT] = inode_of(client);
	p.inode[SERVER] = inode_of(server);
	return p;
}

static inline int listening(struct sockaddr *address, socklen_t size, int protocol)
{
	int listener = socket(address->sa_family, SOCK_STREAM, protocol), one = 1;

	check(listener >= 0, "socket");
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	check(bind(listener, address, size) == 0 && listen(listener, 8) == 0, "listen");
	if (address->sa_family != AF_UNIX)
		check(getsockname(listener, address, &size) == 0, "getsockname");
	return listener;
}

static inline struct sockaddr_in loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static inline struct pair connected(void *address, socklen_t size, int protocol)
{
	int listener = listening(address, size, protocol);
	int client = socket(((struct sockaddr *)address)->sa_family, SOCK_STREAM, protocol), server;

	check(connect(client, address, size) == 0, "connect");
	server = accept(listener, NULL, NULL);
	check(server >= 0, "accept");
	close(listener);
	return joined(client, server);
}

static inline struct pair tcp(void)
{
	struct sockaddr_in address = loopback();

	return connected(&address, sizeof(address), 0);
}

static inline struct pair unix_pair(void)
{
	int fd[2];

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0, "socketpair");
	return joined(fd[0], fd[1]);
}

static inline struct pair unix_abstract(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "captures-%d-%u", getpid(), connections);
	return connected(&address, sizeof(address), 0);
}

/* For the test: what was written is the truth. */
static inline void report(const char *name, const struct pair *p)
{
	printf("%s %u %lu %lu %lu %lu\n", name, p->number, p->inode[CLIENT], p->inode[SERVER], p->written[CLIENT],
	       p->written[SERVER]);
	fflush(stdout);
}

static inline void close_pair(struct pair *p)
{
	for (int end = CLIENT; end <= SERVER; end++)
		if (p->fd[end] >= 0)
			close(p->fd[end]);
}

static inline void run(const char *name, void (*way)(struct pair *), struct pair p)
{
	way(&p);
	report(name, &p);
	close_pair(&p);
}

static inline pthread_t start(void *(*body)(void *), void *argument)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, body, argument) == 0, "a thread");
	return thread;
}

/* Of the network namespace. */
static inline void set_option(const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	fd = open(path, O_WRONLY);
	check(fd >= 0 && write(fd, value, strlen(value)) > 0, path);
	close(fd);
}

/* A network of its own, with ports that no other program's sockets have: the test hooks no others. */
static inline void enter_own_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd;

	check(unshare(CLONE_NEWNET) == 0, "unshare");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	check(ioctl(fd, SIOCSIFFLAGS, &lo) == 0, "loopback");
	close(fd);
	set_option("ip_local_port_range", "20000 29999");
}

static inline void begin(char **argv)
{
	int fd = open(argv[1], O_RDONLY);

	pattern = mmap(NULL, 2 * PERIOD, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	check(fd >= 0 && pattern != MAP_FAILED, "the pattern");
	signal(SIGPIPE, SIG_IGN);
	enter_own_network();
}
