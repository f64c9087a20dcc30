import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What figures depend on; nothing that tells whose machine it is. */
export interface MachineFacts {
  date: string;
  cores: number;
  cpu: string;
  memoryGiB: number;
  system: string;
  node: string;
  /** Of the folder that is measured. */
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

function fileSystemOf(folder: string): string {
  try {
    const parameters = ['-no', 'FSTYPE', '-T', folder];
    return execFileSync('findmnt', parameters, { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
