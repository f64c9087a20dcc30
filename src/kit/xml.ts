import { TransferError } from '../errors.ts';
import { countSteps } from './reader-steps.ts';

/** An element of a small document. Names have no prefix; `namespace` is the meaning of the prefix. */
export interface XmlElement {
  name: string;
  /** Empty if there is none. */
  namespace: string;
  /** In order, without namespace declarations. A name occurs twice if only its prefixes differ. */
  attributes: readonly (readonly [name: string, value: string])[];
  /** Its own text without that of its children, trimmed. */
  text: string;
  children: XmlElement[];
}

type Scope = ReadonlyMap<string, string>;

/** The state while one document is read. */
interface Reading {
  from: string;
  /** Number of namespace declarations so far: each one is in the scope of every element below it. */
  declared: number;
}

const maxBytes = 1024 * 1024;
/** Real documents have up to ten. */
const maxDeclarations = 64;
const attributesKey = ':@';
const textKey = '#text';
const cdataKey = '#cdata';
/** The five that XML itself defines (XML 1.0, 4.6). */
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  gt: '>',
  lt: '<',
  quot: '"',
};

/**
 * Parses a small XML document and returns its root. Strict: throws `ERR_METADATA`, which names `from`, for a document
 * that is longer than 1 MiB, not well-formed, nested deeper than about 100 elements, declares more than 64
 * namespaces, or has a document type or an entity other than the five of XML itself.
 */
export async function parseXml(text: string, from: string): Promise<XmlElement> {
  const bare = text.replace(/^\ufeff/, '');
  if (Buffer.byteLength(bare) > maxBytes) throw unusable(from, `is longer than ${maxBytes} bytes`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0, 2.2 forbids them
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(bare)) {
    throw unusable(from, 'holds control characters');
  }
  if (/<!(?!--|\[CDATA\[)/.test(bare)) throw unusable(from, 'declares a document type or entities');
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    textNodeName: textKey,
    cdataPropName: cdataKey,
    parseTagValue: false,
    trimValues: false,
    // The package would ignore references to undefined entities.
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: 100,
  });
  let nodes: unknown;
  try {
    const verdict = XMLValidator.validate(bare);
    if (verdict !== true) throw new Error(`${verdict.err.msg} (line ${verdict.err.line})`);
    nodes = parser.parse(bare);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw unusable(from, `is not well-formed XML: ${why.slice(0, 200)}`);
  }
  const roots = readNodes(nodes, { from, declared: 0 }, new Map()).children;
  const [root] = roots;
  if (root === undefined || roots.length > 1)
    throw unusable(from, 'does not have exactly one root');
  return root;
}

/** The parser's ordered form: a list of objects with the element name as one key, and the attributes as another. */
function readNodes(
  nodes: unknown,
  reading: Reading,
  scope: Scope,
): Pick<XmlElement, 'text' | 'children'> {
  const children: XmlElement[] = [];
  let text = '';
  for (const node of Array.isArray(nodes) ? nodes : []) {
    countSteps('xml', 1);
    const fields = Object.entries(Object(node));
    const [key, value] = fields.find(([name]) => name !== attributesKey) ?? ['', undefined];
    if (key === textKey) text += decode(String(value), reading.from);
    else if (key === cdataKey) text += String(Reflect.get(Object(value)[0] ?? {}, textKey) ?? '');
    else
      children.push(
        readElement(key, value, Object(Reflect.get(node, attributesKey)), reading, scope),
      );
  }
  return { text: text.trim(), children };
}

function readElement(
  written: string,
  content: unknown,
  given: object,
  reading: Reading,
  outer: Scope,
): XmlElement {
  const attributes: [string, string][] = [];
  const declarations: [string, string][] = [];
  for (const [key, raw] of Object.entries(given)) {
    countSteps('xml', 1);
    const value = decode(String(raw), reading.from);
    if (key === 'xmlns') declarations.push(['', value]);
    else if (key.startsWith('xmlns:')) declarations.push([key.slice('xmlns:'.length), value]);
    else attributes.push([key.slice(key.indexOf(':') + 1), value]);
  }
  const scope = declare(declarations, outer, reading);
  const colon = written.indexOf(':');
  const namespace = scope.get(written.slice(0, Math.max(0, colon))) ?? '';
  const name = written.slice(colon + 1);
  return { name, namespace, attributes, ...readNodes(content, reading, scope) };
}

/** The scope inside an element: the outer scope, plus the element's own declarations if it has any. */
function declare(
  declarations: readonly (readonly [prefix: string, value: string])[],
  outer: Scope,
  reading: Reading,
): Scope {
  if (declarations.length === 0) return outer;
  reading.declared += declarations.length;
  if (reading.declared > maxDeclarations) {
    throw unusable(reading.from, `declares more than ${maxDeclarations} namespaces`);
  }
  countSteps('xml', outer.size + declarations.length);
  return new Map([...outer, ...declarations]);
}

function decode(text: string, from: string): string {
  return text.replace(/&([^;]{0,12};?)/g, (reference, body: string) => {
    const [, name, decimal, hex] = /^(?:(\w+)|#(\d+)|#x([\da-f]+));$/i.exec(body) ?? [];
    if (name !== undefined && Object.hasOwn(entities, name)) return entities[name] ?? '';
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    if (code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)) {
      return String.fromCodePoint(code);
    }
    if (code === 0x09 || code === 0x0a || code === 0x0d) return String.fromCharCode(code);
    throw unusable(from, `refers to ${JSON.stringify(reference)}, which XML does not define`);
  });
}

function unusable(from: string, what: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${from} ${what}`,
    hint: 'Try later, and report it if it happens again: the upstream document has a new form, or another page stands in its place.',
    details: {},
  });
}
