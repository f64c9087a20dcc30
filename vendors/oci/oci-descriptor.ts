import {
  type Arch,
  type Digest,
  defined,
  parseArch,
  parseDigest,
  parseList,
  parseNumber,
  parseOptional,
  parseRecord,
  parseText,
} from '../../src/kit.ts';

/** One descriptor in a manifest or an index. */
export interface OciDescriptor {
  mediaType: string;
  digest: Digest;
  sizeBytes: number;
  artifactType?: string;
  annotations: Record<string, string>;
  platform?: Platform;
}

export interface Platform {
  /** Absent for an unsupported architecture, such as `unknown`. */
  arch?: Arch;
  os?: string;
  variant?: string;
}

/**
 * The descriptors in a list of a manifest or an index; `ERR_METADATA` for an entry that is not a descriptor, with its
 * place.
 */
export function parseOciDescriptors(value: unknown, where: string): OciDescriptor[] {
  return parseList(value, where).map((one, at) => parseOciDescriptor(one, `${where}[${at}]`));
}

export function parseOciDescriptor(value: unknown, where: string): OciDescriptor {
  const record = parseRecord(value, where);
  return {
    mediaType: parseText(record['mediaType'], `${where}.mediaType`),
    digest: parseDigest(record['digest'], `${where}.digest`),
    sizeBytes: parseNumber(record['size'], `${where}.size`),
    annotations: parseOptional(record['annotations'], `${where}.annotations`, parseTexts) ?? {},
    ...defined({
      artifactType: parseOptional(record['artifactType'], `${where}.artifactType`, parseText),
      platform: parseOptional(record['platform'], `${where}.platform`, parsePlatform),
    }),
  };
}

/** The platform of an index entry; the config of an image has the same fields. */
export function parsePlatform(value: unknown, where: string): Platform {
  const record = parseRecord(value, where);
  const text = (name: string) => parseOptional(record[name], `${where}.${name}`, parseText);
  const word = text('architecture');
  return defined({ arch: archOf(word), os: text('os'), variant: text('variant') });
}

function archOf(word: string | undefined): Arch | undefined {
  try {
    return word === undefined ? undefined : parseArch(word);
  } catch {
    return undefined;
  }
}

function parseTexts(value: unknown, where: string): Record<string, string> {
  const pairs = Object.entries(parseRecord(value, where));
  return Object.fromEntries(
    pairs.map(([key, text]) => [key, parseText(text, `${where}["${key}"]`)]),
  );
}
