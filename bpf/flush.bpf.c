// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Writes what lingers in the burst of the CPU that it is run on (BPF_PROG_TEST_RUN, BPF_F_TEST_RUN_ON_CPU). */
#include "emit.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Returns 1 when an emitter is inside: nothing was done. 2: what lingered is lost,
 * and counted, since the ring left its CPU: -ENOENT or -EOPNOTSUPP in
 * __bpf_perf_event_output of kernel/trace/bpf_trace.c.
 */
SEC("raw_tp")
int flush_burst(void *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct burst *burst = bpf_map_lookup_elem(&data_buf, &cpu);
	long error = 0;

	if (!burst || !burst_enter(burst))
		return 1;
	if (burst->count)
		error = burst_write(ctx, burst, false);
	burst_leave(burst);
	return error == -ENOENT || error == -EOPNOTSUPP ? 2 : 0;
}
