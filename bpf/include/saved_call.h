// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * A socket call from its entry, where the arguments are and the descriptor still
 * means what it meant, to its exit, where the result is. Kept in the thread's
 * entry of trace_map (docs/decisions/arguments-kept-by-thread.md).
 */
#include "call_socket.h"
#include "describe.h"
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

/* Counts a call on a Unix stream socket, so that its exit knows whether another was under way meanwhile. */
static __always_inline void count_entry(struct pending_call *call, struct sock *sk, enum direction direction)
{
	__u64 inode = socket_inode_number((void *)call->socket);
	struct socket_info *info;

	if ((__u16)read_u32(sk, member_offsets.sock_type) != SOCK_STREAM)
		return;
	info = socket_info_of(sk);
	if (!info)
		return;
	if (!info->id || is_stale(info, inode))
		unix_begin(info, sk);
	call->begun = info->begun[direction];
	call->alone = call->begun == info->over[direction];
	call->counted = 1;
	__sync_fetch_and_add(&info->begun[direction], 1);
}

static __always_inline void note_entry(struct pending_call *call, struct sock *sk)
{
	enum direction direction = call_sends(call->number) ? DIRECTION_EGRESS : DIRECTION_INGRESS;

	call->counted = 0;
	if ((__u16)read_u32(sk, member_offsets.sock_family) == AF_UNIX)
		count_entry(call, sk, direction);
	else
		call->sequence = sock_sequence(sk, 0, direction);
}

/* Null: the descriptor is no socket, or the agent's own. */
static __always_inline struct pending_call *save_call(struct entry_context *ctx, const struct user_data *data)
{
	struct trace_info *trace;
	void *file, *socket;
	struct thread thread;
	__u64 sk;

	file = descriptor_file(ctx->args[0]);
	if (!file)
		return 0;
	socket = file_socket(file);
	if (!socket)
		return 0;
	thread_now(&thread);
	if (thread.tgid == knobs.agent_tgid)
		return 0;
	sk = read_u64(socket, member_offsets.socket_sk);
	trace = sk ? trace_of_thread(&thread) : 0;
	if (!trace)
		return 0;
	trace->call.socket = (__u64)socket;
	trace->call.data = *data;
	trace->call.number = ctx->number;
	trace->call.counted = 0;
	trace->call.sk = sk;
	return &trace->call;
}

/* The same of a call that moves bytes. */
static __always_inline void save_mover(struct entry_context *ctx, const struct user_data *data)
{
	struct pending_call *call = save_call(ctx, data);

	if (call)
		note_entry(call, (struct sock *)call->sk);
}

/* Whose socket the call that returns was made on; null: it was not saved. The rest of it stays as it is. */
static __always_inline struct sock *take_call(const struct exit_context *ctx, struct pending_call *call)
{
	__u64 sk = call->sk;

	call->sk = 0;
	return call->number == ctx->number ? (struct sock *)sk : 0;
}

/* Bytes that so many messages held, MMSG_SUMMED at most. */
__noinline __weak __u64 messages_length(__u64 array, __u64 messages)
{
	__u64 length = 0;
	__u32 one = 0;
	int i;

	for (i = 0; i < MMSG_SUMMED && i < messages; i++) {
		bpf_probe_read_user(&one, sizeof(one), (void *)(array + i * MMSG_SIZE + MMSG_LENGTH_AT));
		length += one;
	}
	return length;
}
