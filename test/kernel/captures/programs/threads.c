// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * threads: several use one socket at once, and buffers of which the call itself
 * changes what describes them. Each chunk of a writer says whose it is, the
 * whole stream is kept in a file: argv[2], a folder, and the name of the way.
 */
#include "streams.h"

enum { THREADS = 8 };

struct writer {
	struct pair *pair;
	int thread;
	int writes;
	size_t size;
};

static void *write_chunks(void *argument)
{
	struct writer *writer = argument;

	for (int i = 0; i < writer->writes; i++) {
		size_t n = writer->size + (i * 7 + writer->thread) % 32;
		uint8_t *data = malloc(n);

		for (size_t at = 0; at < n; at++)
			data[at] = pattern[(writer->thread * 8191 + i * 127 + at) % PERIOD];
		check(write(writer->pair->fd[CLIENT], data, n) == (ssize_t)n, "write");
		free(data);
	}
	return NULL;
}

static void keep(const char *folder, const char *name, const uint8_t *data, size_t n)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	check(fd >= 0 && write(fd, data, n) == (ssize_t)n, path);
	close(fd);
}

/* The reader's stream is the truth: one thread reads. */
static void write_at_once(const char *folder, const char *name, struct pair p, int writes, size_t size, int buffer)
{
	struct writer writers[THREADS];
	pthread_t threads[THREADS];
	size_t total = 0, got = 0;
	uint8_t *stream;

	if (buffer)
		setsockopt(p.fd[CLIENT], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	for (int t = 0; t < THREADS; t++) {
		writers[t] = (struct writer){ &p, t, writes, size };
		for (int i = 0; i < writes; i++)
			total += size + (i * 7 + t) % 32;
	}
	stream = malloc(total);
	for (int t = 0; t < THREADS; t++)
		threads[t] = start(write_chunks, &writers[t]);
	while (got < total) {
		ssize_t n = read(p.fd[SERVER], stream + got, total - got < 4096 ? total - got : 4096);

		check(n > 0, "read");
		got += n;
	}
	for (int t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
	p.written[CLIENT] = total;
	keep(folder, name, stream, total);
	report(name, &p);
	close_pair(&p);
	free(stream);
}

static void *read_some(void *argument)
{
	struct pair *p = argument;
	uint8_t data[64];

	while (read(p->fd[SERVER], data, sizeof(data)) > 0)
		;
	return NULL;
}

static void read_at_once(struct pair *p)
{
	pthread_t threads[THREADS];

	for (int t = 0; t < THREADS; t++)
		threads[t] = start(read_some, p);
	for (int i = 0; i < 1500; i++)
		put(p, CLIENT, 160);
	shutdown(p->fd[CLIENT], SHUT_WR);
	for (int t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
}

/* Two pieces of one vector are the same memory: the first one's bytes are gone when the call returns. */
static void pieces_overlap(struct pair *p)
{
	uint8_t data[300];
	struct iovec pieces[2] = { { data, 300 }, { data, 300 } };

	put(p, CLIENT, 600);
	check(readv(p->fd[SERVER], pieces, 2) == 600, "readv");
	p->taken[SERVER] += 600;
	put(p, CLIENT, 200);
	take_all(p, SERVER);
}

/* The bytes overwrite the vector that says where they go. */
static void vector_overwritten(struct pair *p)
{
	static uint8_t memory[2048];
	struct iovec *pieces = (void *)(memory + 512);

	pieces[0] = (struct iovec){ memory, 1000 };
	pieces[1] = (struct iovec){ memory + 1000, 1000 };
	put(p, CLIENT, 1800);
	check(readv(p->fd[SERVER], pieces, 2) == 1800, "readv");
	check_taken(p, SERVER, memory, 1800);
	put(p, CLIENT, 200);
	take_all(p, SERVER);
}

int main(int argc, char **argv)
{
	(void)argc;
	begin(argv);
	write_at_once(argv[2], "writers", tcp(), 500, 640, 0);
	write_at_once(argv[2], "writers-waiting", tcp(), 20, 20000, 4096);
	write_at_once(argv[2], "writers-unix", unix_abstract(), 500, 640, 0);
	write_at_once(argv[2], "writers-unix-waiting", unix_abstract(), 20, 20000, 4096);
	run("readers", read_at_once, tcp());
	run("pieces-overlap", pieces_overlap, tcp());
	run("vector-overwritten", vector_overwritten, tcp());
	return 0;
}
