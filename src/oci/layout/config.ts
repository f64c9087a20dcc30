import { TransferError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { parseOptional, parseRecord, parseText } from '../../kit/records.ts';

/** Longer configs are neither written nor read. */
export const maxConfigBytes: number = 32 * 1024 * 1024;

/** The config of an image: what is known of it, as JSON texts. Nothing of it decides over bytes. */
export interface ImageConfig {
  name: string;
  /** The record of the disk, without what differs from host to host. */
  record?: string;
  /** The documents that its trust rests on. */
  evidence?: string;
}

/**
 * The same image gives the same bytes, whichever host writes them. A config that would be too long has no evidence, and then no
 * record.
 */
export function formatConfig(config: {
  name: string;
  record?: string | undefined;
  evidence?: string | undefined;
}): Uint8Array {
  const { name } = config;
  const record = parseOptional(config.record, 'record', parseJson);
  const evidence = parseOptional(config.evidence, 'evidence', parseJson);
  const whole = { name, record: record && withoutHost(record), evidence };
  for (const kept of [whole, { ...whole, evidence: undefined }]) {
    const bytes = encode(kept);
    if (bytes.length <= maxConfigBytes) return bytes;
  }
  return encode({ name });
}

/** Inverse of `formatConfig`; throws `ERR_METADATA` naming what does not fit. */
export function parseConfig(bytes: Uint8Array, where: string): ImageConfig {
  const config = parseJson(new TextDecoder().decode(bytes), where);
  const textOf = (field: string): string | undefined =>
    parseOptional(config[field], `${where}.${field}`, (value, place) =>
      JSON.stringify(parseRecord(value, place)),
    );
  return defined({
    name: parseText(config['name'], `${where}.name`),
    record: textOf('record'),
    evidence: textOf('evidence'),
  });
}

/** An object from JSON text; `ERR_METADATA` for anything else. */
export function parseJson(text: unknown, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(parseText(text, where));
  } catch (cause) {
    throw new TransferError({
      code: 'ERR_METADATA',
      message: `${where} is not JSON`,
      hint: 'Remove this artifact from the registry; it is written again.',
      details: { field: where },
      cause,
    });
  }
  return parseRecord(value, where);
}

/** When and for which request the disk was made differs from host to host; the form of the record stays. */
function withoutHost(record: Record<string, unknown>): Record<string, unknown> {
  const disk = record['disk'];
  const own: Record<string, unknown> = {
    requests: [],
    aliases: [],
    created: new Date(0).toJSON(),
    disk: typeof disk === 'object' && disk !== null ? { ...disk, mtimeMs: 0 } : disk,
  };
  const entries = Object.entries(record);
  return Object.fromEntries(entries.map(([key, value]) => [key, own[key] ?? value]));
}

function encode(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ schema: 1, ...value }));
}
