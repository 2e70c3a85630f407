// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * load: many small requests and a few large ones, each read and answered at once:
 * PATTERN FIRST_PORT CONNECTIONS REQUESTS. The server has the first port, the
 * clients those behind it. Prints how many operations each side made:
 * client writes, client reads, server reads, server writes, requests.
 */
#include "streams.h"

static int first_port, requests;
static uint64_t counts[2][2]; /* end, then writes and reads; the end of a stream is read too */

static struct sockaddr_in on_port(int port)
{
	struct sockaddr_in address = loopback();

	address.sin_port = htons(port);
	return address;
}

static size_t size_of(int i)
{
	return i % 8 ? 100 + i % 50 : 12000 + i % 1000;
}

static void put_counted(int fd, int end, size_t n)
{
	check(write(fd, pattern, n) == (ssize_t)n, "write");
	__atomic_add_fetch(&counts[end][0], 1, __ATOMIC_RELAXED);
}

static ssize_t take_counted(int fd, int end)
{
	uint8_t data[16384];
	ssize_t n = read(fd, data, sizeof(data));

	check(n >= 0, "read");
	__atomic_add_fetch(&counts[end][1], 1, __ATOMIC_RELAXED);
	return n;
}

static void take_message(int fd, int end, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t more = take_counted(fd, end);

		check(more > 0, "read of a message");
		got += more;
	}
}

static void *serve(void *argument)
{
	int fd = (intptr_t)argument;

	for (int i = 0; i < requests; i++) {
		take_message(fd, SERVER, size_of(i));
		put_counted(fd, SERVER, size_of(i + 4));
	}
	check(take_counted(fd, SERVER) == 0, "the end");
	close(fd);
	return NULL;
}

static void *ask(void *argument)
{
	struct sockaddr_in own = on_port(first_port + 1 + (intptr_t)argument), server = on_port(first_port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	check(bind(fd, (void *)&own, sizeof(own)) == 0, "bind");
	check(connect(fd, (void *)&server, sizeof(server)) == 0, "connect");
	for (int i = 0; i < requests; i++) {
		put_counted(fd, CLIENT, size_of(i));
		take_message(fd, CLIENT, size_of(i + 4));
	}
	shutdown(fd, SHUT_WR);
	check(take_counted(fd, CLIENT) == 0, "the end");
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	int count, listener;
	pthread_t threads[64];
	struct sockaddr_in address;

	check(argc == 5, "arguments");
	begin(argv);
	first_port = atoi(argv[2]);
	count = atoi(argv[3]);
	requests = atoi(argv[4]);
	check(count <= 32, "so many connections");
	address = on_port(first_port);
	listener = listening((void *)&address, sizeof(address), 0);
	for (intptr_t i = 0; i < count; i++)
		threads[i] = start(ask, (void *)i);
	for (int i = 0; i < count; i++)
		threads[count + i] = start(serve, (void *)(intptr_t)accept(listener, NULL, NULL));
	for (int i = 0; i < 2 * count; i++)
		pthread_join(threads[i], NULL);
	printf("%lu %lu %lu %lu %d\n", counts[CLIENT][0], counts[CLIENT][1], counts[SERVER][1], counts[SERVER][0],
	       count * requests);
	return 0;
}
