import { createHash, type Hash } from 'node:crypto';
import { IntegrityError, refuse } from '../../src/kit.ts';
import type { TarMember } from '../shared/tar/walk.ts';
import { type ManifestHash, type ManifestLine, manifestHashes } from './manifest.ts';

type Digester = (hash: ManifestHash) => Promise<string>;

/**
 * Digests of the members of an archive. The manifest may come last: what passes only once is hashed in every way that a
 * manifest may ask for, the rest is read again once it is known what is asked.
 */
export class MemberDigests {
  readonly #digesters = new Map<string, Digester>();
  #manifest: ManifestLine[] | undefined;

  get manifest(): ManifestLine[] | undefined {
    return this.#manifest;
  }

  set manifest(lines: ManifestLine[] | undefined) {
    this.#manifest = lines;
  }

  /** A member that is held in memory. */
  addBytes(name: string, bytes: Uint8Array): void {
    this.#digesters.set(name, async (hash) => {
      return createHash(hash.toLowerCase()).update(bytes).digest('hex');
    });
  }

  /** To be called before the first byte of the member is read. */
  add({ name, source, listen }: TarMember): void {
    if (listen === undefined) {
      this.#digesters.set(name, async (hash) => {
        const sum = createHash(hash.toLowerCase());
        for await (const piece of source.stream()) sum.update(piece);
        return sum.digest('hex');
      });
      return;
    }
    const sums = new Map(this.#asked(name).map((hash) => [hash, createHash(hash.toLowerCase())]));
    listen((piece) => {
      for (const sum of sums.values()) sum.update(piece);
    });
    this.#digesters.set(name, async (hash) => finish(sums.get(hash)));
  }

  /** Compares every line of the manifest: `ERR_DIGEST` for a member that is another, `truncated` for one not there. */
  async check(): Promise<void> {
    for (const { hash, name, digest } of this.#manifest ?? []) {
      const digester = this.#digesters.get(name);
      if (digester === undefined) {
        throw refuse(
          'truncated',
          `The OVA lacks ${JSON.stringify(name)}, which its manifest lists`,
          {
            format: 'ova',
            value: name,
          },
        );
      }
      const actual = await digester(hash);
      if (actual !== digest) throw mismatch(name, `${hash}:${digest}`, `${hash}:${actual}`);
    }
  }

  #asked(name: string): ManifestHash[] {
    const lines = this.#manifest?.filter((line) => line.name === name);
    if (lines !== undefined) return lines.map(({ hash }) => hash);
    return Object.keys(manifestHashes) as ManifestHash[];
  }
}

/** A copy, because a manifest may list a name twice. */
function finish(sum: Hash | undefined): string {
  return sum?.copy().digest('hex') ?? '';
}

function mismatch(fileName: string, expected: string, actual: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${JSON.stringify(fileName)} in the OVA does not match the archive's manifest`,
    hint: 'Do not use this image; get it again from its source.',
    details: {
      fileName,
      expected: expected.toLowerCase(),
      actual: actual.toLowerCase(),
      from: 'OVA manifest',
      reason: 'checksum',
    },
  });
}
