import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** The facts that figures depend on, without any that identify the machine's owner. */
export interface MachineFacts {
  date: string;
  cores: number;
  cpu: string;
  memoryGiB: number;
  system: string;
  node: string;
  /** The file system of the measured folder. */
  fileSystem: string;
  /** Programs that ran or waited on average in the minute before. */
  load: number;
}

export function readMachine(folder: string): MachineFacts {
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release().replace(/[^\d.].*/, '')} ${process.arch}`,
    node: process.versions.node,
    fileSystem: fileSystemOf(folder),
    load: loadavg()[0] ?? 0,
  };
}

/** The share of all processors that programs use in the next seconds, 0 to 1, while this one waits. */
export async function measureBusyShare(seconds = 3): Promise<number> {
  const before = processorTimes();
  await pause(seconds * 1000);
  const after = processorTimes();
  const all = after.all - before.all;
  return all === 0 ? 0 : 1 - (after.idle - before.idle) / all;
}

function processorTimes(): { all: number; idle: number } {
  let [all, idle] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { all, idle };
}

function fileSystemOf(folder: string): string {
  try {
    const parameters = ['-no', 'FSTYPE', '-T', folder];
    return execFileSync('findmnt', parameters, { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
