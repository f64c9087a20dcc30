import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { whyNoLoops } from '../convert/device/loop-device.ts';
import { hasProgram } from '../seed/read-back.ts';

/** File systems that share blocks: name, size in MiB, and how one is made. */
export const reflinkKinds: [string, number, string[]][] = [
  ['btrfs', 128, ['mkfs.btrfs', '-q']],
  ['xfs', 320, ['mkfs.xfs', '-q', '-m', 'reflink=1']],
];
/** A file system of its own below `folder`, over a file; it goes with the test. */
export function mounted(folder: string, size: number, program: string, flags: string[]): string {
  const [image, place] = [join(folder, 'image'), join(folder, 'mount')];
  execFileSync('truncate', ['-s', `${size}M`, image]);
  execFileSync(program, [...flags, image]);
  execFileSync('mkdir', [place]);
  execFileSync('mount', ['-o', 'loop', image, place]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', place]);
  });
  return place;
}

/** Why such a file system cannot be had here; `undefined` where it can. */
export function whyNotMounted(
  kind: string,
  size: number,
  program: string,
  flags: string[],
): string | undefined {
  const why = whyNoLoops();
  if (why !== undefined) return why;
  if (!hasProgram(program)) return `needs ${program}`;
  const line = `d=$(mktemp -d) && truncate -s ${size}M $d/i && ${program} ${flags.join(' ')} $d/i && mkdir $d/m && mount -o loop $d/i $d/m && umount $d/m; c=$?; rm -r $d; exit $c`;
  try {
    execFileSync('sh', ['-c', line], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `may not mount ${kind}`;
  }
}
