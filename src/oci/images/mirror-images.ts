import { buildName } from '../../cache/names/cache-name.ts';
import type { Arch } from '../../contracts/arch.ts';
import type { Parts } from '../../contracts/parts.ts';
import type { Digest } from '../../contracts/proof.ts';
import type { ArtifactRole } from '../../contracts/vendor.ts';
import { createRootdisk } from '../../create-rootdisk.ts';
import type { LockedFile, LockedImage } from '../../lockfile/lock-file.ts';
import { readLockFile } from '../../lockfile/read-lock-file.ts';
import { requireLockfile } from '../../lockfile/require-lockfile.ts';
import { selectEntries } from '../../lockfile/select-entries.ts';
import { checkOptions } from '../../parts/check-options.ts';
import { optionKinds } from '../../parts/option-kinds.ts';
import type { RegistryClient } from '../client/registry-client.ts';
import { formatTag } from '../layout/tag.ts';
import { findImage } from '../tier/find-image.ts';
import { readNames } from './open-repository.ts';
import { type PushedFile, type PushedImage, pushEnsured } from './push-ensured.ts';
import { openPush, type PushOptions, type PushOutcome, pushOne } from './push-images.ts';

/** The lock file decides what is copied: all architectures, and the kernel and initrd if they are locked. */
export interface MirrorOptions
  extends Omit<PushOptions, 'boot' | 'arch' | 'variant' | 'parameters'> {
  lockfile: string;
}

/** The result for one architecture of one entry. */
export type MirrorOutcome = PushOutcome & { alias: string; arch: Arch };

/** See `mirrorImages`. */
export async function mirrorEach(
  parts: Parts,
  place: string,
  aliases: readonly string[],
  options: MirrorOptions,
): Promise<MirrorOutcome[]> {
  checkOptions<MirrorOptions>(options, optionKinds.ensureImage);
  const lockfile = requireLockfile(options);
  const { images } = await readLockFile(lockfile);
  const rootdisk = createRootdisk({ ...parts, tiers: [] });
  const outcomes: MirrorOutcome[] = [];
  for (const { entry, arch, image } of selectEntries(images, readNames(aliases), [])) {
    const { alias } = entry;
    const boot = image.boot !== undefined;
    const setting = openPush(parts, place, { ...options, arch, boot });
    const { mirrors, ca, limits, log, signal, cacheDir, now } = options;
    const outcome = await pushOne(setting, alias, async () => {
      const asked = { mirrors, ca, limits, log, signal, cacheDir, now, lockfile, arch };
      const { cacheName } = await rootdisk.resolveImage(alias, asked);
      const there = await findThere(setting.repository.client, buildName(cacheName), image);
      return there ?? (await pushEnsured(alias, setting));
    });
    outcomes.push({ ...outcome, alias, arch });
  }
  return outcomes;
}

/** The image in the registry, if it has every locked file. */
async function findThere(
  client: RegistryClient,
  name: string,
  locked: LockedImage,
): Promise<PushedImage | undefined> {
  const layers = (await findImage(client, name))?.image.layers ?? [];
  const wanted: [ArtifactRole, LockedFile | undefined][] = [
    ['disk', locked],
    ['kernel', locked.boot?.kernel],
    ['initrd', locked.boot?.initrd],
  ];
  const files: PushedFile[] = [];
  for (const [role, file] of wanted) {
    // The kernel of a bundle is in the same file as its disk.
    if (file === undefined || (role !== 'disk' && file.url === locked.url)) continue;
    const layer = layers.find((one) => one.role === role);
    if (layer === undefined || !file.digests.some((one) => isOf(layer, one))) return undefined;
    const { digest, sizeBytes, fileName } = layer;
    if ((await client.blobSize(digest)) !== sizeBytes) return undefined;
    files.push({ role, fileName, digest, sizeBytes, state: 'there' });
  }
  return { name, tag: formatTag(name), state: 'there', files };
}

function isOf({ digest, sha512 }: { digest: Digest; sha512?: Digest }, wanted: Digest): boolean {
  return wanted === digest || wanted === sha512;
}
