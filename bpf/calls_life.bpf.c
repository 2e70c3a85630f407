// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * System-call family: life of sockets. Unix sockets have no other hooks; TCP ones
 * only where inet_sock_set_state cannot be had.
 */
#include "saved_call.h"
#include "connection.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { EINPROGRESS_CODE = 115 };

/* The socket behind a descriptor, if its life is followed here. */
static __always_inline struct sock *followed_socket(__s64 fd, struct sock_facts *facts, __u64 *inode)
{
	void *file = fd >= 0 ? descriptor_file(fd) : 0;
	void *socket = file ? file_socket(file) : 0;
	struct sock *sk = socket ? read_pointer(socket, member_offsets.socket_sk) : 0;

	if (!sk || bpf_get_current_pid_tgid() >> 32 == knobs.agent_tgid)
		return 0;
	sock_look(sk, facts);
	*inode = socket_inode_number(socket);
	if (facts->transport == TRANSPORT_UNIX || facts->transport == TRANSPORT_TCP)
		return sk;
	return 0;
}

static __always_inline bool is_followed_elsewhere(const struct sock_facts *facts)
{
	return facts->transport == TRANSPORT_TCP && knobs.state_hooks;
}

/* Null: no room. What was known of another socket at the same address is forgotten. */
static __always_inline struct socket_info *entry_of(struct sock *sk, __u64 inode)
{
	struct socket_info *info = socket_info_of(sk);

	if (!info) {
		count_lost(LOST_NO_ROOM, LOST_OTHER, 1);
		return 0;
	}
	if (!info->id || (info->inode && info->inode != inode))
		socket_info_begin(info, inode, ID_BY_DATA);
	info->inode = inode;
	return info;
}

SEC("tracepoint")
int on_socket_exit(struct exit_context *ctx)
{
	struct sock_facts facts = {};
	__u64 inode = 0;
	struct sock *sk = followed_socket(ctx->result, &facts, &inode);

	if (sk)
		entry_of(sk, inode);
	return 0;
}

/* accept, accept4 */
SEC("tracepoint")
int on_accept_exit(struct exit_context *ctx)
{
	struct sock_facts facts = {};
	__u64 inode = 0;
	struct sock *sk = followed_socket(ctx->result, &facts, &inode);
	struct socket_info *info = sk ? entry_of(sk, inode) : 0;

	if (info)
		info->role = ROLE_SERVER;
	return 0;
}

SEC("tracepoint")
int on_connect_entry(struct entry_context *ctx)
{
	struct user_data none = {};

	save_call(ctx, &none);
	return 0;
}

SEC("tracepoint")
int on_connect_exit(struct exit_context *ctx)
{
	struct sock_facts facts = {};
	struct socket_info *info;
	struct trace_info *trace;
	struct thread thread;
	struct sock *sk;

	thread_now(&thread);
	trace = trace_find(&thread);
	sk = trace ? take_call(ctx, &trace->call) : 0;
	if (!sk || (ctx->result && ctx->result != -EINPROGRESS_CODE))
		return 0;
	sock_look(sk, &facts);
	if (sock_socket_seen() != trace->call.socket || is_followed_elsewhere(&facts) ||
	    (facts.transport != TRANSPORT_UNIX && facts.transport != TRANSPORT_TCP))
		return 0;
	info = entry_of(sk, socket_inode_number((void *)trace->call.socket));
	if (!info || info->role == ROLE_CLIENT)
		return 0;
	info->role = ROLE_CLIENT;
	info->flags |= INFO_CONNECT_CONTEXT;
	info->connect_context = trace->context;
	info->connect_turn = trace->turn;
	return 0;
}

/* The last reference goes: the socket ends. Where another thread is inside a call on it, its end is not seen. */
static __always_inline bool is_last_reference(void *file)
{
	return read_u64(file, member_offsets.file_count) == member_offsets.file_count_last;
}

SEC("tracepoint")
int on_close_entry(struct entry_context *ctx)
{
	void *file = descriptor_file(ctx->args[0]);
	struct sock_facts facts = {};
	struct socket_info *info;
	struct sock *sk;
	__u64 inode = 0;

	if (!file || !file_socket(file) || !is_last_reference(file))
		return 0;
	sk = followed_socket((__u32)ctx->args[0], &facts, &inode);
	if (!sk || is_followed_elsewhere(&facts))
		return 0;
	info = socket_info_find(sk);
	if (!info || info->inode != inode)
		return 0;
	send_close(ctx, sk, info, TCP_CLOSE);
	socket_info_end(sk);
	return 0;
}
