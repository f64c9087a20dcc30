/** A name of ISO 9660 level 2: capital letters, digits, `_` and one dot; the name of a file ends with its version. */
export function primaryName(name: string, isFile: boolean): string {
  const words = name.toUpperCase().replace(/[^A-Z0-9.]/g, '_');
  const dot = words.lastIndexOf('.');
  const [base, extension] = dot > 0 ? [words.slice(0, dot), words.slice(dot + 1)] : [words, ''];
  const plain = base.replaceAll('.', '_').slice(0, 26 - extension.length);
  return isFile ? `${plain}.${extension};1` : plain;
}

/** The name in UCS-2, big-endian, as in Joliet. */
export function jolietName(name: string): Buffer {
  return Buffer.from(name, 'utf16le').swap16();
}
