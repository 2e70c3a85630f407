// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* How much user space wants of a socket: of this one by its id, of a new one by its server port. */
#include "filter.h"
#include "kernel_types.h"
#include "knobs.h"
#include "wire.h"

/*
 * Indexed by socket id modulo knobs.verdicts. A prime, so that ids of different
 * CPUs, which begin at multiples of 2^40, do not meet.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 65521);
	__type(key, __u32);
	__type(value, struct socket_verdict);
} socket_verdict_map __weak SEC(".maps");

enum { DATAGRAMS_AT = 65536 }; /* what datagrams of a port speak stands behind what its connections do */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2 * DATAGRAMS_AT);
	__type(key, __u32);
	__type(value, struct proto_infer_cache);
} proto_infer_cache_map __weak SEC(".maps");

/* Null: none for this socket. */
static __always_inline struct socket_verdict *verdict_of(__u32 key, __u64 socket_id)
{
	struct socket_verdict *verdict = bpf_map_lookup_elem(&socket_verdict_map, &key);

	return verdict && verdict->socket_id == socket_id ? verdict : 0;
}

static __always_inline struct proto_infer_cache *port_entry(__u32 key)
{
	struct proto_infer_cache *cached = bpf_map_lookup_elem(&proto_infer_cache_map, &key);

	return cached && cached->protocol ? cached : 0;
}

static __always_inline struct proto_infer_cache *protocol_of_port(__u16 port)
{
	return port_entry(port);
}

/* Null: datagrams with this port at either end are not looked at. */
static __always_inline struct proto_infer_cache *protocol_of_datagrams(__u16 port)
{
	return port ? port_entry(DATAGRAMS_AT + port) : 0;
}
