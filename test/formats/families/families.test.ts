import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertImage } from '../../../src/index.ts';
import { tempDir } from '../../cache/temp-dir.ts';
import { sha256File } from '../../fixtures/line.ts';
import { disk, families } from './families.ts';

describe.each(families)('$name: $file', (family) => {
  const { bytes, reads, allow, entry } = family;

  async function convert(more: { allow?: typeof allow; entry?: string }) {
    const folder = await tempDir();
    const input = join(folder, 'image');
    const output = join(folder, 'disk.raw');
    await writeFile(input, bytes());
    return { output, image: await convertImage(input, output, more) };
  }

  if (!Array.isArray(reads)) {
    test('is refused with its name', async () => {
      const error = await convert({}).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: expect.stringMatching(reads.refusedAs) });
      expect(error).not.toMatchObject({ hint: expect.stringContaining('--from raw') });
    });
    return;
  }

  test('becomes the disk', async () => {
    const { output, image } = await convert({ ...(allow && { allow }), ...(entry && { entry }) });
    expect(image.layers).toEqual(reads);
    const expected = await tempDir();
    await writeFile(join(expected, 'disk'), family.disk ?? disk);
    expect(await sha256File(output)).toBe(await sha256File(join(expected, 'disk')));
  });

  const [word] = [...(allow ?? []).map((one) => `--allow ${one}`), ...(entry ? ['--entry'] : [])];
  if (word === undefined) return;
  test(`the hint names ${word} if it is missing`, async () => {
    const error = await convert({}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ hint: expect.stringContaining(word) });
  });
});

test('docs/formats.md has a row for each of them', async () => {
  const text = await readFile(new URL('../../../docs/formats.md', import.meta.url), 'utf8');
  const rows = text.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return cells.length === 6 ? [cells.slice(1, 5)] : [];
  });
  const expected = families.map(({ name, file, made, reads, allow, entry }) => [
    name,
    `\`${file}\``,
    made,
    Array.isArray(reads)
      ? [
          `\`${reads.join('>')}\``,
          ...(allow ?? []).map((one) => `\`--allow ${one}\``),
          ...(entry ? ['`--entry`'] : []),
        ].join(' with ')
      : 'refused by its name',
  ]);
  expect(rows.filter(([name]) => expected.some(([known]) => known === name))).toEqual(expected);
});
