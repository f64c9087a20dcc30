import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage } from './consumer.ts';

let consumer: Consumer;
let files: string[];
beforeAll(async () => {
  consumer = await installPackage();
  const found = await readdir(join(consumer.folder, 'package'), {
    recursive: true,
    withFileTypes: true,
  });
  files = found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(consumer.folder.length + 9));
});
afterAll(() => consumer.close());

/** Paths that a page links to or shows, from the root of the package. */
function findLinks(page: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|<img[^>]+src="([^"]+)"/g)];
  return targets
    .map(([, link, picture]) => (link ?? picture ?? '').replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .map((target) => normalize(join(dirname(page), target)));
}

/** Pages for contributors and auditors; README says that only the repository has them. */
function listRepositoryPages(): string[] {
  return consumer.manifest.files
    .filter((path) => path.startsWith('!docs/'))
    .map((path) => path.slice(1));
}

test('links and pictures of the packaged pages are in the package', async () => {
  const pages = files.filter((path) => path.endsWith('.md'));
  expect(pages).toContain('README.md');
  const elsewhere = listRepositoryPages();
  expect(elsewhere).toContain('docs/maintainers.md');
  const broken: string[] = [];
  for (const page of pages) {
    const text = await readFile(join(consumer.folder, 'package', page), 'utf8');
    const links = findLinks(page, text);
    const gone = links.filter(
      (path) =>
        !elsewhere.includes(path) && !files.some((file) => `${file}/`.startsWith(`${path}/`)),
    );
    broken.push(...gone.map((path) => `${page}: ${path}`));
  }
  expect(broken).toEqual([]);
});

test('the examples of the package import it by its name', async () => {
  const examples = files.filter((path) => /^examples\/[^/]+\.ts$/.test(path));
  expect(examples).toContain('examples/own-vendor.ts');
  for (const path of examples) {
    const text = await readFile(join(consumer.folder, 'package', path), 'utf8');
    expect([path, text.match(/from '\.\.\/.*'/)]).toEqual([path, null]);
  }
});

test('links and pictures are found, those of other sites are not', () => {
  const text =
    '[a](b.md#c) ![d](../e.svg) [f](https://example.com/) [g](#h) <img alt="" src="i.svg">';
  expect(findLinks('docs/page.md', text)).toEqual(['docs/b.md', 'e.svg', 'docs/i.svg']);
});
