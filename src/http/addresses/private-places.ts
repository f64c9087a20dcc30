import { TransferError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { isBelowMirror, type Mirrors } from './mirrors.ts';
import { isPrivateHost } from './private-hosts.ts';
import type { Hop } from './rules.ts';

/**
 * Prevents a document of a public host from leading a call to private addresses, like the rules for redirects. An
 * address requested before any document was read comes from the caller or is a constant of a plug-in; a document of a
 * private host may name other private hosts.
 */
export class PrivatePlaces {
  readonly #mirrors: Mirrors;
  readonly #named: Set<string>;
  #anyMayBeNamed = true;

  /** `named`: the caller's texts; the hosts of addresses among them may always be requested. */
  constructor(mirrors: Mirrors, named: readonly string[]) {
    this.#mirrors = mirrors;
    this.#named = new Set(named.flatMap((text) => URL.parse(text)?.hostname || []));
  }

  /** Throws `ERR_METADATA` for a private address that only a document of a public host can have given. */
  check({ url, mirrored }: Pick<Hop, 'url' | 'mirrored'>): void {
    if (mirrored || !isPrivateHost(url.hostname)) return;
    if (this.#anyMayBeNamed) this.#named.add(url.hostname);
    if (this.#named.has(url.hostname) || isBelowMirror(url, this.#mirrors)) return;
    const shown = publicUrl(url);
    throw new TransferError({
      code: 'ERR_METADATA',
      message: `a document of a public host names ${shown}, a private address`,
      hint: 'Do not use this server; if you trust the address, name it as a mirror of itself (mirrors, --mirror).',
      details: { url: shown },
    });
  }

  /** Called after a document was read; later addresses may come from it. */
  read({ url, mirrored }: Pick<Hop, 'url' | 'mirrored'>): void {
    if (mirrored || !isPrivateHost(url.hostname)) this.#anyMayBeNamed = false;
  }
}
