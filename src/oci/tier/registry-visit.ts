import type {
  TierContext,
  TierCopy,
  TierFile,
  TierUpload,
  TierVisit,
} from '../../contracts/tier.ts';
import { hasRemedy } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { RegistryClient } from '../client/registry-client.ts';
import type { Herd, HerdTurn } from '../herd/herd.ts';
import type { ImageLayer } from '../layout/image-manifest.ts';
import { formatTag } from '../layout/tag.ts';
import type { BadBlobs } from './bad-blobs.ts';
import { contradiction, findImage } from './find-image.ts';
import { storeImage } from './store-image.ts';

/** What one visit needs. */
export interface VisitSetting {
  client: RegistryClient;
  /** The registry itself, because a server in front of it may return an old state. */
  direct: RegistryClient;
  bad: BadBlobs;
  /** Absent: this host waits for no other host. */
  herd: Herd | undefined;
  /** Whether this host pushes. */
  write: boolean;
  /** Another repository to mount blobs from. */
  from: string | undefined;
  /** Called when this host has no right to push. */
  denied(error: Error): void;
}

const hourMs = 3_600_000;
/** Wrong bytes stay until the operator removes them. */
const badMs = 30 * 24 * hourMs;
/** A blob that ends early may have another cause. */
const shortMs = hourMs;

/** Looks for a file in a registry, and waits for the host that fetches it. */
export async function visitRegistry(
  file: TierFile,
  context: TierContext,
  setting: VisitSetting,
): Promise<TierVisit> {
  const { client, herd } = setting;
  let found = await findImage(client, file.name);
  let turn: HerdTurn | undefined;
  // Only for disks: a call waits with its disk until its boot files are there, so two hosts that wait for each
  // other's boot files would wait forever.
  if (found === undefined && herd !== undefined && file.role === 'disk') {
    turn = await herd.enter(formatTag(file.name), context);
    if (turn.kind === 'ready') found = await findImage(client, file.name);
  }
  const close = async (): Promise<void> => {
    if (turn?.kind === 'lead') await turn.release();
  };
  try {
    const layer = found?.image.layers.find(({ role }) => role === file.role);
    const copy = layer && (await openLayer(layer, file, context, setting));
    const mayStore = setting.write && !(turn?.kind === 'alone' && turn.why === 'read-only');
    if (!mayStore) return copy === undefined ? { close } : { copy, close };
    const store = (upload: TierUpload): Promise<void> => storeFile(upload, context, setting);
    return copy === undefined ? { store, close } : { copy, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openLayer(
  layer: ImageLayer,
  file: TierFile,
  context: TierContext,
  { client, bad }: VisitSetting,
): Promise<TierCopy | undefined> {
  const { digest, sizeBytes } = layer;
  const { host, repository, origin } = client.place;
  const where = `${host}/${repository}@${digest}`;
  const why = contradiction(layer, file);
  if (why !== undefined) {
    const tag = formatTag(file.name);
    context.warn(`${host}/${repository}:${tag} says ${digest} of ${file.fileName}; ${why}`);
    return undefined;
  }
  if (await bad.has(where, context.now)) {
    const message = `${where} was bad before and is not requested`;
    context.log({ level: 'debug', message });
    return undefined;
  }
  const remember = async (ms: number, reason: Error): Promise<void> => {
    await bad.remember(where, new Date(context.now.getTime() + ms), reason.message);
    const until = ms === badMs ? 'for 30 days' : 'for an hour';
    context.warn(`${where} is not requested again ${until}; remove this blob from the registry`);
  };
  const url = publicUrl(new URL(`/v2/${repository}/blobs/${digest}`, origin));
  return {
    url,
    sizeBytes,
    async *read(start, end, signal) {
      try {
        yield* client.readBlob(digest, { start, end, sizeBytes, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (hasRemedy(error, 'integrity')) await remember(badMs, error);
        else if (await isShort(error, client, digest)) {
          await remember(shortMs, error instanceof Error ? error : new Error(String(error)));
        }
        throw error;
      }
    },
    refuse: (reason) => remember(badMs, reason),
  };
}

/** The connection was closed each time although the registry answers: the blob is shorter than stated. */
async function isShort(error: unknown, client: RegistryClient, digest: string): Promise<boolean> {
  if (!hasRemedy(error, 'transfer') || error.code !== 'ERR_NETWORK') return false;
  return (await client.blobSize(digest).catch(() => undefined)) !== undefined;
}

async function storeFile(
  upload: TierUpload,
  context: TierContext,
  { direct, bad, from, denied }: VisitSetting,
): Promise<void> {
  const { host, repository } = direct.place;
  for (const digest of upload.digests) {
    // The registry has wrong bytes for this blob, and keeps them whatever is pushed.
    if (await bad.has(`${host}/${repository}@${digest}`, context.now)) return;
  }
  try {
    await storeImage(direct, upload, { from, signal: context.signal });
  } catch (error) {
    const status = hasRemedy(error, 'transfer') ? error.details.status : undefined;
    if (status !== 401 && status !== 403 && status !== 405) throw error;
    denied(error instanceof Error ? error : new Error(String(error)));
  }
}
