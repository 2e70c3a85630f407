// Connections that come and go: `churn PORT RATE SECONDS IDLE PROCESSES` asks an HTTP server on 127.0.0.1 for /still,
// RATE times a second over a new connection each, from PROCESSES new processes a second too, while IDLE more
// connections stay open and ask twice a minute. Prints one JSON object. `churn once PORT` is such a process.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_OPEN 512
#define IDLE_SECONDS 30
/* One in so many is reset by the client; the others are closed by the server, which then keeps TIME_WAIT. */
#define RESET_EACH 8

static const char last[] = "GET /still HTTP/1.1\r\nHost: churn\r\nConnection: close\r\n\r\n";
static const char more[] = "GET /still HTTP/1.1\r\nHost: churn\r\n\r\n";
static struct sockaddr_in server = { .sin_family = AF_INET };

enum kind { CLOSES, RESETS, STAYS };

static struct connection {
	int fd;
	enum kind kind;
	double asked;
} *connections;

static long asked, made, failed, started_processes, failed_processes;
static int open_now, epoll;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void ask(struct connection *connection)
{
	const char *text = connection->kind == CLOSES ? last : more;

	connection->asked = now();
	asked++;
	if (write(connection->fd, text, strlen(text)) != (ssize_t)strlen(text))
		failed++;
}

static void open_one(struct connection *connection, enum kind kind)
{
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = connection };

	connection->kind = kind;
	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 || (connect(connection->fd, (void *)&server, sizeof(server)) < 0 && errno != EINPROGRESS)) {
		perror("churn: connect");
		exit(1);
	}
	epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
	open_now++;
}

static void close_one(struct connection *connection)
{
	struct linger at_once = { .l_onoff = 1 };

	if (connection->kind == RESETS)
		setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	/* A child on its way to exec may still hold it, and keep it in here. */
	epoll_ctl(epoll, EPOLL_CTL_DEL, connection->fd, NULL);
	close(connection->fd);
	connection->fd = -1;
	open_now--;
}

static void on_ready(struct connection *connection, unsigned int events)
{
	struct epoll_event reading = { .events = EPOLLIN, .data.ptr = connection };
	char answer[4096];
	ssize_t length;

	if (events & EPOLLOUT) {
		epoll_ctl(epoll, EPOLL_CTL_MOD, connection->fd, &reading);
		ask(connection);
		return;
	}
	length = read(connection->fd, answer, sizeof(answer));
	if (length > 0 && connection->kind == CLOSES)
		return;
	if (length > 0 || (length == 0 && connection->kind == CLOSES))
		made++;
	else
		failed++;
	if (length > 0 && connection->kind == STAYS)
		return;
	close_one(connection);
}

static void begin_process(const char *self, char *port)
{
	char *words[] = { "churn", "once", port, NULL };
	pid_t pid = vfork();

	if (pid == 0) {
		execv(self, words);
		_exit(127);
	}
	started_processes++;
}

static void reap(void)
{
	int outcome;

	while (waitpid(-1, &outcome, WNOHANG) > 0)
		if (outcome != 0)
			failed_processes++;
}

static int once(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char answer[4096];
	ssize_t length = 0, got;

	if (connect(fd, (void *)&server, sizeof(server)) < 0 || write(fd, last, strlen(last)) < 0)
		return 1;
	while ((got = read(fd, answer, sizeof(answer))) > 0)
		length += got;
	return length > 0 ? 0 : 1;
}

static void wait_for(int ms)
{
	struct epoll_event events[64];
	int count = epoll_wait(epoll, events, 64, ms);

	for (int i = 0; i < count; i++)
		on_ready(events[i].data.ptr, events[i].events);
}

static struct connection *free_place(void)
{
	static int next;

	for (int tries = 0; tries < MOST_OPEN; tries++) {
		next = (next + 1) % MOST_OPEN;
		if (connections[next].fd < 0)
			return &connections[next];
	}
	return NULL;
}

static void ask_idle(int idle)
{
	static int next;

	for (int tries = 0; tries < 8 && idle > 0; tries++) {
		struct connection *connection = &connections[MOST_OPEN + next];

		next = (next + 1) % idle;
		if (connection->fd >= 0 && now() - connection->asked > IDLE_SECONDS)
			ask(connection);
	}
}

static void open_idle(int idle)
{
	for (int i = 0; i < idle; i++) {
		open_one(&connections[MOST_OPEN + i], STAYS);
		while (i - made > 64)
			wait_for(10);
	}
}

/* As many a second as there is room for: what comes too late is left out, so that there is no burst. */
static void turn_over(double rate, double seconds, int idle, double processes, const char *self, char *port)
{
	double start = now(), due = start, due_process = start, at;
	long count = 0;

	while ((at = now()) < start + seconds) {
		struct connection *place;

		for (; due <= at && (place = free_place()); due += 1 / rate)
			open_one(place, ++count % RESET_EACH == 0 ? RESETS : CLOSES);
		if (due < at - 0.1)
			due = at;
		for (; processes > 0 && due_process <= at; due_process += 1 / processes)
			begin_process(self, port);
		ask_idle(idle);
		reap();
		wait_for(1);
	}
}

int main(int count, char **words)
{
	double began, seconds;
	int idle;

	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (count == 3) {
		server.sin_port = htons(atoi(words[2]));
		return once();
	}
	if (count != 6)
		return 2;
	server.sin_port = htons(atoi(words[1]));
	seconds = atof(words[3]);
	idle = atoi(words[4]);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	connections = calloc(MOST_OPEN + idle, sizeof(*connections));
	for (int i = 0; i < MOST_OPEN + idle; i++)
		connections[i].fd = -1;
	open_idle(idle);
	began = now();
	turn_over(atof(words[2]), seconds, idle, atof(words[5]), "/proc/self/exe", words[1]);
	for (double end = now() + 2; open_now > idle && now() < end;)
		wait_for(10);
	sleep(1);
	reap();
	printf("{\"asked\":%ld,\"made\":%ld,\"failed\":%ld,\"processes\":%ld,\"failedProcesses\":%ld,\"seconds\":%.1f}\n", asked, made, failed,
	       started_processes, failed_processes, now() - began);
	return 0;
}
