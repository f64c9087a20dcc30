import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { groupOf, pages } from '../../../tools/site/pages.ts';
import { listFiles } from '../../house/source-file.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const listed = Object.values(pages).flat();

test('every guide is a page of the site, once', () => {
  // The licences of other packages are in the package; the screenshots of the site are for its maintainers.
  const guides = listFiles('docs').filter(
    (path) => /\.md$/.test(path) && !/^docs\/(?:api\/|pictures\/|bundled-licences)/.test(path),
  );
  const roots = ['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
  expect([...listed].sort()).toEqual([...guides, ...roots].sort());
});

test('titles and file names of guides are unique, because they are their names and addresses there', () => {
  const titles = listed.map((path) => /^# (.+)/.exec(read(path))?.[1]);
  expect(titles).not.toContain(undefined);
  expect(new Set(titles).size).toBe(listed.length);
  expect(new Set(listed.map((path) => path.replace(/.*\//, ''))).size).toBe(listed.length);
});

test('every page is under a heading of the sidebar', () => {
  expect(groupOf('docs/trust.md')).toBe('Trust and pins');
  expect(listed.filter((path) => groupOf(path) === undefined)).toEqual([]);
});
