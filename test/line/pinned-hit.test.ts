import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { makeDisk, sha256, startLine } from '../fixtures/line.ts';

test('a pinned hit reads no record of another build', async () => {
  const line = await startLine();
  try {
    const packed = gzipSync(makeDisk(512 * 1024));
    const [file, layers] = ['acme.raw.gz', ['gz', 'raw']];
    line.offer(
      { release: '1', snapshot: '20260101', file, layers, digest: sha256(packed) },
      packed,
    );
    await line.ensure('acme@20260101');
    for (let build = 100; build < 400; build += 1) {
      const path = join(line.cacheDir, 'images-v1', `acme_1_default_amd64_20250${build}.raw`);
      await writeFile(path, '');
      // Each that is read is told in the log.
      await writeFile(`${path}.json`, 'no record');
    }
    for (const options of [{}, { offline: true }]) {
      const read: string[] = [];
      const image = await line.ensure('acme@20260101', {
        ...options,
        log: ({ message }) => void (message.includes('is no entry') && read.push(message)),
      });
      expect(image.origin).toBe('cache');
      expect(read).toEqual([]);
    }
  } finally {
    await line.close();
  }
});
