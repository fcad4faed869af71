#!/usr/bin/env python3
"""How fast Gearman jobs are done, beside the stock client: tests/bench/gearman.py [JOBS]

Prints jobs per second of `gearman -w` and of reeve, and the processor time of each, both running
the same executable that does nothing (the median of ROUNDS=3), how long 1,000 jobs take that run at
the same time, and what JOBS (20000) leave behind in memory and open descriptors. REEVE is the
binary, CC the compiler.
"""
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REEVE = os.environ.get("REEVE", os.path.join(HERE, "../../build/reeve"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
CONCURRENCY = 4
SUBMIT_JOB_BG = 18


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, folder):
        self.port = free_port()
        self.process = subprocess.Popen(
            ["/usr/sbin/gearmand", f"--port={self.port}", "--listen=127.0.0.1", f"--log-file={folder}/gearmand.log",
             f"--pid-file={folder}/gearmand.pid"])
        self.admin = self.connect()
        self.lines = self.admin.makefile()

    def connect(self):
        for _ in range(500):
            try:
                return socket.create_connection(("127.0.0.1", self.port))
            except ConnectionRefusedError:
                time.sleep(0.01)
        raise SystemExit("gearmand does not start")

    def status(self, function):
        """Jobs that are left, and how many of them run."""
        self.admin.sendall(b"status\n")
        left = running = 0
        while (line := self.lines.readline().strip()) != ".":
            name, total, now, _ = line.split("\t")
            if name == function:
                left, running = int(total), int(now)
        return left, running

    def submit(self, function, count):
        with self.connect() as s:
            reader = s.makefile("rb")
            for start in range(0, count, 500):
                some = min(500, count - start)
                for i in range(some):
                    body = b"%s\0u%d\0x" % (function.encode(), start + i)
                    s.sendall(b"\0REQ" + struct.pack(">II", SUBMIT_JOB_BG, len(body)) + body)
                for _ in range(some):
                    size = struct.unpack(">4xII", reader.read(12))[1]
                    reader.read(size)


def write_configuration(folder, server, executor):
    with open(f"{folder}/supervisor.lua", "w") as f:
        f.write(f"""
supervisor {{ log_level = "warning" }}
require("reeve.gearman").supervise {{
    servers = {{ "127.0.0.1:{server.port}" }}, env = {{ GO = "{folder}/go" }},
    functions = {{
        {{ name = "noop", executor = "{executor}", concurrency = {CONCURRENCY} }},
        {{ name = "hold", executor = "{executor}", concurrency = 1000 }},
    }},
}}
""")


def start_reeve(folder):
    return subprocess.Popen([REEVE, "run", "-c", f"{folder}/supervisor.lua", "-s", f"unix:{folder}/sock"])


def start_client(server, executor):
    return subprocess.Popen(["gearman", "-h", "127.0.0.1", "-p", str(server.port), "-w", "-f", "noop", "--", executor],
                            stdout=subprocess.DEVNULL)


def processor_time(pid):
    """Seconds, the worker's own and its children's."""
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return sum(int(n) for n in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def rate(server, worker, count):
    """Jobs per second, and seconds of processor time, from the first tenth on: the start does not count."""
    first = count - count // 10
    while server.status("noop")[0] > first:
        time.sleep(0.002)
    began, worked = time.monotonic(), processor_time(worker.pid)
    left = server.status("noop")[0]
    while server.status("noop")[0] > 0:
        time.sleep(0.005)
    seconds = time.monotonic() - began
    worked = processor_time(worker.pid) - worked
    worker.terminate()
    worker.wait()
    return left / seconds, worked / left


def compare(server, folder, executor):
    figures = {"gearman -w": [], "reeve": []}
    for _ in range(ROUNDS):
        server.submit("noop", 3000)
        figures["gearman -w"].append(rate(server, start_client(server, executor), 3000))
        server.submit("noop", 3000)
        figures["reeve"].append(rate(server, start_reeve(folder), 3000))
    medians = {}
    for who, rounds in figures.items():
        medians[who] = [statistics.median(column) for column in zip(*rounds)]
        print(f"{who:12} {medians[who][0]:8.0f} jobs/s {1000 * medians[who][1]:8.2f} ms of processor time a job")
    ratio = [ours / theirs for ours, theirs in zip(medians["reeve"], medians["gearman -w"])]
    print(f"{'ratio':12} {ratio[0]:8.2f} (to be at least 0.70) {ratio[1]:.2f}")


def hold_a_thousand(server, folder):
    server.submit("hold", 1000)
    worker = start_reeve(folder)
    began = time.monotonic()
    while server.status("hold")[1] < 1000:
        time.sleep(0.01)
    print(f"1,000 jobs run at the same time after {time.monotonic() - began:.1f} s")
    open(f"{folder}/go", "w").close()
    began = time.monotonic()
    while server.status("hold")[0] > 0:
        time.sleep(0.01)
    print(f"and have ended {time.monotonic() - began:.1f} s after they may")
    worker.terminate()
    worker.wait()


def usage(pid):
    with open(f"/proc/{pid}/status") as f:
        rss = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
    return rss, len(os.listdir(f"/proc/{pid}/fd"))


def leave_nothing_behind(server, folder, jobs):
    worker = start_reeve(folder)
    server.submit("noop", jobs // 10)
    while server.status("noop")[0] > 0:
        time.sleep(0.05)
    before = usage(worker.pid)
    for _ in range(9):
        server.submit("noop", jobs // 10)
        while server.status("noop")[0] > 0:
            time.sleep(0.05)
    time.sleep(1)
    after = usage(worker.pid)
    print(f"{jobs} jobs: memory {before[0]} -> {after[0]} KB, descriptors {before[1]} -> {after[1]}, after the first tenth "
          "and after all")
    worker.terminate()
    worker.wait()


def main():
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    with tempfile.TemporaryDirectory(prefix="reeve-bench.") as folder:
        executor = f"{folder}/executor"
        subprocess.run([os.environ.get("CC", "cc"), "-static", "-O2", "-D_GNU_SOURCE", "-o", executor,
                        f"{HERE}/executor.c"], check=True)
        server = Server(folder)
        try:
            write_configuration(folder, server, executor)
            compare(server, folder, executor)
            hold_a_thousand(server, folder)
            leave_nothing_behind(server, folder, jobs)
        finally:
            server.process.terminate()
            server.process.wait()


main()
