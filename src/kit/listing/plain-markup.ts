import type { MarkupPage } from './markup-page.ts';

interface Text {
  parent: Element;
  next: Node | null;
  data: string;
}

interface Element {
  parent: Element | null;
  next: Node | null;
  children: Node[];
  name: string;
  attribs: Record<string, string>;
}

type Node = Text | Element;

const token = /<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"]*")*)>|[^<]+|</g;
const attribute = / ([a-z]+)="([^"]*)"/g;
const entities: Record<string, string> = {
  '&amp;': '&',
  '&gt;': '>',
  '&lt;': '<',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
  '&darr;': '\u2193',
  '&uarr;': '\u2191',
};
/** The innermost elements that a start tag closes, like in the HTML parser. */
const ends: Record<string, readonly string[]> = {
  tr: ['tr', 'th', 'td'],
  th: ['th'],
  td: ['th', 'td'],
};

/**
 * Reads markup from `reduceMarkup` into the same nodes as the HTML parser. `undefined` for markup that needs that
 * parser: other entities than those above, and a title that does not end or contains more than text.
 */
export function readPlainMarkup(markup: string): MarkupPage | undefined {
  const page: Element = { parent: null, next: null, children: [], name: '', attribs: {} };
  const named = new Map<string, Element[]>();
  let open = begin(page, 'body', {});
  for (const [text, slash, name, rest] of markup.matchAll(token)) {
    if (text === '<') return undefined;
    const within = open.name === 'title';
    if (name === undefined) {
      const data = decode(text);
      if (data === undefined || (within && data !== text)) return undefined;
      write(open, data);
    } else if (slash === '/') {
      if (within && name !== 'title') return undefined;
      open = end(open, name);
    } else {
      const attribs = readAttributes(rest ?? '');
      if (within || attribs === undefined) return undefined;
      while (ends[name]?.includes(open.name)) open = open.parent ?? page;
      open = begin(open, name, attribs);
      const same = named.get(name);
      if (same === undefined) named.set(name, [open]);
      else same.push(open);
    }
  }
  if (open.name === 'title') return undefined;
  return { elements: (name) => named.get(name) ?? [] };
}

function begin(parent: Element, name: string, attribs: Element['attribs']): Element {
  const element: Element = { parent, next: null, children: [], name, attribs };
  return append(parent, element);
}

function append<N extends Node>(parent: Element, node: N): N {
  const last = parent.children.at(-1);
  if (last !== undefined) last.next = node;
  parent.children.push(node);
  return node;
}

function write(parent: Element, data: string): void {
  const last = parent.children.at(-1);
  if (last !== undefined && 'data' in last) last.data += data;
  else append(parent, { parent, next: null, data });
}

/**
 * Closes the innermost element of that name and returns the element around it; ignores an end tag without a start
 * tag.
 */
function end(open: Element, name: string): Element {
  for (let element = open; element.parent !== null; element = element.parent) {
    if (element.name === name) return element.parent;
  }
  return open;
}

function readAttributes(text: string): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(attribute)) {
    const decoded = decode(value);
    if (decoded === undefined) return undefined;
    found[name] ??= decoded;
  }
  return found;
}

function decode(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let isPlain = true;
  const decoded = text.replace(/&[a-z0-9#]*;?/gi, (entity) => {
    const character = entities[entity];
    isPlain &&= character !== undefined;
    return character ?? '';
  });
  return isPlain ? decoded : undefined;
}
