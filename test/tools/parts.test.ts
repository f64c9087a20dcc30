import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtIns } from '../../src/index.ts';
import { isFileSystem, isReader, isVolumeFormat } from '../../src/parts/format-kinds.ts';
import {
  addToIndex,
  findGaps,
  formatExports,
  listEntries,
  listParts,
  type Part,
} from '../../tools/parts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('exports, built-ins, docs/vendors.md and tests list the existing parts', () => {
  expect(findGaps(root)).toEqual([]);
});

test('every part is built in, vendors and verifiers under the name of their file', () => {
  const { vendors, formats, verifiers } = builtIns;
  const namesOf = (folder: Part['folder']): string[] =>
    listParts(root).flatMap((part) => (part.folder === folder ? part.name : []));
  expect(vendors.map(({ id }) => id)).toEqual(namesOf('vendors'));
  // An id is the usual ending of a file name: bz2, gz, zst.
  expect(new Set(formats.filter(isReader)).size).toBe(namesOf('formats').length);
  const ofDisks = formats.filter((part) => isFileSystem(part) || isVolumeFormat(part));
  expect(ofDisks).toHaveLength(namesOf('formats/filesystems').length);
  expect(verifiers.map(({ kind }) => kind).sort()).toEqual(namesOf('verifiers'));
});

describe('in a copy of the project', () => {
  let copy: string;

  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), 'rootdisk-parts-'));
    for (const path of ['package.json', 'src/index.ts', 'docs/vendors.md']) {
      await cp(join(root, path), join(copy, path));
    }
    for (const { folder, name } of listParts(root)) {
      for (const path of [`${folder}/${name}.ts`, `test/${folder}/${name}.test.ts`]) {
        await mkdir(dirname(join(copy, path)), { recursive: true });
        await writeFile(join(copy, path), '');
      }
    }
  });
  afterEach(() => rm(copy, { recursive: true }));

  const indexOf = (): Promise<string> => readFile(join(copy, 'src/index.ts'), 'utf8');

  async function write(): Promise<void> {
    const path = join(copy, 'package.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    const exports = formatExports(listEntries(copy));
    await writeFile(path, JSON.stringify({ ...manifest, exports }));
    await writeFile(join(copy, 'src/index.ts'), addToIndex(await indexOf(), listParts(copy)));
  }

  test('a new vendor is required in every place, and most of it is written', async () => {
    expect(findGaps(copy)).toEqual([]);
    await writeFile(join(copy, 'vendors/nimbus-7.ts'), '');
    const byHand = [
      'docs/vendors.md: no row for nimbus-7. Add one.',
      'test/vendors: no nimbus-7.test.ts and no folder nimbus-7/. Add one.',
    ];
    expect(findGaps(copy)).toEqual([
      'package.json: exports are not the entry points. Run: npm run parts',
      'src/index.ts: builtIns.vendors lacks nimbus7. Run: npm run parts',
      ...byHand,
    ]);
    await write();
    expect(findGaps(copy)).toEqual(byHand);
    expect(await indexOf()).toContain("import { nimbus7 } from '../vendors/nimbus-7.ts';");
    expect(await indexOf()).toMatch(/kali, nimbus7, oci/);
    expect(listEntries(copy)['vendors/nimbus-7']).toBe('vendors/nimbus-7.ts');
  });

  test('a new format goes to the end of the list', async () => {
    await writeFile(join(copy, 'formats/wim.ts'), '');
    expect(findGaps(copy)).toHaveLength(3);
    await write();
    expect(findGaps(copy)).toEqual(['test/formats: no wim.test.ts and no folder wim/. Add one.']);
    expect(await indexOf()).toMatch(/formats: \[\s*raw,[^\]]*\bova,[^\]]*\bwim,?\s*\]/);
  });

  test('the writer of a format is bound beside its reader', async () => {
    const path = join(copy, 'formats/lz4.ts');
    await writeFile(path, 'export const lz4Writer: DiskWriter = defineWriter({});');
    expect(findGaps(copy)).toEqual([
      'src/index.ts: builtIns.formats lacks lz4 or lz4Writer. Run: npm run parts',
    ]);
    await write();
    expect(findGaps(copy)).toEqual([]);
    expect(await indexOf()).toContain("import { lz4, lz4Writer } from '../formats/lz4.ts';");
  });

  test.each(['vendors/kali.ts', 'formats/xz.ts', 'verifiers/tls.ts'])(
    'without %s its subpath is reported as surplus',
    async (path) => {
      await rm(join(copy, path));
      expect(findGaps(copy)).toEqual([
        'package.json: exports are not the entry points. Run: npm run parts',
      ]);
    },
  );

  test('a removed test, row or entry is reported', async () => {
    await rm(join(copy, 'test/vendors/kali.test.ts'));
    const page = join(copy, 'docs/vendors.md');
    await writeFile(page, (await readFile(page, 'utf8')).replace('| `kali` |', '| kali |'));
    const index = join(copy, 'src/index.ts');
    await writeFile(index, (await indexOf()).replace(/(formats: \[[^\]]*)\btar,/, '$1'));
    expect(findGaps(copy)).toEqual([
      'src/index.ts: builtIns.formats lacks tar. Run: npm run parts',
      'docs/vendors.md: no row for kali. Add one.',
      'test/vendors: no kali.test.ts and no folder kali/. Add one.',
    ]);
  });
});
