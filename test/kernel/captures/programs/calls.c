// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* calls: every system call that moves bytes of a socket, with every flag that changes its meaning. */
#include "streams.h"
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

static void buffers(struct pair *p)
{
	static const size_t sizes[] = { 1, 7, 255, 4095, 4096, 4097, 16384, 16385, 60000 };

	for (int i = 0; i < 9; i++) {
		put(p, CLIENT, sizes[i]);
		take_all(p, SERVER);
		put(p, SERVER, sizes[i] + 3);
		take_all(p, CLIENT);
	}
}

/* Pieces of uneven length, some of them empty if so asked. */
static void cut(struct iovec *pieces, int count, int empty, uint8_t *data, size_t n)
{
	size_t at = 0;
	int most = count > 100 ? 7 : 41;

	for (int i = 0; i < count; i++) {
		size_t size = i == count - 1 ? n - at : empty && i % 3 == 0 ? 0 : (size_t)(i * 37 % most + 1);

		if (size > n - at)
			size = n - at;
		pieces[i] = (struct iovec){ data + at, size };
		at += size;
	}
}

static void vector(struct pair *p, int count, int empty)
{
	static uint8_t in[8192];
	struct iovec pieces[400];

	for (int i = 0; i < 6; i++) {
		struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };
		size_t n = 1000 + i * 500 + count, goal = p->written[CLIENT] + n;
		uint8_t *out = next_bytes(p, CLIENT, n);

		cut(pieces, count, empty, out, n);
		check((i % 2 ? writev(p->fd[CLIENT], pieces, count) : sendmsg(p->fd[CLIENT], &message, 0)) == (ssize_t)n,
		      "a vector sent");
		p->written[CLIENT] = goal;
		while (p->taken[SERVER] < goal) {
			ssize_t got;

			cut(pieces, count, empty, in, goal - p->taken[SERVER]);
			got = i % 2 ? readv(p->fd[SERVER], pieces, count) : recvmsg(p->fd[SERVER], &message, 0);
			check(got > 0, "a vector received");
			check_taken(p, SERVER, in, got);
		}
		free(out);
	}
}

static void one_piece(struct pair *p)
{
	vector(p, 1, 0);
}

static void two_pieces(struct pair *p)
{
	vector(p, 2, 0);
}

static void sixteen_pieces(struct pair *p)
{
	vector(p, 16, 0);
}

static void hundred_pieces(struct pair *p)
{
	vector(p, 100, 0);
}

static void four_hundred_pieces(struct pair *p)
{
	vector(p, 400, 0);
}

static void empty_pieces(struct pair *p)
{
	vector(p, 16, 1);
}

static void addresses(struct pair *p)
{
	struct sockaddr_storage from;
	uint8_t in[1000];

	for (int i = 0; i < 6; i++) {
		socklen_t size = sizeof(from);
		uint8_t *out = next_bytes(p, CLIENT, sizeof(in));

		check(sendto(p->fd[CLIENT], out, sizeof(in), i % 2 ? MSG_NOSIGNAL : MSG_MORE, NULL, 0) == sizeof(in), "sendto");
		p->written[CLIENT] += sizeof(in);
		check(recvfrom(p->fd[SERVER], in, sizeof(in), MSG_WAITALL, (void *)&from, &size) == sizeof(in), "recvfrom");
		check_taken(p, SERVER, in, sizeof(in));
		free(out);
	}
}

/* A message with something beside its bytes: times on TCP, a descriptor and credentials on a Unix socket. */
static void controls(struct pair *p)
{
	char control[256] = {}, received[256];
	uint8_t in[700];
	int one = 1, is_unix = getsockopt(p->fd[CLIENT], IPPROTO_TCP, TCP_NODELAY, &one, &(socklen_t){ sizeof(one) }) < 0;

	one = 1;
	setsockopt(p->fd[SERVER], SOL_SOCKET, is_unix ? SO_PASSCRED : SO_TIMESTAMP, &one, sizeof(one));
	for (int i = 0; i < 4; i++) {
		uint8_t *out = next_bytes(p, CLIENT, sizeof(in));
		struct iovec pieces[2] = { { out, 300 }, { out + 300, 400 } }, whole = { in, sizeof(in) };
		struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };
		struct cmsghdr *head = (void *)control;

		if (is_unix) {
			*head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
			*(int *)CMSG_DATA(head) = p->fd[CLIENT];
			message.msg_control = control;
			message.msg_controllen = CMSG_SPACE(sizeof(int));
		}
		check(sendmsg(p->fd[CLIENT], &message, 0) == sizeof(in), "sendmsg");
		p->written[CLIENT] += sizeof(in);
		message = (struct msghdr){ .msg_iov = &whole, .msg_iovlen = 1, .msg_control = received, .msg_controllen = sizeof(received) };
		check(recvmsg(p->fd[SERVER], &message, MSG_WAITALL | MSG_CMSG_CLOEXEC) == sizeof(in), "recvmsg");
		check(!is_unix || message.msg_controllen > 0, "what came beside");
		check_taken(p, SERVER, in, sizeof(in));
		free(out);
	}
}

