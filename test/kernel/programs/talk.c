// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * talk tcp|unix|udp: one connection with both ends. Prints the inodes of client
 * and server and the ports of server and client; then, for each line "COUNT SIZE" on stdin,
 * the client sends so many messages of that size, each read before the next, and
 * "done" is printed. A line "answer COUNT SIZE": the server sends.
 */
#include "streams.h"

static int port_of(int fd)
{
	struct sockaddr_in address = {};
	socklen_t size = sizeof(address);

	getsockname(fd, (void *)&address, &size);
	return address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

static struct pair udp_pair(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	struct pair pair = { .fd = { socket(AF_INET, SOCK_DGRAM, 0), socket(AF_INET, SOCK_DGRAM, 0) } };

	check(bind(pair.fd[SERVER], (void *)&address, size) == 0, "bind");
	getsockname(pair.fd[SERVER], (void *)&address, &size);
	check(connect(pair.fd[CLIENT], (void *)&address, size) == 0, "connect");
	getsockname(pair.fd[CLIENT], (void *)&address, &size);
	check(connect(pair.fd[SERVER], (void *)&address, size) == 0, "connect");
	return pair;
}

int main(int argc, char **argv)
{
	struct pair pair = {};
	char line[100];
	size_t size;
	int count;

	if (argc > 1 && !strcmp(argv[1], "unix"))
		check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.fd) == 0, "socketpair");
	else
		pair = argc > 1 && !strcmp(argv[1], "udp") ? udp_pair() : tcp_pair(AF_INET, 0);
	printf("%lu %lu %d %d\n", inode_of(pair.fd[CLIENT]), inode_of(pair.fd[SERVER]), port_of(pair.fd[SERVER]),
	       port_of(pair.fd[CLIENT]));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		int from = CLIENT;

		if (sscanf(line, "answer %d %zu", &count, &size) == 2)
			from = SERVER;
		else if (sscanf(line, "%d %zu", &count, &size) != 2)
			return 1;
		while (count--) {
			put(&pair, from, size);
			take_all(&pair, !from);
		}
		printf("done\n");
		fflush(stdout);
	}
	return 0;
}
