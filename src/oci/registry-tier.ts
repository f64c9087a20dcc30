import type { Warning } from '../contracts/log.ts';
import type { Tier } from '../contracts/tier.ts';
import { UsageError } from '../errors.ts';
import { isUnreachable } from '../http/is-unreachable.ts';
import { ownAuthorizer } from './auth/own-authorizer.ts';
import { connectRegistry, type RegistryMirror } from './client/connection.ts';
import { openRegistry } from './client/open-registry.ts';
import { parseRegistryPlace } from './client/parse-registry-place.ts';
import type { RegistryClient } from './client/registry-client.ts';
import { createHerd } from './herd/create-herd.ts';
import type { HerdSettings } from './herd/herd.ts';
import { renewedRegistry } from './herd/renewed-registry.ts';
import { BadBlobs } from './tier/bad-blobs.ts';
import { visitRegistry } from './tier/registry-visit.ts';

/** An unreachable registry must not delay a host that can reach upstream. */
const tuning = { connectMs: 5000, attempts: 4 };
/** After a failure the registry is not asked for this long, because a host may want many images. */
const downMs = 30_000;

/** The registry that a fleet shares, and how this host uses it. */
export interface RegistryTierOptions {
  /** `registry.example:5000`; http only for loopback, or with `http://` before it. */
  registry: string;
  /** `fleet/images`. */
  repository: string;
  /** Push files that were fetched from upstream and verified; default: false. */
  write?: boolean | undefined;
  /** Never ask upstream for image bytes; default: false. */
  only?: boolean | undefined;
  /** A server in front of the registry, such as Dragonfly's on this host: `http://127.0.0.1:4001`. */
  mirror?: string | undefined;
  /** A repository of the same registry that may have the same blobs; they are then mounted instead of pushed. */
  from?: string | undefined;
  /** How hosts agree on the one that fetches from upstream; `false`: each one does. */
  herd?: Partial<Omit<HerdSettings, 'write'>> | false | undefined;
}

/**
 * An OCI registry as the tier between the cache of a host and upstream. Bytes from it are verified like bytes from
 * upstream. A blob with wrong bytes is refused, reported and not requested again.
 */
export function registryTier(options: RegistryTierOptions): Tier {
  const { registry, repository, from, herd = {} } = options;
  const place = parseRegistryPlace(`${registry}/${repository}`);
  const mirror =
    options.mirror === undefined ? undefined : readMirror(options.mirror, place.origin);
  let mayWrite = options.write === true && options.only !== true;
  const where = `${place.host}/${place.repository}`;
  let down: { error: Error; untilMs: number } | undefined;
  let warnings: ((message: string) => void) | undefined;
  // Tokens are valid for several visits.
  const authorizer = ownAuthorizer(({ message }) => warnings?.(message));
  return {
    id: 'registry',
    title: `the registry ${where}`,
    apiVersion: 1,
    only: options.only === true,
    async visit(file, context) {
      if (down !== undefined && performance.now() < down.untilMs) throw down.error;
      const { ca, signal, log, warn, cacheDir } = context;
      warnings = warn;
      const told = ({ message }: Warning): void => warn(message);
      const open = (through?: RegistryMirror): RegistryClient => {
        const options = { ca, signal, log, warn: told, mirror: through, authorizer, tuning };
        return openRegistry(connectRegistry(place, options));
      };
      // Hosts exchange their markers directly through the registry: a server in front of it may return an old state.
      const direct = renewedRegistry(() => open());
      const isAlone = herd === false || options.only === true;
      const visiting = visitRegistry(file, context, {
        client: open(mirror),
        direct: open(),
        bad: new BadBlobs(cacheDir, log),
        herd: isAlone ? undefined : createHerd(direct, { ...herd, write: mayWrite }),
        write: mayWrite,
        from,
        denied(error) {
          if (mayWrite) warn(`this host may not push to ${where}: ${error.message}`);
          mayWrite = false;
        },
      });
      return await visiting.catch((error: unknown) => {
        const isDown = isUnreachable(error) && options.only !== true;
        if (isDown) down = { error, untilMs: performance.now() + downMs };
        throw error;
      });
    },
  };
}

/** Dragonfly asks the registry that is named in this header. */
function readMirror(text: string, { origin }: URL): RegistryMirror {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    return { url, headers: { 'x-dragonfly-registry': origin } };
  }
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'mirror is not an http or https address',
    hint: 'Give the address of the proxy in front of the registry (--registry-mirror), such as http://127.0.0.1:4001.',
    details: { field: 'mirror' },
  });
}
