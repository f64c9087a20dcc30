const kept = new Set(['title', 'h1', 'table', 'pre', 'ul', 'tr', 'td', 'th', 'a']);
const containers = new Set(['title', 'h1', 'table', 'pre', 'ul']);
const attributes = new Map([
  ['a', /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/i],
  ['table', /\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/i],
]);
const tag = /<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)?)\/?>|</g;
const maxLength = 4 * 1024 * 1024;
const maxContainers = 128;

/**
 * A page rewritten with nothing but the tags and attributes that directory indexes are made of; `undefined` for a page
 * too large or too deep to be one. The HTML parser takes time in the square of the nesting (100,000 levels: 20 s), so
 * nesting is bounded here: rows, cells and links close one another, the other tags are counted.
 */
export function reduceMarkup(html: string): string | undefined {
  if (html.length > maxLength) return undefined;
  let opened = 0;
  const reduced = withoutComments(html).replace(tag, (all, slash, name, rest) => {
    if (all === '<') return '&lt;';
    const word = String(name).toLowerCase();
    if (!kept.has(word)) return '';
    if (slash === '/') return `</${word}>`;
    if (containers.has(word)) opened += 1;
    return openTag(word, String(rest ?? ''));
  });
  return opened > maxContainers ? undefined : reduced;
}

function openTag(name: string, rest: string): string {
  const [, double, single, bare] = attributes.get(name)?.exec(rest) ?? [];
  const value = double ?? single ?? bare;
  const attribute = name === 'a' ? 'href' : 'id';
  const shown = value === undefined ? '' : ` ${attribute}="${value.replaceAll('"', '&quot;')}"`;
  return `${name === 'a' ? '</a>' : ''}<${name}${shown}>`;
}

function withoutComments(html: string): string {
  const [before = '', ...rest] = html.split('<!--');
  const after = rest.map((part) => {
    const end = part.indexOf('-->');
    return end < 0 ? '' : part.slice(end + 3);
  });
  return before + after.join('');
}
