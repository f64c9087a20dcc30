import { defined } from '../../kit/defined.ts';
import { firstHop, parseAddress } from '../addresses/rules.ts';
import type { AskContext } from '../ask.ts';
import type { Body, BodyOptions } from './body.ts';
import { BodyTransfer, type Wanted } from './body-transfer.ts';
import { ifRange } from './byte-range.ts';

/** Opens a transfer and waits for its first bytes. */
export async function openBody(
  address: URL,
  options: BodyOptions,
  context: AskContext,
): Promise<Body> {
  const { expectedBytes, resume, firstBytes, onHop } = options;
  const rules = {
    ...context.rules,
    allowPlain: context.rules.allowPlain || options.allowPlain === true,
  };
  const own = { ...withSignal(context, options.signal), rules };
  const start = firstHop(parseAddress(address), rules);
  context.places.check(start);
  const position = resume?.position ?? 0;
  const end = firstBytes === undefined ? undefined : position + firstBytes;
  // The connection of a part is used for the next part, so it stays with the HTTP client.
  const lends = firstBytes === undefined;
  const beginning: Wanted = { ...resume, position, end, expectedBytes, onHop, lends };
  const transfer = new BodyTransfer(start, beginning, own);
  const first = await transfer.read();
  const { hop, sizeBytes, validators } = transfer;
  const { encoding } = transfer.encodings;
  const about = { sizeBytes, validators, encoding, expectedBytes, onHop };
  const known: Wanted = { ...about, position, isPart: true };
  const canPart =
    ifRange(validators) !== undefined && sizeBytes !== undefined && transfer.takesRanges;
  const part: Body['part'] = (from, to, signal) => {
    const wanted = { ...known, position: from, end: to };
    const transfer = new BodyTransfer(start, wanted, withSignal(own, signal), hop);
    return drain(undefined, transfer);
  };
  return {
    finalUrl: hop.url,
    mirrored: hop.mirrored,
    sizeBytes,
    validators,
    ...defined({ endBytes: transfer.end, part: canPart ? part : undefined }),
    chunks: drain(first, transfer),
    isContinued: () => transfer.isContinued,
    close: () => transfer.close(),
  };
}

async function* drain(
  first: Uint8Array | undefined,
  transfer: BodyTransfer,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (first !== undefined) yield first;
    for (let chunk = await transfer.read(); chunk !== undefined; chunk = await transfer.read()) {
      yield chunk;
    }
  } finally {
    transfer.close();
  }
}

function withSignal(context: AskContext, signal: AbortSignal | undefined): AskContext {
  if (signal === undefined) return context;
  const { attempts } = context;
  return {
    ...context,
    attempts: { ...attempts, signal: AbortSignal.any([attempts.signal, signal]) },
  };
}
