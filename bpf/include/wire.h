// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * What user space and the kernel side share, and nothing else. The only source:
 * src/events/layout.ts is generated from the BTF of these types.
 * Rules: host byte order, no bit-fields, no pointers, padding written out and
 * zeroed, the variable part last. Every 64-bit id and count stays below 2^53.
 */

/* First member of every event; user space dispatches on kind alone. */
struct event_header {
	__u32 size; /* bytes, header and payload included, rounded up to 8 */
	__u8 kind;  /* enum event_kind */
	__u8 pad_0;
	__u16 cpu;
	__u64 time; /* CLOCK_MONOTONIC, ns, taken after the CPU's burst was marked busy */
};

enum event_kind {
	EVENT_SOCKET = 1, /* struct socket_event: before a socket's first data, and again after any loss */
	EVENT_DATA = 2,	  /* struct data_event */
	EVENT_CLOSE = 3,  /* struct close_event */
	EVENT_EXEC = 4,	  /* struct process_event */
	EVENT_EXIT = 5,	  /* struct process_event: the last thread of a process is gone */
};

enum direction { DIRECTION_EGRESS = 0, DIRECTION_INGRESS = 1 };

enum socket_role { ROLE_UNKNOWN = 0, ROLE_CLIENT = 1, ROLE_SERVER = 2 };

enum socket_flag {
	SOCKET_LATE = 1,       /* was open before the agent looked */
	SOCKET_NO_POSITION = 2, /* MPTCP, kTLS, datagrams: no place in a TCP stream */
};

enum data_flag {
	DATA_LOOPS = 1,		   /* the thread runs a loop (design: epoll returned with a request unanswered) */
	DATA_CONNECT_CONTEXT = 2,  /* context and turn are those of connect(): first egress */
	DATA_POSITION_UNKNOWN = 4,
	DATA_THREAD_LATE = 8,	   /* the thread started before the agent */
	DATA_END = 16,		   /* ingress of no bytes: end of stream */
	DATA_FAILED = 32,	   /* ingress that failed: errno in length, nothing moved */
	DATA_DRAINED = 64,	   /* ingress of a late Unix socket: nothing was left in its receive queue */
	DATA_ASYNC_IDS = 128,	   /* activity and the two after it are Node's: see struct data_event */
	DATA_POLLING = 256,	   /* with those: the loop calls back for what it has polled, not for timers or immediates */
};

/* Why fewer bytes were captured than moved. */
enum uncaptured_reason {
	UNCAPTURED_NONE = 0,
	UNCAPTURED_LIMIT = 1,	   /* more than the limit in force */
	UNCAPTURED_VERDICT = 2,	   /* user space asked for none */
	UNCAPTURED_NO_CALL = 3,	   /* no system call in progress: io_uring, kernel thread */
	UNCAPTURED_OTHER_CALL = 4, /* not a plain read/write/send/recv on this socket: sendfile, splice, io_uring_enter */
	UNCAPTURED_COMPAT = 5,	   /* 32-bit system call */
	UNCAPTURED_MANY = 6,	   /* sendmmsg or recvmmsg of more than one message */
	UNCAPTURED_FLAGS = 7,	   /* MSG_TRUNC, MSG_OOB, MSG_ERRQUEUE */
	UNCAPTURED_FAULT = 8,	   /* user memory could not be read now */
	UNCAPTURED_PROTOCOL = 9,   /* MPTCP, kTLS, datagram port without a verdict */
	UNCAPTURED_VECTOR = 10,	   /* more pieces than are read of one vector, or pieces that lie over one another */
	UNCAPTURED_REASONS = 11,
};

/* Addresses, role and owner of a socket. */
struct socket_event {
	struct event_header header;
	__u64 socket_id;	/* per-CPU counter, 13 + 40 bits; never reused */
	__u64 peer_id;		/* Unix sockets: id of the other end; 0 unknown */
	__u64 inode;		/* 0 while the application has not accepted it */
	__u64 process_start;	/* group leader's start, CLOCK_MONOTONIC ns */
	__u32 tgid;		/* of the thread that moved the first bytes */
	__u32 tid;
	__u32 netns;		/* inode number of the network namespace */
	__u32 flags;		/* enum socket_flag */
	__u32 initial_sent;	/* snd_una - bytes_acked, raw: the client's end is one less than the server sees */
	__u32 initial_received; /* rcv_nxt - bytes_received */
	__u16 family;		/* AF_INET, AF_INET6, AF_UNIX */
	__u16 protocol;		/* IPPROTO_* */
	__u16 local_port;
	__u16 remote_port;
	__u8 local_address[16]; /* IPv4 in the first four bytes */
	__u8 remote_address[16];
	__u8 comm[16];		/* of the process, for those gone before /proc was read */
	__u8 role;		/* enum socket_role */
	__u8 pad_1[7];
};

