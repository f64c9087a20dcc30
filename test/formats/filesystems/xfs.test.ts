import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { xfs } from '../../../formats/filesystems/xfs.ts';
import { hasProgram } from '../../seed/read-back.ts';
import { FileSource } from '../file-source.ts';
import { context, expectTree, type MadeTree, makeTree } from './made-tree.ts';
import { writeProto } from './proto-file.ts';

let folder: string;
let files: MadeTree;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-xfs-'));
  mkdirSync(join(folder, 'tree'));
  files = makeTree(join(folder, 'tree'), 3);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file system of 320 MiB, the smallest that mkfs.xfs makes, with the tree in it. */
function make(options: string[]): string {
  const path = join(folder, 'disk');
  const proto = writeProto(join(folder, 'tree'), join(folder, 'proto'));
  rmSync(path, { force: true });
  const words = ['-q', '-L', 'label', '-p', proto, '-d', `file,name=${path},size=320m`, ...options];
  execFileSync('mkfs.xfs', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  return path;
}

const kinds: [string, string[]][] = [
  ['version 5', []],
  ['version 5 with blocks of 1 KiB and directories of 8', ['-b', 'size=1024', '-n', 'size=8192']],
  ['version 5 with big extent counts', ['-i', 'nrext64=1']],
  ['version 4', ['-m', 'crc=0']],
  ['version 4 without types of files', ['-m', 'crc=0', '-n', 'ftype=0']],
];

describe.skipIf(!hasProgram('mkfs.xfs'))('XFS made by mkfs.xfs', () => {
  test.each(kinds)('%s', async (_, options) => {
    const source = await FileSource.open(make(options));
    try {
      const head = await source.read(0, 131_072);
      expect(xfs.detect({ head })).toBe(true);
      const found = await xfs.open(source, context);
      expect(found).toMatchObject({ id: 'xfs', label: 'label' });
      await expectTree(found, files);
    } finally {
      await source.close();
    }
  });
});
