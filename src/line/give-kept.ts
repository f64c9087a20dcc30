import type { EnsuredImage } from '../contracts/image.ts';
import type { ImageRequest } from '../contracts/vendor.ts';
import { lookKept } from './boot/boot-entries.ts';
import type { Call } from './call.ts';
import { giveImage } from './result.ts';

/** A disk of the cache that answers without upstream. One that is removed at this moment is none, and the call goes on. */
export async function giveKept(
  call: Call,
  request: ImageRequest,
): Promise<EnsuredImage | undefined> {
  for (;;) {
    const kept = await lookKept(call, request);
    if (kept === undefined) return undefined;
    const image = await giveImage(call, kept, kept.boot);
    if (image !== undefined) return image;
  }
}
