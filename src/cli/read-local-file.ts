import type { FileOptions, Parts, TransportOptions } from '../core.ts';
import type { Flags } from './flags.ts';
import { parseLayers } from './parse-layers.ts';

/** How a local file is read, from the flags. */
export function readLocalFile(
  flags: Flags,
  parts: Parts,
  transport: TransportOptions,
): FileOptions {
  const from = flags.text('from');
  const known = parts.formats.map(({ id }) => id);
  return {
    from: from === undefined ? undefined : parseLayers(from, known),
    entry: flags.text('entry'),
    limits: transport.limits,
    signal: transport.signal,
    log: transport.log,
  };
}
