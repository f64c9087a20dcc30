import { createHash } from 'node:crypto';
import type { BlobSource, StoredManifest } from '../client/registry-client.ts';
import { mediaTypes } from '../layout/media-types.ts';

/** The claim of a host that fetches an image from upstream for the others. */
export interface HerdMarker {
  /** Random, new for every fetch. */
  host: string;
  /** Counts the writes of the host, so that no two of its markers have the same digest. */
  round: number;
  writtenAt: Date;
  /** 0: the host is done. */
  lifetimeMs: number;
}

const markerType = 'application/vnd.rootdisk.marker.v1+json';
/** The empty descriptor of image-spec 1.1. */
const emptyType = 'application/vnd.oci.empty.v1+json';
const empty = Buffer.from('{}');
const emptyDigest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
/** Image tags are made from cache names, which begin with a lower-case letter or a digit. */
const prefix = 'HERD.';
const longestTag = 128;
/** A longer lifetime claimed by another host is reduced to this. */
const longestLifetime = 3_600_000;

/**
 * The only blob of every marker: the content of a marker is in annotations, so that one request reads or writes it.
 */
export const markerBlob: BlobSource = {
  digest: emptyDigest,
  sizeBytes: empty.length,
  async *read(start) {
    yield empty.subarray(start);
  },
};

/**
 * Name of the marker of an image tag; if tags cannot be changed or removed, every new marker has the next
 * `generation`.
 */
export function markerTag(tag: string, generation = 0): string {
  const end = generation === 0 ? '' : `.${generation}`;
  const plain = `${prefix}${tag}${end}`;
  if (plain.length <= longestTag) return plain;
  return `${prefix}sha256-${createHash('sha256').update(tag).digest('hex')}${end}`;
}

/** True for the tag of a marker, which is not an image. */
export function isMarkerTag(tag: string): boolean {
  return tag.startsWith(prefix);
}

/** The manifest of a marker. */
export function formatHerdMarker({ host, round, writtenAt, lifetimeMs }: HerdMarker): Uint8Array {
  const size = empty.length;
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: markerType,
      config: { mediaType: markerType, digest: emptyDigest, size },
      layers: [{ mediaType: emptyType, digest: emptyDigest, size }],
      annotations: {
        'org.opencontainers.image.created': writtenAt.toISOString(),
        'rootdisk.marker.host': host,
        'rootdisk.marker.round': String(round),
        'rootdisk.marker.lifetime-ms': String(lifetimeMs),
      },
    }),
  );
}

/** The marker in a manifest; `undefined` for any other content under its tag. */
export function parseHerdMarker({ bytes }: Pick<StoredManifest, 'bytes'>): HerdMarker | undefined {
  const notes = annotationsOf(Buffer.from(bytes).toString());
  const host = notes.get('rootdisk.marker.host');
  const writtenAt = new Date(notes.get('org.opencontainers.image.created') ?? Number.NaN);
  const round = numberOf(notes.get('rootdisk.marker.round'));
  const lifetimeMs = numberOf(notes.get('rootdisk.marker.lifetime-ms'));
  const isWhole = host !== undefined && /^[\w-]{1,64}$/.test(host) && !Number.isNaN(+writtenAt);
  if (!isWhole || round === undefined || lifetimeMs === undefined) return undefined;
  return { host, round, writtenAt, lifetimeMs: Math.min(lifetimeMs, longestLifetime) };
}

function annotationsOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  try {
    const { annotations }: { annotations?: unknown } = Object(JSON.parse(text));
    for (const [name, value] of Object.entries(Object(annotations))) {
      if (typeof value === 'string') found.set(name, value);
    }
  } catch {
    // Not JSON, so not a marker.
  }
  return found;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
