// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Run once over all open files, after the hooks were attached: marks the Unix
 * sockets that were there. Nothing else tells their age (Linux 5.11).
 */
#include "socket_info.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter/task_file")
int mark_old_sockets(struct bpf_iter__task_file *ctx)
{
	struct socket_info *info;
	struct socket *socket;
	struct sock *sk;

	if (!ctx->file) {
		old_sockets_marked = 1; /* called once more at the end */
		return 0;
	}
	socket = bpf_sock_from_file(ctx->file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || sk->__sk_common.skc_family != AF_UNIX)
		return 0;
	info = socket_info_of(sk);
	if (info)
		info->old = 1;
	return 0;
}
