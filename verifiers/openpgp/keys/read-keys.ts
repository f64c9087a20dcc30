import { isImageError } from '../../../src/kit.ts';
import { limits } from '../limits.ts';
import { readArmor } from '../packets/armor.ts';
import { readPackets } from '../packets/framing.ts';
import { KeyBuilder } from './key-builder.ts';
import type { PublicKey } from './public-key.ts';

/** Keys that could be read, and one line for each skipped part. */
export interface ReadKeys {
  keys: PublicKey[];
  notes: string[];
}

/**
 * Reads public keys: any number of armored blocks with any text around them, or binary packets. Never throws; a block
 * or key that cannot be read is skipped with a note. No signature is checked here: a key is identified by its
 * fingerprint.
 */
export function readKeys(material: Uint8Array | string): ReadKeys {
  const bytes = typeof material === 'string' ? Buffer.from(material) : material;
  const builder = new KeyBuilder();
  if (bytes.length > limits.keyBytes) {
    builder.note(`keys of more than ${limits.keyBytes} bytes are not read`);
  } else if (((bytes[0] ?? 0) & 0x80) !== 0) {
    addPackets(builder, bytes);
  } else {
    addBlocks(builder, Buffer.from(bytes).toString('latin1'));
  }
  if (builder.keys.length === 0) builder.note('no OpenPGP public key was found');
  return { keys: builder.keys, notes: builder.notes };
}

/** The key with this primary fingerprint, in upper or lower case, with or without blanks. */
export function findKey(keys: readonly PublicKey[], fingerprint: string): PublicKey | undefined {
  const wanted = normalizeFingerprint(fingerprint);
  return keys.find((key) => key.fingerprint === wanted);
}

/** Upper case, without blanks. */
export function normalizeFingerprint(fingerprint: string): string {
  return fingerprint.replace(/\s/g, '').toUpperCase();
}

function addBlocks(builder: KeyBuilder, text: string): void {
  for (const block of readArmor(text).blocks) {
    if ('problem' in block) {
      builder.note(`a block of a PGP ${block.label} was skipped: ${block.problem.message}`);
    } else if (block.label !== 'PUBLIC KEY BLOCK') {
      builder.note(`a block of a PGP ${block.label} was skipped: only public keys are read`);
    } else {
      addPackets(builder, block.bytes);
    }
  }
}

function addPackets(builder: KeyBuilder, bytes: Uint8Array): void {
  try {
    for (const packet of readPackets(bytes)) builder.add(packet);
    builder.endKey();
  } catch (error) {
    if (!isImageError(error)) throw error;
    builder.dropKey();
    builder.note(`the rest of a block was skipped: ${error.message}`);
  }
}
