// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * intruders: bytes that a socket moves while the thread is, by its registers, in
 * quite another call with another buffer, and bytes that no hook sees.
 */
#include "streams.h"
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <sys/sendfile.h>

/* Bytes of `end` in a file, from where its stream stands. */
static int file_of(struct pair *p, int end, size_t n)
{
	int fd = memfd_create("bytes", 0);
	uint8_t *data = next_bytes(p, end, n);

	check(fd >= 0 && write(fd, data, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0, "memfd");
	free(data);
	return fd;
}

static void from_file(struct pair *p)
{
	int pipes[2], file = file_of(p, CLIENT, 5000);

	check(sendfile(p->fd[CLIENT], file, NULL, 3000) == 3000, "sendfile");
	check(pipe(pipes) == 0 && splice(file, NULL, pipes[1], NULL, 2000, 0) == 2000, "splice in");
	check(splice(pipes[0], NULL, p->fd[CLIENT], NULL, 2000, 0) == 2000, "splice out");
	p->written[CLIENT] += 5000;
	take_all(p, SERVER);
	put(p, CLIENT, 700);
	take_all(p, SERVER);
	close(file);
}

/* What is spliced out of a socket passes no hook: the next read stands behind it. */
static void to_pipe(struct pair *p)
{
	int pipes[2];

	put(p, CLIENT, 3000);
	check(take(p, SERVER, 500) == 500, "read");
	check(pipe(pipes) == 0 && splice(p->fd[SERVER], NULL, pipes[1], NULL, 1000, 0) == 1000, "splice");
	p->taken[SERVER] += 1000;
	take_all(p, SERVER);
	put(p, CLIENT, 400);
	take_all(p, SERVER);
}

/* Of linux/tcp.h, which does not go with netinet/tcp.h. */
struct zero_copy {
	uint64_t address;
	uint32_t length, recv_skip_hint, inq;
	int32_t err;
	uint64_t copybuf_address;
	int32_t copybuf_len;
	uint32_t flags;
	uint64_t msg_control, msg_controllen;
	uint32_t msg_flags, reserved;
};

enum { ZEROCOPY_RECEIVE = 35 };

/* Received by getsockopt(2). */
static void by_option(struct pair *p)
{
	uint8_t in[900];
	struct zero_copy receive = { .copybuf_address = (uintptr_t)in, .copybuf_len = sizeof(in) };
	socklen_t size = sizeof(receive);

	put(p, CLIENT, 300);
	take_all(p, SERVER);
	put(p, CLIENT, 700);
	check(getsockopt(p->fd[SERVER], IPPROTO_TCP, ZEROCOPY_RECEIVE, &receive, &size) == 0, "TCP_ZEROCOPY_RECEIVE");
	check(receive.copybuf_len == 700, "bytes by an option");
	check_taken(p, SERVER, in, 700);
	put(p, CLIENT, 500);
	take_all(p, SERVER);
}

static void urgent_unix(struct pair *p)
{
	uint8_t *out = next_bytes(p, CLIENT, 101), byte;

	check(write(p->fd[CLIENT], out, 100) == 100, "write");
	check(send(p->fd[CLIENT], out + 100, 1, MSG_OOB) == 1, "an urgent byte");
	p->written[CLIENT] += 101;
	put(p, CLIENT, 200);
	check(recv(p->fd[SERVER], &byte, 1, MSG_OOB) == 1, "recv");
	check(take(p, SERVER, 100) == 100, "read");
	p->taken[SERVER]++;
	take_all(p, SERVER);
	free(out);
}

/* readv and writev under other names. */
static void positioned(struct pair *p)
{
	uint8_t in[600], *out;
	struct iovec piece = { in, sizeof(in) };

	for (int i = 0; i < 3; i++) {
		out = next_bytes(p, CLIENT, 600);
		check(pwritev2(p->fd[CLIENT], &(struct iovec){ out, 600 }, 1, -1, 0) == 600, "pwritev2");
		p->written[CLIENT] += 600;
		check(preadv2(p->fd[SERVER], &piece, 1, -1, 0) == 600, "preadv2");
		check_taken(p, SERVER, in, 600);
		free(out);
	}
	put(p, CLIENT, 100);
	take_all(p, SERVER);
}

static void asynchronous(struct pair *p)
{
	aio_context_t context = 0;
	uint8_t in[500], *out = next_bytes(p, CLIENT, 500);
	struct iocb writing = { .aio_fildes = p->fd[CLIENT], .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_buf = (uintptr_t)out, .aio_nbytes = 500 };
	struct iocb reading = { .aio_fildes = p->fd[SERVER], .aio_lio_opcode = IOCB_CMD_PREAD, .aio_buf = (uintptr_t)in, .aio_nbytes = 500 };
	struct iocb *both[2] = { &writing, &reading };
	struct io_event events[2];

	check(syscall(SYS_io_setup, 4, &context) == 0, "io_setup");
	check(syscall(SYS_io_submit, context, 2, both) == 2, "io_submit");
	check(syscall(SYS_io_getevents, context, 2, 2, events, NULL) == 2, "io_getevents");
	syscall(SYS_io_destroy, context);
	p->written[CLIENT] += 500;
	check_taken(p, SERVER, in, 500);
	put(p, CLIENT, 100);
	take_all(p, SERVER);
	free(out);
}

struct ring {
	int fd;
	uint32_t *sq_tail, *sq_mask, *sq_array, *sq_flags, *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *entries;
	struct io_uring_cqe *completions;
} ring;

static int ring_open(uint32_t flags)
{
	struct io_uring_params params = { .flags = flags, .sq_thread_idle = 100 };
	uint8_t *sq, *cq;

	ring.fd = syscall(SYS_io_uring_setup, 8, &params);
	if (ring.fd < 0)
		return 0;
	sq = mmap(NULL, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd,
		  IORING_OFF_SQ_RING);
	cq = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE,
		  MAP_SHARED, ring.fd, IORING_OFF_CQ_RING);
	ring.entries = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED,
			    ring.fd, IORING_OFF_SQES);
	ring.sq_tail = (void *)(sq + params.sq_off.tail);
	ring.sq_mask = (void *)(sq + params.sq_off.ring_mask);
	ring.sq_array = (void *)(sq + params.sq_off.array);
	ring.sq_flags = (void *)(sq + params.sq_off.flags);
	ring.cq_head = (void *)(cq + params.cq_off.head);
	ring.cq_tail = (void *)(cq + params.cq_off.tail);
	ring.cq_mask = (void *)(cq + params.cq_off.ring_mask);
	ring.completions = (void *)(cq + params.cq_off.cqes);
	return 1;
}

