// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * System-call family: bytes that socket calls move. One program for each shape of
 * arguments and each direction; the loader attaches them to the tracepoints
 * syscalls/sys_enter_* and sys_exit_*. 32-bit calls have no tracepoints.
 */
#include "saved_call.h"
#include "handle.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* read, write */
SEC("tracepoint")
int on_buffer_entry(struct entry_context *ctx)
{
	struct user_data data = { .base = ctx->args[1], .messages = 1 };

	save_mover(ctx, &data);
	return 0;
}

/* readv, writev */
SEC("tracepoint")
int on_vector_entry(struct entry_context *ctx)
{
	struct user_data data = { .base = ctx->args[1], .pieces = ctx->args[2], .form = DATA_VECTOR, .messages = 1 };

	save_mover(ctx, &data);
	return 0;
}

/* recvfrom, sendto */
SEC("tracepoint")
int on_address_entry(struct entry_context *ctx)
{
	struct user_data data = {
		.base = ctx->args[1],
		.flags = ctx->args[3],
		.name = ctx->args[4],
		.messages = 1,
	};

	save_mover(ctx, &data);
	return 0;
}

/* recvmsg, sendmsg */
SEC("tracepoint")
int on_message_entry(struct entry_context *ctx)
{
	struct user_data data = { .base = ctx->args[1], .flags = ctx->args[2], .form = DATA_MESSAGE, .messages = 1 };

	save_mover(ctx, &data);
	return 0;
}

/* recvmmsg, sendmmsg */
SEC("tracepoint")
int on_messages_entry(struct entry_context *ctx)
{
	struct user_data data = {
		.base = ctx->args[1],
		.flags = ctx->args[3],
		.form = DATA_MESSAGE,
		.messages = ctx->args[2],
	};

	save_mover(ctx, &data);
	return 0;
}

static __always_inline int moved(struct exit_context *ctx, struct operation *op, struct pending_call *call)
{
	__s64 result = ctx->result, messages = 0;

	op->data = &call->data;
	op->message_flags = call->data.flags;
	op->entry_seq = call->sequence;
	op->entry_known = true;
	if (call->data.messages != 1)
		op->data_reason = UNCAPTURED_MANY;
	if ((call->number == CALL_RECVMMSG || call->number == CALL_SENDMMSG) && result > 0) {
		messages = result;
		call->data.messages = messages;
		result = messages_length(call->data.base, messages);
	}
	if (is_beside_stream(op) || !take_result(op, result))
		return 0;
	sock_look(op->sk, &op->facts);
	if (sock_socket_seen() != call->socket)
		return 0; /* closed by another thread meanwhile */
	op->inode = socket_inode_number((void *)call->socket);
	if (messages > MMSG_SUMMED)
		op->flags |= DATA_POSITION_UNKNOWN;
	return handle(ctx, op);
}

static __always_inline int call_returned(struct exit_context *ctx, enum direction direction)
{
	struct operation op = { .direction = direction };
	struct socket_info *counted;
	struct pending_call *call;

	thread_now(&op.thread);
	op.trace = trace_find(&op.thread);
	if (!op.trace)
		return 0;
	call = &op.trace->call;
	op.sk = take_call(ctx, call);
	if (!op.sk)
		return 0;
	counted = call->counted ? socket_info_find(op.sk) : 0;
	op.overlapped = counted && (!call->alone || counted->begun[direction] != call->begun + 1);
	moved(ctx, &op, call);
	if (counted)
		__sync_fetch_and_add(&counted->over[direction], 1);
	return 0;
}

SEC("tracepoint")
int on_send_exit(struct exit_context *ctx)
{
	return call_returned(ctx, DIRECTION_EGRESS);
}

SEC("tracepoint")
int on_receive_exit(struct exit_context *ctx)
{
	return call_returned(ctx, DIRECTION_INGRESS);
}
