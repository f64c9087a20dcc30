import { createHash } from 'node:crypto';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../e2e/system-packages.ts';
import type { Job, JobOutcome } from '../contender.ts';
import { qemuConvert, rootdiskConvert } from '../conversions/readers.ts';
import { digestDisk } from '../digest-disk.ts';

/** The cost of a conversion while one property of the disk grows and the others stay. */
export interface Cost {
  /** Name of its chart. */
  id: 'virtual-size' | 'data-size';
  title: string;
  /** The property that grows, as the label of the axis. */
  axis: string;
  points: CostPoint[];
}

interface CostPoint {
  /** Its value, in GiB. */
  gib: number;
  outcome: JobOutcome;
}

export interface CostPlan extends Omit<Cost, 'points'> {
  points: { gib: number; title: string; job(): Promise<Job> }[];
}

const GiB = 2 ** 30;
const MiB = 2 ** 20;
/** The disk that holds the data; its size does not depend on them. */
const dataDiskGib = 8;

/** Conversions of qcow2 disks that grow: empty ones, and ones of the same size with more data. */
export function planCosts(scratch: string): CostPlan[] {
  return [
    {
      id: 'virtual-size',
      title: 'Empty disks, as they grow',
      axis: 'GiB of virtual size',
      points: [1, 256, 512, 1024].map((gib) => {
        const title = `convert an empty qcow2 of ${gib} GiB`;
        return { gib, title, job: () => emptyDisk(scratch, gib, title) };
      }),
    },
    {
      id: 'data-size',
      title: `Disks of ${dataDiskGib} GiB, as their data grows`,
      axis: 'GiB of data',
      points: [0.125, 0.5, 1, 2].map((gib) => {
        const title = `convert a qcow2 with ${gib} GiB of data`;
        return { gib, title, job: () => diskWithData(scratch, gib, title) };
      }),
    },
  ];
}

/** Without data, so that only tables and holes are measured. */
async function emptyDisk(scratch: string, gib: number, title: string): Promise<Job> {
  const image = join(scratch, 'grown.qcow2');
  run('qemu-img', ['create', '-q', '-f', 'qcow2', image, String(gib * GiB)]);
  const hole = join(scratch, 'grown.raw');
  await writeFile(hole, '');
  await truncate(hole, gib * GiB);
  return await jobOf(title, image, hole);
}

/** Half of each MiB compresses well, the other half not at all. */
async function diskWithData(scratch: string, gib: number, title: string): Promise<Job> {
  const raw = join(scratch, 'grown.raw');
  const handle = await open(raw, 'w');
  try {
    for (let at = 0; at < gib * GiB; at += MiB) await handle.write(blockOf(at), 0, MiB, at);
    await handle.truncate(dataDiskGib * GiB);
  } finally {
    await handle.close();
  }
  const image = join(scratch, 'grown.qcow2');
  const convert = ['convert', '-f', 'raw', '-m', '16', '-W', '-c', '-O', 'qcow2'];
  run('qemu-img', [...convert, raw, image]);
  return await jobOf(title, image, raw);
}

function blockOf(at: number): Buffer {
  const block = Buffer.alloc(MiB, `block ${at}, `);
  for (let i = 0; i < MiB / 2; i += 64) {
    createHash('sha512').update(`${at} ${i}`).digest().copy(block, i);
  }
  return block;
}

async function jobOf(title: string, image: string, raw: string): Promise<Job> {
  const expected = await digestDisk(raw);
  return {
    title,
    contenders: [rootdiskConvert(image, expected), qemuConvert(image, 'qcow2', expected)],
  };
}
