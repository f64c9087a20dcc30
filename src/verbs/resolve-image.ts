import type { ImageIdentity, ImageTrust } from '../contracts/image.ts';
import type { ResolveOptions } from '../contracts/options.ts';
import type { Digest } from '../contracts/proof.ts';
import type { ImageReference } from '../contracts/reference.ts';
import type { GuestFacts, Resolution } from '../contracts/vendor.ts';
import { defined } from '../kit/defined.ts';
import { algorithmOf, hexOf } from '../kit/digest.ts';
import { publicUrl } from '../kit/public-url.ts';
import { openCall } from '../line/call.ts';
import { resolveOrPin } from '../line/locked/resolve-or-pin.ts';
import { takePin } from '../line/locked/take-pin.ts';
import { planImage } from '../line/plan.ts';
import { parseRequest } from '../line/resolve.ts';
import { sourceUuid } from '../line/source-uuid.ts';
import { survey } from '../line/survey/survey.ts';
import { effectiveLevel } from '../line/trust/levels.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readReference } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';

/** What `ensureImage` would fetch, without moving an image byte. */
export interface ResolvedImage extends ImageIdentity {
  /** The fields of `ImageIdentity` once more, as one object. */
  identity: ImageIdentity;
  url: string;
  fileName: string;
  /** Format ids, outermost first; empty where only the bytes will tell. */
  layers: string[];
  /** Bytes of the published file, where upstream says. */
  sizeBytes?: number;
  digests: Digest[];
  trust: ImageTrust;
  cacheName: string;
  /** Estimated most bytes on disk at once while the image is made. */
  peakBytes?: number;
  /** Where the sha256 is known. */
  uuid?: string;
  /** Addresses of what boots it, where that is asked for and the vendor publishes it; else it is read out of the disk. */
  boot?: { kernel: string; initrd?: string; cmdline?: string };
  guest?: GuestFacts;
}

export type ResolveImage = (
  reference: ImageReference | URL,
  options?: ResolveOptions,
) => Promise<ResolvedImage>;

/** `resolveImage` of the given parts: documents are read and proved, no image byte moves. */
export function bindResolveImage(parts: BoundParts): ResolveImage {
  return async (reference, options = {}) => {
    checkOptions(options, optionKinds.resolveImage);
    const text = readReference(reference);
    const named = await takePin(await openCall(parts, text, options), text);
    const resolved = await resolveOrPin(named, parseRequest(named, text));
    const { call, asked, resolution } = resolved;
    const { plan: first, proven, sizeBytes } = await survey(resolved);
    // Planned again with the size, so that the estimate of disk space has something to stand on.
    const sized = sizeBytes === undefined ? first.artifact : { ...first.artifact, sizeBytes };
    const plan = planImage(
      asked.request,
      { ...resolution, disk: [sized] },
      call.options,
      parts.formats,
    );
    const sha256 = proven.digests.find((digest) => algorithmOf(digest) === 'sha256');
    return {
      ...plan.identity,
      identity: plan.identity,
      url: publicUrl(plan.artifact.url),
      fileName: plan.artifact.fileName,
      layers: plan.artifact.layers,
      ...defined({ sizeBytes }),
      digests: proven.digests,
      trust: {
        level: effectiveLevel(proven.level, proven.pinned),
        pinned: proven.pinned,
        ...defined({ signer: proven.signer, signedAt: proven.signedAt }),
        warnings: [...call.warnings],
      },
      cacheName: plan.cacheName,
      ...defined({ peakBytes: plan.peakBytes, uuid: sha256 && sourceUuid(hexOf(sha256)) }),
      ...defined({ boot: call.options.boot === true ? addressesOf(resolution) : undefined }),
      ...defined({ guest: resolution.guest }),
    };
  };
}

function addressesOf({ boot }: Resolution): ResolvedImage['boot'] {
  if (boot === undefined) return undefined;
  const { kernel, initrd, cmdline } = boot;
  const others = defined({ initrd: initrd && publicUrl(initrd.url), cmdline });
  return { kernel: publicUrl(kernel.url), ...others };
}
