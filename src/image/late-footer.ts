import type { DiskFooter, DiskImage, Format } from '../contracts/format.ts';
import type { Limits } from '../contracts/limits.ts';
import { HeldEnd, heldEndBytes } from './held-end.ts';

/**
 * A raw disk whose end had not arrived when it was opened. If the end is the footer of another format, the disk is
 * the part before it, and `chain` names that format instead of raw.
 */
export function watchForFooter(
  image: DiskImage,
  chain: string[],
  formats: readonly Format[],
  limits: Limits,
): DiskImage {
  const watched: DiskImage = {
    virtualSize: image.virtualSize,
    facts: image.facts,
    async copyTo(sink) {
      const held = new HeldEnd(sink);
      await image.copyTo(held);
      const found = findFooter(held.end(heldEndBytes), held.sizeBytes, formats, limits);
      if (found === undefined) {
        await held.finish();
        return;
      }
      chain.splice(-1, 1, found.id);
      Object.assign(watched.facts, found.footer.facts);
      watched.virtualSize = found.footer.virtualSize;
      await held.finish(found.footer.virtualSize);
    },
  };
  return watched;
}

function findFooter(
  end: Uint8Array,
  sizeBytes: number,
  formats: readonly Format[],
  limits: Limits,
): { id: string; footer: DiskFooter } | undefined {
  for (const format of formats) {
    const footer = format.kind === 'disk' ? format.readFooter?.(end, sizeBytes, limits) : undefined;
    if (footer !== undefined) return { id: format.id, footer };
  }
  return undefined;
}
