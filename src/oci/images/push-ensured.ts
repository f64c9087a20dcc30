import { basename } from 'node:path';
import { readEntry } from '../../cache/entries/read.ts';
import { buildName } from '../../cache/names/cache-name.ts';
import type { EnsuredImage } from '../../contracts/image.ts';
import type { EnsureOptions } from '../../contracts/options.ts';
import type { Digest } from '../../contracts/proof.ts';
import type { ImageReference } from '../../contracts/reference.ts';
import type { Tier, TierFile, TierUpload } from '../../contracts/tier.ts';
import type { ArtifactRole } from '../../contracts/vendor.ts';
import type { Rootdisk } from '../../create-rootdisk.ts';
import { NotFoundError } from '../../errors.ts';
import { type Call, openCall } from '../../line/call.ts';
import type { BoundParts } from '../../parts/bind.ts';
import { formatTag } from '../layout/tag.ts';
import { findImage } from '../tier/find-image.ts';
import { storeImage } from '../tier/store-image.ts';
import { cachedUpload } from './cached-upload.ts';
import type { Repository } from './open-repository.ts';

/** A published file of an image, in a registry. */
export interface PushedFile {
  role: ArtifactRole;
  fileName: string;
  /** Its sha256 digest. */
  digest: Digest;
  sizeBytes: number;
  /** `there`: the registry already had it. */
  state: 'pushed' | 'there';
}

export interface PushedImage {
  name: string;
  tag: string;
  state: 'pushed' | 'there';
  files: PushedFile[];
}

/** The shared state of several pushes. */
export interface PushSetting {
  repository: Repository;
  rootdisk: Pick<Rootdisk, 'ensureImage'>;
  parts: BoundParts;
  options: EnsureOptions;
}

/** Makes and verifies the image on this machine, and pushes the files from which it was made. */
export async function pushEnsured(
  reference: ImageReference | URL,
  { repository, rootdisk, parts, options }: PushSetting,
): Promise<PushedImage> {
  const catcher = new UploadCatcher(repository);
  const image = await rootdisk.ensureImage(reference, { ...options, tiers: [catcher.tier] });
  try {
    await catcher.ended();
    const call = await openCall(parts, 'registry', { ...options, tiers: undefined });
    const name = buildName(basename(image.path));
    const files: PushedFile[] = [];
    for (const [role, path] of publishedFiles(image)) {
      const file = catcher.pushed.get(role) ?? (await pushCached(call, repository, role, path));
      // Kernel and disk of a bundle are in one file.
      if (!files.some(({ digest }) => digest === file.digest)) files.push(file);
    }
    const isThere = files.every(({ state }) => state === 'there');
    return { name, tag: formatTag(name), state: isThere ? 'there' : 'pushed', files };
  } finally {
    await image.dispose();
  }
}

/** The files that the vendor published, without those that were read from the disk. */
function publishedFiles({ path, boot }: EnsuredImage): [role: ArtifactRole, path: string][] {
  const { kernel, initrd } = boot?.from === 'vendor' ? boot : {};
  const boots = { kernel: kernel?.path, initrd: initrd?.path };
  const roles = (['kernel', 'initrd'] as const).flatMap((role): [ArtifactRole, string][] => {
    const file = boots[role];
    return file === undefined ? [] : [[role, file]];
  });
  return [['disk', path], ...roles];
}

async function pushCached(
  call: Call,
  repository: Repository,
  role: ArtifactRole,
  path: string,
): Promise<PushedFile> {
  const entry = await readEntry(call.cache, basename(path));
  if (entry === undefined) {
    throw new NotFoundError({
      code: 'ERR_NOT_FOUND',
      message: `another process removed ${path} from the cache`,
      hint: 'Run the call again.',
      details: { field: 'path', value: path },
    });
  }
  return await pushFile(repository, await cachedUpload(call, entry, role));
}

/** Pushes a file unless the registry has it. */
async function pushFile(repository: Repository, upload: TierUpload): Promise<PushedFile> {
  const { client, signal, where, tell, meter } = repository;
  const { name, role, fileName, digests, sizeBytes } = upload;
  const digest = digests.find((one) => one.startsWith('sha256:'));
  if (digest === undefined) throw new TypeError('a file without its sha256 cannot be pushed');
  const layers = (await findImage(client, name))?.image.layers ?? [];
  const isNamed = layers.some((one) => one.role === role && one.digest === digest);
  const isThere = isNamed && (await client.blobSize(digest)) === sizeBytes;
  if (!isThere) {
    tell('publish', `pushing ${fileName} to ${where}`);
    await storeImage(client, upload, { signal, onProgress: meter(digest, sizeBytes) });
  }
  return { role, fileName, digest, sizeBytes, state: isThere ? 'there' : 'pushed' };
}

/** Takes the files that arrive from upstream while an image is made, so that they are not fetched twice. */
class UploadCatcher {
  readonly pushed = new Map<ArtifactRole, PushedFile>();
  readonly tier: Tier;
  readonly #visits: Promise<void>[] = [];
  /** Strictly in sequence: one manifest describes all files of an image. */
  #queue: Promise<unknown> = Promise.resolve();
  #failure: { error: unknown } | undefined;

  constructor(repository: Repository) {
    this.tier = {
      id: 'registry-push',
      title: `the registry ${repository.where}`,
      apiVersion: 1,
      visit: async ({ role }: TierFile) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#visits.push(promise);
        return {
          store: async (upload) => {
            const pushing = this.#queue.then(async () => {
              this.pushed.set(role, await pushFile(repository, upload));
            });
            this.#queue = pushing.catch((error: unknown) => {
              this.#failure ??= { error };
            });
            await this.#queue;
          },
          close: async () => resolve(),
        };
      },
    };
  }

  /** Resolves when no push is running; throws the reason if a file was not pushed. */
  async ended(): Promise<void> {
    await Promise.all(this.#visits);
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
