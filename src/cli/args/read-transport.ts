import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defaultLimits, type Limits, type Log, type TransportOptions } from '../../core.ts';
import { defined } from '../../kit/defined.ts';
import { nearestWord } from '../../kit/nearest-word.ts';
import type { Flags } from './flags.ts';
import { invalidOption, invalidValue } from './refuse.ts';
import { parseMirrors, parsePairs, parseSize } from './values.ts';

/** What the flags say about where documents and images come from; certificates are read here. */
export async function readTransport(
  flags: Flags,
  init: { cwd: string; cacheDir: string | undefined; signal: AbortSignal; log: Log },
): Promise<TransportOptions> {
  const maxSize = flags.text('max-size');
  const bundles = flags.text('bundles');
  return {
    mirrors: parseMirrors(flags.list('mirror')),
    ca: await Promise.all(
      flags.list('ca').map((file) => readCertificates(resolve(init.cwd, file))),
    ),
    limits: {
      ...parseLimits(flags.list('limit')),
      ...defined({ virtualBytes: maxSize === undefined ? undefined : parseMaxSize(maxSize) }),
    },
    signal: init.signal,
    log: init.log,
    cacheDir: init.cacheDir,
    ...defined({ bundles: bundles === undefined ? undefined : resolve(init.cwd, bundles) }),
  };
}

/** `NAME=VALUE` for each limit; sizes may be written like `64GiB`. */
function parseLimits(values: readonly string[]): Partial<Limits> {
  const names = Object.keys(defaultLimits);
  const pairs = Object.entries(parsePairs(values, 'limit')).map(([name, text]) => {
    if (!names.includes(name)) {
      const meant = nearestWord(name, names);
      throw invalidOption(
        'limit',
        `there is no limit ${JSON.stringify(name)}`,
        meant === undefined ? `Use one of: ${names.join(', ')}.` : `Did you mean ${meant}?`,
      );
    }
    const value = parseSize(text, 'limit');
    if (value > 0) return [name, value] as const;
    throw invalidValue('limit', text, 'Write a number greater than 0.');
  });
  return Object.fromEntries(pairs);
}

function parseMaxSize(text: string): number {
  const bytes = parseSize(text, 'max-size');
  if (bytes > 0) return bytes;
  throw invalidValue('max-size', text, 'Write a size such as 64GiB.');
}

async function readCertificates(path: string): Promise<string> {
  const hint = 'Give a file with PEM certificates (-----BEGIN CERTIFICATE-----).';
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw invalidOption('ca', `cannot read ${JSON.stringify(path)}`, hint, cause);
  });
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw invalidOption('ca', `${JSON.stringify(path)} has no PEM certificate`, hint);
}
