// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * The system call that the thread is in, from its saved registers; and with it
 * the user's buffer. Bytes are taken from there only when it is certain that
 * this call moved them: registers may be left from another call while io_uring,
 * a kernel thread or a file system below uses the socket. x86-64 only.
 */
#include "kernel_types.h"
#include "sock.h"
#include "wire.h"

enum system_call {
	CALL_READ = 0,
	CALL_WRITE = 1,
	CALL_READV = 19,
	CALL_WRITEV = 20,
	CALL_SENDTO = 44,
	CALL_RECVFROM = 45,
	CALL_SENDMSG = 46,
	CALL_RECVMSG = 47,
	CALL_RECVMMSG = 299,
	CALL_SENDMMSG = 307,
};

struct iovec {
	__u64 base;
	__u64 length;
};

/* Start of struct user_msghdr. */
struct message_head {
	__u64 name;
	__u64 name_length;
	__u64 vector;
	__u64 pieces;
};

/* Where the bytes are. */
struct user_data {
	__u64 base;	/* of the buffer, or of an iovec array */
	__u32 pieces;	/* of that array; 0: base is the buffer itself */
	__u32 flags;	/* MSG_* of the call */
};

static __always_inline bool descriptor_is(struct task_struct *task, __u32 fd, struct file *file)
{
	struct fdtable *table = task->files->fdt;
	struct file *found = 0;

	if (!table || fd >= table->max_fds)
		return false;
	bpf_probe_read_kernel(&found, sizeof(found), table->fd + fd);
	return found == file;
}

static __always_inline enum uncaptured_reason message_data(__u64 message, struct user_data *data)
{
	struct message_head head;

	if (bpf_probe_read_user(&head, sizeof(head), (void *)message))
		return UNCAPTURED_FAULT;
	data->base = head.vector;
	data->pieces = head.pieces;
	return data->pieces ? UNCAPTURED_NONE : UNCAPTURED_OTHER_CALL;
}

static __always_inline enum uncaptured_reason call_arguments(struct pt_regs *regs, enum direction direction,
							     struct user_data *data)
{
	__u64 second = regs->si, third = regs->dx, fourth = regs->r10;

	data->base = second;
	data->pieces = 0;
	data->flags = 0;
	switch (regs->orig_ax) {
	case CALL_READ:
		return direction == DIRECTION_INGRESS ? UNCAPTURED_NONE : UNCAPTURED_OTHER_CALL;
	case CALL_WRITE:
		return direction == DIRECTION_EGRESS ? UNCAPTURED_NONE : UNCAPTURED_OTHER_CALL;
	case CALL_READV:
		data->pieces = third;
		return direction == DIRECTION_INGRESS ? UNCAPTURED_NONE : UNCAPTURED_OTHER_CALL;
	case CALL_WRITEV:
		data->pieces = third;
		return direction == DIRECTION_EGRESS ? UNCAPTURED_NONE : UNCAPTURED_OTHER_CALL;
	case CALL_RECVFROM:
		data->flags = fourth;
		return direction == DIRECTION_INGRESS ? UNCAPTURED_NONE : UNCAPTURED_OTHER_CALL;
	case CALL_SENDTO:
		data->flags = fourth;
		return direction == DIRECTION_EGRESS ? UNCAPTURED_NONE : UNCAPTURED_OTHER_CALL;
	case CALL_RECVMSG:
		data->flags = third;
		return direction == DIRECTION_INGRESS ? message_data(second, data) : UNCAPTURED_OTHER_CALL;
	case CALL_SENDMSG:
		data->flags = third;
		return direction == DIRECTION_EGRESS ? message_data(second, data) : UNCAPTURED_OTHER_CALL;
	case CALL_RECVMMSG:
	case CALL_SENDMMSG:
		data->flags = fourth;
		if ((__u32)third != 1)
			return UNCAPTURED_MANY;
		if (direction != (regs->orig_ax == CALL_SENDMMSG ? DIRECTION_EGRESS : DIRECTION_INGRESS))
			return UNCAPTURED_OTHER_CALL;
		return message_data(second, data);
	}
	return UNCAPTURED_OTHER_CALL;
}

/* UNCAPTURED_NONE: the thread is in a call that moves bytes of `sk` in this direction; `data` is set. */
static __always_inline enum uncaptured_reason call_in_progress(struct sock *sk, enum direction direction,
							       struct user_data *data)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs;
	enum uncaptured_reason reason;

	if (task->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER))
		return UNCAPTURED_NO_CALL;
	if (task->thread_info.status & TS_COMPAT)
		return UNCAPTURED_COMPAT;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	/* Set on entry, replaced by the result on exit: work done on the way out is not the call's. */
	if ((long)regs->ax != -ENOSYS)
		return UNCAPTURED_NO_CALL;
	reason = call_arguments(regs, direction, data);
	if (reason)
		return reason;
	return descriptor_is(task, regs->di, sock_file(sk)) ? UNCAPTURED_NONE : UNCAPTURED_OTHER_CALL;
}
