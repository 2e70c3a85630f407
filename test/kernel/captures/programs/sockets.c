// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* sockets: every kind, opened in every way, held by several descriptors and processes. */
#include "streams.h"
#include <sys/sendfile.h>

static void talk(struct pair *p)
{
	static const size_t sizes[] = { 300, 4096, 5000, 1, 20000 };

	for (int i = 0; i < 5; i++) {
		put(p, CLIENT, sizes[i]);
		take_all(p, SERVER);
		put(p, SERVER, sizes[i] + 11);
		take_all(p, CLIENT);
	}
}

static struct pair tcp6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };

	return connected(&address, sizeof(address), 0);
}

/* Both ends speak of addresses of six. */
static struct pair tcp4_in_6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr);
	return connected(&address, sizeof(address), 0);
}

static struct pair mptcp(void)
{
	struct sockaddr_in address = loopback();

	return connected(&address, sizeof(address), IPPROTO_MPTCP);
}

static struct pair unix_path(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct pair p;

	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/captures-%d.socket", getpid());
	p = connected(&address, sizeof(address), 0);
	unlink(address.sun_path);
	return p;
}

static struct pair unix_of(int type)
{
	int fd[2];

	check(socketpair(AF_UNIX, type, 0, fd) == 0, "socketpair");
	return joined(fd[0], fd[1]);
}

static void messages(struct pair *p)
{
	for (int i = 0; i < 5; i++) {
		put(p, CLIENT, 300);
		take_all(p, SERVER);
	}
}

/* Its first bytes travel with the SYN. */
static void fast_open(void)
{
	struct sockaddr_in address = loopback();
	int queue = 8, listener = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(address);
	struct pair p = { .fd = { socket(AF_INET, SOCK_STREAM, 0) }, .number = ++connections };
	uint8_t *out = next_bytes(&p, CLIENT, 500);

	set_option("tcp_fastopen", "1543"); /* 0x607: both ends, without a cookie */
	setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue));
	check(bind(listener, (void *)&address, size) == 0 && listen(listener, 8) == 0, "listen");
	getsockname(listener, (void *)&address, &size);
	check(sendto(p.fd[CLIENT], out, 500, MSG_FASTOPEN, (void *)&address, size) == 500, "sendto");
	p.written[CLIENT] = 500;
	p.fd[SERVER] = accept(listener, NULL, NULL);
	p.inode[CLIENT] = inode_of(p.fd[CLIENT]);
	p.inode[SERVER] = inode_of(p.fd[SERVER]);
	take_all(&p, SERVER);
	talk(&p);
	report("fast-open", &p);
	close_pair(&p);
	close(listener);
	free(out);
}

/* A socket that connects to its own address: both ends are one. */
static void connected_to_itself(void)
{
	struct sockaddr_in address = loopback();
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(address);
	struct pair p;

	check(bind(fd, (void *)&address, size) == 0, "bind");
	getsockname(fd, (void *)&address, &size);
	check(connect(fd, (void *)&address, size) == 0, "connect");
	p = joined(fd, fd);
	for (int i = 0; i < 3; i++) {
		uint8_t data[700], *out = next_bytes(&p, CLIENT, 700);

		check(write(fd, out, 700) == 700, "write");
		p.written[CLIENT] += 700;
		check(read(fd, data, 700) == 700 && memcmp(data, out, 700) == 0, "read");
		free(out);
	}
	report("itself", &p);
	close(fd);
}

/* The same socket has a second connection after the first. */
static void connected_again(void)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct pair p = tcp();
	int client = p.fd[CLIENT];

	talk(&p);
	report("before-again", &p);
	check(connect(client, &nobody, sizeof(nobody)) == 0, "disconnect");
	close(p.fd[SERVER]);
	{
		struct sockaddr_in address = loopback();
		int listener = listening((void *)&address, sizeof(address), 0);

		check(connect(client, (void *)&address, sizeof(address)) == 0, "connect");
		p = joined(client, accept(listener, NULL, NULL));
		close(listener);
	}
	talk(&p);
	report("again", &p);
	close_pair(&p);
}

/* Whose memory the kernel gives to the next. */
static void short_ones(const char *name, struct pair (*make)(void))
{
	for (int i = 0; i < 200; i++) {
		struct pair p = make();
		char numbered[64];

		put(&p, CLIENT, 100 + i);
		take_all(&p, SERVER);
		put(&p, SERVER, 50);
		take_all(&p, CLIENT);
		close_pair(&p);
		snprintf(numbered, sizeof(numbered), "%s-%d", name, i);
		report(numbered, &p);
	}
}

static void duplicated(struct pair *p)
{
	int original = p->fd[CLIENT], other = open("/dev/null", O_RDONLY);

	put(p, CLIENT, 100);
	p->fd[CLIENT] = dup(original);
	put(p, CLIENT, 200);
	close(original);
	check(dup2(p->fd[CLIENT], other) == other, "dup2");
	close(p->fd[CLIENT]);
	p->fd[CLIENT] = other;
	put(p, CLIENT, 300);
	take_all(p, SERVER);
}

/* Parent and child write in turn; then the parent closes it, and the child goes on. */
static void inherited(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		pid_t child = fork();

		if (!child) {
			put(p, CLIENT, 200);
			_exit(0);
		}
		check(waitpid(child, NULL, 0) == child, "waitpid");
		p->written[CLIENT] += 200;
		put(p, CLIENT, 100);
	}
	take_all(p, SERVER);
}

