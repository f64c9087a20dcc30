import { isImageError, TransferError } from '../errors.ts';
import { publicUrl } from '../kit/public-url.ts';
import { firstHop } from './address-rules.ts';
import type { Body, BodyOptions } from './body.ts';
import { BodyTransfer } from './body-transfer.ts';
import { parseAddress } from './parse-address.ts';
import type { TransferContext } from './transfer-context.ts';

/** Opens a file and waits for its first bytes, at the first of its addresses that gives them. */
export async function openBody(
  url: URL,
  options: BodyOptions,
  context: TransferContext,
): Promise<Body> {
  let firstError: unknown;
  for (const [index, address] of [url, ...(options.mirrorsOf ?? [])].entries()) {
    try {
      return await openAt(parseAddress(address), options, context);
    } catch (error) {
      if (!isUnavailable(error, index > 0)) throw error;
      firstError ??= error;
      const message = `${publicUrl(address)} cannot be had: ${error.message}`;
      context.log({ level: 'warn', message });
    }
  }
  throw firstError;
}

async function openAt(url: URL, options: BodyOptions, context: TransferContext): Promise<Body> {
  const allowPlain = context.rules.allowPlain || options.allowPlain === true;
  const rules = { ...context.rules, allowPlain };
  const { signal: every } = context.attempts;
  const signal = options.signal === undefined ? every : AbortSignal.any([every, options.signal]);
  const attempts = { ...context.attempts, signal };
  const transfer = new BodyTransfer(firstHop(url, rules), options, { ...context, rules, attempts });
  const first = await transfer.read();
  return {
    finalUrl: transfer.hop.url,
    mirrored: transfer.hop.mirrored,
    sizeBytes: transfer.sizeBytes,
    validators: transfer.validators,
    chunks: drain(first, transfer),
    close: () => transfer.close(),
  };
}

async function* drain(
  first: Uint8Array | undefined,
  transfer: BodyTransfer,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let chunk = first; chunk !== undefined; chunk = await transfer.read()) yield chunk;
  } finally {
    transfer.close();
  }
}

/** Another address may help: this one cannot be reached, or is one that the rules rule out. Never after wrong bytes. */
function isUnavailable(error: unknown, isAlternative: boolean): error is Error {
  if (error instanceof TransferError) return error.details.restart !== true;
  return isAlternative && isImageError(error, 'ERR_UNTRUSTED');
}
