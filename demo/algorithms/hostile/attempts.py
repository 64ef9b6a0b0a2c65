"""What a hostile algorithm tries. Each attempt returns what it got hold of, or fails.

An attempt that returns has escaped; one that raises was contained. Every target is a canary that
whoever runs this has put there: nothing is ever sent to another machine, and nothing is changed.
"""

# An attacker speaks to the system plainly.
# ruff: noqa: ARG001, BLE001, N818, PTH108, PTH115, PTH118, PTH123
import ctypes
import os
import socket
import subprocess
import sys
import time


class Contained(Exception):
    """The attempt found nothing."""


def tcp(canary):
    """Connect to a port of the host."""
    with socket.create_connection(("127.0.0.1", int(canary.get("tcp_port", 9))), timeout=2):
        return "connected"


def udp(canary):
    """Send a datagram to a port of the host."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"canary", ("127.0.0.1", int(canary.get("udp_port", 9))))
        return "sent"


def dns(canary):
    """Resolve a name that the host's own files know."""
    return str(len(socket.getaddrinfo(canary.get("host", "localhost"), 80)))


def unix_socket(canary):
    """Connect to a socket in the host's abstract namespace."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        client.connect("\0" + canary.get("unix_name", "dure-canary"))
        return "connected"


def shadow_file(canary):
    """Read the host's password hashes."""
    with open(canary.get("shadow", "/etc/shadow"), "rb") as file:
        return f"{len(file.read())} bytes"


def host_file(canary):
    """Read a file by the path it has on the host."""
    with open(canary.get("host_file", "/etc/hostname"), "rb") as file:
        return f"{len(file.read())} bytes"


def home_folders(canary):
    """List people's homes."""
    found = []
    for place in str(canary.get("homes", "/root:/home")).split(":"):
        try:
            found += os.listdir(place)
        except OSError:
            continue
    if not found:
        raise Contained("no home")
    return f"{len(found)} entries"


def other_runs(canary):
    """Find what another run left in a scratch folder or in shared memory."""
    left = []
    for place in str(canary.get("scratch", "/tmp:/var/tmp:/dev/shm:/mnt:/run")).split(":"):
        try:
            left += [name for name in os.listdir(place) if name != "algorithm"]
        except OSError:
            continue
    if not left:
        raise Contained("nothing left by others")
    return f"{len(left)} entries"


def environment(canary):
    """Find a secret in the environment."""
    secrets = [n for n in os.environ if n.startswith("DURE_") or "SECRET" in n or "TOKEN" in n]
    if not secrets:
        raise Contained(f"{len(os.environ)} variables, none of them secret")
    return f"{len(secrets)} secrets"


def other_processes(canary):
    """Read the environment of a process that is not ours."""
    ours = {str(os.getpid()), "self", "thread-self"}
    seen = [name for name in os.listdir("/proc") if name.isdigit() and name not in ours]
    for name in seen:
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if b"DURE_" in file.read():
                    return f"the environment of process {name}"
        except OSError:
            continue
    raise Contained(f"{len(seen)} other processes in sight")


def parent_memory(canary):
    """Search the memory of the process that started this one for its secrets."""
    parent, wanted = os.getppid(), b"DURE_" + b"CANARY="
    with open(f"/proc/{parent}/maps", encoding="ascii") as file:
        regions = [line.split() for line in file if "[stack]" in line or "[heap]" in line]
    searched = 0
    with open(f"/proc/{parent}/mem", "rb", buffering=0) as memory:
        for region in regions:
            first, last = (int(word, 16) for word in region[0].split("-"))
            memory.seek(first)
            content = memory.read(min(last - first, 1 << 26)) or b""
            searched += len(content)
            if wanted in content:
                return "a secret"
    raise Contained(f"{searched} bytes searched")


def open_descriptors(canary):
    """Read what was left open in this process."""
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if int(name) > 2 and target.startswith("/") and not target.startswith(("/proc", "/dev")):
            if target.startswith(("/in/", "/out/", "/site", "/py/", "/dure/", "/tmp/algorithm")):
                continue
            return "a file of the host"
    raise Contained("only our own")


