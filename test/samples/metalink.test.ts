import { expect, test } from 'vitest';
import { parseMetalink } from '../../src/kit.ts';
import { readSample } from './read-samples.ts';

test('a captured answer of MirrorCache: mirrors by distance, the origin last, no hash', async () => {
  const text = readSample('upstream/opensuse/libgio.2022-10-02.excerpt.meta4');
  const { files } = await parseMetalink(text, 'libgio.meta4');
  expect(files).toHaveLength(1);
  const [file] = files;
  expect(file).toMatchObject({
    name: 'libgio-2_0-0-2.70.4-150400.1.5.x86_64.rpm',
    digests: [],
  });
  expect(file?.urls.map(({ priority }) => priority)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(file?.urls[0]).toMatchObject({ location: 'AU' });
  expect(file?.urls.at(-1)?.location).toBeUndefined();
});
