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

/** What `ensureImage` would fetch, found without transferring an image byte. */
export interface ResolvedImage extends ImageIdentity {
  /** The fields of `ImageIdentity` again, as one object. */
  identity: ImageIdentity;
  url: string;
  fileName: string;
  /** Format ids, outermost first; empty if only the bytes tell. */
  layers: string[];
  /** Length of the published file in bytes, if upstream states it. */
  sizeBytes?: number;
  digests: Digest[];
  trust: ImageTrust;
  cacheName: string;
  /** Estimated peak of disk use in bytes while the image is made. */
  peakBytes?: number;
  /** Present if the sha256 is known. */
  uuid?: string;
  /**
   * Addresses of the boot files, if they are requested and the vendor publishes them; otherwise they would be read
   * from the disk.
   */
  boot?: { kernel: string; initrd?: string; cmdline?: string };
  guest?: GuestFacts;
}

export type ResolveImage = (
  reference: ImageReference | URL,
  options?: ResolveOptions,
) => Promise<ResolvedImage>;

/** `resolveImage` for the given parts: reads and proves documents, but transfers no image byte. */
export function bindResolveImage(parts: BoundParts): ResolveImage {
  return async (reference, options = {}) => {
    checkOptions(options, optionKinds.resolveImage);
    const text = readReference(reference);
    const named = await takePin(await openCall(parts, text, options), text);
    const resolved = await resolveOrPin(named, parseRequest(named, text));
    const { call, asked, resolution } = resolved;
    const { plan: first, proven, sizeBytes } = await survey(resolved);
    // Planned again with the size, which the estimate of disk space needs.
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
