import { defined, type ImageRequest, notFoundIn, pickBuild } from '../../src/kit.ts';
import { type AlpineImage, canonicalVariant } from './images.ts';

const missing = notFoundIn('alpine');

/** The meaning of a request's tokens, before any document is read. Absent: the newest. */
export interface AlpineWanted {
  branch?: string;
  version?: string;
  snapshot?: string;
}

export function parseAlpineRequest(request: ImageRequest): AlpineWanted | undefined {
  const snapshot = request.snapshot?.toLowerCase();
  const release = request.release.toLowerCase();
  const isLatest = ['latest', 'stable', 'latest-stable'].includes(release);
  const match = /^v?(\d+\.\d+)(\.\d+(?:_[a-z0-9]+)?)?$/.exec(release);
  if (match === null && !isLatest) return undefined;
  const branch = match?.[1] ?? /^\d+\.\d+(?=\.)/.exec(snapshot ?? '')?.[0];
  const patch = match?.[2];
  return {
    ...defined({
      branch,
      version: branch !== undefined && patch !== undefined ? branch + patch : undefined,
      snapshot,
    }),
  };
}

/** The best image among those that the request means. */
export function pickAlpineImage(
  all: AlpineImage[],
  wanted: AlpineWanted,
  request: ImageRequest,
): AlpineImage {
  const { version, snapshot } = wanted;
  const variant = request.variant ?? 'cloudinit';
  return pickBuild(all, missing, [
    { field: 'arch', wanted: request.arch, nameOf: (image) => image.arch },
    {
      field: 'release',
      wanted: request.release,
      nameOf: (image) => image.version,
      // A release candidate is chosen only if the request names it.
      suits: (image) =>
        version === undefined
          ? snapshot !== undefined || !image.candidate
          : image.version === version,
    },
    {
      field: 'variant',
      wanted: variant,
      nameOf: (image) => image.variant,
      suits: (image) => image.variant === canonicalVariant(variant),
    },
    { field: 'snapshot', wanted: snapshot, nameOf: (image) => image.snapshot },
  ]);
}