/* One operation on one socket. */
struct data_event {
	struct event_header header;
	__u64 socket_id;
	__u64 context_id; /* egress: of the activity; ingress: the fresh one. 0: none */
	__u64 position;	  /* of the first byte in its direction; as of role (see design: Positions). UDP: how many datagrams; 0: one */
	__u32 tgid;
	__u32 tid;
	__u32 turn;
	__u32 reads; /* ingresses of this thread that were sent up so far, this one included */
	__u32 initial_sent;
	__u32 initial_received;
	__u32 length;	/* bytes moved */
	__u32 captured; /* bytes in payload[], <= length */
	__u16 flags;	/* enum data_flag */
	__u8 direction; /* enum direction */
	__u8 role;	/* enum socket_role, as known now */
	__u8 uncaptured; /* enum uncaptured_reason */
	__u8 pad_1[3];
	/*
	 * The object by which the runtime tells activities apart: BORN and when it was made (from the agent's start, in
	 * units of 8 ns), if that was seen, else its address; 0: none; ACTIVITY_UNREADABLE. Then those that it was copied from.
	 * With DATA_ASYNC_IDS, of Node's async_hooks: the id of what runs, of what triggered it, how many were given out, and
	 * how many of them before the loop began to run immediates (0: it did not since the last event of the process).
	 */
	__u64 activity;
	__u64 parent_activity;
	__u64 grandparent_activity;
	__u64 gone_activity; /* of any process: its object was freed since; each is told once. 0: none */
	__u8 payload[];
};
_Static_assert(sizeof(struct data_event) == 112, "no hidden padding");

/* A socket stopped sending, or is gone. Only for sockets that were described. */
struct close_event {
	struct event_header header;
	__u64 socket_id;
	__u32 tgid;  /* of the thread that closed; 0 in CLOSE, which an interrupt may enter */
	__u32 error; /* sk_err: errno of a reset or time-out, 0 otherwise */
	__u8 state;  /* TCP state entered: FIN_WAIT1 or LAST_ACK (sending ended), CLOSE (all ended) */
	__u8 role;
	__u8 pad_1[6];
};

struct process_event {
	struct event_header header;
	__u64 start; /* group leader's start, CLOCK_MONOTONIC ns */
	__u32 tgid;
	__u32 parent;
	__u8 comm[16];
};

/* How an event was lost in the kernel. */
enum lost_reason {
	LOST_RING_FULL = 0,  /* the burst could not be written: every event in it */
	LOST_REENTERED = 1,  /* interrupted while both buffers of the CPU were busy */
	LOST_NO_ROOM = 2,    /* a map was full: the socket or thread could not be remembered */
	LOST_SHED = 3,       /* no loss: user space is overloaded and asked not to be told */
	LOST_REASONS = 4,
};

/* Of whom an event was lost. */
enum lost_what {
	LOST_EGRESS_UNKNOWN = 0, /* data: direction * 3 + role */
	LOST_EGRESS_CLIENT = 1,
	LOST_EGRESS_SERVER = 2,
	LOST_INGRESS_UNKNOWN = 3,
	LOST_INGRESS_CLIENT = 4,
	LOST_INGRESS_SERVER = 5,
	LOST_OTHER = 6, /* socket, close, process */
	LOST_WHATS = 7,
};

/* trace_stats_map, one per CPU: only ever grows. */
struct trace_stats {
	__u64 events;	/* handed to a buffer */
	__u64 bursts;	/* written to the ring */
	__u64 direct;	/* events written past a busy buffer */
	__u64 wakeups;
	__u64 sockets;		/* entered in socket_info_map */
	__u64 sockets_gone;	/* known to be gone from it (TCP) */
	__u64 threads;		/* entered in trace_map */
	__u64 threads_gone;
	__u64 conflicts;	/* initial numbers that differed from those kept, after reading again */
	__u64 lost[LOST_REASONS * LOST_WHATS]; /* reason * LOST_WHATS + what */
	__u64 uncaptured[UNCAPTURED_REASONS];  /* operations, by reason */
};

/*
 * data_buf: one per CPU, mapped by user space. Events lie one behind the other
 * in data[] and go to the ring as one record. Whoever wants to know that all
 * events before a moment T are in the ring reads the clock (T), then busy, then
 * count: both 0 mean yes. Interrupters of an emitter write past the burst, so
 * records of one CPU are not in order of time.
 */
