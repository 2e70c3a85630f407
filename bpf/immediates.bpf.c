// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * When a loop of Node begins to run what setImmediate() has set, after what it has polled: ids given out from then on are
 * of immediates and timers. Attached to Environment::CheckImmediate of single processes.
 *
 * The program can be preempted (Linux 6.0 and newer): it must not emit.
 */
#define BY_OFFSETS
#include "activity.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("uprobe")
int on_immediates(struct pt_regs *regs)
{
	__u64 both = bpf_get_current_pid_tgid();
	__u32 tgid = both >> 32;
	struct proc_info *info;

	if (tgid != (__u32)both)
		return 0;
	info = bpf_map_lookup_elem(&proc_info_map, &tgid);
	if (info && info->kind == RUNTIME_NODE)
		info->ids_before = whole(read_user_u64(info->async_ids + ASYNC_IDS_COUNT_AT));
	return 0;
}
