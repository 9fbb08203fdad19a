"""One process per attempt: it starts the trial, outlives the engine, and tells how it ended.

The runner holds the attempt's lock and the leases of its GPUs, is the parent of the trial and the
adoptive parent of whatever the trial leaves behind; if it dies, the kernel kills the trial. It is
forked by a zygote, so it is standard library only, in Python 3.8 syntax, and imports nothing once
it runs.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import time
from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar

from . import leases, procfs, record, trees

RUNNER_FAILPOINTS = (
    "runner.started",
    "runner.locked",
    "runner.claimed",
    "runner.trial_started",
    "runner.trial_ended",
    "runner.exit_written_tmp",
    "runner.exit_written",
)
SETTLED, OUTRUN = 0, 3
"""What the runner itself exits with: it told how the trial ended, or it never started one."""

_WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
_KILL_S = 2.0
"""How long a killed process may take to go before it counts as one that will not."""
_OBEY_S = 0.02
"""How soon after a stop what was held apart from the trial's own group is let go on."""
_LEAVE_S = 0.1
"""How long what the trial leaves behind may take to leave by itself, to clean up after it."""

_RETRY_S = 0.5
"""How often a full disk is tried again."""

_Written = TypeVar("_Written")
Request = Dict[str, Any]
Become = Callable[[Request], None]


def supervise(request: Request, become: Become) -> int:
    """Run one attempt from its claim to its `exit.json`; `become` makes a child the trial."""
    os.setsid()
    procfs.adopt_orphans()
    procfs.set_name("runner " + request["name"])
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    _failpoint(request, 0)
    folder = request["attempt_dir"]
    lock = _with_space(lambda: record.take_lock(folder))
    if lock is None:
        return OUTRUN
    _failpoint(request, 1)
    if not _with_space(lambda: record.create_claim(folder, _claim(request))):
        return OUTRUN
    _failpoint(request, 2)
    try:
        held = leases.hold_all(request.get("leases", ()), request.get("lease_owner", ""))
    except leases.NotOurs as refusal:
        _tell(request, {"ended_at": time.time(), "lost": str(refusal)})
        return SETTLED
    output = _with_space(lambda: record.open_output(folder))
    if output is None:
        return OUTRUN
    _run(request, become, [lock, *held], output)
    return SETTLED


def _run(request: Request, become: Become, locks: List[int], output: int) -> None:
    result = {"code": None, "signal": None, "started_at": time.time()}  # type: Dict[str, Any]
    trial, error = _start(request, become, locks, output)
    _failpoint(request, 3)
    status = _await_end(trial, request["grace_s"])
    _failpoint(request, 4)
    result["leftover"] = _end_the_rest()
    result["ended_at"] = time.time()
    result["peak_memory"] = _peak_memory()
    if error:
        result["error"] = error
    elif status is not None and os.WIFEXITED(status):
        result["code"] = os.WEXITSTATUS(status)
    else:
        result["signal"] = signal.SIGKILL if status is None else os.WTERMSIG(status)
    _tell(request, result)


def _tell(request: Request, result: Dict[str, Any]) -> None:
    written = _with_space(lambda: record.write_exit(request["attempt_dir"], result))
    if written is None:
        return
    _failpoint(request, 5)
    record.publish_exit(written)
    _failpoint(request, 6)


def _with_space(write: Callable[[], _Written]) -> Optional[_Written]:
    """Do it, on a full disk as soon as there is space; None if told to go before."""
    while True:
        try:
            return write()
        except OSError as fault:
            if fault.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
        if signal.sigtimedwait(_WATCHED - {signal.SIGCHLD}, _RETRY_S):
            return None


def _claim(request: Request) -> Dict[str, Any]:
    pid = os.getpid()
    claim = {"pid": pid, "start_time": procfs.start_time(pid), "boot_id": procfs.boot_id()}
    claim.update(request["claim"])
    return claim


