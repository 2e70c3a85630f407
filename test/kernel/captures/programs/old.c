// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* old: connections that carry bytes, wait for SIGUSR1, and carry more. */
#include "streams.h"

enum { WAYS = 4 };

int main(int argc, char **argv)
{
	static const char *names[WAYS] = { "old", "old-unread", "old-unix", "old-ending" };
	struct pair pairs[WAYS];
	sigset_t go;
	int number;

	(void)argc;
	begin(argv);
	sigemptyset(&go);
	sigaddset(&go, SIGUSR1);
	sigprocmask(SIG_BLOCK, &go, NULL);
	for (int i = 0; i < WAYS; i++)
		pairs[i] = i == 2 ? unix_abstract() : tcp();
	for (int i = 0; i < WAYS; i++) {
		put(&pairs[i], CLIENT, 5000);
		put(&pairs[i], SERVER, 3000);
		if (i == 1)
			continue; /* what was written before the hooks came is read after */
		take_all(&pairs[i], SERVER);
		take_all(&pairs[i], CLIENT);
	}
	shutdown(pairs[3].fd[CLIENT], SHUT_WR);
	for (int i = 0; i < WAYS; i++)
		report(names[i], &pairs[i]);
	check(sigwait(&go, &number) == 0, "a signal");
	for (int i = 0; i < WAYS; i++) {
		struct pair *p = &pairs[i];

		if (i != 3)
			put(p, CLIENT, 700);
		take_all(p, SERVER);
		put(p, SERVER, 900);
		take_all(p, CLIENT);
		if (i == 3)
			continue;
		put(p, CLIENT, 800);
		take_all(p, SERVER);
	}
	check(take(&pairs[3], SERVER, 100) == 0, "the end");
	for (int i = 0; i < WAYS; i++) {
		report(names[i], &pairs[i]);
		close_pair(&pairs[i]);
	}
	return 0;
}
