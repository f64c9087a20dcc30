import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../e2e/system-packages.ts';
import type { Job } from './contender.ts';
import { qemuConvert, rootdiskConvert } from './conversions/readers.ts';
import { digestDisk } from './digest-disk.ts';

const sizes: Record<string, number> = { '1 GiB': 2 ** 30, '64 GiB': 2 ** 36, '1 TiB': 2 ** 40 };

/** What an empty disk costs as it grows: nothing is in it, so that only tables and holes are paid for. */
export async function emptyDisks(scratch: string): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const [title, bytes] of Object.entries(sizes)) {
    const image = join(scratch, `empty-${bytes}.qcow2`);
    run('qemu-img', ['create', '-q', '-f', 'qcow2', image, String(bytes)]);
    const hole = join(scratch, 'hole');
    await writeFile(hole, '');
    await truncate(hole, bytes);
    const expected = await digestDisk(hole);
    const contenders = [rootdiskConvert(image, expected), qemuConvert(image, 'qcow2', expected)];
    jobs.push({ title: `convert an empty qcow2 of ${title}`, contenders });
  }
  return jobs;
}
