import { hasMagic } from '../kit/bytes.ts';

const lookBytes = 4096;

/** How documents begin, after white space, in lower case. */
const beginnings: readonly (readonly [name: string, begins: RegExp])[] = [
  ['a Git LFS pointer instead of the file', /^version https:\/\/git-lfs/],
  ['an HTML page', /^(<!doctype html|<html|<head|<body)/],
  ['an XML document', /^<(\?xml|[a-z][\w.:-]*[\s>])/],
  ['a PGP document', /^-----begin pgp/],
  ['a PEM document', /^-----begin /],
  ['a JSON document', /^(\{\s*["}]|\[\s*["{[\]\d])/],
];

/** Names a document that was served instead of an image, by its beginning. */
export function nameDocument(head: Uint8Array): string | undefined {
  const start = readText(head)?.trimStart().toLowerCase() ?? '';
  return beginnings.find(([, begins]) => begins.test(start))?.[0];
}

/** Names other text; `undefined` for bytes that are not text. */
export function nameText(head: Uint8Array): string | undefined {
  const text = readText(head);
  if (text === undefined) return undefined;
  return text.startsWith('#!') ? 'a script' : 'a text file';
}

/**
 * True for a VMDK descriptor without data: blank lines and comments may precede its first line, and zero bytes may
 * follow the text.
 */
export function isVmdkDescriptor(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, lookBytes)).split('\0', 1)[0] ?? '';
  for (const line of text.split('\n')) {
    const words = line.trim().toLowerCase();
    if (/^#\s*disk descriptorfile/.test(words)) return true;
    if (words !== '' && !words.startsWith('#')) return false;
  }
  return false;
}

/** The first bytes as text, if all of them are text, in UTF-8 or, with a byte order mark, in UTF-16. */
function readText(head: Uint8Array): string | undefined {
  const bytes = head.subarray(0, lookBytes);
  const utf16 = hasMagic(bytes, [0xff, 0xfe])
    ? 'utf-16le'
    : hasMagic(bytes, [0xfe, 0xff])
      ? 'utf-16be'
      : undefined;
  try {
    const decoder = new TextDecoder(utf16 ?? 'utf-8', { fatal: true });
    const text = decoder.decode(bytes, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters distinguish text from other bytes
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
