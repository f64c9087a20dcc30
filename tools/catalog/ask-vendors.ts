import type { CatalogEntry } from '../../src/catalog/catalog.ts';
import { type Arch, arches } from '../../src/contracts/arch.ts';
import type { ResolvedImage, ResolveImage } from '../../src/core.ts';
import { isImageError } from '../../src/errors.ts';
import { defined } from '../../src/kit/defined.ts';
import { mainDigest, readDigest } from '../../src/kit/digest.ts';
import { defaultAlias } from '../../src/lockfile/alias.ts';
import { type Candidate, placePin } from './place-pin.ts';

/** The current answers of the vendors for the images of the catalog, and for every `vendor:release` to be added. */
export interface Answers {
  images: CatalogEntry[];
  /** Requests that failed; their entries do not change. */
  failed: string[];
}

interface Question {
  vendor: string;
  release: string;
  variant: string | undefined;
  arch: Arch;
  before: CatalogEntry | undefined;
}

/** Asks for each image and architecture; documents are read and proved, no image byte is downloaded. */
export async function askVendors(
  images: readonly CatalogEntry[],
  added: readonly string[],
  resolveImage: (...args: Parameters<ResolveImage>) => Promise<ResolvedImage>,
  today: string,
): Promise<Answers> {
  let answers = [...images];
  const failed: string[] = [];
  for (const question of [...images.flatMap(questionsOf), ...added.flatMap(questionsFor)]) {
    const { vendor, release, variant, arch, before } = question;
    const reference = `${vendor}:${release}`;
    try {
      const found = await resolveImage(reference, { arch, ...defined({ variant }) });
      const fresh = candidateOf(found, question, today);
      if (fresh === undefined) failed.push(`${reference} ${arch}: no digest is published`);
      else if (!isKnown(before, fresh)) answers = placePin(answers, fresh);
    } catch (error) {
      if (!isImageError(error)) throw error;
      // A new release need not have every architecture.
      if (before === undefined && error.code === 'ERR_NOT_FOUND') continue;
      failed.push(`${reference} ${arch}: ${error.message}`);
    }
  }
  return { images: await markLatest(answers, resolveImage, failed), failed };
}

function questionsOf(entry: CatalogEntry): Question[] {
  const { vendor, release } = entry;
  const variant = entry.default ? undefined : entry.variant;
  const asked = arches.filter((arch) => entry.arch[arch] !== undefined);
  return asked.map((arch) => ({ vendor, release, variant, arch, before: entry }));
}

function questionsFor(reference: string): Question[] {
  const [vendor = '', release = 'latest'] = reference.split(':');
  return arches.map((arch) => ({ vendor, release, variant: undefined, arch, before: undefined }));
}

function candidateOf(
  found: ResolvedImage,
  { variant, arch, before }: Question,
  bumpedAt: string,
): Candidate | undefined {
  const { vendor, release, codename, version, snapshot, url, layers, sizeBytes, guest } = found;
  const digest = mainDigest(found.digests);
  if (digest === undefined) return undefined;
  const isDefault = variant === undefined || undefined;
  const stem = defaultAlias(vendor, release);
  const { signer } = found.trust;
  return {
    alias: before?.alias ?? (isDefault ? stem : `${stem}-${variant}`),
    ...{ vendor, release, variant: found.variant, snapshot, bumpedAt, layers, arch },
    ...defined({ codename, version, default: isDefault, eol: guest?.eol, signer }),
    pin: { url, digest: readDigest(digest), ...defined({ sizeBytes }) },
  };
}

/** The same build of the same file is not a change, even if other facts about it changed. */
function isKnown(before: CatalogEntry | undefined, { arch, pin, snapshot }: Candidate): boolean {
  const known = before?.arch[arch];
  return known?.digest === pin.digest && (known.snapshot ?? before?.snapshot) === snapshot;
}

async function markLatest(
  images: readonly CatalogEntry[],
  resolveImage: ResolveImage,
  failed: string[],
): Promise<CatalogEntry[]> {
  const latest = new Map<string, string>();
  for (const { vendor, arch } of images) {
    if (latest.has(vendor)) continue;
    const [first] = arches.filter((one) => arch[one] !== undefined);
    try {
      const found = await resolveImage(`${vendor}:latest`, defined({ arch: first }));
      latest.set(vendor, found.release);
    } catch (error) {
      if (!isImageError(error)) throw error;
      failed.push(`${vendor}:latest: ${error.message}`);
      latest.set(vendor, '');
    }
  }
  return images.map((entry) => {
    const release = latest.get(entry.vendor) ?? '';
    const { latest: before, ...others } = entry;
    const isLatest = release === '' ? before : release === entry.release || undefined;
    return { ...others, ...defined({ latest: isLatest }) };
  });
}