static void submit(uint8_t operation, int fd, void *data, uint32_t n)
{
	uint32_t tail = *ring.sq_tail, at = tail & *ring.sq_mask;

	ring.entries[at] = (struct io_uring_sqe){ .opcode = operation, .fd = fd, .addr = (uintptr_t)data, .len = n };
	ring.sq_array[at] = at;
	__atomic_store_n(ring.sq_tail, tail + 1, __ATOMIC_RELEASE);
	if (__atomic_load_n(ring.sq_flags, __ATOMIC_ACQUIRE) & IORING_SQ_NEED_WAKEUP)
		syscall(SYS_io_uring_enter, ring.fd, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
	else
		syscall(SYS_io_uring_enter, ring.fd, 1, 0, 0, NULL, 0);
}

static int completed(int *result)
{
	uint32_t head = *ring.cq_head;

	if (head == __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE))
		return 0;
	*result = ring.completions[head & *ring.cq_mask].res;
	__atomic_store_n(ring.cq_head, head + 1, __ATOMIC_RELEASE);
	return 1;
}

static uint8_t decoy[4096];
static int null_fd, pipe_fds[2];
static struct pair *other_pair;

static void in_writes_to_nowhere(void)
{
	check(write(null_fd, decoy, sizeof(decoy)) == sizeof(decoy), "write to nowhere");
}

/* Which the work interrupts. */
static void in_reads_of_a_pipe(void)
{
	struct itimerval often = { { 0, 3000 }, { 0, 3000 } }, never = {};

	setitimer(ITIMER_REAL, &often, NULL);
	check(read(pipe_fds[0], decoy, sizeof(decoy)) < 0 && errno == EINTR, "a read of an empty pipe");
	setitimer(ITIMER_REAL, &never, NULL);
}

static void in_writes_to_a_socket(void)
{
	put(other_pair, CLIENT, 900);
	take_all(other_pair, SERVER);
}

static void (*elsewhere)(void);

static int result_of_ring(void)
{
	int result;

	while (!completed(&result))
		elsewhere();
	return result;
}

static void *write_later(void *argument)
{
	for (int i = 0; i < 40; i++) {
		usleep(500);
		put(argument, CLIENT, 700);
	}
	return NULL;
}

