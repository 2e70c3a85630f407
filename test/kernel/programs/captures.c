// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * captures: moves bytes through sockets in many ways. Prints for each way its
 * name and the inodes of the two ends.
 */
#include "streams.h"
#include <linux/errqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/un.h>
#include <sys/wait.h>

static void plain(struct pair *p)
{
	static const size_t sizes[] = { 1, 7, 255, 4096, 4097, 16384, 16385, 60000 };

	for (int i = 0; i < 8; i++) {
		put(p, CLIENT, sizes[i]);
		take_all(p, SERVER);
		put(p, SERVER, sizes[i] + 3);
		take_all(p, CLIENT);
	}
}

static int cut(struct iovec *pieces, int count, uint8_t *data, size_t n)
{
	size_t at = 0;

	for (int i = 0; i < count; i++) {
		size_t size = i == count - 1 ? n - at : (size_t)(i * 37 % 301);

		if (size > n - at)
			size = n - at;
		pieces[i] = (struct iovec){ data + at, size };
		at += size;
	}
	return count;
}

static void vectors(struct pair *p)
{
	static uint8_t out[20000], in[20000];
	struct iovec pieces[24];

	for (int count = 1; count <= 24; count++) {
		struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };
		size_t n = 100 + count * 300, got = 0;

		fill(out, n, p->written[CLIENT], CLIENT);
		cut(pieces, count, out, n);
		check((count % 2 ? writev(p->fd[CLIENT], pieces, count) : sendmsg(p->fd[CLIENT], &message, 0)) == (ssize_t)n,
		      "writev");
		p->written[CLIENT] += n;
		while (got < n) {
			ssize_t more;

			message.msg_iovlen = cut(pieces, count, in, n - got);
			more = count % 3 ? readv(p->fd[SERVER], pieces, count) : recvmsg(p->fd[SERVER], &message, 0);
			check(more > 0, "readv");
			got += more;
		}
	}
}

static void addresses(struct pair *p)
{
	uint8_t data[1000];

	for (int i = 0; i < 5; i++) {
		fill(data, sizeof(data), p->written[CLIENT], CLIENT);
		check(send(p->fd[CLIENT], data, sizeof(data), MSG_NOSIGNAL) == sizeof(data), "send");
		p->written[CLIENT] += sizeof(data);
		check(recv(p->fd[SERVER], data, sizeof(data), MSG_WAITALL) == sizeof(data), "recv");
	}
}

static void peek(struct pair *p)
{
	uint8_t data[500];

	for (int i = 0; i < 5; i++) {
		put(p, CLIENT, 500);
		check(recv(p->fd[SERVER], data, 100, MSG_PEEK) == 100, "peek");
		check(recv(p->fd[SERVER], data, 500, MSG_PEEK | MSG_WAITALL) == 500, "peek");
		take_all(p, SERVER);
	}
}

static void *later(void *argument)
{
	struct pair *p = argument;

	for (int i = 0; i < 10; i++) {
		usleep(2000);
		put(p, CLIENT, 300);
	}
	return NULL;
}

static void wait_all(struct pair *p)
{
	uint8_t data[3000];
	pthread_t thread;

	pthread_create(&thread, NULL, later, p);
	check(recv(p->fd[SERVER], data, sizeof(data), MSG_WAITALL) == sizeof(data), "recv");
	pthread_join(thread, NULL);
}

/* TCP throws the bytes away. */
static void truncated(struct pair *p)
{
	uint8_t data[1000];

	memset(data, 0xee, sizeof(data));
	put(p, CLIENT, 3000);
	check(recv(p->fd[SERVER], data, 1000, MSG_TRUNC) == 1000, "recv");
	p->taken[SERVER] += 1000;
	take_all(p, SERVER);
}

static void partial(struct pair *p)
{
	size_t n = 8 << 20;
	uint8_t *data = malloc(n);

	fcntl(p->fd[CLIENT], F_SETFL, O_NONBLOCK);
	fill(data, n, 0, CLIENT);
	while (p->written[CLIENT] < n) {
		struct pollfd ready = { p->fd[CLIENT], POLLOUT, 0 };
		ssize_t put = write(p->fd[CLIENT], data + p->written[CLIENT], n - p->written[CLIENT]);

		if (put > 0)
			p->written[CLIENT] += put;
		else
			check(errno == EAGAIN, "write");
		while (p->taken[SERVER] < p->written[CLIENT])
			take(p, SERVER, 300000);
		poll(&ready, 1, 1000);
	}
	free(data);
}

static void *volatile nowhere = (void *)8;

