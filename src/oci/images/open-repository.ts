import type { TransportOptions } from '../../contracts/options.ts';
import type { OnProgress, ProgressEvent, Stage } from '../../contracts/progress.ts';
import { UsageError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { readText } from '../../parts/check-options.ts';
import { readLimits } from '../../parts/read-limits.ts';
import { safeListeners } from '../../parts/safe-listener.ts';
import { connectRegistry } from '../client/connection.ts';
import { openRegistry } from '../client/open-registry.ts';
import { parseRegistryPlace } from '../client/parse-registry-place.ts';
import type { RegistryClient } from '../client/registry-client.ts';

/** How to reach a repository of images. The logins are those that docker and podman keep. */
export interface RepositoryOptions
  extends Pick<TransportOptions, 'ca' | 'limits' | 'signal' | 'log'> {
  /** A server in front of the registry that is asked first, such as Dragonfly's: `http://127.0.0.1:4001`. */
  registryMirror?: string | undefined;
  onProgress?: OnProgress | undefined;
}

/** An open repository, and its progress reports. */
export interface Repository {
  client: RegistryClient;
  /** `HOST/REPO`, for people. */
  where: string;
  signal: AbortSignal;
  tell(stage: Stage, message: string): void;
  /** Reports the progress of one blob: at most every 100 ms, and at its end. */
  meter(digest: string, totalBytes: number): (bytes: number) => void;
}

const tellMs = 100;

/** Opens `HOST[:PORT]/REPO`; makes no request. */
export function openRepository(text: string, given: RepositoryOptions): Repository {
  const place = parseRegistryPlace(readText('registry', text, 'HOST/REPOSITORY as text'));
  const { ca = [], limits, registryMirror, onProgress, ...options } = safeListeners(given);
  const { signal = new AbortController().signal, log = () => undefined } = options;
  const event = (one: ProgressEvent): void => onProgress?.(one);
  const connection = connectRegistry(place, {
    ca: [ca].flat(),
    limits: readLimits(limits ?? {}),
    signal,
    log,
    warn: (warning) => event({ type: 'warning', warning }),
    onRetry: ({ attempt, reason, delayMs }) => event({ type: 'retry', attempt, reason, delayMs }),
    mirror: registryMirror === undefined ? undefined : { url: readMirror(registryMirror) },
  });
  return {
    client: openRegistry(connection),
    where: `${place.host}/${place.repository}`,
    signal,
    tell: (stage, message) => event({ type: 'stage', stage, message }),
    meter(digest, totalBytes) {
      const url = publicUrl(connection.url(`blobs/${digest}`));
      const startMs = performance.now();
      let toldMs = Number.NEGATIVE_INFINITY;
      return (bytes) => {
        const nowMs = performance.now();
        if (nowMs - toldMs < tellMs && bytes < totalBytes) return;
        toldMs = nowMs;
        const bytesPerSecond = Math.round((bytes * 1000) / Math.max(nowMs - startMs, 1));
        event({ type: 'fetch', url, bytes, totalBytes, bytesPerSecond });
      };
    },
  };
}

/** Checks names of images, tags, or aliases. */
export function readNames(names: readonly string[]): string[] {
  return [names].flat().map((name) => readText('name', name));
}

function readMirror(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'registryMirror is not an http or https address',
    hint: 'Give the address of the proxy in front of the registry (--registry-mirror), such as http://127.0.0.1:4001.',
    details: { field: 'registryMirror' },
  });
}
