import { isZeros, viewOf } from '../../src/kit.ts';
import type { Geometry } from './geometry.ts';
import type { SparseHeader } from './header.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';
import { grainMarkerBytes, markerBytes, parseMarker } from './marker.ts';
import { SparseNumbers } from './sparse-numbers.ts';
import { parseVmdkFooter, type VmdkFooter } from './stream/footer.ts';

type MetadataKind = 'table' | 'directory';

/** Compressed data of one grain, inside the bytes that were walked. */
export interface StreamGrain {
  grain: number;
  start: number;
  end: number;
}

/** The result of walking over some bytes of the stream. */
export interface StreamStep {
  grains: StreamGrain[];
  /** Number of bytes that were handled; includes padding, so it may exceed those that were given. */
  used: number;
  /** The next part takes this many bytes. */
  needed: number;
  /** The bytes at `used` are zeros: the marker that ends the stream, or padding. */
  ended: boolean;
}

/** Walks over the markers of a streamOptimized image and records the places of all parts. */
export class StreamRecord {
  /** By number of the grain: the sector of its marker. */
  readonly grains: SparseNumbers;
  footer: VmdkFooter | undefined;
  /** Sectors of the metadata that markers precede, ascending. */
  readonly #announced: Record<MetadataKind, number[]> = { table: [], directory: [] };
  readonly #header: SparseHeader;
  readonly #geometry: Geometry;

  /** `maxBytes`: memory for the places of the grains. */
  constructor(header: SparseHeader, geometry: Geometry, maxBytes: number) {
    this.#header = header;
    this.#geometry = geometry;
    this.grains = new SparseNumbers(maxBytes);
  }

  /** Walks over the whole parts in `bytes`, which are from `position` of the file. */
  walk(bytes: Uint8Array, position: number): StreamStep {
    const view = viewOf(bytes);
    const step: StreamStep = { grains: [], used: 0, needed: sectorBytes, ended: false };
    while (step.used + markerBytes <= bytes.length) {
      const start = step.used;
      const marker = parseMarker(view, start, position + start, this.#geometry);
      if (marker.kind === 'end') {
        step.ended = true;
        break;
      }
      const end = start + marker.bytes;
      if (end > bytes.length) {
        step.needed = marker.bytes;
        break;
      }
      if (this.footer !== undefined) throw corrupt('follows the footer', position + start);
      if (marker.kind === 'grain') {
        this.#addGrain(marker.grain, position + start);
        step.grains.push({ grain: marker.grain, start: start + grainMarkerBytes, end });
      } else if (marker.kind !== 'unspecified') {
        const contentEnd = start + sectorBytes + marker.contentBytes;
        if (!isZeros(bytes.subarray(contentEnd, end))) {
          throw corrupt(`announces a ${marker.kind} of a wrong length`, position + start);
        }
        const content = bytes.subarray(start + sectorBytes, contentEnd);
        this.#addMetadata(marker.kind, content, position + start);
      }
      step.used = Math.ceil(end / sectorBytes) * sectorBytes;
    }
    return step;
  }

  /** True if a marker preceded the table or directory at this sector. */
  announces(kind: MetadataKind, sector: number): boolean {
    const list = this.#announced[kind];
    let from = 0;
    let to = list.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((list[middle] ?? 0) < sector) from = middle + 1;
      else to = middle;
    }
    return list[from] === sector;
  }

  #addGrain(grain: number, position: number): void {
    if (this.grains.get(grain) !== 0) throw corrupt('names a grain for the second time', position);
    this.grains.set(grain, position / sectorBytes);
  }

  #addMetadata(kind: MetadataKind | 'footer', bytes: Uint8Array, at: number): void {
    const content = at + sectorBytes;
    if (kind === 'footer') {
      this.footer = parseVmdkFooter(bytes, this.#header, this.#geometry, content);
      return;
    }
    // Once, and a second time for redundant copies.
    const most = 2 * (kind === 'table' ? this.#geometry.tableCount : 1);
    const list = this.#announced[kind];
    if (list.length === most) throw corrupt(`announces one ${kind} too many`, at);
    list.push(content / sectorBytes);
  }
}

function corrupt(what: string, offset: number): Error {
  return refuseVmdk('corrupt-table', `a marker ${what}`, { offset });
}
