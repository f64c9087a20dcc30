/** The tags of a page to keep, each with the attributes to keep. */
export type MarkupShape = ReadonlyMap<string, readonly string[]>;

/** The tags and attributes of directory indexes. */
const indexMarkup: MarkupShape = new Map([
  ['title', []],
  ['h1', []],
  ['table', ['id']],
  ['pre', []],
  ['ul', []],
  ['ol', []],
  ['tr', []],
  ['td', []],
  ['th', []],
  ['a', ['href']],
]);
/** The tags and attributes of tables with links and text with classes. */
export const rowMarkup: MarkupShape = new Map([
  ['table', []],
  ['tr', []],
  ['td', ['class']],
  ['a', ['href', 'class']],
  ['tt', ['class']],
  ['code', ['class']],
  ['span', ['class']],
]);

const containers = new Set(['title', 'h1', 'table', 'pre', 'ul', 'ol']);
/** Each of these ends a line in an index that does not use a list. */
const lineEnds = new Set(['br', 'div', 'li', 'p']);
/** Closed before the next tag of the same kind. */
const inlines = new Set(['a', 'tt', 'code', 'span']);
const tag = /<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)?)\/?>|</g;
const attribute = /\s([a-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/gi;
const maxLength = 4 * 1024 * 1024;
const maxContainers = 128;

/**
 * Rewrites a page with only the tags and attributes of `shape`; `undefined` for a page that is too large or too
 * deeply nested. The HTML parser needs quadratic time in the nesting (100,000 levels: 20 s), so nesting is bounded
 * here: a row, cell or link closes the one before it, and other tags are counted.
 */
export function reduceMarkup(html: string, shape: MarkupShape = indexMarkup): string | undefined {
  if (html.length > maxLength) return undefined;
  let opened = 0;
  const visible = without(without(html, /<!--/, /-->/), /<script\b/i, /<\/script\b/i);
  const reduced = visible.replace(tag, (all, slash, name, rest) => {
    if (all === '<') return '&lt;';
    const word = String(name).toLowerCase();
    const wanted = shape.get(word);
    if (wanted === undefined) return shape === indexMarkup && lineEnds.has(word) ? '\n' : '';
    if (slash === '/') return `</${word}>`;
    if (containers.has(word)) opened += 1;
    return openTag(word, String(rest ?? ''), wanted);
  });
  return opened > maxContainers ? undefined : reduced;
}

function openTag(name: string, rest: string, wanted: readonly string[]): string {
  const open = inlines.has(name) ? `</${name}><${name}` : `<${name}`;
  if (wanted.length === 0 || rest === '') return `${open}>`;
  const values = new Map<string, string>();
  for (const [, key = '', double, single, bare] of rest.matchAll(attribute)) {
    const word = key.toLowerCase();
    if (!values.has(word)) values.set(word, double ?? single ?? bare ?? '');
  }
  const shown = wanted.map((key) => {
    const value = values.get(key);
    return value === undefined ? '' : ` ${key}="${value.replaceAll('"', '&quot;')}"`;
  });
  return `${open}${shown.join('')}>`;
}

/** Removes the text between two marks; what remains of the second mark is not a tag to keep. */
function without(html: string, from: RegExp, to: RegExp): string {
  const [before = '', ...rest] = html.split(from);
  const after = rest.map((part) => {
    const end = to.exec(part);
    return end === null ? '' : part.slice(end.index + end[0].length);
  });
  return before + after.join('');
}
