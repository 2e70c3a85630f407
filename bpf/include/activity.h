// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Of which activity the running thread works, where its runtime says so in the process's own memory. */
#include "kernel_types.h"
#include "task.h"
#include "wire.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct proc_info);
} proc_info_map __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct proc_info_count);
} proc_info_count __weak SEC(".maps");

struct birth_key {
	__u64 object;
	__u64 tgid;
};

/* Of objects that live. What has no room any more is known by its address alone. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct birth_key);
	__type(value, struct birth);
} context_births __weak SEC(".maps");

/* Of those that were used; the next events tell of them. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 4096);
	__type(value, __u64);
} contexts_gone __weak SEC(".maps");

/* 0 where it cannot be read now. About 60 ns. */
static __always_inline __u64 read_user_u64(__u64 address)
{
	__u64 value = 0;

	bpf_probe_read_user(&value, sizeof(value), (void *)address);
	return value;
}

enum { OBJECT_TYPE_AT = 8 /* ob_type in PyObject, without Py_TRACE_REFS */ };

/*
 * The context object that is current on the thread, 0 if there is none. What cannot be read, or is not of that
 * type, is no identity: ACTIVITY_UNREADABLE.
 */
static __always_inline __u64 python_context(const struct proc_info *info, __u64 thread_pointer)
{
	__u64 state, context, type;

	if (bpf_probe_read_user(&state, sizeof(state), (void *)(thread_pointer + info->slot)))
		return ACTIVITY_UNREADABLE;
	if (!state)
		return 0;
	if (bpf_probe_read_user(&context, sizeof(context), (void *)(state + info->context)))
		return ACTIVITY_UNREADABLE;
	if (!context)
		return 0;
	if (bpf_probe_read_user(&type, sizeof(type), (void *)(context + OBJECT_TYPE_AT)))
		return ACTIVITY_UNREADABLE;
	return type == info->context_type ? context : ACTIVITY_UNREADABLE;
}

/* A function of its own to the verifier: see operation.h. */
__noinline __weak __u64 activity_in(__u32 tgid, __u64 thread_pointer)
{
	struct proc_info *info = bpf_map_lookup_elem(&proc_info_map, &tgid);

	return info && info->kind == RUNTIME_PYTHON ? python_context(info, thread_pointer) : 0;
}

/* AsyncHooks::Fields, doubles in Node: the first three. */
struct async_ids {
	__u64 execution;
	__u64 trigger;
	__u64 count;
	__u64 before;
};

enum { ASYNC_IDS_READ = 24, ASYNC_IDS_COUNT_AT = 16, DOUBLE_BIAS = 1023, DOUBLE_FRACTION = 52 };

/* A double that is a whole number from 1 to 2^52; else 0. */
static __always_inline __u64 whole(__u64 bits)
{
	__u64 power = (bits >> DOUBLE_FRACTION) - DOUBLE_BIAS, one = 1ULL << DOUBLE_FRACTION, number;

	if (power >= DOUBLE_FRACTION)
		return 0;
	number = one | (bits & (one - 1));
	return number & ((1ULL << (DOUBLE_FRACTION - power)) - 1) ? 0 : number >> (DOUBLE_FRACTION - power);
}

/* The flags of an event that has them; 0: they cannot be read now. */
__noinline __weak __u32 async_ids_in(__u32 tgid, struct async_ids *ids)
{
	struct proc_info *info = bpf_map_lookup_elem(&proc_info_map, &tgid);

	if (!ids || !info || info->kind != RUNTIME_NODE || bpf_probe_read_user(ids, ASYNC_IDS_READ, (void *)info->async_ids))
		return 0;
	ids->execution = whole(ids->execution);
	ids->trigger = whole(ids->trigger);
	ids->count = whole(ids->count);
	ids->before = info->ids_before;
	info->ids_before = 0;
	if (!ids->count || ids->execution > ids->count || ids->trigger > ids->count)
		return 0;
	return read_user_u64(info->polled) ? DATA_ASYNC_IDS | DATA_POLLING : DATA_ASYNC_IDS;
}

static __always_inline void tell_async_ids(struct data_event *event, const struct thread *thread)
{
	struct async_ids ids = {};
	__u32 flags = async_ids_in(thread->tgid, &ids);

	if (!flags)
		return;
	event->flags |= flags;
	event->activity = ids.execution;
	event->parent_activity = ids.trigger;
	event->grandparent_activity = ids.count;
	event->gone_activity = ids.before;
}

static __always_inline struct birth *birth_of(__u32 tgid, __u64 object)
{
	struct birth_key key = { .object = object, .tgid = tgid };

	return bpf_map_lookup_elem(&context_births, &key);
}

/* Says in the event for which activity the thread works. */
static __always_inline void tell_activity(struct data_event *event, const struct thread *thread)
{
	__u32 zero = 0;
	struct proc_info_count *known = bpf_map_lookup_elem(&proc_info_count, &zero);
	struct birth *birth;

	event->activity = 0;
	event->parent_activity = 0;
	event->grandparent_activity = 0;
	event->gone_activity = 0;
	if (!known)
		return;
	if (known->processes)
		event->activity = activity_in(thread->tgid, thread_pointer(thread));
	if (known->nodes && thread->tid == thread->tgid)
		tell_async_ids(event, thread);
	if (event->flags & DATA_ASYNC_IDS || !event->activity || !known->births)
		return;
	if (bpf_map_pop_elem(&contexts_gone, &event->gone_activity))
		event->gone_activity = 0;
	birth = birth_of(thread->tgid, event->activity);
	if (!birth)
		return;
	birth->used = 1;
	event->activity = birth->activity;
	event->parent_activity = birth->parent;
	event->grandparent_activity = birth->grandparent;
}
