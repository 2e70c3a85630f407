// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Socket family: what every send and receive on a socket passes, whatever system call led there (Linux 6.3). */
#include "operation.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Errors that end nothing. */
static __always_inline bool is_passing(int error)
{
	return error == EAGAIN || error == EINTR || error == ERESTARTSYS || error == EIOCBQUEUED;
}

/* Datagrams count only where user space wants them: on a port marked, or known to speak a protocol. */
static __always_inline bool datagrams_wanted(struct sock *sk)
{
	__u16 local = sk->__sk_common.skc_num, remote = __builtin_bswap16(sk->__sk_common.skc_dport);

	return ports_unrecognised(local, remote) || protocol_of_port(local) || protocol_of_port(remote);
}

static __always_inline int on_data(void *ctx, struct operation *op)
{
	if (!sock_file(op->sk))
		return 0;
	op->transport = sock_transport(op->sk);
	if (op->transport == TRANSPORT_OTHER)
		return 0;
	if (op->transport == TRANSPORT_UDP && !datagrams_wanted(op->sk)) {
		count_uncaptured(UNCAPTURED_PROTOCOL);
		return 0;
	}
	return handle(ctx, op);
}

SEC("tp_btf/sock_send_length")
int on_send(__u64 *ctx)
{
	int result = ctx[1];
	struct operation op = { .sk = (struct sock *)ctx[0], .direction = DIRECTION_EGRESS, .length = result };

	return result > 0 ? on_data(ctx, &op) : 0;
}

SEC("tp_btf/sock_recv_length")
int on_receive(__u64 *ctx)
{
	int result = ctx[1], flags = ctx[2];
	struct operation op = { .sk = (struct sock *)ctx[0], .direction = DIRECTION_INGRESS, .message_flags = flags };

	if (flags & MSG_PEEK)
		return 0;
	/* Outside the stream: an error report, the urgent byte. Where one is skipped the positions jump. */
	if (flags & (MSG_ERRQUEUE | MSG_OOB)) {
		count_uncaptured(UNCAPTURED_FLAGS);
		return 0;
	}
	if (result > 0) {
		op.length = result;
	} else if (result == 0) {
		if (!(op.sk->sk_shutdown & RCV_SHUTDOWN))
			return 0;
		op.flags = DATA_END;
	} else {
		if (is_passing(-result))
			return 0;
		op.length = -result;
		op.flags = DATA_FAILED;
	}
	return on_data(ctx, &op);
}
