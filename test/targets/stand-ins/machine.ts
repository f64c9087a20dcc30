import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A machine with ZFS whose programs are scripts on `PATH`: they record their calls and work on files. */
export interface StandIn {
  folder: string;
  /** For the environment of the command line. */
  env: Record<string, string>;
  /** Makes this a SmartOS machine, in that zone. */
  becomeSmartos(zone?: string): Promise<void>;
  /** Creates a dataset, made this many seconds ago. */
  addDataset(name: string, ageSeconds?: number, isBusy?: boolean): Promise<void>;
  /** Builds below a parent. */
  builds(parent?: string): Promise<string[]>;
  /** Calls of `zfs` so far, without the UUIDs of builds. */
  calls(): Promise<string[]>;
  /** Calls of `imgadm` so far. */
  installs(): Promise<string[]>;
  close(): Promise<void>;
}

const script = fileURLToPath(new URL('zfs.sh', import.meta.url));
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** `withZfs: false`: only the system's own programs, without `zfs`. */
export async function startStandIn({
  withZfs = true,
}: {
  withZfs?: boolean;
} = {}): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-zfs-'));
  const bin = join(folder, 'bin');
  for (const name of ['bin', 'devices', 'datasets/tank', 'datasets/zones']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  await writeFile(join(folder, 'zoned'), 'on\n');
  const place = async (name: string, text: string): Promise<void> => {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  };
  if (withZfs) {
    await copyFile(script, join(bin, 'zfs'));
    await chmod(join(bin, 'zfs'), 0o755);
  }
  await place('imgadm', `echo "$*" >> "$STAND_IN/installs"`);
  const linesOf = async (name: string): Promise<string[]> => {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  };
  return {
    folder,
    env: { PATH: withZfs ? `${bin}:${process.env['PATH']}` : bin, STAND_IN: folder },
    async becomeSmartos(zone = 'global') {
      await place('uname', 'echo joyent_20260306T044811Z');
      await place('zonename', `echo ${zone}`);
    },
    async addDataset(name, ageSeconds = 0, isBusy = false) {
      const path = join(folder, 'datasets', name);
      await mkdir(path, { recursive: true });
      const created = Math.floor(Date.now() / 1000) - ageSeconds;
      await writeFile(join(path, 'creation'), `${created}\n`);
      if (isBusy) await writeFile(join(path, 'busy'), '');
    },
    async builds(parent = 'tank') {
      const names = await readdir(join(folder, 'datasets', parent));
      return names.filter((name) => name.startsWith('rootdisk-build-'));
    },
    calls: async () => (await linesOf('calls')).map((line) => line.replace(uuid, 'UUID')),
    installs: () => linesOf('installs'),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
