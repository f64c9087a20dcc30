import { createHash } from 'node:crypto';
import type { BlobSource, StoredManifest } from '../client/registry-client.ts';
import { mediaTypes } from '../layout/media-types.ts';

/** What a host says of itself while it fetches an image from upstream for the others. */
export interface HerdMarker {
  /** Random, made anew for every fetch. */
  host: string;
  /** Counts what the host has said, so that no two of its markers have the same digest. */
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
/** Image tags are made of cache names, and these begin with the id of a vendor: with a small letter or a digit. */
const prefix = 'HERD.';
const longestTag = 128;
/** What another host claims is not believed for longer. */
const longestLifetime = 3_600_000;

/** The one blob that every marker has: what a marker says are annotations, so that one request reads or writes it. */
export const markerBlob: BlobSource = {
  digest: emptyDigest,
  sizeBytes: empty.length,
  async *read(start) {
    yield empty.subarray(start);
  },
};

/** Name of the marker of an image tag; where tags cannot be changed or removed, every new marker has the next `generation`. */
export function markerTag(tag: string, generation = 0): string {
  const end = generation === 0 ? '' : `.${generation}`;
  const plain = `${prefix}${tag}${end}`;
  if (plain.length <= longestTag) return plain;
  return `${prefix}sha256-${createHash('sha256').update(tag).digest('hex')}${end}`;
}

/** True for tags that lie beside the images and are none. */
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

/** The marker of a manifest; `undefined` for anything else that lies under its tag. */
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
    // No JSON is no marker.
  }
  return found;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
