// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Bounded copies from user memory that the kernel has just read or written itself. */
#include "user_data.h"

enum {
	VECTOR_PIECES = 264, /* of a vector that are read at most; the C core of gRPC writes 260 */
	VECTOR_BATCH = 8, /* read at once */
};

static __always_inline __u64 at_most(__u64 n, __u64 max)
{
	/* One register for compare and use: clang may otherwise bound a copy. */
	barrier_var(n);
	return n < max ? n : max;
}

/*
 * What data[] of a burst has behind any event's payload: twice the largest, as pieces are bounded one by one.
 * The second half is never filled, so it holds what of a vector is looked at: the stack, 512 bytes for a program
 * and all that it calls, has no room for it.
 */
struct payload_room {
	__u8 bytes[PAYLOAD_MAX];
	struct iovec pieces[PAYLOAD_MAX / sizeof(struct iovec)];
};

#define COPY_FAULT (1u << 31) /* beside the count: user memory could not be read */

/*
 * Copies `wanted` bytes spread over a vector and returns how many. A function of
 * its own to the verifier (Linux 5.12): it looks at the loop once, not once for
 * every way that leads here.
 */
__noinline __weak __u32 copy_vector(struct payload_room *room, struct user_data *data, __u32 wanted)
{
	__u64 filled = 0, length;
	__u32 i, n;

	if (!room || !data)
		return COPY_FAULT;
	for (i = 0; i < VECTOR_PIECES && i < data->pieces && filled < wanted; i++) {
		struct iovec *piece = &room->pieces[i & (VECTOR_BATCH - 1)];

		if ((i & (VECTOR_BATCH - 1)) == 0) {
			n = at_most(data->pieces - i, VECTOR_BATCH);
			if (bpf_probe_read_user(room->pieces, n * sizeof(*piece),
						(void *)(data->base + i * sizeof(*piece))))
				return filled | COPY_FAULT;
		}
		length = at_most(piece->length, wanted - filled);
		barrier_var(length);
		barrier_var(filled);
		if (length > PAYLOAD_MAX || filled > PAYLOAD_MAX)
			return COPY_FAULT; /* never: for the verifier */
		if (bpf_probe_read_user(room->bytes + filled, length, (void *)piece->base))
			return filled | COPY_FAULT;
		filled += length;
	}
	return filled;
}

/*
 * 1: the two stretches have bytes in common, or one is empty and within the other.
 * Without a branch: the verifier would follow both ways of each.
 */
static __always_inline __u64 covers(__u64 base, __u64 length, __u64 other, __u64 other_length)
{
	__u64 begins = base - (other + other_length), ends = other - (base + length); /* negative: before */

	return (begins & ends) >> 63;
}

/*
 * Whether bytes that were received lie over one another, or over the vector or the
 * message that says where they are: then they are not what came. Looks at the
 * first pieces, as far as `length` goes.
 */
__noinline __weak __u32 vector_covers_itself(struct payload_room *room, struct user_data *data, __u32 length)
{
	struct iovec *pieces;
	__u64 left = length, size;
	__u64 covered = 0;
	__u32 i, j, n;

	if (!room || !data)
		return 1;
	pieces = room->pieces;
	n = at_most(data->pieces, VECTOR_BATCH);
	if (bpf_probe_read_user(pieces, n * sizeof(pieces[0]), (void *)data->base))
		return 1;
#pragma clang loop unroll(disable)
	for (i = 0; i < VECTOR_BATCH; i++) {
		if (i >= n)
			break;
		size = at_most(pieces[i].length, left);
		left -= size;
		pieces[i].length = size;
		covered |= covers(pieces[i].base, size, data->base, data->pieces * sizeof(pieces[0]));
		covered |= covers(pieces[i].base, size, data->head, sizeof(struct message_head));
#pragma clang loop unroll(disable)
		for (j = 0; j < i; j++)
			covered |= covers(pieces[i].base, size, pieces[j].base, pieces[j].length);
	}
	return covered;
}

static __always_inline enum uncaptured_reason copy_pieces(__u8 *payload, __u32 wanted, struct user_data *data,
							  __u32 *copied)
{
	__u32 result = copy_vector((struct payload_room *)payload, data, wanted);

	*copied = result & ~COPY_FAULT;
	if (result & COPY_FAULT)
		return UNCAPTURED_FAULT;
	return *copied < wanted ? UNCAPTURED_VECTOR : UNCAPTURED_NONE;
}

static __always_inline enum uncaptured_reason copy_buffer(__u8 *payload, __u64 wanted, const struct user_data *data,
							  __u32 *copied)
{
	barrier_var(wanted);
	/* Changes nothing: for the verifier, which before Linux 6.8 forgets what a comparison says of a spilled register. */
	wanted &= sizeof(struct payload_room) - 1;
	if (bpf_probe_read_user(payload, wanted, (void *)data->base))
		return UNCAPTURED_FAULT;
	*copied = wanted;
	return UNCAPTURED_NONE;
}

/* Copies up to `limit` of the `length` bytes that the call moved. */
static __always_inline enum uncaptured_reason copy_user_data(__u8 *payload, __u32 length, __u32 limit, bool received,
							     struct user_data *data, __u32 *copied)
{
	__u64 wanted = at_most(length, at_most(limit, PAYLOAD_MAX));
	enum uncaptured_reason reason;

	if (data->form == DATA_MESSAGE && !open_message(data))
		return UNCAPTURED_FAULT;
	if (received && data->form == DATA_VECTOR &&
	    vector_covers_itself((struct payload_room *)payload, data, length))
		return UNCAPTURED_VECTOR;
	if (data->form == DATA_VECTOR)
		reason = copy_pieces(payload, wanted, data, copied);
	else
		reason = copy_buffer(payload, wanted, data, copied);
	if (reason)
		return reason;
	return wanted < length ? UNCAPTURED_LIMIT : UNCAPTURED_NONE;
}
