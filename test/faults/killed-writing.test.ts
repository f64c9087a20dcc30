import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { convertImage } from '../../src/index.ts';
import { type Line, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { makeLargeImage } from './images.ts';
import { startCall } from './killed-call.ts';
import { expectClean } from './look-around.ts';
import { createRandom } from './random.ts';

const { disk, file, layers, bytes } = makeLargeImage(1);
const build = { release: '1', snapshot: '1', file, layers, digest: sha256(bytes) };
/** This many calls are killed while the file is being written, out of this many that may end before. */
const kills = 3;
const mostCalls = 30;
const MiB = 1024 * 1024;
const random = createRandom();

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, bytes);
});
afterEach(() => line.close());

/** The digest of the file from a call that is not killed. */
async function digestOfWhole(format: string): Promise<string> {
  const cacheDir = join(line.folder, 'other');
  const { path } = await line.ensure('acme:1', { format, cacheDir });
  return await sha256File(path);
}

describe.each(['qcow2', 'vmdk', 'vhdx', 'ova'])('%s', (format) => {
  const name = `acme_1_default_amd64_1.${format}`;

  test.each([
    ['a disk that is downloaded', false],
    ['a raw disk of the cache', true],
  ])(
    `calls that are killed while they write it from %s`,
    async (_, isCached) => {
      const right = await digestOfWhole(format);
      const written = join(line.cacheDir, 'images-v1/.staging', name, 'written');
      const size = (): Promise<number> =>
        stat(written).then(
          ({ size }) => size,
          () => -1,
        );
      const raw = isCached ? (await line.ensure()).path : undefined;
      let midway = 0;
      for (let calls = 0; midway < kills && calls < mostCalls; calls += 1) {
        const call = startCall(line, { format });
        const enough = random.between(0, MiB);
        await call.until(async () => (await size()) >= enough);
        await call.kill();
        if ((await size()) >= 0) midway += 1;
        for (const visible of await line.visible()) {
          const expected = visible === name ? right : sha256(disk);
          expect(await sha256File(join(line.cacheDir, 'images-v1', visible))).toBe(expected);
        }
        if ((await line.visible()).includes(name)) {
          await rm(join(line.cacheDir, 'images-v1', name));
        }
      }
      expect(midway).toBe(kills);
      const image = await line.ensure('acme:1', { format });
      expect(image.path).toBe(join(line.cacheDir, 'images-v1', name));
      expect(await sha256File(image.path)).toBe(right);
      const back = join(line.folder, 'back.raw');
      await convertImage(image.path, back, { to: 'raw' });
      expect(await sha256File(back)).toBe(sha256(disk));
      if (raw !== undefined) expect(await sha256File(raw)).toBe(sha256(disk));
      await expectClean(line);
    },
    600_000,
  );
});
