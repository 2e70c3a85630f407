// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * The system call that the thread is in, from its saved registers; and with it
 * the user's buffer. Bytes are taken from there only when it is certain that
 * this call moved them: registers may be left from another call while io_uring or
 * a kernel thread uses the socket, or be those of a write to a file on NFS, whose
 * request goes out within that call. x86-64 only.
 */
#include "kernel_types.h"
#include "sock.h"
#include "user_data.h"

static __always_inline bool descriptor_is(struct task_struct *task, __u32 fd, struct file *file)
{
	struct fdtable *table = task->files->fdt;
	struct file *found = 0;

	if (!table || fd >= table->max_fds)
		return false;
	bpf_probe_read_kernel(&found, sizeof(found), table->fd + fd);
	return found == file;
}

struct call_registers {
	__u64 number;
	__u64 second;
	__u64 third;
	__u64 fourth;
	__u64 fifth;
};

/* 0: another call than those that move bytes from or to a buffer. A function of its own to the verifier: see operation.h. */
__noinline __weak __u32 call_arguments(const struct call_registers *call, struct user_data *data)
{
	if (!call || !data)
		return 0;
	data->base = call->second;
	data->messages = 1;
	switch (call->number) {
	case CALL_READ:
	case CALL_WRITE:
		return 1;
	case CALL_READV:
	case CALL_WRITEV:
		data->form = DATA_VECTOR;
		data->pieces = call->third;
		return 1;
	case CALL_RECVFROM:
	case CALL_SENDTO:
		data->flags = call->fourth;
		data->name = call->fifth;
		return 1;
	case CALL_RECVMSG:
	case CALL_SENDMSG:
		data->form = DATA_MESSAGE;
		data->flags = call->third;
		return 1;
	case CALL_RECVMMSG:
	case CALL_SENDMMSG:
		data->form = DATA_MESSAGE;
		data->flags = call->fourth;
		data->messages = call->third;
		return 1;
	}
	return 0;
}

/* UNCAPTURED_NONE: the thread is in a call that moves bytes of `sk` in this direction; `data` is set. */
static __always_inline enum uncaptured_reason find_user_data(struct task_struct *task, struct sock *sk,
							     enum direction direction, struct user_data *data)
{
	struct call_registers call;
	struct pt_regs *regs;

	if (task->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER))
		return UNCAPTURED_NO_CALL;
	if (task->thread_info.status & TS_COMPAT)
		return UNCAPTURED_COMPAT;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	/* Set on entry, replaced by the result on exit: work done on the way out is not the call's. */
	if ((long)regs->ax != -ENOSYS)
		return UNCAPTURED_NO_CALL;
	call.number = regs->orig_ax;
	call.second = regs->si;
	call.third = regs->dx;
	call.fourth = regs->r10;
	call.fifth = regs->r8;
	if (!call_arguments(&call, data) || call_sends(call.number) != (direction == DIRECTION_EGRESS))
		return UNCAPTURED_OTHER_CALL;
	if (!descriptor_is(task, regs->di, sock_file(sk)))
		return UNCAPTURED_OTHER_CALL;
	return data->messages == 1 ? UNCAPTURED_NONE : UNCAPTURED_MANY;
}
