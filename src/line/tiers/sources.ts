import { isPieceMismatch } from '../../download/ready-gate.ts';
import type { TransferSource } from '../../download/transfer-source.ts';
import type { Making } from '../making.ts';
import type { BodyWay } from '../trust/by-way.ts';
import type { GivenCopy } from './asked-tiers.ts';
import { openCopy } from './copy-body.ts';

/**
 * The sources of the bytes, in order: the copies of tiers, then upstream's addresses, unless a tier is the only
 * source.
 */
export async function* sourcesOf(
  making: Making,
  addresses: readonly URL[],
  way: BodyWay,
): AsyncGenerator<TransferSource, void, undefined> {
  const { call, plan, tiers } = making;
  // A failed copy is followed by the next one.
  for (let given = tiers?.given; given !== undefined; given = tiers?.given) {
    yield copySource(making, given, way);
    if (tiers?.given === given) return;
  }
  if (tiers?.only === true) return;
  for (const url of addresses) {
    yield {
      url,
      isMirror: url !== plan.artifact.url,
      open: (options) =>
        call.http.openBody(url, {
          ...options,
          onHop({ mirrored, plain }) {
            way.mirrored ||= mirrored;
            way.plain ||= plain;
          },
        }),
    };
  }
}

function copySource({ call, tiers }: Making, given: GivenCopy, way: BodyWay): TransferSource {
  return {
    url: new URL(given.copy.url),
    isMirror: false,
    tier: given.tier.id,
    async open(options) {
      tiers?.use();
      // Upstream's TLS connection did not protect these bytes.
      way.plain = true;
      return openCopy(given, options, call.signal);
    },
    async fail(error) {
      // The pieces before the wrong one are kept: their hashes prove them.
      await (isPieceMismatch(error) ? tiers?.refuse(error) : tiers?.fail(error));
    },
  };
}
