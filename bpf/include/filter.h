// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* What is left alone before anything is copied; all of it may change while running. */
#include "kernel_types.h"
#include "knobs.h"
#include "wire.h"

/* Processes whose new sockets are left alone: other agents, those not selected. Written by user space. Key: tgid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u8);
} ignored_processes __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kprobe_port_bitmap);
} kprobe_port_bitmap __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct protocol_filter);
} protocol_filter __weak SEC(".maps");

static __always_inline bool process_ignored(__u32 tgid)
{
	return tgid == knobs.agent_tgid || bpf_map_lookup_elem(&ignored_processes, &tgid);
}

enum {
	PORT_BYTES = 65536 / 8,
};
_Static_assert(sizeof(((struct kprobe_port_bitmap *)0)->left_alone) == PORT_BYTES, "a bit for each port");

static __always_inline bool port_marked(const __u8 *bits, __u64 port)
{
	/* Bounded where it is used: clang knows that a port has 16 bits, and the verifier forgets it. */
	barrier_var(port);
	return bits[(port >> 3) & (PORT_BYTES - 1)] & (1 << (port & 7));
}

static __always_inline bool ports_left_alone(__u16 local, __u16 remote)
{
	__u32 zero = 0;
	struct kprobe_port_bitmap *map = bpf_map_lookup_elem(&kprobe_port_bitmap, &zero);

	return map && (port_marked(map->left_alone, local) || port_marked(map->left_alone, remote));
}

static __always_inline bool ports_unrecognised(__u16 local, __u16 remote)
{
	__u32 zero = 0;
	struct kprobe_port_bitmap *map = bpf_map_lookup_elem(&kprobe_port_bitmap, &zero);

	return map && (port_marked(map->unrecognised, local) || port_marked(map->unrecognised, remote));
}

static __always_inline bool protocol_disabled(__u32 protocol)
{
	struct protocol_filter *filter = bpf_map_lookup_elem(&protocol_filter, &protocol);

	return filter && filter->disabled;
}
