// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Streams whose bytes say where they stand: whoever captures some and claims a
 * position can be held to it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Two ends of one connection, and how many bytes each has written and read. */
struct pair {
	int fd[2]; /* client, server */
	uint64_t written[2];
	uint64_t taken[2];
};

enum { CLIENT = 0, SERVER = 1 };

/* The test has the same formula. */
static inline uint8_t byte_at(uint64_t position, int end)
{
	uint32_t x = ((uint32_t)position + 1) * 0x9e3779b1u + end * 77;

	return x >> 24 ^ x >> 11;
}

static inline void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static inline void fill(uint8_t *to, size_t n, uint64_t position, int end)
{
	for (size_t i = 0; i < n; i++)
		to[i] = byte_at(position + i, end);
}

static inline uint64_t inode_of(int fd)
{
	struct stat status;

	check(fstat(fd, &status) == 0, "fstat");
	return status.st_ino;
}

static inline struct pair tcp_pair(int family, int protocol)
{
	struct sockaddr_storage address = { .ss_family = family };
	struct sockaddr_in *v4 = (void *)&address;
	struct sockaddr_in6 *v6 = (void *)&address;
	socklen_t size = sizeof(address);
	struct pair pair = {};
	int listener = socket(family, SOCK_STREAM, protocol);

	if (family == AF_INET)
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		v6->sin6_addr = in6addr_loopback;
	check(listener >= 0 && bind(listener, (void *)&address, size) == 0 && listen(listener, 1) == 0, "listen");
	getsockname(listener, (void *)&address, &size);
	pair.fd[CLIENT] = socket(family, SOCK_STREAM, protocol);
	check(connect(pair.fd[CLIENT], (void *)&address, size) == 0, "connect");
	pair.fd[SERVER] = accept(listener, NULL, NULL);
	check(pair.fd[SERVER] >= 0, "accept");
	close(listener);
	return pair;
}

static inline void announce(const char *name, const struct pair *pair)
{
	printf("%s %lu %lu\n", name, inode_of(pair->fd[CLIENT]), inode_of(pair->fd[SERVER]));
}

static inline void close_pair(struct pair *pair)
{
	close(pair->fd[CLIENT]);
	close(pair->fd[SERVER]);
}

/* By write(2), all of it. */
static inline void put(struct pair *pair, int end, size_t n)
{
	uint8_t *data = malloc(n);

	fill(data, n, pair->written[end], end);
	check(write(pair->fd[end], data, n) == (ssize_t)n, "write");
	pair->written[end] += n;
	free(data);
}

/* By read(2), from the other end's stream; 0: it ended. */
static inline ssize_t take(struct pair *pair, int end, size_t n)
{
	uint8_t *data = malloc(n);
	ssize_t got = read(pair->fd[end], data, n);

	for (ssize_t i = 0; i < got; i++)
		check(data[i] == byte_at(pair->taken[end] + i, !end), "the stream itself is wrong");
	if (got > 0)
		pair->taken[end] += got;
	free(data);
	return got;
}

static inline void take_all(struct pair *pair, int end)
{
	while (pair->taken[end] < pair->written[!end])
		check(take(pair, end, pair->written[!end] - pair->taken[end]) > 0, "read");
}
