// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Where bytes lie in their direction of a connection: the same number at both
 * ends, right for connections older than the agent.
 */
#include "sock.h"
#include "socket_info.h"
#include "wire.h"

struct place {
	__u64 position; /* of the first byte */
	bool known;
};

static __always_inline void initials_of(const struct tcp_numbers *numbers, __u32 *sent, __u32 *received)
{
	*sent = numbers->snd_una - (__u32)numbers->bytes_acked;
	*received = numbers->rcv_nxt - (__u32)numbers->bytes_received;
}

/*
 * The socket's lock is gone, so an acknowledgement may land between two loads.
 * The initial numbers never change: numbers that give others are read again.
 */
static __always_inline bool numbers_agree(struct sock *sk, struct socket_info *info, struct tcp_numbers *numbers)
{
	__u32 sent = 0, received = 0;
	struct trace_stats *stats;
	int attempt;

	for (attempt = 0; attempt < 3; attempt++) {
		sock_tcp_numbers(sk, numbers);
		initials_of(numbers, &sent, &received);
		if ((info->flags & INFO_INITIALS) && sent == info->initial_sent && received == info->initial_received)
			return true;
		if (!(info->flags & INFO_INITIALS)) {
			info->initial_sent = sent;
			info->initial_received = received;
			info->flags |= INFO_INITIALS; /* the next attempt confirms them */
		}
		barrier();
	}
	info->initial_sent = sent;
	info->initial_received = received;
	stats = stats_of_cpu();
	if (stats)
		stats->conflicts++;
	return false;
}

/* `low`: a position's lower half; `near`: a position less than 2^31 away. */
static __always_inline __u64 widen(__u32 low, __u64 near)
{
	return near + (__s64)(__s32)(low - (__u32)near);
}

static __always_inline struct place tcp_place(struct sock *sk, const struct sock_facts *facts, struct socket_info *info,
					      __u32 length, enum direction direction)
{
	struct tcp_numbers numbers = {};
	struct place place = {};

	place.known = numbers_agree(sk, info, &numbers);
	if (direction == DIRECTION_EGRESS) {
		place.position = widen(numbers.write_seq - length - info->initial_sent, numbers.bytes_acked);
		if (info->role == ROLE_CLIENT)
			place.position--; /* bytes_acked counts the SYN */
	} else {
		place.position = widen(numbers.copied_seq - length - info->initial_received, numbers.bytes_received);
		if (took_fin(facts, &numbers))
			place.position--;
	}
	return place;
}

/* No kernel counts these: our own count since connect. */
static __always_inline struct place unix_place(struct socket_info *info, __u32 length, enum direction direction)
{
	struct place place = { .position = info->moved[direction & 1], .known = true };

	__sync_fetch_and_add(&info->moved[direction & 1], length);
	return place;
}
