import { readFacts } from './key-facts.ts';
import type { StoredKey } from './keyring.ts';

/** The source text of a material file: one key, with its user id and fingerprint in front. */
export function formatMaterial(key: StoredKey): string {
  const who = readFacts(key).userId.replace(/[^\x20-\x7e]|\*\//g, '?');
  return `/** ${who}: ${key.fingerprint}. Written by refresh-keys.ts. */\nexport const armored: string = \`${key.text}\`;\n`;
}

/** The key text of a material file, as `formatMaterial` wrote it. */
export function parseMaterial(source: string): string {
  return /`([^`]*)`;\n$/.exec(source)?.[1] ?? '';
}
