// Asks a server on 127.0.0.1 for the same thing over kept connections, one question at a time on each.
// `open-loop PORT CONNECTIONS RATE SECONDS REQUEST [GREETING]`: the files hold what is sent each time, and what is sent
// once before it. RATE a second for all together, 0 as fast as it goes. At a rate each question has a time at which it
// is due, and its answer is as late as that time says, sent or not: a server that stops for a moment is not asked less.
// How long an answer is the first one shows, and all are as long. Prints one JSON object; times in ms.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUCKETS 40000
#define BUCKET_US 5
/* An answer begins within so long, and nothing more comes of it after so long. */
#define FIRST_MS 10000
#define QUIET_MS 500

static struct connection {
	int fd;
	long due;	/* of the question that is open, ns */
	size_t missing; /* bytes of its answer */
} *connections;

static char request[65536], answer[1 << 20];
static size_t request_length, welcome_length, answer_length;
static struct connection **idle;
static int idle_count, epoll;
static long asked, answered, buckets[BUCKETS + 1];
static double slowest;

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void fail(const char *what)
{
	fprintf(stderr, "open-loop: %s: %s\n", what, errno ? strerror(errno) : "it is not what it was");
	exit(1);
}

static size_t contents(const char *path, char *bytes, size_t room)
{
	int fd = open(path, O_RDONLY);
	ssize_t length = read(fd, bytes, room);

	if (length < 0)
		fail(path);
	close(fd);
	return length;
}

static void send_all(int fd, const char *bytes, size_t length)
{
	if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
		fail("send");
}

static void set_patience(int fd, int ms)
{
	struct timeval patience = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

/* Bytes of an answer: as many as the first such answer had, which ends when nothing more comes. */
static size_t hear(int fd, size_t expected)
{
	size_t total = 0;
	ssize_t length;

	set_patience(fd, FIRST_MS);
	while (expected == 0 || total < expected) {
		length = recv(fd, answer, sizeof(answer), 0);
		if (length == 0)
			fail("the server closed the connection");
		if (length < 0 && total > 0 && expected == 0)
			return total;
		if (length < 0)
			fail("no answer");
		total += length;
		if (expected == 0)
			set_patience(fd, QUIET_MS);
	}
	return total;
}

static void begin(struct connection *connection, int port, const char *greeting, size_t greeting_length)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
	int one = 1;

	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connection->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(connection->fd, (void *)&server, sizeof(server)) < 0)
		fail("connect");
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (greeting_length > 0) {
		send_all(connection->fd, greeting, greeting_length);
		welcome_length = hear(connection->fd, welcome_length);
	}
	if (answer_length == 0) {
		send_all(connection->fd, request, request_length);
		answer_length = hear(connection->fd, 0);
	}
	fcntl(connection->fd, F_SETFL, O_NONBLOCK);
	epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
	idle[idle_count++] = connection;
}

static void ask(long due)
{
	struct connection *connection = idle[--idle_count];

	connection->due = due;
	connection->missing = answer_length;
	send_all(connection->fd, request, request_length);
	asked++;
}

static void on_answer(struct connection *connection)
{
	ssize_t length = recv(connection->fd, answer, sizeof(answer), 0);
	double us;
	long bucket;

	if (length < 0 && errno == EAGAIN)
		return;
	if (length <= 0 || (size_t)length > connection->missing)
		fail("answer");
	connection->missing -= length;
	if (connection->missing > 0)
		return;
	us = (now() - connection->due) / 1e3;
	bucket = us / BUCKET_US;
	buckets[bucket < BUCKETS ? bucket : BUCKETS]++;
	if (us > slowest)
		slowest = us;
	answered++;
	idle[idle_count++] = connection;
}

static void wait_for(int ms)
{
	struct epoll_event events[64];
	int count = epoll_wait(epoll, events, 64, ms);

	for (int i = 0; i < count; i++)
		on_answer(events[i].data.ptr);
}

/* To the next question that is due, if there is a connection for it: exact to some 50 us. */
static void wait_until(long due)
{
	struct timespec left = { 0 };
	struct epoll_event events[64];
	long ns = due - now();
	int count;

	if (idle_count == 0) {
		wait_for(-1);
		return;
	}
	left.tv_nsec = ns < 0 ? 0 : ns > 999999999 ? 999999999 : ns;
	count = epoll_pwait2(epoll, events, 64, &left, NULL);
	for (int i = 0; i < count; i++)
		on_answer(events[i].data.ptr);
}

static void at_rate(double rate, double seconds)
{
	long start = now(), count = rate * seconds, due = start;

	for (long i = 0; i < count; due = start + (long)(++i * 1e9 / rate)) {
		while (idle_count == 0 || now() < due)
			wait_until(due);
		ask(due);
	}
}

static void saturated(double seconds)
{
	long end = now() + (long)(seconds * 1e9);

	while (now() < end) {
		while (idle_count > 0)
			ask(now());
		wait_for(-1);
	}
}

static double at(double share)
{
	long seen = 0;

	for (long i = 0; i < BUCKETS; i++) {
		seen += buckets[i];
		if (seen > share * answered)
			return (i + 0.5) * BUCKET_US / 1e3;
	}
	return slowest / 1e3;
}

int main(int count, char **words)
{
	static char greeting[65536];
	size_t greeting_length;
	double rate, seconds, took;
	long start;
	int size;

	if (count < 6)
		return 2;
	size = atoi(words[2]);
	rate = atof(words[3]);
	seconds = atof(words[4]);
	request_length = contents(words[5], request, sizeof(request));
	greeting_length = count > 6 ? contents(words[6], greeting, sizeof(greeting)) : 0;
	connections = calloc(size, sizeof(*connections));
	idle = calloc(size, sizeof(*idle));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < size; i++)
		begin(&connections[i], atoi(words[1]), greeting, greeting_length);
	start = now();
	if (rate > 0)
		at_rate(rate, seconds);
	else
		saturated(seconds);
	while (answered < asked)
		wait_for(1000);
	took = (now() - start) / 1e9;
	printf("{\"requests\":%ld,\"perSecond\":%.1f,\"p50\":%.3f,\"p99\":%.3f,\"slowest\":%.3f}\n", answered,
	       answered / took, at(0.5), at(0.99), slowest / 1e3);
	return 0;
}