/* The buffer ends before the length does. */
static void faults(struct pair *p)
{
	uint8_t *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ssize_t put_, got;

	munmap(two + 4096, 4096);
	check(write(p->fd[CLIENT], nowhere, 100) < 0 && errno == EFAULT, "a write that fails");
	fill(two + 3096, 1000, p->written[CLIENT], CLIENT);
	put_ = write(p->fd[CLIENT], two + 3096, 2000);
	if (put_ > 0)
		p->written[CLIENT] += put_;
	put(p, CLIENT, 2000);
	check(read(p->fd[SERVER], nowhere, 100) < 0 && errno == EFAULT, "a read that fails");
	got = read(p->fd[SERVER], two + 3096, 2000);
	if (got > 0)
		p->taken[SERVER] += got;
	take_all(p, SERVER);
	munmap(two, 4096);
}

/* One side ends early; data and end are taken by one read or by two. */
static void half_closed(struct pair *p)
{
	put(p, CLIENT, 700);
	shutdown(p->fd[CLIENT], SHUT_WR);
	usleep(1000);
	check(take(p, SERVER, 5000) == 700, "read");
	check(take(p, SERVER, 5000) == 0, "read of the end");
	put(p, SERVER, 900);
	put(p, SERVER, 100);
	shutdown(p->fd[SERVER], SHUT_WR);
	usleep(1000);
	check(take(p, CLIENT, 600) == 600 && take(p, CLIENT, 5000) == 400, "read");
	check(take(p, CLIENT, 5000) == 0, "read of the end");
}

static void reset(struct pair *p)
{
	struct linger now = { 1, 0 };
	uint8_t data[10];

	put(p, CLIENT, 100);
	take_all(p, SERVER);
	setsockopt(p->fd[SERVER], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(p->fd[SERVER]);
	p->fd[SERVER] = -1;
	check(read(p->fd[CLIENT], data, sizeof(data)) < 0 && errno == ECONNRESET, "a reset");
}

static int pattern_file(size_t n, int end)
{
	int fd = memfd_create("pattern", 0);
	uint8_t *data = malloc(n);

	fill(data, n, 0, end);
	check(fd >= 0 && write(fd, data, n) == (ssize_t)n, "memfd");
	lseek(fd, 0, SEEK_SET);
	free(data);
	return fd;
}

static void from_file(struct pair *p)
{
	int fd = pattern_file(5000, CLIENT), pipes[2];

	check(sendfile(p->fd[CLIENT], fd, NULL, 3000) == 3000, "sendfile");
	check(pipe(pipes) == 0 && splice(fd, NULL, pipes[1], NULL, 2000, 0) == 2000, "splice in");
	check(splice(pipes[0], NULL, p->fd[CLIENT], NULL, 2000, 0) == 2000, "splice out");
	p->written[CLIENT] += 5000;
	take_all(p, SERVER);
}

/* What no hook sees: the next read stands behind it. */
static void to_pipe(struct pair *p)
{
	int pipes[2];

	put(p, CLIENT, 3000);
	check(pipe(pipes) == 0 && splice(p->fd[SERVER], NULL, pipes[1], NULL, 1000, 0) == 1000, "splice");
	p->taken[SERVER] += 1000;
	take_all(p, SERVER);
}

static void many_messages(struct pair *p)
{
	uint8_t data[900];
	struct iovec pieces[3] = { { data, 300 }, { data + 300, 300 }, { data + 600, 300 } };
	struct mmsghdr messages[3] = { { { .msg_iov = pieces, .msg_iovlen = 1 } },
				       { { .msg_iov = pieces + 1, .msg_iovlen = 1 } },
				       { { .msg_iov = pieces + 2, .msg_iovlen = 1 } } };

	for (int n = 1; n <= 3; n += 2) {
		fill(data, n * 300, p->written[CLIENT], CLIENT);
		check(sendmmsg(p->fd[CLIENT], messages, n, 0) == n, "sendmmsg");
		p->written[CLIENT] += n * 300;
		check(recvmmsg(p->fd[SERVER], messages, n, MSG_WAITALL, NULL) == n, "recvmmsg");
		p->taken[SERVER] += n * 300;
	}
}

static void urgent(struct pair *p)
{
	uint8_t data[100];

	put(p, CLIENT, 100);
	data[0] = byte_at(p->written[CLIENT], CLIENT);
	check(send(p->fd[CLIENT], data, 1, MSG_OOB) == 1, "send");
	p->written[CLIENT]++;
	put(p, CLIENT, 100);
	usleep(2000);
	check(recv(p->fd[SERVER], data, 1, MSG_OOB) == 1, "recv");
	check(read(p->fd[SERVER], data, 100) == 100, "read up to the mark");
	check(read(p->fd[SERVER], data, 100) == 100, "read behind it");
}

static void error_queue(struct pair *p)
{
	struct pollfd ready = { p->fd[CLIENT], 0, 0 };
	uint8_t *data = malloc(20000);
	char control[100];
	struct msghdr message = { .msg_control = control, .msg_controllen = sizeof(control) };
	int one = 1;

	setsockopt(p->fd[CLIENT], SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one));
	fill(data, 20000, 0, CLIENT);
	check(send(p->fd[CLIENT], data, 20000, MSG_ZEROCOPY) == 20000, "send");
	p->written[CLIENT] += 20000;
	take_all(p, SERVER);
	poll(&ready, 1, 1000);
	check(recvmsg(p->fd[CLIENT], &message, MSG_ERRQUEUE) >= 0, "recvmsg");
	put(p, SERVER, 50);
	take_all(p, CLIENT);
	free(data);
}

