import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tar } from '../../../formats/tar.ts';
import { expandSparse, type SparseFile, sparseForms, sparseMember } from '../make-sparse-tar.ts';
import { tarArchive, tarFile } from '../make-tar.ts';
import { entryOf, readArchive, ways } from '../read-archive.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0;
const isGnu = spawnSync('tar', ['--version']).stdout?.toString().includes('GNU tar') === true;
const size = 6_000_000;
const data = diskLikeBytes(200_000);
const long = `${'n'.repeat(80)}/${'m'.repeat(90)}.raw`;

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-tar-'));
  // Holes on disk, and pieces that end in the middle of a block.
  const handle = await open(join(folder, 'disk.raw'), 'w');
  for (let i = 0; i < 40; i += 1) await handle.write(data, i * 100, 4096 + i, 4096 * 3 * i);
  await handle.close();
  truncateSync(join(folder, 'disk.raw'), size);
  spawnSync('mkdir', ['-p', join(folder, long, '..')]);
  writeFileSync(join(folder, long), data);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!isGnu)('reads the output of GNU tar', () => {
  const forms = ['v7', 'ustar', 'gnu', 'oldgnu', 'posix'];
  const sparse = ['0.0', '0.1', '1.0'].map((version) => `--sparse-version=${version}`);
  const options = [
    ...forms.map((form) => [`--format=${form}`]),
    ['--format=gnu', '-S'],
    ['--format=oldgnu', '-S', '--hole-detection=raw'],
    ...sparse.map((version) => ['--format=posix', '-S', version, '--hole-detection=raw']),
    ['--format=gnu', '-b', '200'],
    ['--format=gnu', '-V', 'label'],
  ];
  test.each(options.map((list) => ({ name: list.join(' '), list })))('$name', async ({ list }) => {
    // A name that is too long for v7.
    const names = list[0] === '--format=v7' ? ['disk.raw'] : ['disk.raw', long];
    const made = spawnSync('tar', ['-c', '-C', folder, ...list, ...names], { maxBuffer: 2 ** 26 });
    expect(made.status).toBe(0);
    const wanted = names.map((name) => entryOf(name, readFileSync(join(folder, name))));
    for (const way of ways) expect(await readArchive(tar, made.stdout, way)).toEqual(wanted);
  });
});

describe.each(['tar', 'bsdtar'])('agrees with %s', (command) => {
  const size = 500_000;
  const parts = Array.from({ length: 30 }, (_, i): [number, Uint8Array] => {
    return [i * 8192, data.subarray(i * 512, i * 512 + 1024)];
  });
  // GNU tar takes the last extent as the end, so it always writes an empty one there.
  const file: SparseFile = { size, extents: [...parts, [size, new Uint8Array(0)]] };
  const archives: [string, Uint8Array][] = [
    ...sparseForms.map((form): [string, Uint8Array] => [
      form,
      tarArchive(sparseMember('disk.raw', file, form)),
    ]),
    ['plain', tarArchive(tarFile('disk.raw', expandSparse(file)))],
    ['v7', tarArchive(tarFile('disk.raw', expandSparse(file), { magic: 'v7' }))],
  ];
  test.skipIf(!has(command)).each(archives)('%s', async (_, bytes) => {
    // Not to a pipe: there GNU tar writes no holes.
    const out = mkdtempSync(join(folder, 'out-'));
    const read = spawnSync(command, ['-x', '-f', '-', '-C', out], { input: bytes });
    expect(read.status).toBe(0);
    const content = readFileSync(join(out, 'disk.raw'));
    expect(await readArchive(tar, bytes)).toEqual([entryOf('disk.raw', content)]);
  });
});
