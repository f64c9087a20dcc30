import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const systemdPull = '/usr/lib/systemd/systemd-pull';

const versions: Record<string, string[]> = {
  'qemu-img': ['--version'],
  xz: ['--version'],
  zstd: ['--version'],
  lz4: ['--version'],
  pigz: ['--version'],
  gzip: ['--version'],
  curl: ['--version'],
  nginx: ['-v'],
  'docker-registry': ['--version'],
  [systemdPull]: ['--version'],
};

/** Peers that are on this machine, by program, each with its version. */
export function findPrograms(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [program, parameters] of Object.entries(versions)) {
    if (program.startsWith('/') && !existsSync(program)) continue;
    const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
    if (status !== 0) continue;
    found.set(program, /\d+(?:\.\d+)+|\b\d{3}\b/.exec(`${stdout}${stderr}`)?.[0] ?? '');
  }
  return found;
}

/** Peers that are not on this machine. */
export function missingPrograms(found: ReadonlyMap<string, string>): string[] {
  return Object.keys(versions).filter((program) => !found.has(program));
}
