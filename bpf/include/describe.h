// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Tells user space who a socket is: before its first data, and again after a description was lost. */
#include "emit.h"
#include "filter.h"
#include "sock.h"
#include "socket_info.h"
#include "task.h"
#include "verdict.h"
#include "wire.h"

/* A socket is not described again more often: an overload is not made worse by its cure. */
#define DESCRIBE_PAUSE 10000000ULL /* ns */

/*
 * Nothing tells of the end of a datagram socket, so user space forgets it when it
 * was idle for twice as long (src/exchanges/datagrams.ts).
 */
#define DESCRIBE_DATAGRAMS_AFTER 30000000000ULL /* ns */

static __always_inline bool description_due(const struct socket_info *info, enum transport transport)
{
	if (!(info->flags & INFO_DESCRIBED))
		return true;
	if (transport == TRANSPORT_UDP && bpf_ktime_get_ns() - info->described_time > DESCRIBE_DATAGRAMS_AFTER)
		return true;
	return info->descriptions_lost != descriptions_lost &&
	       bpf_ktime_get_ns() - info->described_time > DESCRIBE_PAUSE;
}

/* An accepted socket has its listener's name, a connecting one seldom has any. */
static __always_inline enum socket_role unix_role(struct sock *sk, struct sock *peer)
{
	bool named = unix_named(sk), peer_named = peer && unix_named(peer);

	if (named == peer_named)
		return ROLE_UNKNOWN;
	return named ? ROLE_SERVER : ROLE_CLIENT;
}

static __always_inline void unix_begin_one(struct socket_info *info, struct sock *sk, struct sock *peer, bool late)
{
	socket_info_begin(info, sock_inode(sk), ID_BY_DATA);
	info->role = unix_role(sk, peer);
	if (late)
		info->flags |= INFO_LATE;
}

/* Both ends begin together, so that their counts of bytes do. */
static __always_inline void unix_begin(struct socket_info *info, struct sock *sk)
{
	struct sock *peer = unix_peer(sk);
	struct socket_info *other = peer ? socket_info_of(peer) : 0;
	bool late = !old_sockets_marked || info->old || (other && other->old);

	unix_begin_one(info, sk, peer, late);
	if (other && !other->id)
		unix_begin_one(other, peer, sk, late);
}

static __always_inline __u64 peer_id(struct sock *sk)
{
	struct sock *peer = unix_peer(sk);
	struct socket_info *other = peer ? socket_info_find(peer) : 0;

	return other ? other->id : 0;
}

static __always_inline void fill_addresses(struct socket_event *event, struct sock *sk, const struct sock_facts *facts)
{
	event->family = facts->family;
	event->protocol = facts->protocol;
	event->netns = sock_netns(sk);
	event->local_port = 0;
	event->remote_port = 0;
	__builtin_memset(event->local_address, 0, sizeof(event->local_address));
	__builtin_memset(event->remote_address, 0, sizeof(event->remote_address));
	if (!is_inet(facts->family))
		return;
	event->local_port = facts->local_port;
	event->remote_port = facts->remote_port;
	sock_addresses(sk, facts->family, event->local_address, event->remote_address);
}

static __always_inline __u32 described_flags(const struct socket_info *info, enum transport transport)
{
	__u32 flags = 0;

	if (info->flags & INFO_LATE)
		flags |= SOCKET_LATE;
	if (transport == TRANSPORT_OPAQUE || transport == TRANSPORT_UDP)
		flags |= SOCKET_NO_POSITION;
	return flags;
}

static __always_inline void describe(void *ctx, const struct thread *thread, struct sock *sk, struct socket_info *info,
				     const struct sock_facts *facts)
{
	struct emission emission;
	struct socket_event *event;

	info->descriptions_lost = descriptions_lost; /* before it can be lost itself */
	if (!emit_open(&emission, false)) {
		count_lost(LOST_REENTERED, LOST_OTHER, 1);
		return;
	}
	event = emission.event;
	emit_header(&emission, EVENT_SOCKET, sizeof(*event));
	event->socket_id = info->id;
	event->peer_id = facts->transport == TRANSPORT_UNIX ? peer_id(sk) : 0;
	event->inode = info->inode;
	event->process_start = process_start(thread);
	event->tgid = thread->tgid;
	event->tid = thread->tid;
	event->flags = described_flags(info, facts->transport);
	event->initial_sent = info->initial_sent;
	event->initial_received = info->initial_received;
	event->role = info->role;
	__builtin_memset(event->pad_1, 0, sizeof(event->pad_1));
	fill_addresses(event, sk, facts);
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	info->described_time = emission.time;
	info->flags |= INFO_DESCRIBED;
	emit_close(ctx, &emission, sizeof(*event), LOST_OTHER);
}
