// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Events on their way to user space: emit_open, fill in, emit_close.
 *
 * Nothing here is atomic between CPUs, and on one CPU everything nests: an
 * emitter cannot be preempted (tracepoints run with preemption off), only
 * interrupted. Whoever finds the burst busy is such an interrupter and writes
 * past it, from direct_buf; one level more is lost and counted.
 */
#include "kernel_types.h"
#include "stats.h"
#include "wire.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} socket_data __weak SEC(".maps");

/* One struct burst per CPU; an array with one entry each, as per-CPU values hold 32 KiB and cannot be mapped. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the loader: number of possible CPUs */
	__type(key, __u32);
	__type(value, struct burst);
} data_buf __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* as data_buf */
	__type(key, __u32);
	__type(value, struct burst);
} direct_buf __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wake);
} wake_map __weak SEC(".maps");

/* Carries no data: its descriptor wakes the reader. One descriptor, however many CPUs (Linux 5.8). */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} wake_ring __weak SEC(".maps");

/* An event being written. */
struct emission {
	struct burst *burst;
	void *event;
	__u64 time;
	__u32 cpu;
	bool direct;
};

static __always_inline bool burst_enter(struct burst *burst)
{
	if (burst->busy)
		return false;
	/* lock add: a full barrier on x86, so that no time is taken before user space can see the mark. */
	__sync_fetch_and_add(&burst->busy, 1);
	return true;
}

static __always_inline void burst_leave(struct burst *burst)
{
	barrier();
	*(volatile __u32 *)&burst->busy = 0;
}

/*
 * Room for one event of any size. False: no buffer is free; count_lost(LOST_REENTERED)
 * is due. `interrupts`: the caller may run in an interrupt; what never does needs
 * no second buffer.
 */
static __always_inline bool emit_open(struct emission *emission, bool interrupts)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct burst *burst = bpf_map_lookup_elem(&data_buf, &cpu);
	__u64 at;

	emission->direct = false;
	if (!burst)
		return false;
	if (!burst_enter(burst)) {
		if (!interrupts)
			return false;
		burst = bpf_map_lookup_elem(&direct_buf, &cpu);
		if (!burst || !burst_enter(burst))
			return false;
		emission->direct = true;
	}
	at = burst->length;
	barrier_var(at);
	if (at > BURST_BYTES)
		at = 0; /* never: for the verifier */
	emission->burst = burst;
	emission->event = burst->data + at;
	emission->cpu = cpu;
	emission->time = bpf_ktime_get_ns();
	return true;
}

static __always_inline void emit_header(struct emission *emission, enum event_kind kind, __u32 size)
{
	struct event_header *header = emission->event;

	header->size = size;
	header->kind = kind;
	header->pad_0 = 0;
	header->cpu = emission->cpu;
	header->time = emission->time;
}

/* Hands the burst to the ring; what cannot be handed over is counted event by event. */
/* 0 or -errno: the burst is empty in either case. */
static __always_inline long burst_write(void *ctx, struct burst *burst, bool direct)
{
	struct trace_stats *stats = stats_of_cpu();
	__u64 length = burst->length;
	long error;
	int what;

	barrier_var(length);
	if (length > BURST_DATA)
		length = BURST_DATA; /* never: for the verifier */
	error = bpf_perf_event_output(ctx, &socket_data, BPF_F_CURRENT_CPU, burst->data, length);
	if (stats) {
		count(&stats->events, burst->count);
		count(direct ? &stats->direct : &stats->bursts, 1);
	}
	for (what = 0; what < LOST_WHATS; what++) {
		if (error && burst->pending[what])
			count_lost(LOST_RING_FULL, what, burst->pending[what]);
		burst->pending[what] = 0;
	}
	burst->length = 0;
	*(volatile __u32 *)&burst->count = 0;
	return error;
}

static __always_inline void wake_reader(void)
{
	__u32 zero = 0;
	struct wake *wake = bpf_map_lookup_elem(&wake_map, &zero);
	struct trace_stats *stats;

	if (!wake || !*(volatile __u32 *)&wake->need_wake)
		return;
	wake->need_wake = 0;
	bpf_ringbuf_output(&wake_ring, &zero, sizeof(zero), BPF_RB_FORCE_WAKEUP);
	stats = stats_of_cpu();
	if (stats)
		count(&stats->wakeups, 1);
}

/* `size`: bytes of the event, a multiple of 8. */
static __always_inline void emit_close(void *ctx, struct emission *emission, __u32 size, enum lost_what what)
{
	struct burst *burst = emission->burst;

	burst->length += size;
	burst->count++;
	if (what < LOST_WHATS)
		burst->pending[what]++;
	if (emission->direct || burst->count >= BURST_EVENTS || burst->length >= BURST_BYTES)
		burst_write(ctx, burst, emission->direct);
	burst_leave(burst);
	wake_reader();
}
