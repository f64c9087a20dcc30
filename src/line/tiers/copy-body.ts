import { createHash } from 'node:crypto';
import { IntegrityError, PluginError, TransferError } from '../../errors.ts';
import type { BodyOptions } from '../../http/bodies/body.ts';
import type { Body } from '../../http/client.ts';
import { abortableStream } from '../../kit/abort.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { pluginFailure } from '../../parts/call-plugin.ts';
import type { GivenCopy } from './asked-tiers.ts';

/** A tier's copy as a download: it can be resumed and read in parts, like upstream's file. */
export function openCopy(
  given: GivenCopy,
  { signal: own, resume, firstBytes }: BodyOptions,
  signal: AbortSignal,
): Body {
  const { copy } = given;
  const { sizeBytes } = copy;
  const url = new URL(copy.url);
  // The same copy gives the same bytes, in another process too; a digest verifies the whole.
  const known = createHash('sha256').update(`${url.href}\n${sizeBytes}`).digest('hex');
  const etag = `"${known.slice(0, 32)}"`;
  const { position = 0, validators } = resume ?? {};
  const isOther = (validators?.etag ?? etag) !== etag;
  if (isOther || (resume?.sizeBytes ?? sizeBytes) !== sizeBytes) throw changed(url);
  const end = firstBytes === undefined ? sizeBytes : Math.min(position + firstBytes, sizeBytes);
  const part = (start: number, to: number, stop = own ?? signal): AsyncIterable<Uint8Array> =>
    readCopy(given, start, to, AbortSignal.any([signal, stop]));
  return {
    finalUrl: url,
    mirrored: false,
    sizeBytes,
    validators: { etag },
    ...defined({ endBytes: firstBytes === undefined ? undefined : end }),
    chunks: part(position, end),
    isContinued: () => false,
    part,
    close() {},
  };
}

async function* readCopy(
  { tier, copy }: GivenCopy,
  start: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = start;
  try {
    const to = end === copy.sizeBytes ? undefined : end;
    if (start === end) return;
    for await (const chunk of abortableStream(copy.read(start, to, signal), signal)) {
      if (!(chunk instanceof Uint8Array)) throw notBytes(tier.id);
      position += chunk.length;
      if (position > end) break;
      yield chunk;
    }
  } catch (error) {
    throw pluginFailure(error, tier.id, 'read', signal);
  }
  if (position !== end) throw otherLength(copy.url, start, end, position > end);
}

/** The partial download is from another copy: all bytes are fetched again. */
function changed(url: URL): TransferError {
  return new TransferError({
    code: 'ERR_NETWORK',
    message: `${publicUrl(url)} is not the copy that served the beginning of the file`,
    hint: 'Try again.',
    details: { url: publicUrl(url), restart: true },
  });
}

function notBytes(plugin: string): PluginError {
  return new PluginError({
    code: 'ERR_PLUGIN',
    message: `${plugin}.read() did not give bytes`,
    hint: `Report this to the author of ${plugin}.`,
    details: { plugin, method: 'read' },
  });
}

function otherLength(url: string, start: number, end: number, isLong: boolean): IntegrityError {
  return new IntegrityError({
    code: 'ERR_SIZE',
    message: `${isLong ? 'more' : 'fewer'} bytes came than those from ${start} to ${end}`,
    hint: 'Remove the copy from the tier.',
    details: { url: publicUrl(url), expected: String(end - start) },
  });
}
