// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* states: calls that move less than they were asked to, calls that fail, and connections that end. */
#include "streams.h"

static void small_send_buffer(struct pair *p)
{
	int size = 4096;

	setsockopt(p->fd[CLIENT], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static void wait_for(int fd, short events)
{
	struct pollfd ready = { fd, events, 0 };

	poll(&ready, 1, 1000);
}

/* Writes until all `n` bytes are through; `once` writes what it can of them. */
static void write_in_parts(struct pair *p, size_t n, ssize_t (*once)(int fd, uint8_t *data, size_t n))
{
	uint8_t *data = next_bytes(p, CLIENT, n);
	uint64_t start = p->written[CLIENT], goal = start + n;

	while (p->written[CLIENT] < goal) {
		ssize_t put = once(p->fd[CLIENT], data + (p->written[CLIENT] - start), goal - p->written[CLIENT]);

		if (put > 0)
			p->written[CLIENT] += put;
		else
			check(errno == EAGAIN || errno == EINTR, "write");
		while (p->taken[SERVER] < p->written[CLIENT])
			take(p, SERVER, 300000);
		wait_for(p->fd[CLIENT], POLLOUT);
	}
	free(data);
}

static ssize_t write_once(int fd, uint8_t *data, size_t n)
{
	return write(fd, data, n);
}

/* Which ends amid one of its pieces. */
static ssize_t writev_once(int fd, uint8_t *data, size_t n)
{
	struct iovec pieces[3] = { { data, n < 1500 ? n : 1500 } };

	pieces[1] = (struct iovec){ data + pieces[0].iov_len, (n - pieces[0].iov_len) / 2 };
	pieces[2] = (struct iovec){ data + pieces[0].iov_len + pieces[1].iov_len,
				    n - pieces[0].iov_len - pieces[1].iov_len };
	return writev(fd, pieces, 3);
}

static void partial_writes(struct pair *p)
{
	small_send_buffer(p);
	fcntl(p->fd[CLIENT], F_SETFL, O_NONBLOCK);
	write_in_parts(p, 300000, write_once);
}

static void partial_vectors(struct pair *p)
{
	small_send_buffer(p);
	fcntl(p->fd[CLIENT], F_SETFL, O_NONBLOCK);
	write_in_parts(p, 300000, writev_once);
}

/* A write that waits for room and gives up. */
static void timed_out_writes(struct pair *p)
{
	struct timeval soon = { 0, 3000 };

	small_send_buffer(p);
	setsockopt(p->fd[CLIENT], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	write_in_parts(p, 400000, write_once);
}

static void on_alarm(int number)
{
	(void)number;
}

/* A signal ends writes and reads early, or before they began. */
static void interrupted(struct pair *p)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = {};
	uint8_t byte;

	sigaction(SIGALRM, &action, NULL);
	small_send_buffer(p);
	setitimer(ITIMER_REAL, &often, NULL);
	write_in_parts(p, 400000, write_once);
	check(read(p->fd[SERVER], &byte, 1) < 0 && errno == EINTR, "a read that is interrupted");
	setitimer(ITIMER_REAL, &never, NULL);
	put(p, CLIENT, 500);
	take_all(p, SERVER);
}

static void *volatile nowhere = (void *)8;

static void failures(struct pair *p)
{
	uint8_t data[100];
	int alone = socket(AF_INET, SOCK_STREAM, 0);

	check(recv(p->fd[SERVER], data, 100, MSG_DONTWAIT) < 0 && errno == EAGAIN, "a read of nothing");
	check(write(p->fd[CLIENT], nowhere, 100) < 0 && errno == EFAULT, "a write from nowhere");
	check(writev(p->fd[CLIENT], nowhere, 2) < 0 && errno == EFAULT, "a vector that is nowhere");
	check(send(alone, data, 100, MSG_NOSIGNAL) < 0 && errno == EPIPE, "a write to nobody");
	check(recv(alone, data, 100, 0) < 0 && errno == ENOTCONN, "a read from nobody");
	check(write(p->fd[SERVER] + 100, data, 100) < 0 && errno == EBADF, "a write to no descriptor");
	put(p, CLIENT, 2000);
	check(take(p, SERVER, 500) == 500, "read");
	check(read(p->fd[SERVER], nowhere, 100) < 0 && errno == EFAULT, "a read to nowhere");
	take_all(p, SERVER);
	shutdown(p->fd[CLIENT], SHUT_WR);
	check(send(p->fd[CLIENT], data, 100, MSG_NOSIGNAL) < 0 && errno == EPIPE, "a write after the end");
	check(take(p, SERVER, 100) == 0, "the end");
	close(alone);
}

/* The buffer ends before the length does. */
static void half_faults(struct pair *p)
{
	uint8_t *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec pieces[2] = { { two + 3596, 500 }, { two + 4096, 500 } };
	ssize_t moved;

	munmap(two + 4096, 4096);
	fill(p, CLIENT, p->written[CLIENT], two + 3096, 1000);
	moved = write(p->fd[CLIENT], two + 3096, 2000);
	p->written[CLIENT] += moved > 0 ? moved : 0;
	fill(p, CLIENT, p->written[CLIENT], two + 3596, 500);
	moved = writev(p->fd[CLIENT], pieces, 2);
	p->written[CLIENT] += moved > 0 ? moved : 0;
	put(p, CLIENT, 2000);
	moved = read(p->fd[SERVER], two + 3096, 2000);
	if (moved > 0)
		check_taken(p, SERVER, two + 3096, moved);
	take_all(p, SERVER);
	munmap(two, 4096);
}

struct taking {
	struct pair *pair;
	uint8_t *unmapped;
	size_t goal;
};

static void *unmap_and_take(void *argument)
{
	struct taking *taking = argument;
	int queued = 0;

	while (queued < 8192) { /* the first page is there, and the writer waits for room */
		usleep(1000);
		check(ioctl(taking->pair->fd[SERVER], FIONREAD, &queued) == 0, "FIONREAD");
	}
	usleep(20000);
	munmap(taking->unmapped, 4096);
	while (taking->pair->taken[SERVER] < taking->goal)
		take(taking->pair, SERVER, 100000);
	return NULL;
}

/* The first page is sent, and gone when the write returns. */
static void gone_memory(struct pair *p)
{
	size_t n = 1 << 20;
	uint8_t *data = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct taking taking = { p, data, n };
	pthread_t thread;

	small_send_buffer(p);
	fill(p, CLIENT, 0, data, n);
	thread = start(unmap_and_take, &taking);
	check(write(p->fd[CLIENT], data, n) == (ssize_t)n, "write");
	pthread_join(thread, NULL);
	p->written[CLIENT] += n;
	munmap(data + 4096, n - 4096);
}

/* The first read takes bytes and the end at once, the second finds the end. */
static void end_with_data(struct pair *p)
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

/* Both have ended; what is left is read afterwards, in small parts. */
static void end_before_reading(struct pair *p)
{
	put(p, CLIENT, 3000);
	put(p, SERVER, 5000);
	shutdown(p->fd[CLIENT], SHUT_WR);
	shutdown(p->fd[SERVER], SHUT_WR);
	usleep(3000);
	for (int end = CLIENT; end <= SERVER; end++)
		while (take(p, end, 999) > 0)
			;
}

/* Nothing was asked for, so nothing says that the stream ended. */
static void read_of_nothing(struct pair *p)
{
	uint8_t byte;

	put(p, CLIENT, 700);
	shutdown(p->fd[CLIENT], SHUT_WR);
	usleep(1000);
	check(take(p, SERVER, 300) == 300, "read");
	check(recv(p->fd[SERVER], &byte, 0, 0) == 0, "a read of nothing");
	check(take(p, SERVER, 400) == 400, "read");
	check(take(p, SERVER, 400) == 0, "read of the end");
}

/* The reader will not hear more, although the other end goes on. */
static void reading_shut(struct pair *p)
{
	put(p, CLIENT, 500);
	take_all(p, SERVER);
	shutdown(p->fd[SERVER], SHUT_RD);
	check(take(p, SERVER, 100) == 0, "read of the end");
	put(p, SERVER, 300);
	take_all(p, CLIENT);
}

static void send_reset(struct pair *p, int end)
{
	struct linger now = { 1, 0 };

	setsockopt(p->fd[end], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(p->fd[end]);
	p->fd[end] = -1;
	usleep(1000);
}

static void reset(struct pair *p)
{
	uint8_t data[10];

	put(p, CLIENT, 100);
	take_all(p, SERVER);
	send_reset(p, SERVER);
	check(read(p->fd[CLIENT], data, sizeof(data)) < 0 && errno == ECONNRESET, "a reset");
}

/* What came before the reset is still read; an event loop asks for the error first. */
static void reset_after_data(struct pair *p)
{
	int error = 0;

	put(p, SERVER, 800);
	send_reset(p, SERVER);
	check(take(p, CLIENT, 300) == 300, "read");
	check(getsockopt(p->fd[CLIENT], SOL_SOCKET, SO_ERROR, &error, &(socklen_t){ sizeof(error) }) == 0, "SO_ERROR");
	check(error == ECONNRESET, "a reset");
	check(take(p, CLIENT, 1000) == 500, "read");
}

static void reset_after_end(struct pair *p)
{
	uint8_t *more = next_bytes(p, CLIENT, 10);

	put(p, SERVER, 800);
	close(p->fd[SERVER]);
	p->fd[SERVER] = -1;
	usleep(1000);
	check(write(p->fd[CLIENT], more, 10) == 10, "a write that is answered by a reset");
	p->written[CLIENT] += 10;
	usleep(1000);
	check(take(p, CLIENT, 300) == 300 && take(p, CLIENT, 1000) == 500, "read");
	free(more);
}

int main(int argc, char **argv)
{
	(void)argc;
	begin(argv);
	run("partial-writes", partial_writes, tcp());
	run("partial-writes-unix", partial_writes, unix_pair());
	run("partial-vectors", partial_vectors, tcp());
	run("timed-out-writes", timed_out_writes, tcp());
	run("interrupted", interrupted, tcp());
	run("failures", failures, tcp());
	run("half-faults", half_faults, tcp());
	run("gone-memory", gone_memory, tcp());
	run("end-with-data", end_with_data, tcp());
	run("end-with-data-unix", end_with_data, unix_pair());
	run("end-before-reading", end_before_reading, tcp());
	run("read-of-nothing", read_of_nothing, tcp());
	run("read-of-nothing-unix", read_of_nothing, unix_pair());
	run("reading-shut", reading_shut, tcp());
	run("reset", reset, tcp());
	run("reset-after-data", reset_after_data, tcp());
	run("reset-after-end", reset_after_end, tcp());
	return 0;
}
