import { isDeepStrictEqual } from 'node:util';
import type { Arch } from '../contracts/arch.ts';
import { UsageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import type { LockEntry, LockedFile, LockedImage } from './lock-file.ts';

/** The result for one architecture of one entry. */
export interface LockChange {
  alias: string;
  arch: Arch;
  /** `changed`: another build, or other facts about the same one. `kept`: its source publishes no digest to lock. */
  change: 'added' | 'changed' | 'unchanged' | 'kept';
  image: LockedImage;
  before?: LockedImage;
}

/** A pin and its entry. */
export interface PlacedPin {
  alias: string;
  request: string;
  variant?: string;
  parameters?: Record<string, string>;
  arch: Arch;
  image: LockedImage;
}

/**
 * The images with these pins in their entries; everything else stays unchanged. Throws `ERR_INVALID_REQUEST` if an
 * alias stands for another request.
 */
export function placePins(
  images: readonly LockEntry[],
  pins: readonly PlacedPin[],
): { images: LockEntry[]; changes: LockChange[] } {
  const placed = new Map(images.map((entry) => [entry.alias, entry]));
  const changes = pins.map(({ arch, image: fresh, ...of }): LockChange => {
    const entry = placed.get(of.alias);
    if (entry !== undefined) refuseOther(entry, of);
    const before = entry?.architectures[arch];
    const image = before === undefined ? fresh : renew(before, fresh);
    placed.set(of.alias, { ...of, architectures: { ...entry?.architectures, [arch]: image } });
    const change = before === undefined ? 'added' : image === before ? 'unchanged' : 'changed';
    return { alias: of.alias, arch, change, image, ...defined({ before }) };
  });
  return { images: [...placed.values()], changes };
}

/** True if both are the same bytes of the same build. */
export function isSameBuild(a: LockedImage, b: LockedImage): boolean {
  return a.snapshot === b.snapshot && haveSameBytes(a, b);
}

/**
 * The new pin for the same build, with the old proof and date: a list that is signed again every night is not a
 * change. Digests with hashes that are not published any more are kept too. Returns the old pin if nothing changed.
 */
function renew(before: LockedImage, fresh: LockedImage): LockedImage {
  if (!isSameBuild(before, fresh)) return fresh;
  const { trust, locked, digests, boot } = before;
  const image: LockedImage = {
    ...fresh,
    digests: [...new Set([...digests, ...fresh.digests])].sort(),
    trust,
    locked,
    ...defined({ boot: fresh.boot && renewBoot(boot, fresh.boot) }),
  };
  return isDeepStrictEqual(image, before) ? before : image;
}

type Boot = NonNullable<LockedImage['boot']>;

function renewBoot(before: Boot | undefined, { kernel, initrd, cmdline }: Boot): Boot {
  return {
    kernel: renewFile(before?.kernel, kernel),
    ...defined({ initrd: initrd && renewFile(before?.initrd, initrd), cmdline }),
  };
}

function renewFile(before: LockedFile | undefined, fresh: LockedFile): LockedFile {
  return before !== undefined && haveSameBytes(before, fresh)
    ? { ...fresh, trust: before.trust }
    : fresh;
}

/** True if no digest of one contradicts the other, and at least one is equal. */
function haveSameBytes(a: LockedFile, b: LockedFile): boolean {
  const common = a.digests.filter((digest) => b.digests.includes(digest));
  const hashes = new Set([...a.digests, ...b.digests].map((digest) => digest.slice(0, 6)));
  return common.length > 0 && hashes.size === new Set([...a.digests, ...b.digests]).size;
}

function refuseOther(
  { alias, request, variant, parameters }: LockEntry,
  asked: Omit<PlacedPin, 'arch' | 'image'>,
): void {
  const isSame =
    request === asked.request &&
    variant === asked.variant &&
    isDeepStrictEqual({ ...parameters }, { ...asked.parameters });
  if (isSame) return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${alias} is locked for ${request}${variant === undefined ? '' : ` (${variant})`} already`,
    hint: 'Give this entry another name: --as NAME (alias).',
    details: { field: 'alias', value: alias },
  });
}
