import { UsageError } from '../../errors.ts';
import { shownText } from '../../kit/public-url.ts';

/** A path, in one volume or in the root with what it mounts. */
export interface FilePlace {
  volume?: string;
  path: string;
}

const form = /^((?:disk|p[1-9]\d*|[\w+.-]+\/[\w+.-]+)(?:@[^:]*)?):(\/.*)$/s;

/** Parses `/path`, `p2:/path`, `p2@SUBVOLUME:/path`, `GROUP/VOLUME:/path` and `disk:/path`. */
export function parsePlace(text: string): FilePlace {
  if (text.startsWith('/')) return { path: text };
  const [, volume, path] = form.exec(text) ?? [];
  if (volume !== undefined && path !== undefined) return { volume, path };
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(shownText(text))} is not a place on a disk`,
    hint: 'Write /path, p1:/path, p1@SUBVOLUME:/path, GROUP/VOLUME:/path or disk:/path.',
    details: { field: 'place', value: shownText(text) },
  });
}
