import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBrokenLinks } from '../../../tools/site/broken-links.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-links-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

test('existing links, anchors and pictures are accepted', async () => {
  await write({
    'index.html':
      '<a href="guides/a.html#part">a</a> <img alt="" src="media/b.svg"/> <a href="#own">b</a> <p id="own"></p>',
    'guides/a.html':
      '<h2 id="part">c</h2> <a href="../index.html">d</a> <a href="">e</a> <a href="#">f</a> <a href="https://example.com/g">g</a>',
    'media/b.svg': '<svg><g id="h"/><use href="#h"/></svg>',
  });
  expect(findBrokenLinks(folder)).toEqual([]);
});

test('a missing page, anchor and picture are reported', async () => {
  await write({
    'index.html': '<a href="gone.html">a</a> <a class="b" href="guides/a.html#gone">b</a>',
    'guides/a.html': '<h2 id="part">c</h2> <img src="../media/gone.svg"/> <a href="#away">d</a>',
  });
  expect(findBrokenLinks(folder).sort()).toEqual([
    'guides/a.html: #away: no such place',
    'guides/a.html: ../media/gone.svg: no such file',
    'index.html: gone.html: no such file',
    'index.html: guides/a.html#gone: no such place',
  ]);
});

test('a link to Markdown is reported, because browsers show it as plain text', async () => {
  await write({ 'index.html': '<a href="media/a.md">a</a>', 'media/a.md': '# A' });
  expect(findBrokenLinks(folder)).toEqual(['index.html: media/a.md: not a page of the site']);
});
