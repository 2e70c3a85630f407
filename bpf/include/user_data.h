// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Where in user memory the bytes of a system call are. */
#include "kernel_types.h"
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

static __always_inline bool call_sends(__u32 number)
{
	return number == CALL_WRITE || number == CALL_WRITEV || number == CALL_SENDTO || number == CALL_SENDMSG ||
	       number == CALL_SENDMMSG;
}

struct iovec {
	__u64 base;
	__u64 length;
};

enum data_form {
	DATA_BUFFER = 0,
	DATA_VECTOR = 1,  /* array of iovec */
	DATA_MESSAGE = 2, /* struct user_msghdr, which says where the vector is */
};

struct user_data {
	__u64 base;
	__u32 pieces; /* of a vector */
	__u32 flags;  /* MSG_* of the call */
	__u32 form;   /* enum data_form */
	__u64 name;   /* sendto: address of the destination; 0 none */
	__u64 head;   /* of a message that was opened: where it says where its vector is */
	__u32 messages; /* of sendmmsg, recvmmsg: that were asked for; once it has returned, that were moved */
};

/* Start of struct user_msghdr. */
struct message_head {
	__u64 name;
	__u64 name_length;
	__u64 vector;
	__u64 pieces;
};

/* Makes the vector of a message out of the message. False: it could not be read. */
static __always_inline bool open_message(struct user_data *data)
{
	struct message_head head;

	if (bpf_probe_read_user(&head, sizeof(head), (void *)data->base))
		return false;
	data->head = data->base;
	data->base = head.vector;
	data->pieces = head.pieces;
	data->form = DATA_VECTOR;
	return true;
}
