import { type Descriptor, parseDescriptor } from './descriptor.ts';

const title = /^#\s*disk descriptorfile/i;
const lookBytes = 4096;

/** True for a descriptor without a disk after it; blank lines and comments may come before its title. */
export function isTextDescriptor(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, lookBytes)).toString('latin1').split('\0', 1)[0] ?? '';
  for (const line of text.split('\n')) {
    const words = line.trim();
    if (title.test(words)) return true;
    if (words !== '' && !words.startsWith('#')) return false;
  }
  return false;
}

/** The kind of disk in the descriptor, in lower case; `undefined` if it is not clear. */
export function readTextKind(head: Uint8Array): string | undefined {
  let descriptor: Descriptor;
  try {
    descriptor = parseDescriptor(head);
  } catch {
    return undefined;
  }
  return descriptor.values.get('createtype')?.toLowerCase();
}
