// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * For which context a thread works: the kernel's part of "who caused whom".
 * A context is fresh with each ingress; a turn is what lies between two waits
 * of an event loop.
 */
#include "ids.h"
#include "kernel_types.h"
#include "knobs.h"
#include "stats.h"
#include "task.h"
#include "user_data.h"

/* The socket call that a thread is in, from its entry to its exit: what the registers said, and whose socket. */
struct pending_call {
	__u64 sk; /* 0: none */
	__u64 socket;
	struct user_data data;
	__s32 number;
	__u32 sequence; /* TCP: write_seq or copied_seq at the entry */
	__u32 begun;	/* Unix: calls in this direction before this one */
	__u8 counted;	/* among them */
	__u8 alone;	/* all those were over */
	__u8 pad_0[2];
};

struct trace_info {
	__u64 context; /* 0: none */
	__u32 turn;
	__u32 reads;	  /* ingresses counted for user space, to show it a loss */
	__u32 unanswered; /* sockets on which this thread read a request and nobody wrote since */
	__u8 known;
	__u8 loops; /* a wait returned while unanswered was not 0 */
	__u8 late;  /* the thread started before the agent */
	__u8 waits; /* in a select or ppoll whose return begins a turn */
	struct pending_call call; /* system-call family */
};

/* One per thread that moved data; ends with its thread. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct trace_info);
} trace_map __weak SEC(".maps");

/* The same before Linux 5.11; entries are removed when their thread exits. Key: thread id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct trace_info);
} trace_hash __weak SEC(".maps");

static __always_inline struct trace_info *trace_in_hash(__u32 tid, bool create)
{
	struct trace_info *trace = bpf_map_lookup_elem(&trace_hash, &tid);
	struct trace_info fresh = {};

	if (trace || !create)
		return trace;
	bpf_map_update_elem(&trace_hash, &tid, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&trace_hash, &tid);
}

/* What is known of the running thread; null: nothing, and nothing is wanted. */
static __always_inline struct trace_info *trace_find(const struct thread *thread)
{
	if (knobs.task_storage)
		return bpf_task_storage_get(&trace_map, thread->task, 0, 0);
	return trace_in_hash(thread->tid, false);
}

/* Null: no room. */
static __always_inline struct trace_info *trace_of_thread(const struct thread *thread)
{
	struct trace_info *trace;
	struct trace_stats *stats;

	if (knobs.task_storage)
		trace = bpf_task_storage_get(&trace_map, thread->task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	else
		trace = trace_in_hash(thread->tid, true);
	if (!trace || trace->known)
		return trace;
	trace->known = 1;
	trace->late = started_before_agent(thread);
	stats = stats_of_cpu();
	if (stats)
		count(&stats->threads, 1);
	return trace;
}

/* The thread exits. */
static __always_inline void trace_forget(const struct thread *thread)
{
	struct trace_info *trace = trace_find(thread);
	struct trace_stats *stats = stats_of_cpu();
	__u32 tid = thread->tid;

	if (trace && trace->known && stats)
		count(&stats->threads_gone, 1);
	if (!knobs.task_storage)
		bpf_map_delete_elem(&trace_hash, &tid);
}

/* An event loop's wait returned. */
static __always_inline void trace_next_turn(struct trace_info *trace)
{
	trace->turn++;
	trace->context = 0;
	if (trace->unanswered)
		trace->loops = 1;
}
