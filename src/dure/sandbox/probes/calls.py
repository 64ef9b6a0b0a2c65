"""System calls that a computation never needs, each tried with harmless arguments."""

from __future__ import annotations

import ctypes
import os
import struct

from dure.sandbox.probes.attempt import Clues, attempt, call

_AT_FDCWD = -100
_MS_REMOUNT, _MS_BIND = 32, 4096
_TIOCSTI = 0x5412
_IPC_PRIVATE, _IPC_RMID = 0, 0
_PERSONALITY_QUERY = 0xFFFFFFFF
_UFFD_USER_MODE_ONLY = 1


@attempt
def _mount(clues: Clues) -> str:
    call(clues, "mount", b"tmpfs", b"/dev/shm", b"tmpfs", 0, None)
    call(clues, "umount2", b"/dev/shm", 2)
    return "mounted"


@attempt
def _unmount(clues: Clues) -> str:
    call(clues, "umount2", b"/in", 2)
    return "unmounted"


@attempt
def _remount(clues: Clues) -> str:
    call(clues, "mount", None, b"/tmp", None, _MS_REMOUNT | _MS_BIND, None)
    return "changed a mount"


@attempt
def _open_tree(clues: Clues) -> str:
    os.close(call(clues, "open_tree", _AT_FDCWD, b"/", 1))
    return "cloned a mount"


@attempt
def _new_filesystem(clues: Clues) -> str:
    os.close(call(clues, "fsopen", b"tmpfs", 0))
    return "began a file system"


@attempt
def _pivot_root(clues: Clues) -> str:
    call(clues, "pivot_root", b"/tmp", b"/tmp")
    return "changed the root"


@attempt
def _chroot(clues: Clues) -> str:
    call(clues, "chroot", b"/")
    return "changed its root"


@attempt
def _keyring(clues: Clues) -> str:
    call(clues, "keyctl", 0, -3, 1)
    return "the kernel's keyring"


@attempt
def _add_key(clues: Clues) -> str:
    call(clues, "add_key", b"user", b"dure", b"v", 1, -1)
    return "added a key"


@attempt
def _io_uring(clues: Clues) -> str:
    os.close(call(clues, "io_uring_setup", 4, ctypes.create_string_buffer(200)))
    return "a ring that makes calls past the filter"


@attempt
def _bpf(clues: Clues) -> str:
    request = ctypes.create_string_buffer(struct.pack("IIII", 1, 4, 8, 1) + bytes(100))
    os.close(call(clues, "bpf", 0, request, 72))
    return "a map in the kernel"


@attempt
def _perf(clues: Clues) -> str:
    request = ctypes.create_string_buffer(struct.pack("IIQ", 1, 120, 0) + bytes(120))
    os.close(call(clues, "perf_event_open", request, 0, -1, -1, 0))
    return "a performance counter"


@attempt
def _userfaultfd(clues: Clues) -> str:
    os.close(call(clues, "userfaultfd", _UFFD_USER_MODE_ONLY))
    return "handles page faults"


@attempt
def _memory_file(clues: Clues) -> str:
    os.close(call(clues, "memfd_create", b"x", 0))
    return "a file in memory that no quota counts"


@attempt
def _secret_memory(clues: Clues) -> str:
    os.close(call(clues, "memfd_secret", 0))
    return "memory that the kernel can't see"


@attempt
def _shared_memory(clues: Clues) -> str:
    segment = call(clues, "shmget", _IPC_PRIVATE, 4096, 0o1600)
    call(clues, "shmctl", segment, _IPC_RMID, None)
    return "a segment of shared memory"


@attempt
def _message_queue(clues: Clues) -> str:
    queue = call(clues, "msgget", _IPC_PRIVATE, 0o1600)
    call(clues, "msgctl", queue, _IPC_RMID, None)
    return "a message queue"


@attempt
def _posix_queue(clues: Clues) -> str:
    os.close(call(clues, "mq_open", b"dure", os.O_CREAT | os.O_RDWR, 0o600, None))
    call(clues, "mq_unlink", b"dure")
    return "a POSIX message queue"


@attempt
def _local_descriptors(clues: Clues) -> str:
    call(clues, "modify_ldt", 0, ctypes.create_string_buffer(16), 16)
    return "the local descriptor table"


@attempt
def _personality(clues: Clues) -> str:
    call(clues, "personality", _PERSONALITY_QUERY)
    return "the call that turns address randomisation off"


@attempt
def _file_handle(clues: Clues) -> str:
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    call(clues, "name_to_handle_at", _AT_FDCWD, b"/", handle, ctypes.byref(ctypes.c_int()), 0)
    return "a handle that opens files past their path"


@attempt
def _watch_files(clues: Clues) -> str:
    os.close(call(clues, "fanotify_init", 0, 0))
    return "watches everybody's files"


@attempt
def _host_name(clues: Clues) -> str:
    call(clues, "sethostname", b"x", 1)
    return "renamed the machine"


@attempt
def _set_clock(clues: Clues) -> str:
    # The offset is zero, so that the attempt leaves the clock alone even where it succeeds.
    call(
        clues,
        "clock_adjtime",
        0,
        ctypes.create_string_buffer(struct.pack("I", 0x0100) + bytes(400)),
    )
    return "may set the clock"


@attempt
def _accounting(clues: Clues) -> str:
    call(clues, "acct", b"/nowhere/at/all")
    return "process accounting"


@attempt
def _swap(clues: Clues) -> str:
    call(clues, "swapon", b"/tmp/none", 0)
    return "swap"


@attempt
def _load_module(clues: Clues) -> str:
    call(clues, "init_module", b"", 0, b"")
    return "a kernel module"


@attempt
def _load_kernel(clues: Clues) -> str:
    call(clues, "kexec_load", 0, 0, None, 0)
    return "another kernel"


@attempt
def _reboot(clues: Clues) -> str:
    call(clues, "reboot", 0, 0, 0, None)
    return "reboot"


@attempt
def _type_into_terminal(clues: Clues) -> str:
    call(clues, "ioctl", 0, _TIOCSTI, ctypes.create_string_buffer(b"x"))
    return "typed into the terminal"


@attempt
def _join_keyring_session(clues: Clues) -> str:
    call(clues, "keyctl", 1, None)
    return "another session keyring"
