// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Bounded copies from user memory that the kernel has just read or written itself. */
#include "call.h"
#include "kernel_types.h"
#include "wire.h"

enum {
	VECTOR_PIECES = 16, /* of a vector that are read at most */
	VECTOR_BATCH = 8,   /* read at once: on the stack */
};

static __always_inline __u64 at_most(__u64 n, __u64 max)
{
	/* One register for compare and use: clang may otherwise bound a copy. */
	barrier_var(n);
	return n < max ? n : max;
}

/* Copies `wanted` bytes spread over a vector; how many is in *copied. */
static __always_inline enum uncaptured_reason copy_vector(__u8 *payload, __u64 wanted, const struct user_data *data,
							  __u32 *copied)
{
	struct iovec pieces[VECTOR_BATCH];
	__u64 filled = 0;
	__u32 i, n;

	for (i = 0; i < VECTOR_PIECES && filled < wanted; i++) {
		struct iovec *piece = &pieces[i & (VECTOR_BATCH - 1)];

		if (i >= data->pieces)
			break;
		if ((i & (VECTOR_BATCH - 1)) == 0) {
			n = at_most(data->pieces - i, VECTOR_BATCH);
			if (bpf_probe_read_user(pieces, n * sizeof(*piece), (void *)(data->base + i * sizeof(*piece))))
				return UNCAPTURED_FAULT;
		}
		__u64 length = at_most(piece->length, wanted - filled);

		filled = at_most(filled, PAYLOAD_MAX);
		length = at_most(length, PAYLOAD_MAX);
		if (length && bpf_probe_read_user(payload + filled, length, (void *)piece->base))
			return UNCAPTURED_FAULT;
		filled += length;
		*copied = filled;
	}
	return filled < wanted ? UNCAPTURED_VECTOR : UNCAPTURED_NONE;
}

/* Copies up to `limit` of the `length` bytes that the call moved. */
static __always_inline enum uncaptured_reason copy_user_data(__u8 *payload, __u32 length, __u32 limit,
							     const struct user_data *data, __u32 *copied)
{
	__u64 wanted = at_most(length, at_most(limit, PAYLOAD_MAX));
	enum uncaptured_reason reason = UNCAPTURED_NONE;

	*copied = 0;
	if (data->pieces) {
		reason = copy_vector(payload, wanted, data, copied);
	} else if (wanted) {
		barrier_var(wanted);
		if (wanted > PAYLOAD_MAX)
			return UNCAPTURED_FAULT; /* never: for the verifier */
		if (bpf_probe_read_user(payload, wanted, (void *)data->base))
			return UNCAPTURED_FAULT;
		*copied = wanted;
	}
	if (reason)
		return reason;
	return wanted < length ? UNCAPTURED_LIMIT : UNCAPTURED_NONE;
}
