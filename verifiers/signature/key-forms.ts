/** The keys of the caller, by the form of the signatures that they check. */
export interface KeysByForm {
  openpgp: Uint8Array[];
  signify: Uint8Array[];
  minisign: Uint8Array[];
  /** Trusted roots, which check bundles. */
  sigstore: Uint8Array[];
}

/** A key of signify or minisign: 42 bytes in base64, the first two of them `Ed`. */
const encodedKey = /^RW[\w+/]{54}$/;

/** Sorts key files by form; a file without a key is in no list. */
export function sortKeys(files: readonly Uint8Array[]): KeysByForm {
  const keys: KeysByForm = { openpgp: [], signify: [], minisign: [], sigstore: [] };
  for (const file of files) {
    const text = Buffer.from(file).toString('latin1');
    const isPacket = ((file[0] ?? 0) & 0x80) !== 0;
    if (isPacket || text.includes('-----BEGIN PGP ')) keys.openpgp.push(file);
    else if (/^\s*\{/.test(text)) keys.sigstore.push(file);
    else sortLines(text, keys);
  }
  return keys;
}

/**
 * signify and minisign use the same form of keys, and the first two lines of their signatures are the same too. The
 * comment above a key tells them apart: minisign writes its name there, or no comment; signify requires one. A minisign
 * key never checks a signify signature: such a signature could be one of minisign without its signed date.
 */
function sortLines(text: string, keys: KeysByForm): void {
  let comment: string | undefined;
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (encodedKey.test(line)) {
      const isMinisign = comment === undefined || /\bminisign\b/i.test(comment);
      keys[isMinisign ? 'minisign' : 'signify'].push(Buffer.from(line));
    }
    comment = line.startsWith('untrusted comment:') ? line : undefined;
  }
}
