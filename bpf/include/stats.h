// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
#include "kernel_types.h"
#include "wire.h"

/* What was handed over and what was lost, by reason. Only the functions below touch it. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace_stats);
} trace_stats_map __weak SEC(".maps");

/* Grows whenever an event of kind other than data is lost: sockets are then described again. */
__u32 descriptions_lost __weak = 0;

static __always_inline struct trace_stats *stats_of_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&trace_stats_map, &zero);
}

/* Atomic where an interrupt on the same CPU may count as well. */
static __always_inline void count(__u64 *counter, __u64 n)
{
	__sync_fetch_and_add(counter, n);
}

static __always_inline void count_lost(enum lost_reason reason, enum lost_what what, __u32 n)
{
	struct trace_stats *stats = stats_of_cpu();
	__u64 at = what;

	barrier_var(at); /* one register for compare and use, as in at_most */
	if (stats && at < LOST_WHATS)
		count(&stats->lost[reason * LOST_WHATS + at], n);
	if (what == LOST_OTHER)
		__sync_fetch_and_add(&descriptions_lost, 1);
}

static __always_inline void count_uncaptured(enum uncaptured_reason reason)
{
	struct trace_stats *stats = stats_of_cpu();
	__u64 at = reason;

	barrier_var(at);
	if (stats && at < UNCAPTURED_REASONS)
		stats->uncaptured[at]++;
}

static __always_inline enum lost_what lost_what_of(enum direction direction, enum socket_role role)
{
	return direction * 3 + role;
}
