// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Socket family: what every send and receive on a socket passes, whatever system call led there (Linux 6.3). */
#include "handle.h"
#include "pass_by.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int on_data(void *ctx, struct operation *op, int result)
{
	struct user_data data = {};

	op->data = &data;
	if (is_beside_stream(op) || !take_result(op, result))
		return 0;
	if (!sock_file(op->sk))
		return 0; /* in-kernel */
	if (passes_by(op))
		return 0;
	thread_now(&op->thread);
	sock_look(op->sk, &op->facts);
	return handle(ctx, op);
}

SEC("tp_btf/sock_send_length")
int on_send(__u64 *ctx)
{
	struct operation op = { .sk = (struct sock *)ctx[0], .direction = DIRECTION_EGRESS };

	return on_data(ctx, &op, ctx[1]);
}

SEC("tp_btf/sock_recv_length")
int on_receive(__u64 *ctx)
{
	struct operation op = {
		.sk = (struct sock *)ctx[0],
		.direction = DIRECTION_INGRESS,
		.message_flags = ctx[2],
	};

	return on_data(ctx, &op, ctx[1]);
}
