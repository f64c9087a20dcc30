import { digestOfHex } from '../digest.ts';
import { type ChecksumLine, plainName } from './checksum-line.ts';

const heading = /^(MD5Sum|SHA1|SHA224|SHA256|SHA384|SHA512):[ \t]*$/i;
const entry = /^[ \t]+([0-9a-fA-F]+)[ \t]+(\d{1,15})[ \t]+(\S+)$/;

/** True for text with a hash section, such as `SHA256:` above indented lines. */
export function isDeb822(text: string): boolean {
  return /^(?:MD5Sum|SHA1|SHA256|SHA512):[ \t]*\r?\n[ \t]+[0-9a-f]/im.test(text);
}

/** The hash sections of a Release file (deb822: one paragraph, sections of ` hex size name`). */
export function* readDeb822Sums(text: string): Generator<ChecksumLine> {
  let section: string | undefined;
  let begun = false;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    if (line === '') {
      // In deb822 a blank line ends a paragraph; the text after it is another stanza, not part of this file's
      // sections.
      if (begun) return;
      continue;
    }
    begun = true;
    if (!/^[ \t]/.test(line)) {
      section = heading.exec(line)?.[1]?.toLowerCase();
      continue;
    }
    if (section === undefined) continue;
    const [, hex, size, name] = entry.exec(line) ?? [];
    if (hex === undefined || name === undefined) {
      yield 'malformed';
      continue;
    }
    const strong = section === 'sha256' || section === 'sha512';
    const digest = strong ? digestOfHex(hex) : undefined;
    if (strong && !digest?.startsWith(`${section}:`)) {
      yield 'malformed';
    } else {
      yield { name: plainName(name), digest, sizeBytes: Number(size) };
    }
  }
}
