/** `grub-editenv` writes a file of this size that begins with this line and is filled with `#`. */
const blockBytes = 1024;
const firstLine = '# GRUB Environment Block\n';

/** The variables of a `grubenv`; `undefined` for any other file. */
export function parseEnvironmentBlock(bytes: Uint8Array): Map<string, string> | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  if (bytes.length !== blockBytes || !text.startsWith(firstLine)) return undefined;
  const values = new Map<string, string>();
  // A backslash precedes a backslash or a line end that is part of the value.
  for (const [, line = ''] of text.slice(firstLine.length).matchAll(/((?:[^\\\n]|\\[\s\S])+)\n/g)) {
    const at = line.indexOf('=');
    if (at <= 0 || line.startsWith('#')) continue;
    values.set(line.slice(0, at), line.slice(at + 1).replace(/\\([\s\S])/g, '$1'));
  }
  return values;
}
