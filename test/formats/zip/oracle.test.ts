import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zip } from '../../../formats/zip.ts';
import { type ZipFields, zipArchive } from '../make-zip.ts';
import { entryOf, readArchive, ways } from '../read-archive.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const hasBsdtar = spawnSync('bsdtar', ['--version']).status === 0;
const disk = diskLikeBytes(700_000);
const note = Buffer.from('The disk is disk.raw\n');
const wanted = [entryOf('disk.raw', disk), entryOf('note.txt', note)];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-zip-'));
  writeFileSync(join(folder, 'disk.raw'), disk);
  writeFileSync(join(folder, 'note.txt'), note);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasBsdtar)('the output of bsdtar', () => {
  test.each(['deflate', 'store'])('%s', async (method) => {
    const path = join(folder, 'theirs.zip');
    rmSync(path, { force: true });
    // To a pipe it would fill up the last block after the archive.
    const options = ['--format', 'zip', '--options', `zip:compression=${method}`, '-f', path];
    const list = ['-c', ...options, 'disk.raw', 'note.txt'];
    expect(spawnSync('bsdtar', list, { cwd: folder }).status).toBe(0);
    const bytes = Uint8Array.from(readFileSync(path));
    for (const way of ways) expect(await readArchive(zip, bytes, way)).toEqual(wanted);
  });
});

describe.skipIf(!hasBsdtar)('agrees with bsdtar', () => {
  const forms: [string, Partial<ZipFields>][] = [
    ['deflated', {}],
    ['stored', { method: 0 }],
    ['zip64', { zip64: 'both' }],
    ['with a data descriptor', { descriptor: 'signed' }],
    ['with a bare data descriptor', { descriptor: 'bare' }],
    ['with a zip64 data descriptor', { descriptor: 'signed64', zip64: 'local' }],
  ];
  test.each(forms)('%s', async (_, fields) => {
    const path = join(folder, 'made.zip');
    const bytes = zipArchive([
      { name: 'disk.raw', content: disk, ...fields },
      { name: 'note.txt', content: note },
    ]);
    writeFileSync(path, bytes);
    const out = mkdtempSync(join(folder, 'out-'));
    expect(spawnSync('bsdtar', ['-x', '-f', path, '-C', out]).status).toBe(0);
    const theirs = ['disk.raw', 'note.txt'].map((name) =>
      entryOf(name, readFileSync(join(out, name))),
    );
    expect(theirs).toEqual(wanted);
    expect(await readArchive(zip, bytes)).toEqual(wanted);
  });
});