static void give_descriptor(int channel, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte = 0;
	struct iovec piece = { &byte, 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	*head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	*(int *)CMSG_DATA(head) = fd;
	check(sendmsg(channel, &message, 0) == 1, "sendmsg");
}

static int take_descriptor(int channel)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte;
	struct iovec piece = { &byte, 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };

	check(recvmsg(channel, &message, 0) == 1, "recvmsg");
	return *(int *)CMSG_DATA(CMSG_FIRSTHDR(&message));
}

/* To a process that has no other descriptor of it; meanwhile nobody else has one. */
static void passed(struct pair *p)
{
	int channel[2];
	pid_t child;

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == 0, "socketpair");
	child = fork();
	if (!child) {
		close(p->fd[CLIENT]);
		p->fd[CLIENT] = take_descriptor(channel[1]);
		p->written[CLIENT] += 100;
		put(p, CLIENT, 300);
		give_descriptor(channel[1], p->fd[CLIENT]);
		_exit(0);
	}
	put(p, CLIENT, 100);
	give_descriptor(channel[0], p->fd[CLIENT]);
	close(p->fd[CLIENT]);
	waitpid(child, NULL, 0);
	p->fd[CLIENT] = take_descriptor(channel[0]);
	p->written[CLIENT] += 300;
	put(p, CLIENT, 400);
	take_all(p, SERVER);
	close(channel[0]);
	close(channel[1]);
}

struct waiting {
	struct pair *pair;
	pid_t tid;
	uint8_t data[400];
};

/* Until the thread waits in its call. */
static void wait_until_asleep(const pid_t *tid)
{
	char path[64], text[256] = {};

	for (;;) {
		pid_t now = __atomic_load_n(tid, __ATOMIC_ACQUIRE);
		FILE *file;

		usleep(1000);
		if (!now)
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", now);
		file = fopen(path, "r");
		check(file && fread(text, 1, sizeof(text) - 1, file) > 0, path);
		fclose(file);
		if (strstr(text, ") S "))
			return;
	}
}

static void *read_once(void *argument)
{
	struct waiting *waiting = argument;

	__atomic_store_n(&waiting->tid, gettid(), __ATOMIC_RELEASE);
	check(read(waiting->pair->fd[SERVER], waiting->data, 400) == 400, "read");
	return NULL;
}

/* While a thread waits in read(2), another puts a file under its descriptor. */
static void replaced(struct pair *p)
{
	struct waiting waiting = { .pair = p };
	pthread_t thread = start(read_once, &waiting);
	int copy = dup(p->fd[SERVER]), other = open("/dev/zero", O_RDONLY);

	wait_until_asleep(&waiting.tid);
	check(dup2(other, p->fd[SERVER]) >= 0, "dup2");
	put(p, CLIENT, 400);
	pthread_join(thread, NULL);
	check_taken(p, SERVER, waiting.data, 400);
	close(p->fd[SERVER]);
	p->fd[SERVER] = copy;
	put(p, CLIENT, 500);
	take_all(p, SERVER);
	close(other);
}

/* More than 32 bits count. Nothing is copied: the bytes come from a file and are thrown away unread. */
static void long_stream(struct pair *p)
{
	const size_t piece = 64 << 20;
	const uint64_t goal = 4400ull << 20;
	int file = memfd_create("zeros", 0);
	pid_t child;

	check(ftruncate(file, piece) == 0, "ftruncate");
	put(p, CLIENT, 1000);
	take_all(p, SERVER);
	child = fork();
	if (!child) {
		for (uint64_t sent = 0; sent < goal;) {
			off_t from = 0;
			ssize_t n = sendfile(p->fd[CLIENT], file, &from, piece);

			check(n > 0, "sendfile");
			sent += n;
		}
		_exit(0);
	}
	for (uint64_t taken = 0; taken < goal;) {
		size_t left = goal - taken < 1 << 30 ? goal - taken : 1 << 30;
		ssize_t n = recv(p->fd[SERVER], NULL, left, MSG_TRUNC);

		check(n > 0, "recv");
		taken += n;
	}
	waitpid(child, NULL, 0);
	p->written[CLIENT] += (goal + piece - 1) / piece * piece;
	while (p->taken[SERVER] + goal < p->written[CLIENT]) {
		ssize_t n = recv(p->fd[SERVER], NULL, p->written[CLIENT] - p->taken[SERVER] - goal, MSG_TRUNC);

		check(n > 0, "recv");
		p->taken[SERVER] += n;
	}
	p->taken[SERVER] += goal;
	talk(p);
	close(file);
}

int main(int argc, char **argv)
{
	int has_mptcp = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	(void)argc;
	begin(argv);
	run("tcp", talk, tcp());
	run("tcp6", talk, tcp6());
	run("tcp4-in-6", talk, tcp4_in_6());
	run("unix-path", talk, unix_path());
	run("unix-abstract", talk, unix_abstract());
	run("unix-pair", talk, unix_pair());
	if (has_mptcp >= 0)
		run("mptcp", talk, mptcp());
	run("datagrams", messages, unix_of(SOCK_DGRAM));
	run("packets", messages, unix_of(SOCK_SEQPACKET));
	run("duplicated", duplicated, tcp());
	run("inherited", inherited, tcp());
	run("passed", passed, tcp());
	run("passed-unix", passed, unix_abstract());
	run("replaced", replaced, tcp());
	run("replaced-unix", replaced, unix_pair());
	connected_to_itself();
	connected_again();
	short_ones("short", tcp);
	short_ones("short-unix", unix_abstract);
	run("long", long_stream, tcp());
	fast_open();
	return 0;
}
