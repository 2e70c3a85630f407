// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * intruders: socket operations whose thread is, by its registers, in quite
 * another call, with another buffer. Prints for each way its name and the inodes
 * of the two ends.
 */
#include "streams.h"
#include <linux/io_uring.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

struct ring {
	int fd;
	uint32_t *sq_tail, *sq_mask, *sq_array, *sq_flags, *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *entries;
	struct io_uring_cqe *completions;
};

static int ring_open(struct ring *ring, uint32_t flags)
{
	struct io_uring_params params = { .flags = flags, .sq_thread_idle = 100 };
	uint8_t *sq, *cq;

	ring->fd = syscall(__NR_io_uring_setup, 8, &params);
	if (ring->fd < 0)
		return 0;
	sq = mmap(NULL, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
		  IORING_OFF_SQ_RING);
	cq = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE,
		  MAP_SHARED, ring->fd, IORING_OFF_CQ_RING);
	ring->entries = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED,
			     ring->fd, IORING_OFF_SQES);
	ring->sq_tail = (void *)(sq + params.sq_off.tail);
	ring->sq_mask = (void *)(sq + params.sq_off.ring_mask);
	ring->sq_array = (void *)(sq + params.sq_off.array);
	ring->sq_flags = (void *)(sq + params.sq_off.flags);
	ring->cq_head = (void *)(cq + params.cq_off.head);
	ring->cq_tail = (void *)(cq + params.cq_off.tail);
	ring->cq_mask = (void *)(cq + params.cq_off.ring_mask);
	ring->completions = (void *)(cq + params.cq_off.cqes);
	return 1;
}

static void ring_submit(struct ring *ring, uint8_t operation, int fd, void *data, uint32_t n)
{
	uint32_t tail = *ring->sq_tail, at = tail & *ring->sq_mask;

	ring->entries[at] = (struct io_uring_sqe){ .opcode = operation, .fd = fd, .addr = (uint64_t)data, .len = n };
	ring->sq_array[at] = at;
	__atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_RELEASE);
	if (__atomic_load_n(ring->sq_flags, __ATOMIC_ACQUIRE) & IORING_SQ_NEED_WAKEUP)
		syscall(__NR_io_uring_enter, ring->fd, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
	else
		syscall(__NR_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0);
}

static int ring_result(struct ring *ring, int *result)
{
	uint32_t head = *ring->cq_head;

	if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
		return 0;
	*result = ring->completions[head & *ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return 1;
}

static uint8_t decoy[4096];
static int null_fd;

/* Waits for a completion inside calls that write a decoy to somewhere else. */
static int result_amid_writes(struct ring *ring)
{
	int result;

	while (!ring_result(ring, &result))
		check(write(null_fd, decoy, sizeof(decoy)) == sizeof(decoy), "write to nowhere");
	return result;
}

static struct ring *the_ring;

static void *answer_later(void *argument)
{
	struct pair *p = argument;

	for (int i = 0; i < 50; i++) {
		usleep(500);
		put(p, CLIENT, 700);
	}
	return NULL;
}

/* The bytes come later: the receive is done as work of the thread, within or after whatever it is in. */
static void receives(struct pair *p)
{
	uint8_t data[700];
	pthread_t thread;

	pthread_create(&thread, NULL, answer_later, p);
	while (p->taken[SERVER] < 50 * 700) {
		ring_submit(the_ring, IORING_OP_RECV, p->fd[SERVER], data, sizeof(data));
		p->taken[SERVER] += result_amid_writes(the_ring);
	}
	pthread_join(thread, NULL);
}

static void sends(struct pair *p)
{
	uint8_t data[700];
	int result;

	for (int i = 0; i < 20; i++) {
		fill(data, sizeof(data), p->written[CLIENT], CLIENT);
		ring_submit(the_ring, IORING_OP_SEND, p->fd[CLIENT], data, sizeof(data));
		result = result_amid_writes(the_ring);
		check(result == sizeof(data), "a send in the ring");
		p->written[CLIENT] += result;
		take_all(p, SERVER);
	}
}

/* write(2) of the 32-bit system calls: another table, another meaning of registers. */
static void calls_of_32_bits(struct pair *p)
{
	uint8_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long result;

	check(low != MAP_FAILED, "mmap");
	for (int i = 0; i < 5; i++) {
		fill(low, 300, p->written[CLIENT], CLIENT);
		asm volatile("int $0x80"
			     : "=a"(result)
			     : "a"(4), "b"((long)p->fd[CLIENT]), "c"((long)low), "d"(300L)
			     : "memory", "r8", "r9", "r10", "r11");
		check(result == 300, "a 32-bit write");
		p->written[CLIENT] += 300;
		take_all(p, SERVER);
	}
}

enum { THREADS = 8, WRITES = 500, CHUNK = 640 };

static void *write_chunks(void *argument)
{
	struct pair *p = argument;
	uint8_t data[CHUNK];
	static uint8_t threads;
	uint8_t thread = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);

	for (int i = 0; i < WRITES; i++) {
		for (int at = 0; at < CHUNK; at++)
			data[at] = at == 0 ? thread : at < 3 ? i >> (8 * (at - 1)) : at * thread + i;
		check(write(p->fd[CLIENT], data, CHUNK) == CHUNK, "write");
	}
	return NULL;
}

/* The reader's stretches are the truth here: one thread reads. */
static void eight_writers(struct pair *p)
{
	static uint8_t data[5000];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, write_chunks, p);
	while (p->taken[SERVER] < THREADS * WRITES * CHUNK)
		p->taken[SERVER] += read(p->fd[SERVER], data, 4096);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void run(const char *name, void (*way)(struct pair *))
{
	struct pair pair = tcp_pair(AF_INET, 0);

	announce(name, &pair);
	way(&pair);
	close_pair(&pair);
}

int main(void)
{
	struct ring ring;

	memset(decoy, 0xdd, sizeof(decoy));
	null_fd = open("/dev/null", O_WRONLY);
	the_ring = &ring;
	if (ring_open(&ring, 0)) {
		run("ring-receives", receives);
		run("ring-sends", sends);
	}
	if (ring_open(&ring, IORING_SETUP_SQPOLL)) {
		run("ring-thread-receives", receives);
		run("ring-thread-sends", sends);
	}
	run("32-bit", calls_of_32_bits);
	run("eight-writers", eight_writers);
	return 0;
}
