import type { Parts } from '../../contracts/parts.ts';
import type { Digest } from '../../contracts/proof.ts';
import type { ArtifactRole } from '../../contracts/vendor.ts';
import { NotFoundError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { bindParts } from '../../parts/bind.ts';
import { checkOptions } from '../../parts/check-options.ts';
import { optionKinds } from '../../parts/option-kinds.ts';
import type { ImageLayer, RegistryImage } from '../layout/image-manifest.ts';
import { type BlobState, badBlob, readBlobWhole, smallState } from './blob-state.ts';
import {
  openRepository,
  type Repository,
  type RepositoryOptions,
  readNames,
} from './open-repository.ts';
import { OriginCheck, type RegistryOrigin } from './origin-check.ts';
import { type ImageClaims, listImageTags, readClaims, readTag, tagOf } from './tagged-image.ts';

export interface VerifyRegistryOptions extends RepositoryOptions {
  /** The current time for the expiry of keys; default: now. */
  now?: Date | undefined;
}

/** The result for a blob of an image, after reading it to its last byte. */
export interface VerifiedBlob {
  role: ArtifactRole | 'config';
  digest: Digest;
  sizeBytes: number;
  state: BlobState;
  reason?: string;
  /** What the operator of the registry should do. */
  advice?: string;
}

/** The result for an image of a registry, after reading it to its last byte. */
export interface VerifiedImage {
  name: string;
  tag: string;
  /** `misplaced`: the tag is that of an image, but it holds something else. */
  state: 'intact' | 'damaged' | 'misplaced';
  blobs: VerifiedBlob[];
  /** Origin of the disk; absent if its bytes differ from the manifest. */
  origin?: RegistryOrigin;
  reason?: string;
}

/** See `verifyRegistry`. */
export async function* verifyImages(
  parts: Parts,
  place: string,
  names: readonly string[],
  options: VerifyRegistryOptions,
): AsyncGenerator<VerifiedImage, void, undefined> {
  checkOptions<VerifyRegistryOptions>(options, optionKinds.verifyRegistry);
  const asked = readNames(names);
  const repository = openRepository(place, options);
  const { client, where, tell } = repository;
  const { now = new Date(), log = () => undefined } = options;
  const judge = { parts: bindParts(parts), context: { signal: repository.signal, log, now } };
  tell('look', `reading the tags of ${where}`);
  const tags = asked.length > 0 ? [...new Set(asked.map(tagOf))] : await listImageTags(client);
  for (const tag of tags) {
    const tagged = await readTag(client, tag);
    if (tagged?.kind === 'image') yield await verifyImage(repository, tagged, judge);
    else if (tagged?.kind === 'misplaced') {
      const { name, reason } = tagged;
      yield { name, tag, state: 'misplaced', blobs: [], reason };
    } else if (asked.length > 0) throw notThere(where, tag);
  }
}

interface Judge {
  parts: ReturnType<typeof bindParts>;
  context: { signal: AbortSignal; log: NonNullable<RepositoryOptions['log']>; now: Date };
}

async function verifyImage(
  repository: Repository,
  { tag, image }: { tag: string; image: RegistryImage },
  { parts, context }: Judge,
): Promise<VerifiedImage> {
  repository.tell('settle', `reading ${image.name}`);
  const blobs: VerifiedBlob[] = [];
  const { digest, sizeBytes } = image.config;
  let claims: ImageClaims = {};
  const config = await smallState(image.config, async () => {
    claims = await readClaims(repository.client, image);
  });
  blobs.push({ role: 'config', digest, sizeBytes, ...config });
  let origin: RegistryOrigin | undefined;
  for (const layer of image.layers) {
    const isDisk = layer.role === 'disk';
    const evidence = isDisk ? claims.evidence : undefined;
    const vendor = claims.record?.identity.vendor;
    const check = await OriginCheck.open(
      parts,
      { vendor, evidence },
      context,
      layer.sha512 === undefined ? [] : [layer.sha512],
    );
    const read = await readBlobWhole(repository, layer, (chunk) => check.update(chunk));
    const { digests, origin: judged } = await check.finish();
    const found = read.state === 'intact' ? compare(layer, digests) : read;
    blobs.push({ role: layer.role, digest: layer.digest, sizeBytes: layer.sizeBytes, ...found });
    if (isDisk && found.state === 'intact') origin = judged;
  }
  const isIntact = blobs.every(({ state }) => state === 'intact');
  const state = isIntact ? 'intact' : 'damaged';
  return { name: image.name, tag, state, blobs, ...defined({ origin }) };
}

function compare(layer: ImageLayer, digests: readonly Digest[]): ReturnType<typeof badBlob> {
  const wanted = [layer.digest, layer.sha512].filter((one) => one !== undefined);
  if (wanted.every((one) => digests.includes(one))) return { state: 'intact' };
  return badBlob('other-bytes', layer.digest, `its bytes are ${digests[0]}`);
}

/** The error for a tag that the caller named and that holds no image of this package. */
export function notThere(where: string, tag: string): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${where} holds no image under the tag ${tag}`,
    hint: `Run: rootdisk registry ls ${where}`,
    details: { field: 'name', value: tag },
  });
}
