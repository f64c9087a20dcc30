import { TransferError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { parseOptional, parseRecord, parseText } from '../../kit/records.ts';

/** Longer configs are neither written nor read. */
export const maxConfigBytes: number = 32 * 1024 * 1024;

/** The config of an image: its known facts, as JSON texts. None of it decides whether bytes are accepted. */
export interface ImageConfig {
  name: string;
  /** The record of the disk, without the values that differ from host to host. */
  record?: string;
  /** The documents that its trust rests on. */
  evidence?: string;
}

/**
 * The same image gives the same bytes on every host. If the config would be too long, the evidence is left out, and
 * then the record.
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

/** Inverse of `formatConfig`; throws `ERR_METADATA`, which names the wrong part. */
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

/** Parses a JSON object; throws `ERR_METADATA` for anything else. */
export function parseJson(text: unknown, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(parseText(text, where));
  } catch (cause) {
    throw new TransferError({
      code: 'ERR_METADATA',
      message: `${where} is not JSON`,
      hint: 'Remove this artifact from the registry; the next push writes it again.',
      details: { field: where },
      cause,
    });
  }
  return parseRecord(value, where);
}

/**
 * The time and the request of the disk differ from host to host; here they become fixed values, and the record stays
 * valid.
 */
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
