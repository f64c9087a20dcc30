import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'cheerio/slim';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reduceMarkup } from '../../../src/kit/listing/listing-markup.ts';
import { type MarkupNode, type MarkupPage, textOf } from '../../../src/kit/listing/markup-page.ts';
import { readPlainMarkup } from '../../../src/kit/listing/plain-markup.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
const tags = ['title', 'h1', 'table', 'pre', 'ul', 'ol', 'tr', 'td', 'th', 'a'];

/** All that a reader of listings asks of a page. */
function describePage(page: MarkupPage): unknown {
  return tags.map((tag) =>
    page.elements(tag).map((element) => ({
      tag,
      attribs: { ...element.attribs },
      text: textOf(element),
      next: shown(element.next),
      around: around(element),
      children: element.children?.map(shown),
    })),
  );
}

function shown(node: MarkupNode | null): unknown {
  return node === null ? null : (node.data ?? node.name);
}

function around({ parent }: MarkupNode): string {
  if (parent === null) return '';
  const at = parent.parent?.children?.indexOf(parent) ?? 0;
  return `${around(parent)}/${parent.name ?? ''}[${at}]`;
}

function byParser(markup: string): MarkupPage {
  const $ = load(`<body>${markup}</body>`);
  return {
    elements: (name) =>
      $(name)
        .toArray()
        .filter((node) => 'attribs' in node),
  };
}

function expectSame(html: string): boolean {
  const markup = reduceMarkup(html);
  if (markup === undefined) return false;
  const plain = readPlainMarkup(markup);
  if (plain === undefined) return false;
  expect(describePage(plain)).toEqual(describePage(byParser(markup)));
  return true;
}

const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' });
const listings = files.filter((name) => name.endsWith('.listing'));

test.each(listings)('%s is read as by the HTML parser, without it', (name) => {
  expect(expectSame(readFileSync(join(fixtures, name), 'utf8'))).toBe(true);
});

const word = fc.constantFrom(
  ...[
    'x',
    ' ',
    '\n',
    '&amp;',
    '&lt;',
    '&nbsp;',
    '&#39;',
    '&darr;',
    '..&gt;',
    '"',
    "'",
    '<',
    '>',
    'é',
  ],
  ...['&', '&eacute;', '&amp', '&lt;b&gt;', '<!-- c -->', '<br>', '<img src="i">', '<hr>', '</p>'],
);
const open = fc
  .tuple(
    fc.constantFrom(...tags, 'div', 'tbody'),
    fc.constantFrom('', ' id="list"', ' href="a?b&amp;c"', " href='x' href=y", ' href="d&O=A"'),
  )
  .map(([tag, attributes]) => `<${tag}${attributes}>`);
const close = fc.constantFrom(...tags, 'div', 'tbody').map((tag) => `</${tag}>`);
const html = fc
  .array(fc.oneof(word, open, close), { maxLength: 40 })
  .map((parts) => parts.join(''));

test('whatever is read without the HTML parser is what that parser makes of it', () => {
  let plain = 0;
  const property = fc.property(html, (page) => {
    if (expectSame(page)) plain += 1;
  });
  fc.assert(property, { numRuns: 3000 });
  expect(plain).toBeGreaterThan(500);
});

describe('what is left to the HTML parser', () => {
  test.each([
    '<a href="x">&eacute;</a>',
    '<a href="?a&copy=1">x</a>',
    '<title>a &amp; b</title>',
    '<title><a>x</a></title>',
  ])('%s', (page) => {
    expect(readPlainMarkup(reduceMarkup(page) ?? '')).toBeUndefined();
  });
});

test('an index of nginx is read without loading the HTML parser, one with a rare entity with it', () => {
  const listing = new URL('../../../src/kit/listing/listing.ts', import.meta.url).href;
  const code = `
    import { registerHooks } from 'node:module';
    let loaded = 0;
    registerHooks({ load: (url, context, next) => ((loaded += url.includes('/cheerio/') ? 1 : 0), next(url, context)) });
    const { parseListing } = await import(${JSON.stringify(listing)});
    const read = async (text) => (await parseListing('<h1>Index of /</h1><pre><a href="x">' + text + '</a></pre>', new URL('https://h.test/'))).length;
    const counts = [await read('x'), loaded === 0, await read('x&eacute;'), loaded > 0];
    console.log(JSON.stringify(counts));`;
  const parameters = ['--input-type=module', '--eval', code];
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  expect(stdout, stderr).toBe('[1,true,1,true]\n');
});
