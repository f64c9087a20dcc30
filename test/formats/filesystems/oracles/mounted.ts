import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasProgram, runProgram } from '../../../seed/read-back.ts';

/**
 * Whether this process may mount a file as a file system of this kind: root on a Linux that supports it, and not in CI
 * without loop devices.
 */
export function canMount(kind: 'btrfs' | 'xfs'): boolean {
  if (process.getuid?.() !== 0 || !hasProgram('losetup') || !hasProgram(`mkfs.${kind}`))
    return false;
  if (!readFileSync('/proc/filesystems', 'utf8').includes(kind)) return false;
  const folder = mkdtempSync(join(tmpdir(), 'rootdisk-mount-'));
  const disk = join(folder, 'disk');
  writeFileSync(disk, '');
  truncateSync(disk, 320 * 1024 * 1024);
  const made = spawnSync(`mkfs.${kind}`, ['-q', disk]);
  const mounted =
    made.status === 0 && spawnSync('mount', ['-o', 'loop', disk, folder]).status === 0;
  if (mounted) runProgram('umount', [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
}

/** Lets Linux write to a disk: mounted at `place` while `fill` runs, and always unmounted. */
export function fillMounted(
  disk: string,
  options: readonly string[],
  place: string,
  fill: (root: string) => void,
): void {
  runProgram('mount', ['-o', ['loop', ...options].join(','), disk, place]);
  try {
    fill(place);
  } finally {
    runProgram('umount', [place]);
  }
}