def _start(request: Request, become: Become, locks: List[int], output: int) -> Tuple[int, str]:
    """Fork the trial; the text says why it could not become what it should, if it could not."""
    told, tell = os.pipe()
    runner = os.getpid()
    trial = os.fork()
    if trial == 0:
        try:
            procfs.die_with_parent(runner)
            os.close(told)
            for lock in locks:
                os.close(lock)
            _prepare(request, output)
            become(dict(request, ready=tell))
        except OSError as fault:
            os.write(tell, str(fault).encode(errors="replace")[:1000])
        finally:
            os._exit(127)
    os.close(output)
    os.close(tell)
    with open(told, "rb") as pipe:
        return trial, pipe.read().decode(errors="replace")


def _prepare(request: Request, output: int) -> None:
    """Give the child a session, standard streams, signals and folder as a shell would."""
    os.setsid()
    procfs.set_name(request["name"])
    nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(output)
    os.close(nothing)
    os.chdir(request["cwd"])
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def become_program(request: Request) -> None:
    """Turn the child into the program that the command names."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    argv = request["argv"]
    try:
        os.execvpe(argv[0], argv, request["env"])
    except OSError as fault:
        hint = "; does it begin with #!?" if fault.errno == errno.ENOEXEC else ""
        raise OSError(f"{argv[0]}: {fault.strerror}{hint}") from None


def _await_end(trial: int, grace_s: float) -> Optional[int]:
    """Wait for the trial's status, ending it when told to; None where even SIGKILL fails."""
    continue_at = kill_at = give_up_at = None  # type: Optional[float]
    while True:
        status = _reap(trial)
        now = time.monotonic()
        if status is not None or (give_up_at is not None and now >= give_up_at):
            return status
        if continue_at is not None and now >= continue_at:
            _continue_all()
            continue_at = None
        if kill_at is not None and now >= kill_at and give_up_at is None:
            _signal_group(trial, signal.SIGKILL)
            give_up_at = now + _KILL_S
        due = continue_at or give_up_at or kill_at
        received = signal.sigtimedwait(_WATCHED, 3600.0 if due is None else max(due - now, 0.0))
        if received and received.si_signo != signal.SIGCHLD and kill_at is None:
            _signal_group(trial, signal.SIGTERM)
            _signal_group(trial, signal.SIGCONT)
            asked = time.monotonic()
            continue_at, kill_at = asked + _OBEY_S, asked + grace_s


def _continue_all() -> None:
    """Let all of the tree go on: what was held in a session of its own cannot obey, nor help."""
    own = os.getpid()
    started = procfs.start_time(own)
    if started is not None:
        trees.continue_tree(own, started)


def _reap(trial: int) -> Optional[int]:
    """Collect every dead child; the trial's status if it is among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == trial:
            found = status


def _signal_group(trial: int, number: int) -> None:
    """Signal the trial's process group, or the trial alone where it has left its own group."""
    try:
        if os.getpgid(trial) == trial:
            os.killpg(trial, number)
        else:
            os.kill(trial, number)
    except ProcessLookupError:
        pass


def _end_the_rest() -> List[str]:
    """Kill what is left of the tree, all of it ours by adoption; name what will not go."""
    kill_at = time.monotonic() + _LEAVE_S
    give_up_at = kill_at + _KILL_S
    while _has_children():
        now = time.monotonic()
        if now >= give_up_at:
            return [procfs.describe(pid) for pid in procfs.descendants(os.getpid())]
        if now >= kill_at:
            for pid in procfs.descendants(os.getpid()):
                procfs.kill(pid)
        signal.sigtimedwait({signal.SIGCHLD}, 0.01)
    return []


def _peak_memory() -> int:
    """The most resident bytes of the largest process of the tree: the kernel sums up no tree."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def _has_children() -> bool:
    """Collect the dead; without any child left, no descendant is left either."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _failpoint(request: Request, number: int) -> None:
    if request.get("failpoint") == RUNNER_FAILPOINTS[number]:
        os.kill(os.getpid(), signal.SIGKILL)
