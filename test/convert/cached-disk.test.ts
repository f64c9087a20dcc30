import { chmod, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache-folder.ts';
import { builtIns, createRootdisk } from '../../src/index.ts';
import { type DiskToWrite, defineWriter } from '../../src/kit.ts';
import { diskBytes, makeEntry, nameOf } from '../cache/entries/make-entry.ts';
import { tempDir } from '../cache/temp-dir.ts';

const name = nameOf('20260725');
let extents: DiskToWrite['extents'] = [];
const writer = defineWriter({
  kind: 'writer',
  id: 'noting',
  check: async () => {},
  write: async (disk, out) => {
    extents = disk.extents;
    for (const [position, length] of extents) {
      await out.write(position, await disk.read(position, length));
    }
    await out.setSize(disk.virtualSize);
  },
});
const { convertImage } = createRootdisk({
  ...builtIns,
  formats: [...builtIns.formats, writer],
});

async function cached() {
  const folder = await tempDir();
  const cache = await openCache(join(folder, 'cache'));
  const { path } = await makeEntry(cache, name);
  const convert = async () => {
    await convertImage(path, join(folder, 'out'), { to: 'noting', from: ['raw'], force: true });
    expect((await readFile(join(folder, 'out'))).equals(await readFile(path))).toBe(true);
    return extents.reduce((sum, [, length]) => sum + length, 0);
  };
  return { cache, path, convert };
}

describe('a cached disk in another format', () => {
  test('is read where its record says that there is data', async () => {
    const { convert } = await cached();
    expect(await convert()).toBeLessThan(512 * 1024);
  });

  test('is read as a whole where its extents are not kept', async () => {
    const { cache, convert } = await cached();
    await rm(cache.blocksPathOf(name));
    expect(await convert()).toBe(diskBytes);
  });

  test('is read as a whole once it was written to', async () => {
    const { path, convert } = await cached();
    await chmod(path, 0o600);
    const handle = await open(path, 'r+');
    await handle.write(Buffer.from('new'), 0, 3, diskBytes - 100);
    await handle.close();
    expect(await convert()).toBe(diskBytes);
  });
});
