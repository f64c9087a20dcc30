import { type Allowing, defined, refuseUnlessAllowed } from '../../src/kit.ts';

/** Source of the bytes after an end; a `StreamReader` is one. */
export interface TrailingBytes {
  next(): Promise<Uint8Array | undefined>;
}

/** The format that ended, for the error. */
export interface EndOfFormat {
  /** Id of the format. */
  format: string;
  /** The part before the bytes: `the last gzip member`. */
  what: string;
  /** Offset of the first of them; absent if it is not known. */
  offset?: number;
}

/**
 * Bytes after the end of a compressed stream or an archive whose own checks passed: refused, unless the call allows
 * them. Then they are read to the last one, because the source must be read to its end.
 */
export async function passTrailing(
  context: Allowing,
  end: EndOfFormat,
  rest: TrailingBytes,
): Promise<void> {
  refuseTrailing(context, end);
  while ((await rest.next()) !== undefined) {
    // The bytes are not inspected.
  }
}

/** The same where nothing has to be read. */
export function refuseTrailing(context: Allowing, { format, what, offset }: EndOfFormat): void {
  refuseUnlessAllowed(context, 'trailing-data', `Other bytes follow ${what}`, {
    format,
    ...defined({ offset }),
  });
}
