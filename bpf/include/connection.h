// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Life of connections. A state change may run in an interrupt, on whatever thread that met. */
#include "emit.h"
#include "sock.h"
#include "socket_info.h"
#include "trace.h"

/* connect(): runs in the thread that calls it. The same socket may connect again: another connection. */
static __always_inline void on_connecting(struct sock *sk)
{
	struct socket_info *info = socket_info_of(sk);
	struct trace_info *trace;
	struct thread thread;

	if (!info) {
		count_lost(LOST_NO_ROOM, LOST_OTHER, 1);
		return;
	}
	socket_info_begin(info, sock_inode(sk), ID_BY_STATE);
	info->role = ROLE_CLIENT;
	info->flags |= INFO_CONNECT_CONTEXT;
	thread_now(&thread);
	trace = trace_find(&thread);
	if (trace) {
		info->connect_context = trace->context;
		info->connect_turn = trace->turn;
	}
}

static __always_inline void on_accepted(struct sock *sk)
{
	struct socket_info *info = socket_info_of(sk);

	if (!info) {
		count_lost(LOST_NO_ROOM, LOST_OTHER, 1);
		return;
	}
	if (info->role == ROLE_CLIENT && info->id)
		return; /* both ends connected at once */
	if (!info->id)
		socket_info_begin(info, 0, ID_BY_STATE);
	info->role = ROLE_SERVER;
	info->flags &= ~INFO_LATE; /* TCP fast open: data before this */
}

/* Only of sockets that were described. */
static __always_inline void send_close(void *ctx, struct sock *sk, struct socket_info *info, int state)
{
	struct emission emission;
	struct close_event *event;

	if (!info || !(info->flags & INFO_DESCRIBED))
		return;
	if (!emit_open(&emission, true)) {
		count_lost(LOST_REENTERED, LOST_OTHER, 1);
		return;
	}
	event = emission.event;
	emit_header(&emission, EVENT_CLOSE, sizeof(*event));
	event->socket_id = info->id;
	event->tgid = state == TCP_CLOSE ? 0 : bpf_get_current_pid_tgid() >> 32;
	event->error = sock_error(sk);
	event->state = state;
	event->role = info->role;
	__builtin_memset(event->pad_1, 0, sizeof(event->pad_1));
	emit_close(ctx, &emission, sizeof(*event), LOST_OTHER);
}

static __always_inline int state_changed(void *ctx, struct sock *sk, int old, int new)
{
	if (sock_protocol(sk) != IPPROTO_TCP)
		return 0;
	if (new == TCP_SYN_SENT)
		on_connecting(sk);
	else if (new == TCP_ESTABLISHED && old == TCP_SYN_RECV)
		on_accepted(sk);
	else if (new == TCP_FIN_WAIT1 || new == TCP_LAST_ACK || new == TCP_CLOSE)
		send_close(ctx, sk, socket_info_find(sk), new);
	return 0;
}
