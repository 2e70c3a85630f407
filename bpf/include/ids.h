// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Ids that are never reused and stay below 2^53: 13 bits of CPU, 40 of count
 * (set by the loader as first values). Plain increments: context ids and
 * ID_BY_DATA are given in system calls only, ID_BY_STATE by one program only,
 * which the kernel does not run inside itself.
 */
#include "kernel_types.h"
#include "wire.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace_conf);
} trace_conf_map __weak SEC(".maps");

static __always_inline __u64 next_context_id(void)
{
	__u32 zero = 0;
	struct trace_conf *conf = bpf_map_lookup_elem(&trace_conf_map, &zero);

	return conf ? ++conf->context_id : 0;
}

/* The two kinds count in steps of two, one even, one odd. */
static __always_inline __u64 next_socket_id(enum id_source source)
{
	__u32 zero = 0;
	struct trace_conf *conf = bpf_map_lookup_elem(&trace_conf_map, &zero);

	if (!conf)
		return 0;
	return conf->socket_id[source & 1] += 2;
}
