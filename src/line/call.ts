import { type Cache, defaultCacheDir, openCache } from '../cache/cache-folder.ts';
import type { Entry } from '../cache/entries/read.ts';
import type { Warning } from '../contracts/log.ts';
import type { MetadataClient, MetadataDocument } from '../contracts/metadata.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import type { GivenKeys } from '../contracts/proof.ts';
import { unknownFormat } from '../convert/choose-writer.ts';
import { UsageError } from '../errors.ts';
import { createHttp, type Http, type HttpOptions } from '../http/client.ts';
import { HttpPool } from '../http/pool.ts';
import { shownText } from '../kit/public-url.ts';
import { ownAuthorizer } from '../oci/auth/own-authorizer.ts';
import type { BoundParts } from '../parts/bind.ts';
import { originOnLoopback } from '../parts/reference.ts';
import { safeListeners } from '../parts/safe-listener.ts';
import type { Locked } from './locked/locked.ts';
import { type CallOptions, parseOptions } from './options.ts';
import { createProgress, type Progress } from './progress.ts';
import { readGivenKeys } from './trust/read-given-keys.ts';

/** One call of `ensureImage`: its options, and the state that its stages share. */
export interface Call {
  /** The caller's reference, for traces; an address has no user info and query. */
  reference: string;
  parts: BoundParts;
  options: CallOptions;
  signal: AbortSignal;
  http: Http;
  /** Another client with the same options and connections, for addresses that the caller did not name. */
  openHttp(reach: Reach): Http;
  /** `http.metadata`, which adds a warning for every document that was stale or came from a mirror. */
  metadata: MetadataClient;
  /** Documents that this call has read, by address. */
  read: ReadonlyMap<string, MetadataDocument>;
  cache: Cache;
  /** The entry of the caller's lock file to which the reference leads. */
  locked?: Locked;
  /** The caller's keys, already read. */
  keys: GivenKeys;
  progress: Progress;
  /** Warnings for the caller; one with the same code and text occurs once. */
  warnings: Warning[];
  /** Damaged disks that would otherwise have been the result; `verify` found the damage. */
  damaged: Entry[];
  warn(warning: Warning): void;
}

/** What a client may request: private hosts in `named`, and plain http. */
type Reach = Required<Pick<HttpOptions, 'named' | 'allowPlain'>> & Pick<HttpOptions, 'plainOrigin'>;

/** Reads the options and opens the cache folder; an offline call opens it read-only by default. */
export async function openCall(
  parts: BoundParts,
  asked: string,
  given: EnsureOptions,
  use: { readOnly?: boolean; pool?: HttpPool | undefined } = {},
): Promise<Call> {
  refusePlatform(process.platform);
  const reference = shownText(asked);
  const options = safeListeners(parseOptions(given), (warning) => warn(warning));
  checkFormatOption(options.format, parts.writers);
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const keys = { ...options.keys, keys: await readGivenKeys(options.keys.keys) };
  const progress = createProgress(options.onProgress);
  const warnings: Warning[] = [];
  const warn = (warning: Warning): void => {
    const same = (w: Warning) => w.code === warning.code && w.message === warning.message;
    if (warnings.some(same)) return;
    warnings.push(warning);
    progress.warning(warning);
    const { code, message } = warning;
    if (options.onProgress === undefined) options.log({ level: 'warn', message, data: { code } });
  };
  const cache = await openCache(options.cacheDir ?? defaultCacheDir(), {
    readOnly: use.readOnly ?? options.offline,
    log: options.log,
    warn,
  });
  const { pool = new HttpPool() } = use;
  const authorizer = ownAuthorizer(warn);
  // Only clients with the same permissions may share documents.
  const openHttp = (reach: Reach, own: HttpPool = pool.apart()): Http =>
    createHttp({
      ...reach,
      pool: own,
      mirrors: options.mirrors,
      ca: options.ca,
      limits: options.limits,
      signal,
      log: options.log,
      warn,
      authorizer,
      storeDir: cache.folder('http'),
      offline: options.offline,
      refresh: options.refresh,
      onRetry: ({ attempt, reason, delayMs }) => progress.retry(attempt, reason, delayMs),
    });
  const named = [asked, ...Object.values(options.parameters)];
  const allowPlain = options.digest !== undefined;
  const http = openHttp({ named, allowPlain, plainOrigin: originOnLoopback(asked) }, pool);
  const read = new Map<string, MetadataDocument>();
  const metadata = watchDocuments(http.metadata, read, warn);
  return {
    reference,
    parts,
    options,
    signal,
    http,
    openHttp,
    metadata,
    read,
    cache,
    keys,
    progress,
    warnings,
    damaged: [],
    warn,
  };
}

/** Throws `ERR_INVALID_REQUEST` for a format that no vendor format or writer has. */
function checkFormatOption(format: string, writers: BoundParts['writers']): void {
  const words = ['raw', 'source'];
  if (words.includes(format) || writers.some(({ id }) => id === format)) return;
  throw unknownFormat(format, writers, 'format', words);
}

/**
 * Throws `ERR_INVALID_REQUEST` on platforms where locks, modes or sparse files do not work as the cache needs them.
 */
function refusePlatform(platform: NodeJS.Platform): void {
  if (platform !== 'win32') return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'Windows is not supported yet',
    hint: 'Run this on Linux or macOS, or inside WSL.',
    details: { field: 'platform', value: platform },
  });
}

function watchDocuments(
  client: MetadataClient,
  read: Map<string, MetadataDocument>,
  warn: (warning: Warning) => void,
): MetadataClient {
  const look = (document: MetadataDocument): MetadataDocument => {
    if (document.mirrored) {
      const message = `documents of ${document.url.origin} were read through a mirror`;
      warn({ code: 'mirror', message });
    }
    if (document.stale) {
      const message = `${document.url.origin} could not be reached; a stored copy was used`;
      warn({ code: 'stale', message });
    }
    read.set(document.url.href, document);
    return document;
  };
  return {
    get: async (url, options) => look(await client.get(url, options)),
    async find(url, options) {
      const found = await client.find(url, options);
      return found === undefined ? undefined : look(found);
    },
    head: (url, options) => client.head(url, options),
  };
}
