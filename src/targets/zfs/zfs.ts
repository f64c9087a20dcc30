import { runProgram, streamProgram } from '../host/run-program.ts';

/** The operations on ZFS; each call rejects with the message of `zfs`. */
export interface Zfs {
  /** Full names of a dataset and its children, one level deep. */
  list(parent: string, signal?: AbortSignal): Promise<string[]>;
  /** The exact value of a property. */
  get(dataset: string, property: string, signal?: AbortSignal): Promise<string>;
  /** A new zvol that reads as zeros. */
  create(dataset: string, sizeMib: number, signal?: AbortSignal): Promise<void>;
  snapshot(snapshot: string, signal?: AbortSignal): Promise<void>;
  /** The stream of a snapshot, without properties and children, in the form of `imgadm create`. */
  send(snapshot: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Destroys a dataset with its snapshots. */
  destroy(dataset: string): Promise<void>;
  /** Path of a zvol's device. */
  device(dataset: string): string;
}

/** Uses the `zfs` command; `prefix` runs it with other rights, such as `['pfexec']`. */
export function createZfs({
  prefix = [],
  deviceDir = process.platform === 'sunos' ? '/dev/zvol/rdsk' : '/dev/zvol',
}: {
  prefix?: readonly string[];
  deviceDir?: string;
} = {}): Zfs {
  const line = (...args: string[]): string[] => [...prefix, 'zfs', ...args];
  return {
    async list(parent, signal) {
      const text = await runProgram(line('list', '-H', '-o', 'name', '-d', '1', parent), signal);
      return text.split('\n').filter((name) => name !== '');
    },
    async get(dataset, property, signal) {
      const asked = line('get', '-H', '-p', '-o', 'value', property, dataset);
      return (await runProgram(asked, signal)).trim();
    },
    async create(dataset, sizeMib, signal) {
      await runProgram(line('create', '-V', `${sizeMib}m`, dataset), signal);
    },
    async snapshot(snapshot, signal) {
      await runProgram(line('snapshot', snapshot), signal);
    },
    send: (snapshot, signal) => streamProgram(line('send', snapshot), signal),
    async destroy(dataset) {
      await runProgram(line('destroy', '-r', dataset));
    },
    device: (dataset) => `${deviceDir}/${dataset}`,
  };
}
