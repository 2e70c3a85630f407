// Connections that are open and do nothing. `idle server PORT PROCESSES` answers every read with a response of HTTP;
// `idle clients PORT COUNT NUMBER` does what its standard input says, and prints one JSON object for each line. A process may
// open only so many files, so there are several: NUMBER tells clients apart, whose addresses are 127.0.NUMBER.1 and so on.
// open          opens COUNT connections, and asks once on each
// all           asks once on each of these
// ask SECONDS   asks on 16 others, as often as there are answers
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ASKING 16
#define MOST_WAITING 256
/* Fewer than a source address has ports. */
#define PER_ADDRESS 20000
#define PATIENCE 30

static const char request[] = "GET /still HTTP/1.1\r\nHost: idle\r\n\r\n";
static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstill\n";
static struct sockaddr_in server = { .sin_family = AF_INET };
static int epoll, waiting, client;
static long answered;

static void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "idle: epoll_ctl");
}

static void serve(int listener)
{
	struct epoll_event events[256];
	char bytes[4096];

	for (;;) {
		int count = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;

			if (fd == listener) {
				fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
				if (fd >= 0)
					watch(fd);
			} else if (read(fd, bytes, sizeof(bytes)) <= 0 || write(fd, answer, sizeof(answer) - 1) < 0) {
				close(fd);
			}
		}
	}
}

static int open_one(int number)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	check(fd >= 0, "idle: socket");
	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + client * 256 + number / PER_ADDRESS);
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof(yes));
	check(bind(fd, (void *)&own, sizeof(own)) == 0, "idle: bind");
	check(connect(fd, (void *)&server, sizeof(server)) == 0, "idle: connect");
	watch(fd);
	return fd;
}

static void ask(int fd)
{
	check(write(fd, request, sizeof(request) - 1) == sizeof(request) - 1, "idle: write");
	waiting++;
}

/* `again`: who has an answer asks for the next. */
static void take_answers(int again)
{
	struct epoll_event events[256];
	char bytes[4096];
	int count = epoll_wait(epoll, events, 256, PATIENCE * 1000);

	check(count > 0, "idle: no answer");
	for (int i = 0; i < count; i++) {
		check(read(events[i].data.fd, bytes, sizeof(bytes)) > 0, "idle: read");
		answered++;
		waiting--;
		if (again)
			ask(events[i].data.fd);
	}
}

static void ask_each(int *fds, int count, int opens)
{
	for (int i = 0; i < count; i++) {
		if (opens)
			fds[i] = open_one(i);
		ask(fds[i]);
		while (waiting >= MOST_WAITING)
			take_answers(0);
	}
	while (waiting > 0)
		take_answers(0);
}

static void ask_for(double seconds)
{
	int fds[ASKING];
	double end = now() + seconds;

	for (int i = 0; i < ASKING; i++)
		ask(fds[i] = open_one(i));
	while (now() < end)
		take_answers(1);
	while (waiting > 0)
		take_answers(0);
	for (int i = 0; i < ASKING; i++)
		close(fds[i]);
}

static void clients(int count)
{
	int *fds = calloc(count, sizeof(*fds));
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		double began = now();

		answered = 0;
		if (strncmp(line, "ask ", 4) == 0)
			ask_for(atof(line + 4));
		else
			ask_each(fds, count, strcmp(line, "open\n") == 0);
		printf("{\"answered\":%ld,\"seconds\":%.3f}\n", answered, now() - began);
		fflush(stdout);
	}
}

static int listen_on_port(void)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	check(bind(listener, (void *)&server, sizeof(server)) == 0, "idle: bind");
	check(listen(listener, 4096) == 0, "idle: listen");
	return listener;
}

int main(int count, char **words)
{
	struct rlimit files;
	int listener;

	if (count < 4)
		return 2;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	check(setrlimit(RLIMIT_NOFILE, &files) == 0, "idle: setrlimit");
	server.sin_port = htons(atoi(words[2]));
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (strcmp(words[1], "clients") == 0) {
		client = atoi(words[4]);
		epoll = epoll_create1(EPOLL_CLOEXEC);
		clients(atoi(words[3]));
		return 0;
	}
	for (int i = 1; i < atoi(words[3]); i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			break;
		}
	epoll = epoll_create1(EPOLL_CLOEXEC);
	listener = listen_on_port();
	watch(listener);
	puts("ready");
	fflush(stdout);
	serve(listener);
}