static void messages(struct pair *p, int sent, int asked)
{
	uint8_t in[900], *out = next_bytes(p, CLIENT, sent * 300);
	struct iovec pieces[3];
	struct mmsghdr heads[3] = {};

	for (int i = 0; i < 3; i++) {
		pieces[i] = (struct iovec){ out + i * 300, 300 };
		heads[i].msg_hdr = (struct msghdr){ .msg_iov = pieces + i, .msg_iovlen = 1 };
	}
	check(sendmmsg(p->fd[CLIENT], heads, sent, 0) == sent, "sendmmsg");
	p->written[CLIENT] += sent * 300;
	for (int i = 0; i < 3; i++)
		pieces[i] = (struct iovec){ in + i * 300, 300 };
	check(recvmmsg(p->fd[SERVER], heads, asked, sent == asked ? MSG_WAITALL : MSG_WAITFORONE, NULL) == sent, "recvmmsg");
	check_taken(p, SERVER, in, sent * 300);
	free(out);
}

static void one_message(struct pair *p)
{
	for (int i = 0; i < 4; i++)
		messages(p, 1, 1);
}

static void three_messages(struct pair *p)
{
	for (int i = 0; i < 4; i++)
		messages(p, 3, 3);
}

static void fewer_messages(struct pair *p)
{
	for (int i = 0; i < 4; i++)
		messages(p, 1, 3);
}

static void peek(struct pair *p)
{
	uint8_t data[500];

	for (int i = 0; i < 5; i++) {
		put(p, CLIENT, 500);
		check(recv(p->fd[SERVER], data, 100, MSG_PEEK) == 100, "peek");
		check(recv(p->fd[SERVER], data, 500, MSG_PEEK | MSG_WAITALL) == 500, "peek");
		check(take(p, SERVER, 200) == 200, "read");
		check(recv(p->fd[SERVER], data, 500, MSG_PEEK | MSG_DONTWAIT) == 300, "peek");
		take_all(p, SERVER);
	}
}

static void *write_slowly(void *argument)
{
	for (int i = 0; i < 10; i++) {
		usleep(1000);
		put(argument, CLIENT, 300);
	}
	return NULL;
}

static void wait_all(struct pair *p)
{
	uint8_t data[3000];
	pthread_t thread = start(write_slowly, p);

	check(recv(p->fd[SERVER], data, sizeof(data), MSG_WAITALL) == sizeof(data), "recv");
	pthread_join(thread, NULL);
	check_taken(p, SERVER, data, sizeof(data));
}

/* TCP throws the bytes away; what lies in the buffer is not theirs. */
static void truncated(struct pair *p)
{
	uint8_t data[1000];

	memset(data, 0xee, sizeof(data));
	put(p, CLIENT, 3000);
	check(take(p, SERVER, 700) == 700, "read");
	check(recv(p->fd[SERVER], data, 1000, MSG_TRUNC) == 1000, "recv");
	p->taken[SERVER] += 1000;
	take_all(p, SERVER);
}

static void send_urgent(struct pair *p)
{
	uint8_t *out = next_bytes(p, CLIENT, 1);

	check(send(p->fd[CLIENT], out, 1, MSG_OOB) == 1, "an urgent byte");
	p->written[CLIENT]++;
	free(out);
}

static void urgent(struct pair *p)
{
	uint8_t byte;

	put(p, CLIENT, 100);
	send_urgent(p);
	put(p, CLIENT, 100);
	usleep(2000);
	check(recv(p->fd[SERVER], &byte, 1, MSG_OOB) == 1, "recv");
	check(take(p, SERVER, 150) == 100, "read up to the mark");
	p->taken[SERVER]++;
	check(take(p, SERVER, 150) == 100, "read behind it");
}

static void urgent_inline(struct pair *p)
{
	int one = 1;

	setsockopt(p->fd[SERVER], SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one));
	put(p, CLIENT, 100);
	send_urgent(p);
	put(p, CLIENT, 100);
	usleep(2000);
	take_all(p, SERVER);
}

/* Sent without a copy; that it was is told in the error queue. */
static void error_queue(struct pair *p)
{
	struct pollfd ready = { p->fd[CLIENT], 0, 0 };
	uint8_t *out = next_bytes(p, CLIENT, 20000), in[100];
	struct iovec piece = { in, sizeof(in) };
	char control[100];
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	int one = 1;

	setsockopt(p->fd[CLIENT], SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one));
	check(send(p->fd[CLIENT], out, 20000, MSG_ZEROCOPY) == 20000, "send");
	p->written[CLIENT] += 20000;
	put(p, SERVER, 50);
	take_all(p, SERVER);
	poll(&ready, 1, 1000);
	check(recvmsg(p->fd[CLIENT], &message, MSG_ERRQUEUE) >= 0, "recvmsg");
	take_all(p, CLIENT);
	free(out);
}

int main(int argc, char **argv)
{
	(void)argc;
	begin(argv);
	run("buffers", buffers, tcp());
	run("one-piece", one_piece, tcp());
	run("two-pieces", two_pieces, tcp());
	run("sixteen-pieces", sixteen_pieces, tcp());
	run("hundred-pieces", hundred_pieces, tcp());
	run("four-hundred-pieces", four_hundred_pieces, tcp());
	run("empty-pieces", empty_pieces, tcp());
	run("addresses", addresses, tcp());
	run("controls", controls, tcp());
	run("controls-unix", controls, unix_pair());
	run("one-message", one_message, tcp());
	run("three-messages", three_messages, tcp());
	run("fewer-messages", fewer_messages, tcp());
	run("peek", peek, tcp());
	run("peek-unix", peek, unix_pair());
	run("wait-all", wait_all, tcp());
	run("truncated", truncated, tcp());
	run("urgent", urgent, tcp());
	run("urgent-inline", urgent_inline, tcp());
	run("error-queue", error_queue, tcp());
	return 0;
}
