"""A box of GPUs that are not there: what the stub of libnvidia-ml.so.1 tells, and tests rewrite."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
GIB = 2**30
NOT_SUPPORTED, NO_PERMISSION, NO_DRIVER, LOST, RESET_REQUIRED, MISMATCH = 3, 4, 9, 15, 16, 18
UNKNOWN = -1
"""As a process's memory or utilisation: the driver does not say."""

USE_GPU = """
import os
def use_gpu(gib=1.0, util=50):
    "Be seen by the stub on each GPU that this process was given, until it ends."
    for uuid in filter(None, os.environ["CUDA_VISIBLE_DEVICES"].split(",")):
        line = f"proc\\tgpu={uuid}\\tpid={os.getpid()}\\tmem={int(gib * 2**30)}\\tutil={util}\\n"
        with open(os.environ["NVML_STUB_STATE"] + ".run", "ab", 0) as file:
            file.write(line.encode())
"""
"""What a trial's script begins with to be seen on its GPUs."""


@functools.cache
def stub(missing: tuple[str, ...] = ()) -> Path:
    """The folder of a libnvidia-ml.so.1, compiled once; `missing` names symbols that it lacks."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: the stub of libnvidia-ml.so.1 cannot be built")
    folder = Path(tempfile.mkdtemp(prefix="nvml-stub-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    name = "libnvidia-ml.so.1"
    command = [compiler, "-shared", "-fPIC", "-O1", "-pthread", f"-Wl,-soname,{name}"]
    if missing:
        hidden = folder / "symbols"
        hidden.write_text(f"{{ global: *; local: {' '.join(f'{m};' for m in missing)} }};")
        command.append(f"-Wl,--version-script={hidden}")
    subprocess.run([*command, str(HERE / "stub.c"), "-o", str(folder / name)], check=True)
    return folder


@dataclass
class FakeProcess:
    """A process on a GPU; `kind` is 0 for compute, 1 for graphics, 2 for MPS."""

    pid: int
    memory: int = GIB
    util: int = 50
    kind: int = 0


@dataclass
class FakeGpu:
    """A GPU, or a MIG instance, in the driver's own units: milliwatts, MHz, bytes."""

    uuid: str
    bus: int = 0
    name: str = "NVIDIA H100 80GB HBM3"
    util: int = 0
    mem_used: int = GIB // 2
    mem_total: int = 80 * GIB
    temperature: int = 40
    power: int = 120_000
    power_limit: int = 700_000
    sm_clock: int = 1980
    mem_clock: int = 2619
    throttle: int = 0
    ecc: int = 0
    processes: dict[int, FakeProcess] = field(default_factory=dict)
    instances: list[FakeGpu] = field(default_factory=list)


