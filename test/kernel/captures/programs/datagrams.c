// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* datagrams: UDP by every system call, connected and not, to a port that is known and to others. */
#include "streams.h"

/* As in datagrams.test.ts. */
enum { KNOWN_PORT = 25053, OTHER_PORT = 25054 };

static struct sockaddr_storage server_address;
static socklen_t address_size;

static int bound(int family, int port)
{
	struct sockaddr_in *v4 = (void *)&server_address;
	struct sockaddr_in6 *v6 = (void *)&server_address;
	int fd = socket(family, SOCK_DGRAM, 0);

	memset(&server_address, 0, sizeof(server_address));
	server_address.ss_family = family;
	if (family == AF_INET) {
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		v4->sin_port = htons(port);
		address_size = sizeof(*v4);
	} else {
		v6->sin6_addr = in6addr_loopback;
		v6->sin6_port = htons(port);
		address_size = sizeof(*v6);
	}
	check(fd >= 0 && bind(fd, (void *)&server_address, address_size) == 0, "bind");
	return fd;
}

static struct pair unconnected(int family, int port)
{
	int server = bound(family, port);

	return joined(socket(family, SOCK_DGRAM, 0), server);
}

/* Both ends. */
static struct pair connected_pair(int family, int port)
{
	struct pair p = unconnected(family, port);
	struct sockaddr_storage client = {};
	socklen_t size = sizeof(client);

	check(connect(p.fd[CLIENT], (void *)&server_address, address_size) == 0, "connect");
	check(getsockname(p.fd[CLIENT], (void *)&client, &size) == 0, "getsockname");
	check(connect(p.fd[SERVER], (void *)&client, size) == 0, "connect");
	return p;
}

enum { BY_WRITE, BY_SEND, BY_WRITEV, BY_MESSAGE, BY_MESSAGES, WAYS };

/* `to` null: to where it is connected. */
static void give(struct pair *p, int end, size_t n, int way, struct sockaddr *to, socklen_t size)
{
	uint8_t *data = next_bytes(p, end, n);
	struct iovec pieces[2] = { { data, n / 3 }, { data + n / 3, n - n / 3 } };
	struct mmsghdr message = {
		.msg_hdr = { .msg_name = to, .msg_namelen = to ? size : 0, .msg_iov = pieces, .msg_iovlen = 2 },
	};
	ssize_t sent = -1;

	if (way == BY_WRITE)
		sent = write(p->fd[end], data, n);
	else if (way == BY_SEND)
		sent = sendto(p->fd[end], data, n, 0, to, to ? size : 0);
	else if (way == BY_WRITEV)
		sent = writev(p->fd[end], pieces, 2);
	else if (way == BY_MESSAGE)
		sent = sendmsg(p->fd[end], &message.msg_hdr, 0);
	else if (sendmmsg(p->fd[end], &message, 1, 0) == 1)
		sent = message.msg_len;
	check(sent == (ssize_t)n, "sent");
	p->written[end] += n;
	free(data);
}

static void get(struct pair *p, int end, int way, struct sockaddr_storage *from)
{
	static uint8_t data[4096];
	struct iovec pieces[2] = { { data, 100 }, { data + 100, sizeof(data) - 100 } };
	struct mmsghdr message = {
		.msg_hdr = { .msg_name = from, .msg_namelen = sizeof(*from), .msg_iov = pieces, .msg_iovlen = 2 },
	};
	socklen_t size = sizeof(*from);
	ssize_t got = -1;

	if (way == BY_WRITE)
		got = read(p->fd[end], data, sizeof(data));
	else if (way == BY_SEND)
		got = recvfrom(p->fd[end], data, sizeof(data), 0, (void *)from, from ? &size : NULL);
	else if (way == BY_WRITEV)
		got = readv(p->fd[end], pieces, 2);
	else if (way == BY_MESSAGE)
		got = recvmsg(p->fd[end], &message.msg_hdr, 0);
	else if (recvmmsg(p->fd[end], &message, 1, 0, NULL) == 1)
		got = message.msg_len;
	check(got > 0, "received");
	check_taken(p, end, data, got);
}

static void talk(struct pair *p)
{
	for (int way = 0; way < WAYS; way++) {
		give(p, CLIENT, 150 + way, way, NULL, 0);
		get(p, SERVER, way, NULL);
		give(p, SERVER, 250 + way, way, NULL, 0);
		get(p, CLIENT, way, NULL);
	}
}

/* Neither end is connected: each datagram says where it goes to. */
static void talk_unconnected(struct pair *p)
{
	static const int ways[] = { BY_SEND, BY_MESSAGE, BY_MESSAGES };

	for (int i = 0; i < 3; i++) {
		struct sockaddr_storage client = {};

		give(p, CLIENT, 150 + i, ways[i], (void *)&server_address, address_size);
		get(p, SERVER, ways[i], &client);
		give(p, SERVER, 250 + i, ways[i], (void *)&client, address_size);
		get(p, CLIENT, ways[i], NULL);
	}
}

/* As a resolver asks: two at once. */
static void two_at_once(struct pair *p)
{
	uint8_t *data = next_bytes(p, CLIENT, 100);
	struct iovec pieces[2] = { { data, 40 }, { data + 40, 60 } };
	struct mmsghdr messages[2] = {
		{ .msg_hdr = { .msg_iov = &pieces[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &pieces[1], .msg_iovlen = 1 } },
	};

	check(sendmmsg(p->fd[CLIENT], messages, 2, 0) == 2, "sendmmsg");
	p->written[CLIENT] += 100;
	get(p, SERVER, BY_SEND, NULL);
	get(p, SERVER, BY_SEND, NULL);
	free(data);
}

static void look_ahead(struct pair *p)
{
	uint8_t data[200];

	give(p, CLIENT, 200, BY_SEND, NULL, 0);
	check(recv(p->fd[SERVER], data, sizeof(data), MSG_PEEK) == 200, "recv");
	get(p, SERVER, BY_SEND, NULL);
}

/* A socket that is not connected asks one server, and another on a port that nobody knows. */
static void several_servers(void)
{
	struct pair p = unconnected(AF_INET, KNOWN_PORT);
	struct sockaddr_in other = loopback();
	int fd = bound(AF_INET, OTHER_PORT);
	struct sockaddr_in known = loopback();

	known.sin_port = htons(KNOWN_PORT);
	other.sin_port = htons(OTHER_PORT);
	give(&p, CLIENT, 150, BY_SEND, (void *)&known, sizeof(known));
	check(sendto(p.fd[CLIENT], "elsewhere", 9, 0, (void *)&other, sizeof(other)) == 9, "sendto");
	get(&p, SERVER, BY_SEND, NULL);
	report("several", &p);
	close_pair(&p);
	close(fd);
}

int main(int argc, char **argv)
{
	(void)argc;
	begin(argv);
	run("connected", talk, connected_pair(AF_INET, KNOWN_PORT));
	run("connected-6", talk, connected_pair(AF_INET6, KNOWN_PORT));
	run("unconnected", talk_unconnected, unconnected(AF_INET, KNOWN_PORT));
	run("unconnected-6", talk_unconnected, unconnected(AF_INET6, KNOWN_PORT));
	run("two", two_at_once, connected_pair(AF_INET, KNOWN_PORT));
	run("ahead", look_ahead, connected_pair(AF_INET, KNOWN_PORT));
	run("other-port", talk, connected_pair(AF_INET, OTHER_PORT));
	run("other-port-unconnected", talk_unconnected, unconnected(AF_INET, OTHER_PORT));
	several_servers();
	return 0;
}
