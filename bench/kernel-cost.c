// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Load for kernel-cost.mjs. For each line on stdin one round on the last CPU;
 * prints ns of a TCP write or read of 200 bytes over loopback (half of a pair), of
 * the same on a Unix socket, of a write to /dev/null, of getppid. For the line
 * `where`: the places of a context object like CPython's, and of ids like Node's.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { STRETCHES = 20, PAIRS = 1000, CALLS = 10000, BYTES = 200 };

static char data[4096];

static char type;
static struct {
	long references;
	void *type;
} context = { 1, &type };
static struct {
	long members[26];
	void *context;
} state = { .context = &context };

/* Node: async_id_fields, and what libuv sets while it calls back. */
static double async_ids[4] = { 0, 0, 12, -1 };
static void *polled = async_ids;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static void must(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

/* The fastest of a few short stretches: another's work on this CPU disturbs few of them. */
static double best_of(double (*stretch)(const int *), const int *fd)
{
	double best = 1e9;

	for (int i = 0; i < STRETCHES; i++) {
		double time = stretch(fd);

		best = time < best ? time : best;
	}
	return best;
}

static double sockets(const int *fd)
{
	double start = now();

	for (int i = 0; i < PAIRS; i++) {
		must(write(fd[0], data, BYTES) == BYTES, "write");
		must(read(fd[1], data, sizeof(data)) == BYTES, "read");
	}
	return (now() - start) / PAIRS / 2;
}

static double files(const int *fd)
{
	double start = now();

	for (int i = 0; i < CALLS; i++)
		must(write(*fd, data, BYTES) == BYTES, "write");
	return (now() - start) / CALLS;
}

static double others(const int *fd)
{
	double start = now();

	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return (now() - start) / CALLS;
}

static void tcp(int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	must(bind(listener, (void *)&address, size) == 0 && listen(listener, 1) == 0, "listen");
	getsockname(listener, (void *)&address, &size);
	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	must(connect(fd[0], (void *)&address, size) == 0, "connect");
	fd[1] = accept(listener, NULL, NULL);
}

/* Prints where the thread keeps the address of `state`, from its thread pointer, and the rest. */
static void places(void)
{
	char *pointer = (char *)pthread_self();
	size_t slot = 0;

	while (*(void **)(pointer + slot) != &state)
		slot += sizeof(void *);
	printf("%zu %zu %lu %lu %lu\n", slot, (char *)&state.context - (char *)&state, (unsigned long)&type,
	       (unsigned long)async_ids, (unsigned long)&polled);
	fflush(stdout);
}

int main(void)
{
	pthread_key_t key;
	int over_tcp[2], over_unix[2], null = open("/dev/null", O_WRONLY);
	char line[16];
	cpu_set_t last;

	CPU_ZERO(&last);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &last);
	sched_setaffinity(0, sizeof(last), &last);
	memset(data, 'x', sizeof(data));
	pthread_key_create(&key, NULL);
	pthread_setspecific(key, &state);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, over_unix) == 0, "socketpair");
	tcp(over_tcp);
	while (fgets(line, sizeof(line), stdin)) {
		if (line[0] == 'w') {
			places();
			continue;
		}
		printf("%.1f %.1f %.1f %.1f\n", best_of(sockets, over_tcp), best_of(sockets, over_unix), best_of(files, &null),
		       best_of(others, NULL));
		fflush(stdout);
	}
	return 0;
}
