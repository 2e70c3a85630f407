// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * A socket call from its entry, where the arguments are and the descriptor still
 * means what it meant, to its exit, where the result is. Kept in the thread's
 * entry of trace_map (docs/decisions/arguments-kept-by-thread.md).
 */
#include "call_socket.h"
#include "trace.h"

/* Arguments of tracepoints syscalls/sys_enter_*. */
struct entry_context {
	__u64 common;
	__s32 number;
	__u32 pad_0;
	__u64 args[6];
};

struct exit_context {
	__u64 common;
	__s32 number;
	__u32 pad_0;
	__s64 result;
};

/* Start and size of struct mmsghdr. */
enum {
	MMSG_LENGTH_AT = 56,
	MMSG_SIZE = 64,
	MMSG_SUMMED = 64, /* messages whose lengths are added up at most */
};

/* Does nothing if the descriptor is no socket, or the agent's own. */
static __always_inline void save_call(struct entry_context *ctx, const struct user_data *data)
{
	struct trace_info *trace;
	void *file, *socket;
	struct thread thread;
	__u64 sk;

	file = descriptor_file(ctx->args[0]);
	if (!file)
		return;
	socket = file_socket(file);
	if (!socket)
		return;
	thread_now(&thread);
	if (thread.tgid == knobs.agent_tgid)
		return;
	sk = read_u64(socket, member_offsets.socket_sk);
	trace = sk ? trace_of_thread(&thread) : 0;
	if (!trace)
		return;
	trace->call.socket = (__u64)socket;
	trace->call.data = *data;
	trace->call.number = ctx->number;
	if (call_sends(ctx->number))
		trace->call.write_seq = read_u32((void *)sk, member_offsets.tcp_write_seq); /* of no meaning for others than TCP */
	trace->call.sk = sk;
}

/* False: the thread is not in a call that was saved. */
static __always_inline bool take_call(const struct exit_context *ctx, struct trace_info *trace,
				      struct pending_call *call)
{
	if (!trace->call.sk)
		return false;
	*call = trace->call;
	trace->call.sk = 0;
	return call->number == ctx->number;
}

/* Bytes that so many messages held. False: too many to add up. */
static __always_inline bool messages_length(const struct user_data *data, __s64 messages, __s64 *length)
{
	__u32 one = 0;
	int i;

	*length = 0;
	for (i = 0; i < MMSG_SUMMED && i < messages; i++) {
		bpf_probe_read_user(&one, sizeof(one), (void *)(data->base + i * MMSG_SIZE + MMSG_LENGTH_AT));
		*length += one;
	}
	return messages <= MMSG_SUMMED;
}
