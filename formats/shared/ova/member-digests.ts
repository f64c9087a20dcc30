import { createHash, type Hash } from 'node:crypto';
import { IntegrityError, type Log, refuse } from '../../../src/kit.ts';
import type { TarMember } from '../tar/walk.ts';
import { type ManifestHash, type ManifestLine, manifestHashes } from './manifest.ts';

/** A line of the manifest, with the possible names in the archive. */
export type ListedDigest = Omit<ManifestLine, 'name'> & { names: readonly string[] };

type Digester = (hash: ManifestHash) => Promise<string>;

/**
 * Digests of the members of an archive. The manifest may come last: members that pass only once are hashed with every
 * hash that a manifest may use; others are read again when the manifest is known.
 */
export class MemberDigests {
  readonly #digesters = new Map<string, Digester>();
  #manifest: readonly ListedDigest[] | undefined;

  set manifest(lines: readonly ListedDigest[]) {
    this.#manifest = lines;
  }

  /** A member that is held in memory. */
  addBytes(name: string, bytes: Uint8Array): void {
    this.#digesters.set(name, async (hash) => {
      return createHash(hash.toLowerCase()).update(bytes).digest('hex');
    });
  }

  /** To be called before the first byte of the member is read. */
  add({ name, source, sparse, listen }: TarMember): void {
    if (listen === undefined) {
      this.#digesters.set(name, async (hash) => {
        const sum = createHash(hash.toLowerCase());
        for await (const piece of source.stream()) sum.update(piece);
        return sum.digest('hex');
      });
      return;
    }
    if (sparse) {
      this.addUnheard(name);
      return;
    }
    const sums = new Map(this.#asked(name).map((hash) => [hash, createHash(hash.toLowerCase())]));
    listen((piece) => {
      for (const sum of sums.values()) sum.update(piece);
    });
    this.#digesters.set(name, async (hash) => finish(sums.get(hash)));
  }

  /** A member that could not be hashed, because its bytes pass, or come with holes, before the manifest is known. */
  addUnheard(name: string): void {
    this.#digesters.set(name, async () => {
      throw refuse(
        'unsupported-feature',
        `The manifest at the end of the OVA lists ${JSON.stringify(name)}, which had passed before`,
        { format: 'ova', value: name, hint: 'Unpack the compression around the archive first.' },
      );
    });
  }

  /**
   * Compares every line of the manifest: `ERR_DIGEST` for a member that differs, `truncated` for a disk that is
   * missing. Other files in the manifest may be missing.
   */
  async check(disks: ReadonlySet<string>, log: Log): Promise<void> {
    for (const { hash, names, digest } of this.#manifest ?? []) {
      const name = names.find((known) => this.#digesters.has(known));
      const digester = name === undefined ? undefined : this.#digesters.get(name);
      if (name === undefined || digester === undefined) {
        const missing = names.find((known) => disks.has(known));
        if (missing !== undefined) throw lacks(missing);
        const data = { name: names[0] };
        log({
          level: 'warn',
          message: 'the manifest of the OVA lists a file that is not there',
          data,
        });
        continue;
      }
      const actual = await digester(hash);
      if (actual !== digest) throw mismatch(name, `${hash}:${digest}`, `${hash}:${actual}`);
    }
  }

  #asked(name: string): ManifestHash[] {
    const lines = this.#manifest?.filter(({ names }) => names.includes(name));
    if (lines !== undefined) return lines.map(({ hash }) => hash);
    return Object.keys(manifestHashes) as ManifestHash[];
  }
}

function lacks(name: string): Error {
  return refuse('truncated', `The OVA lacks ${JSON.stringify(name)}, which its manifest lists`, {
    format: 'ova',
    value: name,
  });
}

/** Works on a copy, because a manifest may list a name twice. */
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
