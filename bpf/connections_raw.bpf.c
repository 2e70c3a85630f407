// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Life of TCP connections where the kernel's own BTF is out of reach. */
#define BY_OFFSETS
#include "connection.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("raw_tp/inet_sock_set_state")
int on_state_raw(__u64 *ctx)
{
	return state_changed(ctx, (struct sock *)ctx[0], ctx[1], ctx[2]);
}

SEC("raw_tp/tcp_destroy_sock")
int on_destroy_raw(__u64 *ctx)
{
	socket_info_end((struct sock *)ctx[0]);
	return 0;
}