enum burst_size {
	BURST_EVENTS = 16,   /* written when it holds so many, */
	BURST_BYTES = 16384, /* or so many bytes */
	PAYLOAD_MAX = 16384, /* largest data_event.captured */
	/* BURST_BYTES, a data_event and twice PAYLOAD_MAX: the verifier bounds the pieces of a vector one by one. */
	BURST_DATA = 49280,
};
struct burst {
	__u32 busy;   /* 1: an emitter is inside; set with a full barrier before it takes its time */
	__u32 count;  /* events in data[] */
	__u32 length; /* bytes in data[] */
	__u32 pending[LOST_WHATS]; /* of count, by enum lost_what */
	__u32 pad_0[6];
	__u8 data[BURST_DATA];
};
_Static_assert(__builtin_offsetof(struct burst, data) == 64, "data starts on a cache line");

/* Whether data events of a socket are sent. */
enum mute {
	MUTE_NONE = 0,
	MUTE_UNREAD = 1, /* send no data events: nobody could read them */
	MUTE_SHED = 2,   /* the same, for now and counted as LOST_SHED: there is too much to read */
};

/*
 * socket_verdict_map: mapped by user space, indexed by socket_id modulo its
 * size. An entry is meant for the socket only whose id stands in it.
 */
struct socket_verdict {
	__u64 socket_id;
	__u64 skip_egress;  /* copy nothing that ends at or before this position */
	__u64 skip_ingress;
	__u32 limit; /* bytes copied per operation */
	__u32 mute;  /* enum mute */
};

/* proto_infer_cache_map: mapped by user space, indexed by server port, of datagrams from 65536 on; 0 protocol: none known. */
struct proto_infer_cache {
	__u32 protocol; /* number in the registry of protocols, from 1 */
	__u32 limit;	/* bytes copied per operation of a new connection */
};

/* kprobe_port_bitmap: one entry, mapped by user space. Bit port % 8 of byte port / 8; either end's port counts. */
struct kprobe_port_bitmap {
	__u8 unrecognised[8192]; /* send up whole, protocol or not, datagrams too */
	__u8 left_alone[8192];	 /* neither handle nor send up */
};

/* protocol_filter: mapped by user space, indexed by protocol number. */
struct protocol_filter {
	__u32 disabled; /* 1: a connection to a port known to speak it is left alone */
};

/* wake_map: one entry, mapped by user space. */
struct wake {
	__u32 need_wake; /* set by the reader before it sleeps; the first emitter clears it and wakes through wake_ring */
	__u32 pad_0[15];
};

/* trace_conf_map, one per CPU: the ids given last; user space sets where they begin. */
struct trace_conf {
	__u64 context_id;
	__u64 socket_id[2]; /* by enum id_source, each counted by itself: the second interrupts the first */
};
enum id_source { ID_BY_DATA = 0, ID_BY_STATE = 1 };

enum runtime_kind { RUNTIME_PYTHON = 1, RUNTIME_NODE = 2 };

/* In the place of an activity: there may be one, but it could not be read. No address is so low. */
enum activity_word { ACTIVITY_UNREADABLE = 1 };

/* proc_info_map, by process: where its runtime says of which activity a thread works. Written by user space. */
struct proc_info {
	__u64 context_type; /* address of PyContext_Type, which every context object points to */
	__u32 kind;	    /* enum runtime_kind */
	__u32 slot;	    /* of the address of the PyThreadState, from the thread pointer */
	__u32 context;	    /* of the address of the context object, in the PyThreadState */
	__u32 pad_0;
	__u64 async_ids;    /* Node: address of async_id_fields (AsyncHooks) of the first thread */
	__u64 ids_before;   /* Node: ids given out when the loop began to run immediates, until told; written by the kernel side */
	__u64 polled;	    /* Node: address of libuv's `inv`, a pointer while the loop calls back for what it has polled */
};

/* proc_info_count: one entry, mapped by user space. */
struct proc_info_count {
	__u32 processes; /* in proc_info_map, which is looked at only if there are any */
	__u32 births;	 /* processes of which births are seen: in context_births */
	__u32 nodes;	 /* of those in proc_info_map, RUNTIME_NODE */
	__u32 pad_0;
};

/* context_births, by process and address of the object: as in struct data_event. */
struct birth {
	__u64 activity;
	__u64 parent;
	__u64 grandparent;
	__u64 used; /* it was current while a socket was used */
};
