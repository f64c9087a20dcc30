import { readFileSync } from 'node:fs';

/** Observes a process and its child processes until it is stopped. */
export interface MemoryWatch {
  /** Peak resident memory, in bytes; the sum if several programs run in parallel. NaN if the run was too short. */
  peakBytes(): number;
  stop(): void;
}

const pollMs = 10;
const fewestLooks = 5;

/** Reads the kernel's own peak values, so that polling misses at most the growth of the last moment. */
export function watchMemory(root: number | undefined): MemoryWatch {
  const peaks = new Map<number, number>();
  let looks = 0;
  const look = (pid: number): void => {
    const peak = readPeak(pid);
    // The latest value: it never decreases, except when a new process starts its own program.
    if (peak > 0) peaks.set(pid, peak);
    for (const child of readChildren(pid)) look(child);
  };
  const timer = setInterval(() => {
    looks += 1;
    if (root !== undefined) look(root);
  }, pollMs);
  return {
    peakBytes: () => {
      const sum = [...peaks.values()].reduce((total, bytes) => total + bytes, 0);
      return looks < fewestLooks ? Number.NaN : sum;
    },
    stop: () => clearInterval(timer),
  };
}

function readPeak(pid: number): number {
  const status = read(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

function readChildren(pid: number): number[] {
  const pids = read(`/proc/${pid}/task/${pid}/children`).trim();
  return pids === '' ? [] : pids.split(' ').map(Number);
}

/** Empty for a process that has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
