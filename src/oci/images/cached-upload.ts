import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Cache } from '../../cache/cache.ts';
import type { Entry } from '../../cache/entries/read.ts';
import { buildName } from '../../cache/names/cache-name.ts';
import { formatEvidence, readEvidence } from '../../cache/records/evidence.ts';
import { formatRecord } from '../../cache/records/image-record.ts';
import { digestsOf } from '../../cache/records/source-digests.ts';
import type { TierUpload } from '../../contracts/tier.ts';
import type { ArtifactRole } from '../../contracts/vendor.ts';
import { IntegrityError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { Call } from '../../line/call.ts';

const pieceBytes = 1024 * 1024;

/** The published file from which an entry of the cache was made, with its known facts. */
export async function cachedUpload(
  call: Call,
  { name, path, source: kept, record }: Entry,
  role: ArtifactRole,
): Promise<TierUpload> {
  const { identity, source, disk } = record;
  const isDisk = role === 'disk';
  const evidence = isDisk ? await evidenceText(call.cache, name) : undefined;
  // The kept download, or the disk if it is the published file itself.
  const file = kept ?? (disk.sha256 === source.sha256 ? path : undefined);
  return {
    name: buildName(name),
    role,
    ...{ fileName: source.fileName, url: source.url, identity },
    ...{ digests: digestsOf(source), sizeBytes: source.sizeBytes },
    ...defined({ record: isDisk ? formatRecord(record) : undefined, evidence }),
    read: (start) =>
      file === undefined
        ? fetchAgain(call, record.source, start)
        : createReadStream(file, { start, highWaterMark: pieceBytes, signal: call.signal }),
  };
}

async function evidenceText(cache: Cache, name: string): Promise<string | undefined> {
  const evidence = await readEvidence(cache, name);
  return evidence === undefined ? undefined : formatEvidence(evidence);
}

/**
 * Fetches the file from the addresses in its record. It always reads and hashes the whole file, even if only its end
 * is requested, and holds the last piece back until the digest is verified.
 */
async function* fetchAgain(
  call: Call,
  { url, mirrors = [], sha256, sizeBytes }: Entry['record']['source'],
  start: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const addresses = [url, ...mirrors].flatMap((one) => URL.parse(one) ?? []);
  for (const [index, address] of addresses.entries()) {
    const hash = createHash('sha256');
    let position = 0;
    let isTold = false;
    let held: Buffer | undefined;
    try {
      for await (const chunk of readAddress(call, address, sizeBytes)) {
        hash.update(chunk);
        const from = Math.max(0, start - position);
        position += chunk.length;
        if (from >= chunk.length) continue;
        if (held !== undefined) {
          isTold = true;
          yield held;
        }
        held = Buffer.from(chunk.subarray(from));
      }
      if (hash.digest('hex') !== sha256) throw otherBytes(address, sha256);
      if (held !== undefined) yield held;
      return;
    } catch (error) {
      call.signal.throwIfAborted();
      if (isTold || index === addresses.length - 1) throw error;
      call.options.log({ level: 'warn', message: `${publicUrl(address)} is not used: ${error}` });
    }
  }
}

async function* readAddress(
  call: Call,
  address: URL,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (address.protocol === 'file:') {
    yield* createReadStream(fileURLToPath(address), { highWaterMark: pieceBytes });
    return;
  }
  // The digest verifies the bytes, so plain http is allowed.
  const http = call.openHttp({ named: [address.href], allowPlain: true });
  const body = await http.openBody(address, { expectedBytes: sizeBytes });
  try {
    yield* body.chunks;
  } finally {
    body.close();
  }
}

function otherBytes(url: URL, expected: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `the bytes of ${publicUrl(url)} are not those of the image in the cache`,
    hint: 'Get the image again with refresh (--refresh), and push it then.',
    details: { url: publicUrl(url), expected: `sha256:${expected}` },
  });
}
