import { isDeepStrictEqual } from 'node:util';
import { storedParameters } from '../cache/names/stored-parameters.ts';
import type { Arch } from '../contracts/arch.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import type { ImageRequest } from '../contracts/vendor.ts';
import { hasRemedy, NotFoundError, UsageError } from '../errors.ts';
import { forBootFile } from '../line/boot/boot-entries.ts';
import { type Call, openCall } from '../line/call.ts';
import { lookForRequest } from '../line/look.ts';
import { planBoot } from '../line/plan.ts';
import { prove } from '../line/prove.ts';
import { type Asked, parseRequest, resolveRequest } from '../line/resolve.ts';
import { type Surveyed, survey } from '../line/survey/survey.ts';
import type { LockedImage } from '../lockfile/lock-file.ts';
import type { BoundParts } from '../parts/bind.ts';
import { lockRecorded, lockSurveyed, refuseSecrets } from './locked-image.ts';

/** The new pin for one reference on one architecture. */
export interface Pin {
  /** As the lock file stores it. */
  reference: string;
  request: ImageRequest;
  arch: Arch;
  image: LockedImage;
}

/** Options of a pin, in addition to the reference. */
export type PinOptions = EnsureOptions & {
  arch: Arch;
  /** Use the record of the cached disk, without a request. */
  fromCache: boolean;
};

/** Pins the current image of a reference; transfers no image byte and writes nothing. */
export async function pinReference(
  parts: BoundParts,
  reference: string,
  { fromCache, ...options }: PinOptions,
): Promise<Pin> {
  const call = await openCall(parts, reference, options, fromCache ? { readOnly: true } : {});
  const asked = parseRequest(call, reference);
  refuseOwn(asked);
  const { request } = asked;
  const image = fromCache ? await pinCached(call, request) : await pinSurveyed(call, asked);
  return { reference: textOf(asked), request, arch: request.arch, image };
}

async function pinSurveyed(call: Call, asked: Asked): Promise<LockedImage> {
  const disk = await survey({ call, asked, resolution: await resolveRequest(call, asked) });
  const boot: Surveyed[] = [];
  for (const plan of call.options.boot ? planBoot(disk.plan, call.options) : []) {
    const proven = await prove({ call: forBootFile(call, plan.role), plan });
    const sizeBytes = proven.sizeBytes ?? plan.artifact.sizeBytes;
    boot.push(sizeBytes === undefined ? { plan, proven } : { plan, proven, sizeBytes });
  }
  return lockSurveyed(disk, boot, call.options.now);
}

async function pinCached(call: Call, request: ImageRequest): Promise<LockedImage> {
  const entry = await lookForRequest(call, request);
  if (entry !== undefined) return lockRecorded(entry.record, call.options.now);
  throw new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `the cache has no disk of ${request.vendor}:${request.release} for ${request.arch}`,
    hint: 'Get it once with rootdisk ensure (ensureImage), by the same reference.',
    details: { vendor: request.vendor, value: request.release, field: 'fromCache' },
  });
}

/** True for the refusal of a source without a digest that is known before its download. */
export function isWithoutDigest(error: unknown): boolean {
  return hasRemedy(error, 'usage') && error.details.field === 'digest';
}

/** Refuses sources that are not the same on every machine, or that only the caller may see. */
function refuseOwn({ own, request }: Asked): void {
  if (own?.kind === 'file') {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: 'a local file cannot be locked: it is not the same on every machine',
      hint: 'Give the reference of a vendor, or an https address.',
      details: { field: 'reference' },
    });
  }
  if (own !== undefined) refuseSecrets([own.url]);
  const { parameters = {} } = request;
  if (isDeepStrictEqual({ ...parameters }, storedParameters(parameters))) return;
  refuseSecrets(Object.values(parameters).filter((value) => URL.canParse(value)));
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'a parameter may hold a secret, which must not be in a lock file',
    hint: 'Leave user names and passwords out of the parameters.',
    details: { field: 'parameters' },
  });
}

function textOf({ own, request }: Asked): string {
  if (own !== undefined) return own.url.href;
  const { vendor, release, snapshot } = request;
  return `${vendor}:${release}${snapshot === undefined ? '' : `@${snapshot}`}`;
}
