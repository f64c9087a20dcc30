import type { Warning } from '../../src/kit.ts';

const day = 24 * 60 * 60 * 1000;
/** The variants of one build are published within days of each other. */
const patience = 14 * day;

/**
 * A warning if the newest build of a variant is much older than the newest of the others: upstream may have stopped
 * making it. Builds begin with a date (`20260714.1`) or end with one (`9.8-20260714.1`); other names are not compared.
 */
export function warnStopped(
  title: string,
  variant: string,
  build: string,
  others: readonly string[],
): Warning[] {
  const last = dayOf(build);
  if (last === undefined) return [];
  const days = others.flatMap((other) => dayOf(other) ?? []);
  const newest = days.sort((left, right) => right.time - left.time)[0];
  if (newest === undefined || newest.time - last.time < patience) return [];
  const message = `${title} has no build of ${variant} after ${last.text}; other variants have one of ${newest.text}`;
  return [{ code: 'outdated-build', message }];
}

function dayOf(build: string): { text: string; time: number } | undefined {
  const [, year, month, date] = /(?:^|-)(\d{4})(\d\d)(\d\d)(?:\.\d+)?$/.exec(build) ?? [];
  if (year === undefined) return undefined;
  const text = `${year}-${month}-${date}`;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : { text, time };
}
