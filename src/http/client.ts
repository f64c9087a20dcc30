import type { Limits } from '../contracts/limits.ts';
import type { Log, Warning } from '../contracts/log.ts';
import type { MetadataClient } from '../contracts/metadata.ts';
import { checkMirrors, type Mirrors, rewrite } from './addresses/mirrors.ts';
import { PrivatePlaces } from './addresses/private-places.ts';
import { offlineMiss } from './addresses/rules.ts';
import type { Body, BodyOptions } from './bodies/body.ts';
import { openBody } from './bodies/open-body.ts';
import { createMetadataClient } from './documents/client.ts';
import { createMetadataStore } from './documents/store.ts';
import { HttpPool } from './pool.ts';
import { AttemptAccount, defaultTuning, type OnRetry, type Tuning } from './retry.ts';
import { type SentAnswer, type SentRequest, sendOnce } from './send.ts';
import { type Authorizer, authorizedWire } from './wire/authorized.ts';
import { createWire, type Wire } from './wire/wire.ts';

export type { Body, ResumePoint } from './bodies/body.ts';

export interface HttpOptions {
  mirrors: Mirrors;
  /** Extra certificate authorities, PEM. */
  ca: string[];
  limits: Limits;
  signal: AbortSignal;
  log: Log;
  /** Folder of stored documents; absent: none are stored. */
  storeDir?: string | undefined;
  /** Make no request: everything is `ERR_OFFLINE_MISS`. */
  offline: boolean;
  /** Use no stored answer. */
  refresh: boolean;
  /** The caller's texts; the hosts of addresses among them may be private. */
  named?: readonly string[] | undefined;
  /** Plain http is permitted, because the caller gave a digest. */
  allowPlain?: boolean | undefined;
  /** See `AddressRules`. */
  plainOrigin?: string | undefined;
  /** Receives warnings for the caller. */
  warn?: ((warning: Warning) => void) | undefined;
  onRetry?: OnRetry | undefined;
  tuning?: Partial<Tuning> | undefined;
  /** Provides the credentials that registries require. */
  authorizer?: Authorizer | undefined;
  /** Shared with other clients that have the same options; default: a new one. */
  pool?: HttpPool | undefined;
}

/** All network access of one call. */
export interface Http {
  metadata: MetadataClient;
  /** Resolves when the first bytes of the file have arrived. */
  openBody(url: URL, options?: BodyOptions): Promise<Body>;
  /** True if a mirror that the caller named replaces this address. */
  mirrored(url: URL): boolean;
  /** True if this address is requested over plain http. */
  plain(url: URL): boolean;
}

/**
 * A client for one call. Makes no request by itself. Throws `ERR_INVALID_REQUEST` for a mirror that is not an
 * address.
 */
export function createHttp(options: HttpOptions): Http {
  const { mirrors, limits, signal, log, offline, refresh, storeDir, onRetry } = options;
  checkMirrors(mirrors);
  const { leastBytesPerSecond } = limits;
  const tuning = { ...defaultTuning, leastBytesPerSecond, ...options.tuning };
  const pool = options.pool ?? new HttpPool(tuning.perOrigin);
  const attempts = { tuning, signal, log, onRetry };
  const files = new AttemptAccount(tuning.attemptsPerCall);
  const documents = new AttemptAccount(Infinity);
  const shared = {
    wire: openWire(options, tuning, pool),
    places: new PrivatePlaces(mirrors, options.named ?? []),
    rules: {
      mirrors,
      allowPlain: options.allowPlain ?? false,
      plainOrigin: options.plainOrigin,
      maxRedirects: limits.redirects,
    },
    limits,
    log,
  };
  return {
    metadata: createMetadataClient({
      ask: { ...shared, attempts: { ...attempts, account: documents } },
      slots: pool.slots,
      shared: pool.documents,
      store: storeDir === undefined ? undefined : createMetadataStore(storeDir, log),
      offline,
      refresh,
    }),
    async openBody(url, bodyOptions = {}) {
      signal.throwIfAborted();
      if (offline) throw offlineMiss(url);
      return await openBody(url, bodyOptions, {
        ...shared,
        attempts: { ...attempts, account: files },
      });
    },
    mirrored: (url) => rewrite(url, mirrors).mirrored,
    plain: (url) => rewrite(url, mirrors).url.protocol === 'http:',
  };
}

/** Sends single requests to a server that the caller named; the caller may choose plain http. */
export type SendRequest = (request: SentRequest) => Promise<SentAnswer>;

/** Makes no request by itself. */
export function createSender(options: WireOptions & Pick<HttpOptions, 'tuning'>): SendRequest {
  const tuning = { ...defaultTuning, ...senderTuning, ...options.tuning };
  const wire = openWire(options, tuning, new HttpPool());
  return (request) => sendOnce(wire, request);
}

type WireOptions = Pick<HttpOptions, 'ca' | 'log' | 'warn' | 'authorizer'>;

function openWire(
  { ca, log, warn, authorizer }: WireOptions,
  tuning: Tuning,
  pool: HttpPool,
): Wire {
  const wire = createWire({
    agents: () => pool.agents({ ca, timeoutMs: tuning.connectMs }),
    env: process.env,
    tuning,
    onUnusableProxy(variable) {
      const message = `${variable} is ignored: only http and https proxies are supported`;
      log({ level: 'warn', message });
      warn?.({ code: 'proxy', message });
    },
  });
  return authorizer === undefined ? wire : authorizedWire(wire, authorizer, tuning);
}

/** A server stores a whole image before it answers. */
const senderTuning: Partial<Tuning> = { stallMs: 120_000, leastBytesPerSecond: 0 };
