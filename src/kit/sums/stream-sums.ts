import { digestOfHex } from '../digest.ts';
import { parseJsonText, parseRecord } from '../records.ts';
import type { ChecksumLine } from './checksum-line.ts';

/** Every item of a Simple Streams product file; its name is its `path`. */
export function* readStreamSums(text: string, from: string): Generator<ChecksumLine> {
  const content = parseJsonText(text, `${from}: neither a list of digests nor JSON`);
  const products = parseRecord(parseRecord(content, from)['products'], `${from} products`);
  for (const product of Object.values(products)) {
    for (const version of childrenOf(product, 'versions')) {
      for (const item of childrenOf(version, 'items')) yield* readItem(item);
    }
  }
}

function* readItem(item: unknown): Generator<ChecksumLine> {
  if (!isRecord(item) || typeof item['path'] !== 'string') return yield 'malformed';
  const name = item['path'];
  const size = item['size'];
  const sizeBytes = Number.isSafeInteger(size) ? Number(size) : undefined;
  let strong = false;
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const hex = item[algorithm];
    if (hex === undefined) continue;
    strong = true;
    const digest = typeof hex === 'string' ? digestOfHex(hex) : undefined;
    yield digest?.startsWith(`${algorithm}:`) ? { name, digest, sizeBytes } : 'malformed';
  }
  if (!strong) yield { name, digest: undefined };
}

function childrenOf(value: unknown, key: string): unknown[] {
  const children = isRecord(value) ? value[key] : undefined;
  return isRecord(children) ? Object.values(children) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
