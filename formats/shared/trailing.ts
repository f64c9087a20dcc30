import { type Allowing, defined, refuseUnlessAllowed } from '../../src/kit.ts';

/** Where the bytes after an end come from; a `StreamReader` is one. */
export interface TrailingBytes {
  next(): Promise<Uint8Array | undefined>;
}

/** What ended, for the refusal. */
export interface EndOfFormat {
  /** Id of the format. */
  format: string;
  /** What the bytes follow: `the last gzip member`. */
  what: string;
  /** Where the first of them lies; absent if that is not known. */
  offset?: number;
}

/**
 * Bytes after the end of a compressed stream or an archive whose own checks passed: refused, unless the call allows them.
 * Then they are read to the last one, as the source has to be read to its end.
 */
export async function passTrailing(
  context: Allowing,
  end: EndOfFormat,
  rest: TrailingBytes,
): Promise<void> {
  refuseTrailing(context, end);
  while ((await rest.next()) !== undefined) {
    // Nothing is looked at.
  }
}

/** The same where nothing has to be read. */
export function refuseTrailing(context: Allowing, { format, what, offset }: EndOfFormat): void {
  refuseUnlessAllowed(context, 'trailing-data', `Other bytes follow ${what}`, {
    format,
    ...defined({ offset }),
  });
}
