import type { AcceptedBuild } from '../../cache/records/source-state.ts';
import { compareVersions } from '../../kit/versions.ts';

/** Order of a build relative to another one of its source; `unknown` if neither names nor dates in them tell. */
export type Order = 'older' | 'same' | 'newer' | 'unknown';

/** Compares the release first, if both have an order; then the snapshot. */
export function orderBuilds(build: AcceptedBuild, other: AcceptedBuild): Order {
  const releases = orderReleases(build.release, other.release);
  if (releases === 'older' || releases === 'newer') return releases;
  return orderSnapshots(build.snapshot, other.snapshot);
}

/** True for names that are hashes, which have no order. */
export function isHash(snapshot: string): boolean {
  return /^(?:[a-z]+\d*[-:])?(?=\d*[a-f])[0-9a-f]{8,}$/i.test(snapshot);
}

function orderReleases(release: string, other: string): Order {
  if (release.toLowerCase() === other.toLowerCase()) return 'same';
  return isNumbered(release) && isNumbered(other) ? orderOf(release, other) : 'unknown';
}

function orderSnapshots(snapshot: string, other: string): Order {
  if (snapshot === other) return 'same';
  if (isHash(snapshot) || isHash(other)) return 'unknown';
  if (shapeOf(snapshot) === shapeOf(other)) return orderOf(snapshot, other);
  const [date, otherDate] = [dateIn(snapshot), dateIn(other)];
  if (date !== undefined && otherDate !== undefined && date !== otherDate) {
    return date < otherDate ? 'older' : 'newer';
  }
  const areAlike = (date === undefined) === (otherDate === undefined);
  return areAlike && isNumbered(snapshot) && isNumbered(other)
    ? orderOf(snapshot, other)
    : 'unknown';
}

function orderOf(text: string, other: string): Order {
  const order = compareVersions(bare(text), bare(other));
  return order < 0 ? 'older' : order > 0 ? 'newer' : 'same';
}

function isNumbered(text: string): boolean {
  return /^\d/.test(bare(text));
}

function bare(text: string): string {
  return text.replace(/^v(?=\d)/i, '');
}

function shapeOf(snapshot: string): string {
  return snapshot.replace(/\d+/g, '0');
}

/** The first date in a name: `20260712`, `2026-07-12`, `2026.07.12`. */
function dateIn(snapshot: string): string | undefined {
  const [, year, month, day] =
    /(?<!\d)(20\d\d)([-.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])/
      .exec(snapshot)
      ?.filter((_, index) => index !== 2) ?? [];
  return year === undefined ? undefined : `${year}${month}${day}`;
}
