"""Attempts to reach anything over a socket."""

from __future__ import annotations

import socket

from dure.trials.probes.attempt import Clues, attempt

_WAIT_S = 2.0


@attempt
def _tcp_loopback(clues: Clues) -> str:
    socket.create_connection(("127.0.0.1", clues["port"]), _WAIT_S).close()
    return "connected to a service of the host"


@attempt
def _tcp_listen(_: Clues) -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
    return "listening"


@attempt
def _udp_loopback(clues: Clues) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", clues["port"]))
    return "sent"


@attempt
def _udp6_loopback(clues: Clues) -> str:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("::1", clues["port"]))
    return "sent"


@attempt
def _name_lookup(_: Clues) -> str:
    return str(socket.getaddrinfo("example.com", 80))


@attempt
def _abstract_socket(clues: Clues) -> str:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + clues["abstract"])
    return "connected by an abstract name"


@attempt
def _path_socket(clues: Clues) -> str:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(clues["socket_path"])
    return "connected by a path"


@attempt
def _datagram_from_a_pair(clues: Clues) -> str:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        ours.sendto(b"x", "\0" + clues["abstract_datagram"])
    return "sent to a socket that it was not paired with"


@attempt
def _internet_pair(_: Clues) -> str:
    socket.socketpair(socket.AF_INET)
    return "a pair of internet sockets"


@attempt
def _netlink(_: Clues) -> str:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()
    return "a netlink socket"


@attempt
def _raw_packet(_: Clues) -> str:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3).close()
    return "a packet socket"


@attempt
def _raw_internet(_: Clues) -> str:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    return "a raw socket"


@attempt
def _vsock(_: Clues) -> str:
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()
    return "a socket to the hypervisor, which no network namespace confines"


@attempt
def _kernel_crypto(_: Clues) -> str:
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0).close()
    return "a socket to the kernel's crypto"