/* The bytes come later: the receive is done as work of the thread, within whatever it is in. */
static void ring_receives(struct pair *p)
{
	uint8_t data[700];
	pthread_t thread = start(write_later, p);

	while (p->taken[SERVER] < 40 * 700) {
		int got;

		submit(IORING_OP_RECV, p->fd[SERVER], data, sizeof(data));
		got = result_of_ring();
		check(got > 0, "a receive in the ring");
		check_taken(p, SERVER, data, got);
	}
	pthread_join(thread, NULL);
}

static void ring_sends(struct pair *p)
{
	for (int i = 0; i < 20; i++) {
		uint8_t *data = next_bytes(p, CLIENT, 700);

		submit(i % 2 ? IORING_OP_SEND : IORING_OP_WRITE, p->fd[CLIENT], data, 700);
		check(result_of_ring() == 700, "a send in the ring");
		p->written[CLIENT] += 700;
		take_all(p, SERVER);
		free(data);
	}
}

static void on_alarm(int number)
{
	(void)number;
}

static void ring_ways(uint32_t flags, const char *suffix)
{
	static const struct {
		const char *name;
		void (*body)(void);
	} places[] = { { "nowhere", in_writes_to_nowhere }, { "pipe", in_reads_of_a_pipe }, { "socket", in_writes_to_a_socket } };
	char name[64];

	if (!ring_open(flags))
		return;
	for (int i = 0; i < 3; i++) {
		struct pair other = tcp();

		other_pair = &other;
		elsewhere = places[i].body;
		snprintf(name, sizeof(name), "receives-amid-%s%s", places[i].name, suffix);
		run(name, ring_receives, tcp());
		snprintf(name, sizeof(name), "sends-amid-%s%s", places[i].name, suffix);
		run(name, ring_sends, tcp());
		snprintf(name, sizeof(name), "other-of-%s%s", places[i].name, suffix);
		report(name, &other);
		close_pair(&other);
	}
	close(ring.fd);
}

static long call_of_32_bits(long number, long b, long c, long d)
{
	long result;

	asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(b), "c"(c), "d"(d) : "memory", "r8", "r9", "r10", "r11");
	return result;
}

/* Another table of calls, another meaning of registers: 3 is read, 4 write, 102 socketcall, 145 readv, 146 writev. */
static void calls_of_32_bits(struct pair *p)
{
	uint8_t *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	uint32_t *arguments = (void *)(low + 4096);

	check(low != MAP_FAILED, "mmap");
	for (int i = 0; i < 4; i++) {
		fill(p, CLIENT, p->written[CLIENT], low, 300);
		arguments[0] = i == 2 ? (uint32_t)p->fd[CLIENT] : (uint32_t)(uintptr_t)low;
		arguments[1] = i == 2 ? (uint32_t)(uintptr_t)low : 300;
		arguments[2] = 300;
		arguments[3] = 0;
		if (i < 2)
			check(call_of_32_bits(4, p->fd[CLIENT], (long)low, 300) == 300, "a 32-bit write");
		else if (i == 2)
			check(call_of_32_bits(102, 9, (long)arguments, 0) == 300, "a 32-bit send");
		else
			check(call_of_32_bits(146, p->fd[CLIENT], (long)arguments, 1) == 300, "a 32-bit writev");
		p->written[CLIENT] += 300;
		check(call_of_32_bits(3, p->fd[SERVER], (long)low, 300) == 300, "a 32-bit read");
		check_taken(p, SERVER, low, 300);
	}
	put(p, CLIENT, 100);
	take_all(p, SERVER);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_alarm };

	(void)argc;
	begin(argv);
	sigaction(SIGALRM, &action, NULL);
	memset(decoy, 0xdd, sizeof(decoy));
	null_fd = open("/dev/null", O_WRONLY);
	check(null_fd >= 0 && pipe(pipe_fds) == 0, "decoys");
	run("from-file", from_file, tcp());
	run("from-file-unix", from_file, unix_abstract());
	run("to-pipe", to_pipe, tcp());
	run("to-pipe-unix", to_pipe, unix_abstract());
	run("by-option", by_option, tcp());
	run("urgent-unix", urgent_unix, unix_abstract());
	run("positioned", positioned, tcp());
	run("asynchronous", asynchronous, tcp());
	run("32-bit", calls_of_32_bits, tcp());
	ring_ways(0, "");
	ring_ways(IORING_SETUP_SQPOLL, "-by-thread");
	return 0;
}