def targets_in_files(canary):
    """Search every file in reach for the answer key."""
    known = {"/in/train.parquet", "/in/features.parquet"}
    searched = 0
    for root in str(canary.get("search", "/")).split(":"):
        for place, folders, names in os.walk(root):
            if place == "/":
                skipped = {"proc", "sys", "site", "site1", "py", "lib", "lib64", "usr", "dure"}
                folders[:] = [folder for folder in folders if folder not in skipped]
            for name in names:
                path = os.path.join(place, name)
                if path in known or path.startswith("/dev/"):
                    continue
                try:
                    with open(path, "rb") as file:
                        searched += 1
                        if file.read(4) == b"PAR1" or "answer" in name:
                            return "a table that is neither train nor features"
                except OSError:
                    continue
    raise Contained(f"{searched} files searched")


def targets_in_descriptors(canary):
    """Search every descriptor up to 4096 for the answer key, open or inherited."""
    for number in range(3, 4096):
        try:
            if os.pread(number, 4, 0) == b"PAR1":
                target = os.readlink(f"/proc/self/fd/{number}")
                if target not in ("/in/train.parquet", "/in/features.parquet"):
                    return f"descriptor {number}"
        except OSError:
            continue
    raise Contained("no descriptor leads to a table")


def write_outside(canary):
    """Write where others would read it."""
    places = "/:/in:/dure:/site:/py:/etc:/usr:/proc/sys/kernel"
    for place in str(canary.get("write", places)).split(":"):
        path = os.path.join(place, "dure-canary")
        try:
            with open(path, "wb") as file:
                file.write(b"x")
        except OSError:
            continue
        os.unlink(path)
        return place
    raise Contained("no place outside can be written")


def core_pattern(canary):
    """Open the kernel's crash handler for writing (nothing is written)."""
    descriptor = os.open(canary.get("core_pattern", "/proc/sys/kernel/core_pattern"), os.O_WRONLY)
    os.close(descriptor)
    return "open for writing"


def new_namespace(canary):
    """Become root of a namespace of its own."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "a new user namespace"


def other_program(canary):
    """Start a shell."""
    return subprocess.run(["/bin/sh", "-c", "id"], capture_output=True, check=True).stdout.decode()


def fork_bomb(canary):
    """Start processes until the host gives in; 400 are enough to see that nothing stops it."""
    wanted, children = int(canary.get("forks", 400)), []
    try:
        while len(children) < wanted:
            child = os.fork()
            if child == 0:
                time.sleep(20)
                os._exit(0)
            children.append(child)
    except OSError as error:
        raise Contained(f"stopped after {len(children)} processes: {error.strerror}") from None
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)
    return f"{len(children)} processes"


EXPLORE = {
    "network-tcp": tcp,
    "network-udp": udp,
    "network-dns": dns,
    "network-unix": unix_socket,
    "file-shadow": shadow_file,
    "file-host": host_file,
    "file-homes": home_folders,
    "file-other-runs": other_runs,
    "environment": environment,
    "proc-others": other_processes,
    "proc-parent-memory": parent_memory,
    "descriptors": open_descriptors,
    "targets-files": targets_in_files,
    "targets-descriptors": targets_in_descriptors,
    "write-outside": write_outside,
    "write-core-pattern": core_pattern,
    "namespace": new_namespace,
    "shell": other_program,
    "fork-bomb": fork_bomb,
}


def attempt(function, canary):
    """Return the outcome of one attempt and what it saw, in a few words."""
    try:
        seen = function(canary)
    except Contained as contained:
        return {"outcome": "contained", "seen": str(contained)}
    except OSError as error:
        return {"outcome": "contained", "seen": error.strerror or type(error).__name__}
    except Exception as error:
        return {"outcome": "contained", "seen": type(error).__name__}
    return {"outcome": "escaped", "seen": str(seen)}


def main(argv):
    """Make one attempt by name and print its outcome; used as a positive control."""
    import json

    name, canary = argv[1], json.loads(argv[2])
    print(json.dumps(attempt(EXPLORE[name], canary)))


if __name__ == "__main__":
    main(sys.argv)
