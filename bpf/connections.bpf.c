// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Life of TCP connections, as their state changes. */
#include "connection.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/inet_sock_set_state")
int on_state(__u64 *ctx)
{
	return state_changed(ctx, (struct sock *)ctx[0], ctx[1], ctx[2]);
}

SEC("tp_btf/tcp_destroy_sock")
int on_destroy(__u64 *ctx)
{
	socket_info_end((struct sock *)ctx[0]);
	return 0;
}