/* The same socket by another descriptor, another process, and another still. */
static void shared(struct pair *p)
{
	int copy = dup(p->fd[CLIENT]), original = p->fd[CLIENT], channel[2];
	char control[CMSG_SPACE(sizeof(int))] = {}, byte = 0;
	struct iovec piece = { &byte, 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	p->fd[CLIENT] = copy;
	put(p, CLIENT, 100);
	if (!fork()) {
		put(p, CLIENT, 200);
		_exit(0);
	}
	wait(NULL);
	p->written[CLIENT] += 200;
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == 0, "socketpair");
	if (!fork()) {
		close(copy);
		close(original);
		check(recvmsg(channel[1], &message, 0) == 1, "recvmsg");
		p->fd[CLIENT] = *(int *)CMSG_DATA(head);
		put(p, CLIENT, 300);
		_exit(0);
	}
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	*(int *)CMSG_DATA(head) = copy;
	check(sendmsg(channel[0], &message, 0) == 1, "sendmsg");
	wait(NULL);
	p->written[CLIENT] += 300;
	close(original);
	put(p, CLIENT, 400);
	take_all(p, SERVER);
}

static void run(const char *name, void (*way)(struct pair *), struct pair pair)
{
	announce(name, &pair);
	way(&pair);
	close_pair(&pair);
}

static struct pair unix_connected(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct pair pair = {};

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "underspan-captures-%d", getpid());
	check(bind(listener, (void *)&address, sizeof(address)) == 0 && listen(listener, 1) == 0, "listen");
	pair.fd[CLIENT] = socket(AF_UNIX, SOCK_STREAM, 0);
	check(connect(pair.fd[CLIENT], (void *)&address, sizeof(address)) == 0, "connect");
	pair.fd[SERVER] = accept(listener, NULL, NULL);
	close(listener);
	return pair;
}

static struct pair unix_pair(void)
{
	struct pair pair = {};

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.fd) == 0, "socketpair");
	return pair;
}

int main(void)
{
	int mptcp;

	run("plain", plain, tcp_pair(AF_INET, 0));
	run("plain-ipv6", plain, tcp_pair(AF_INET6, 0));
	run("plain-unix", plain, unix_connected());
	run("plain-unix-pair", plain, unix_pair());
	run("vectors", vectors, tcp_pair(AF_INET, 0));
	run("vectors-unix", vectors, unix_connected());
	run("addresses", addresses, tcp_pair(AF_INET, 0));
	run("peek", peek, tcp_pair(AF_INET, 0));
	run("peek-unix", peek, unix_pair());
	run("wait-all", wait_all, tcp_pair(AF_INET, 0));
	run("truncated", truncated, tcp_pair(AF_INET, 0));
	run("partial", partial, tcp_pair(AF_INET, 0));
	run("faults", faults, tcp_pair(AF_INET, 0));
	run("half-closed", half_closed, tcp_pair(AF_INET, 0));
	run("half-closed-unix", half_closed, unix_pair());
	run("reset", reset, tcp_pair(AF_INET, 0));
	run("from-file", from_file, tcp_pair(AF_INET, 0));
	run("to-pipe", to_pipe, tcp_pair(AF_INET, 0));
	run("many-messages", many_messages, tcp_pair(AF_INET, 0));
	run("urgent", urgent, tcp_pair(AF_INET, 0));
	run("error-queue", error_queue, tcp_pair(AF_INET, 0));
	run("shared", shared, tcp_pair(AF_INET, 0));
	mptcp = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	if (mptcp >= 0)
		run("mptcp", plain, tcp_pair(AF_INET, IPPROTO_MPTCP));
	return 0;
}
