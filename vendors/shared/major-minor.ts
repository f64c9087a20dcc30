import { defined, type ImageRequest } from '../../src/kit.ts';

/** The meaning of a request where releases are majors and minors (`9`, `9.8`) and builds are `9.8-20260525.0`. */
export interface WantedMinor {
  /** A major or a minor; absent for the newest. */
  scope?: string;
  build?: string;
}

/**
 * Reads `latest`, `9`, `9.8` or a build, and the snapshot, whose minor narrows the release that it belongs to; a
 * snapshot of another release is kept and will not be found. `undefined` for any other release.
 */
export function parseMajorMinor({ release, snapshot }: ImageRequest): WantedMinor | undefined {
  const token = release.toLowerCase();
  const [, number, date] = /^(\d{1,3}(?:\.\d{1,3})?)(-\d{8}(?:\.\d+)?)?$/.exec(token) ?? [];
  if (number === undefined && token !== 'latest') return undefined;
  const build = snapshot?.toLowerCase() ?? (date && token);
  const minor = /^\d{1,3}\.\d{1,3}(?=-)/.exec(build ?? '')?.[0];
  const fits = number === undefined || minor === number || minor?.startsWith(`${number}.`);
  const scope = minor !== undefined && fits ? minor : number;
  return defined({ scope, build });
}

/** `9` of `9.8`. */
export function majorOf(release: string): string {
  return release.split('.')[0] ?? release;
}
