// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* From a descriptor of the running thread to the socket behind it. */
#define BY_OFFSETS
#include "sock.h"
#include "task.h"

/*
 * f_op of every socket's file, learned from the first socket met: tells sockets
 * from files by one read.
 */
__u64 socket_file_ops __weak = 0;

static __always_inline void *descriptor_slot(__u32 fd)
{
	void *files, *table, *array;
	struct fdtable *typed;

	if (knobs.typed_task) {
		typed = bpf_get_current_task_btf()->files->fdt;
		if (!typed || fd >= typed->max_fds)
			return 0;
		array = typed->fd;
	} else {
		files = read_pointer((void *)bpf_get_current_task(), member_offsets.task_files);
		table = read_pointer(files, member_offsets.files_fdt);
		if (fd >= read_u32(table, member_offsets.fdt_max_fds))
			return 0;
		array = read_pointer(table, member_offsets.fdt_fd);
	}
	return array + fd * sizeof(void *);
}

static __always_inline void *descriptor_file(__u32 fd)
{
	void *slot = descriptor_slot(fd);

	return slot ? read_pointer(slot, 0) : 0;
}

/* The struct socket of a file; null: no socket. A struct socket says itself which file it is behind. */
static __always_inline void *file_socket(void *file)
{
	__u64 ops = read_u64(file, member_offsets.file_op);
	void *socket;

	if (socket_file_ops && ops != socket_file_ops)
		return 0;
	socket = read_pointer(file, member_offsets.file_private_data);
	if (socket_file_ops)
		return socket;
	if (!socket || read_pointer(socket, member_offsets.socket_file) != file ||
	    read_pointer(read_pointer(socket, member_offsets.socket_sk), member_offsets.sock_socket) != socket)
		return 0;
	socket_file_ops = ops;
	return socket;
}
