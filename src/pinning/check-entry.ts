import type { Arch } from '../contracts/arch.ts';
import type { GuestFacts } from '../contracts/vendor.ts';
import { hasRemedy, isImageError } from '../errors.ts';
import { type Call, openCall } from '../line/call.ts';
import { parseRequest, resolveRequest } from '../line/resolve.ts';
import type { LockedImage } from '../lockfile/lock-file.ts';
import { isSameBuild } from '../lockfile/place-pins.ts';
import type { Selected } from '../lockfile/select-entries.ts';
import type { BoundParts } from '../parts/bind.ts';
import { parseReference } from '../parts/reference.ts';
import { isWithoutDigest, type PinOptions, pinReference } from './pin-reference.ts';

/** Something that the owner of a lock file should check. */
export interface LockFinding {
  alias: string;
  arch: Arch;
  /**
   * `moved`: the request leads to another build now. `aged`: it was signed, or else locked, longer ago than `maxAge`.
   * `gone`: the locked address, or the build itself, does not exist any more. `ended`: past its end of support.
   * `unreachable`: upstream gave no answer, so the state is unknown.
   */
  finding: 'moved' | 'aged' | 'gone' | 'ended' | 'unreachable';
  message: string;
  /** The locked build and, if it moved, the build to which the request leads now. */
  snapshot: string;
  latest?: string;
}

/** `oldest`: greatest age of a pin in milliseconds. */
export type CheckOptions = PinOptions & { maxAge: undefined; oldest: number | undefined };

/** All findings about one pin; writes nothing. */
export async function checkEntry(
  parts: BoundParts,
  { entry, arch, image }: Selected,
  { oldest, ...options }: CheckOptions,
): Promise<LockFinding[]> {
  const { alias, request } = entry;
  const call = await openCall(parts, request, options, { readOnly: true });
  const found: LockFinding[] = [];
  const say = (finding: LockFinding['finding'], message: string, latest?: string): void => {
    const of = { alias, arch, finding, message, snapshot: image.snapshot };
    found.push(latest === undefined ? of : { ...of, latest });
  };
  let now: Latest = {};
  try {
    now = await latestOf(parts, call, request, options);
    const { snapshot = image.snapshot, pin } = now;
    if (snapshot !== image.snapshot) say('moved', `${request} is now build ${snapshot}`, snapshot);
    else if (pin !== undefined && !isSameBuild(image, pin)) {
      say('moved', `${snapshot} was published again with different bytes`, snapshot);
    }
  } catch (error) {
    if (hasRemedy(error, 'not-found')) say('gone', error.message);
    else if (hasRemedy(error, 'transfer')) say('unreachable', error.message);
    else throw error;
  }
  await checkAddresses(call, image, say);
  const today = call.options.now.getTime();
  const since = image.trust.signedAt ?? image.locked;
  if (oldest !== undefined && today - Date.parse(since) > oldest) {
    const what = image.trust.signedAt === undefined ? 'locked' : 'signed';
    say('aged', `it was ${what} on ${since.slice(0, 10)}`);
  }
  const eol = now.guest?.eol ?? image.guest?.eol;
  if (eol !== undefined && Date.parse(eol) <= today) say('ended', `its support ended on ${eol}`);
  return found;
}

interface Latest {
  snapshot?: string;
  guest?: GuestFacts | undefined;
  /** Present if a digest of it is known. */
  pin?: LockedImage;
}

/** The build to which the request leads now. If its source publishes no digest, only the snapshot can be compared. */
async function latestOf(
  parts: BoundParts,
  call: Call,
  request: string,
  options: PinOptions,
): Promise<Latest> {
  // The file of an address is as it was locked, or is gone.
  if (parseReference(request).kind === 'url') return {};
  try {
    const { image: pin } = await pinReference(parts, request, options);
    return { pin, snapshot: pin.snapshot, guest: pin.guest };
  } catch (error) {
    if (!isWithoutDigest(error)) throw error;
    return await resolveRequest(call, parseRequest(call, request));
  }
}

/** Checks whether the file is still at its address and, if not, whether it is at another one. */
async function checkAddresses(
  call: Call,
  { url, mirrors = [], archives = [] }: LockedImage,
  say: (finding: LockFinding['finding'], message: string) => void,
): Promise<void> {
  const { metadata } = call.openHttp({ named: [call.reference], allowPlain: true });
  const isGone = async (address: string): Promise<boolean> => {
    const { status } = await metadata.head(new URL(address));
    return status === 404 || status === 410;
  };
  try {
    if (!(await isGone(url))) return;
  } catch (error) {
    call.signal.throwIfAborted();
    if (!isImageError(error)) throw error;
    return say('unreachable', error.message);
  }
  for (const other of [...mirrors, ...archives]) {
    if ((await isGone(other).catch(() => true)) === false) {
      return say('gone', `${url} is gone; ${other} still has the file`);
    }
  }
  say('gone', `${url} is gone, and so are all other addresses`);
}
