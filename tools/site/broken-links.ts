import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';

/** Addresses of other sites, of mail and of data in the page itself. */
const elsewhere = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

/** What the pages of a built site link to or show, and the site lacks: files, and places in a page. */
export function findBrokenLinks(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const texts = new Map(
    files
      .filter((path) => /\.(?:html|svg)$/.test(path))
      .map((path) => [path, readFileSync(posix.join(folder, path), 'utf8')]),
  );
  const anchors = new Map([...texts].map(([path, text]) => [path, new Set(valuesOf(text, 'id'))]));
  const all = new Set(files);

  const fault = (page: string, link: string): string | undefined => {
    const [address = '', anchor = ''] = link.split('#', 2).map(decodeURIComponent);
    const target = address === '' ? page : posix.join(posix.dirname(page), address);
    if (!all.has(target)) return 'no such file';
    if (target.endsWith('.md')) return 'not a page of the site';
    return anchor === '' || anchors.get(target)?.has(anchor) !== false
      ? undefined
      : 'no such place';
  };
  return [...texts].flatMap(([page, text]) =>
    [...new Set([...valuesOf(text, 'href'), ...valuesOf(text, 'src')])]
      .filter((link) => !elsewhere.test(link))
      .flatMap((link) => {
        const what = fault(page, link);
        return what === undefined ? [] : `${page}: ${link}: ${what}`;
      }),
  );
}

function valuesOf(text: string, attribute: string): string[] {
  const values = text.matchAll(new RegExp(`<[^<>]*?\\s${attribute}="([^"]*)"`, 'g'));
  return [...values].map(([, value = '']) => value.replaceAll('&amp;', '&'));
}
