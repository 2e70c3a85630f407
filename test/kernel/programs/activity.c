// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Looks like a CPython to whoever reads it: a thread state in a thread-local slot,
 * and in it the context object that is current. Prints where they are, then obeys:
 * `context N`, `other` (an object of another type), `wild` (an address where nothing is) or
 * `none` becomes current; then bytes go from one end of a socket pair to the other.
 * `thread` does the same on a thread that has no state. `copy N`: a function returns
 * context N, which becomes current; `free N`: another gets it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct object {
	long references;
	void *type;
	long rest[4];
};

static char context_type, other_type;
static struct object contexts[4], other = { 1, &other_type };
static struct {
	long members[26];
	void *context;
} state;
static int ends[2];

static void *speak(void *unused)
{
	char byte = 'x';

	if (write(ends[0], &byte, 1) != 1 || read(ends[1], &byte, 1) != 1)
		exit(1);
	return unused;
}

__attribute__((noinline)) void *copy_current(int n)
{
	__asm__ volatile("");
	return &contexts[n];
}

__attribute__((noinline)) void dealloc(void *context)
{
	__asm__ volatile("" : : "r"(context));
}

static void obey(const char *line)
{
	pthread_t thread;

	if (strncmp(line, "context ", 8) == 0)
		state.context = &contexts[atoi(line + 8)];
	else if (strncmp(line, "copy ", 5) == 0)
		state.context = copy_current(atoi(line + 5));
	else if (strncmp(line, "free ", 5) == 0)
		dealloc(&contexts[atoi(line + 5)]);
	else if (strcmp(line, "other\n") == 0)
		state.context = &other;
	else if (strcmp(line, "wild\n") == 0)
		state.context = (void *)0x1000;
	else if (strcmp(line, "none\n") == 0)
		state.context = NULL;
	if (strcmp(line, "thread\n") == 0 && pthread_create(&thread, NULL, speak, NULL) == 0)
		pthread_join(thread, NULL);
	else
		speak(NULL);
}

int main(void)
{
	char *pointer = (char *)pthread_self(), line[64];
	pthread_key_t key;
	size_t slot = 0;
	Dl_info own;

	pthread_key_create(&key, NULL);
	pthread_setspecific(key, &state);
	while (*(void **)(pointer + slot) != &state)
		slot += sizeof(void *);
	for (int i = 0; i < 4; i++)
		contexts[i].type = &context_type;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 1;
	dladdr(main, &own);
	printf("%zu %zu %lu %lu %zu %zu %zu\n", slot, (char *)&state.context - (char *)&state, (unsigned long)&context_type,
	       (unsigned long)contexts, sizeof(contexts[0]), (char *)copy_current - (char *)own.dli_fbase,
	       (char *)dealloc - (char *)own.dli_fbase);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		obey(line);
		puts("done");
		fflush(stdout);
	}
	return 0;
}
