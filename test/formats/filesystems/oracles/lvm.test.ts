import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lvm } from '../../../../formats/filesystems/lvm.ts';
import { createRandom } from '../../../faults/random.ts';
import { hasProgram, runProgram } from '../../../seed/read-back.ts';
import { FileSource } from '../../file-source.ts';
import { context } from '../made-tree.ts';

const MiB = 1024 * 1024;
const extents = 60;
let folder: string;
let disk: string;
let loop: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-lvm-'));
  disk = join(folder, 'disk');
  writeFileSync(disk, '');
  truncateSync(disk, (extents + 4) * MiB);
  loop = runProgram('losetup', ['-f', '--show', disk]).toString().trim();
});
afterEach(() => {
  runProgram('losetup', ['-d', loop]);
  rmSync(folder, { recursive: true });
});

/** Whether a file can be a device here, which lvm2 requires. */
function canUseLvm(): boolean {
  if (process.getuid?.() !== 0 || !hasProgram('lvcreate') || !hasProgram('losetup')) return false;
  return spawnSync('losetup', ['-f']).status === 0;
}

/** A command of lvm2 that sees only this device, activates nothing and stores nothing. */
function run(name: string, ...args: string[]): string {
  const config = [
    `devices { filter=["a|^${loop}$|","r|.*|"] use_devicesfile=0 external_device_info_source="none"`,
    'obtain_device_list_from_udev=0 }',
    `global { locking_dir="${folder}" } backup { backup=0 archive=0 }`,
  ].join(' ');
  return runProgram(name, ['--driverloaded', 'n', '--config', config, ...args]).toString();
}

/** Numbers of the physical extents of each volume, in its order, from lvs. */
function extentsByLvs(): Record<string, number[]> {
  const columns = ['-o', 'lv_full_name,seg_start_pe,seg_pe_ranges', '--separator', '|'];
  const lines = run('lvs', '--noheadings', '--segments', ...columns, 'vg-a')
    .trim()
    .split('\n');
  const found: Record<string, number[]> = {};
  for (const line of lines) {
    const [name = '', start = '', range = ''] = line.trim().split('|');
    const [first = 0, last = 0] = (/(\d+)-(\d+)$/.exec(range) ?? []).slice(1).map(Number);
    for (let extent = first; extent <= last; extent += 1) {
      const list = found[name] ?? [];
      list[Number(start) + extent - first] = extent;
      found[name] = list;
    }
  }
  return found;
}

describe.skipIf(!canUseLvm())('LVM2 made by lvm2', () => {
  test('volumes that were created, extended and removed at random', async () => {
    const random = createRandom();
    run('pvcreate', loop);
    run('vgcreate', '-s', '1M', 'vg-a', loop);
    const names: string[] = [];
    for (let step = 0; step < 16; step += 1) {
      const chosen = names[random.between(0, names.length - 1)];
      const what = random.between(0, 3);
      if (what === 0 && chosen !== undefined && names.length > 2) {
        run('lvremove', '-y', `vg-a/${chosen}`);
        names.splice(names.indexOf(chosen), 1);
      } else if (what === 1 && chosen !== undefined) {
        run('lvextend', '-y', '-l', `+${random.between(1, 3)}`, `vg-a/${chosen}`);
      } else {
        const name = `volume_${step}.x`;
        run(
          'lvcreate',
          '-y',
          '-an',
          '-Zn',
          '-Wn',
          '-l',
          `${random.between(1, 4)}`,
          '-n',
          name,
          'vg-a',
        );
        names.push(name);
      }
    }
    const start = Number.parseInt(run('pvs', '--noheadings', '--units', 'b', '-o', 'pe_start'), 10);
    const file = openSync(disk, 'r+');
    for (let extent = 0; extent < extents; extent += 1) {
      writeSync(file, Buffer.of(extent), 0, 1, start + extent * MiB);
    }
    closeSync(file);
    const wanted = extentsByLvs();
    expect(Object.keys(wanted)).toHaveLength(names.length);
    const source = await FileSource.open(disk);
    const table = await lvm.open(source, context);
    const found: Record<string, number[]> = {};
    for (const { name, sizeBytes, source: volume } of table?.volumes ?? []) {
      const numbers: number[] = [];
      for (let at = 0; at < sizeBytes; at += MiB) numbers.push(...(await volume.read(at, 1)));
      found[name] = numbers;
    }
    await source.close();
    expect(found).toEqual(wanted);
  });
});