class Box:
    """The GPUs of a box, by index; every change is written at once.

    `env` is what a process needs to see them. A GPU that is added is seen by whoever opens NVML
    anew, one that is taken away is lost at once.
    """

    def __init__(self, folder: Path, gpus: int = 2, missing: tuple[str, ...] = ()) -> None:
        self.path = folder / "nvml"
        self.env = {"LD_LIBRARY_PATH": str(stub(missing)), "NVML_STUB_STATE": str(self.path)}
        self.driver, self.cuda = "570.86.15", 12080
        self.gpus: list[FakeGpu] = []
        self._faults: list[tuple[str, str, int]] = []
        self._hangs: set[str] = set()
        self._xids: list[tuple[str, int]] = []
        for _ in range(gpus):
            self.add()

    def uuid(self, gpu: int) -> str:
        """The identity of a GPU."""
        return self.gpus[gpu].uuid

    def add(self) -> FakeGpu:
        """Put in another GPU."""
        n = len(self.gpus)
        gpu = FakeGpu(uuid=f"GPU-{n:08x}-5eed-4000-8000-{n:012x}", bus=16 + n)
        self.gpus.append(gpu)
        self.write()
        return gpu

    def vanish(self, gpu: int) -> FakeGpu:
        """Take a GPU out; those behind it move up."""
        gone = self.gpus.pop(gpu)
        self.write()
        return gone

    def put_back(self, gpu: int, gone: FakeGpu) -> None:
        """Put in again what has vanished."""
        self.gpus.insert(gpu, gone)
        self.write()

    def set(self, gpu: int, **values: int | str) -> None:
        """Change what a GPU says: fields of `FakeGpu`."""
        for name, value in values.items():
            setattr(self.gpus[gpu], name, value)
        self.write()

    def mig(self, gpu: int, instances: int) -> None:
        """Cut a GPU into instances; 0 makes it whole again."""
        whole = self.gpus[gpu]
        share = whole.mem_total // max(1, instances)
        whole.instances = [
            FakeGpu(uuid=f"MIG-{whole.uuid[4:12]}-{n:04x}", mem_total=share, mem_used=0)
            for n in range(instances)
        ]
        self.write()

    def run(self, gpu: int, pid: int, *, memory: int = GIB, util: int = 50, kind: int = 0) -> None:
        """Put a process on a GPU, or change what it uses there."""
        self.gpus[gpu].processes[pid] = FakeProcess(pid, memory, util, kind)
        self.write()

    def run_on(self, device: FakeGpu, pid: int, **values: int) -> None:
        """Put a process on a GPU or an instance that is at hand."""
        device.processes[pid] = FakeProcess(pid, **values)
        self.write()

    def end(self, gpu: int, pid: int) -> None:
        """Take a process off a GPU."""
        del self.gpus[gpu].processes[pid]
        self.write()

    def fail(self, code: int, call: str = "*", gpu: int | None = None) -> None:
        """Have a call, or all, fail with NVML's error `code`: on one GPU, or everywhere."""
        self._faults.append(("*" if gpu is None else self.uuid(gpu), call, code))
        self.write()

    def unsupported(self, call: str, gpu: int | None = None) -> None:
        """Have a call say that it is not supported."""
        self.fail(NOT_SUPPORTED, call, gpu)

    def lose(self, gpu: int) -> None:
        """Have a GPU fall off the bus."""
        self.fail(LOST, gpu=gpu)

    def heal(self) -> None:
        """Let every call succeed again."""
        self._faults.clear()
        self.write()

    def hang(self, call: str = "*") -> None:
        """Have a call, or all, never return."""
        self._hangs.add(call)
        self.write()

    def unhang(self) -> None:
        """Let the calls that hang return."""
        self._hangs.clear()
        self.write()

    def xid(self, gpu: int, code: int) -> None:
        """Have the driver report an XID error of a GPU."""
        self._xids.append((self.uuid(gpu), code))
        self.write()

    def write(self) -> None:
        """Replace what the stub reads."""
        lines = [_line("system", driver=self.driver, cuda=self.cuda)]
        for gpu in self.gpus:
            lines += _lines_of("gpu", gpu, mig=len(gpu.instances))
            for instance in gpu.instances:
                lines += _lines_of("mig", instance, parent=gpu.uuid)
        lines += [_line("fail", gpu=g, call=call, code=code) for g, call, code in self._faults]
        lines += [_line("hang", call=call) for call in self._hangs]
        lines += [_line("xid", n=n, gpu=g, code=c) for n, (g, c) in enumerate(self._xids, 1)]
        written = self.path.with_suffix(".new")
        written.write_text("".join(lines))
        os.replace(written, self.path)


def _lines_of(kind: str, gpu: FakeGpu, **more: int | str) -> list[str]:
    values = {name: v for name, v in vars(gpu).items() if name not in ("processes", "instances")}
    return [_line(kind, **values, **more)] + [
        _line("proc", gpu=gpu.uuid, pid=p.pid, mem=p.memory, util=p.util, graphics=p.kind)
        for p in gpu.processes.values()
    ]


def _line(kind: str, **values: int | str) -> str:
    return kind + "".join(f"\t{name}={value}" for name, value in values.items()) + "\n"
