import type { VendorAnswer } from './ask-vendor.ts';
import type { ImageFacts, ReleaseFacts, ResolvedFacts, VendorFacts } from './facts.ts';

/** One fact that differs from the shipped one. */
export interface Change {
  vendor: string;
  /** A release, or `<release> <architecture>`. */
  where: string;
  what: string;
  shipped: string;
  now: string;
}

const none = '-';

/** The changes since the facts were written; unreachable addresses are left out. */
export function compareFacts(known: VendorFacts | undefined, answer: VendorAnswer): Change[] {
  const { vendor, releases, refused } = answer;
  const say = (where: string, what: string, shipped: string, now: string): Change[] =>
    shipped === now ? [] : [{ vendor, where, what, shipped, now }];
  if (refused !== undefined) return say('', 'list', known === undefined ? none : 'read', refused);
  if (releases === undefined) return [];
  const seen = `${Object.keys(releases).length} releases, ${Object.keys(answer.images).length} images`;
  if (known === undefined) return say('', 'facts', 'none yet', seen);
  const missed = new Set(answer.missed.map(({ where }) => where));
  const ofReleases = namesOf(known.releases, releases).flatMap((release) =>
    compareReleases(known.releases[release], releases[release]).flatMap((one) =>
      say(release, ...one),
    ),
  );
  const ofImages = namesOf(known.images, known.documented ? {} : answer.images)
    .filter((key) => !missed.has(key))
    .flatMap((key) =>
      compareImages(known.images[key], answer.images[key], answer.reasons[key]).flatMap((one) =>
        say(key, ...one),
      ),
    );
  if (known.documented) return [...say('', 'facts', 'documented only', seen), ...ofImages];
  return [...ofReleases, ...ofImages];
}

type Difference = [what: string, shipped: string, now: string];

function compareReleases(before?: ReleaseFacts, now?: ReleaseFacts): Difference[] {
  if (before === undefined) return [['release', none, now?.arches.join(' ') ?? none]];
  if (now === undefined) return [['release', before.arches.join(' '), none]];
  return [
    ['default variant', before.variants[0] ?? none, now.variants[0] ?? none],
    ['variants', inOrder(before.variants), inOrder(now.variants)],
    ['architectures', inOrder(before.arches), inOrder(now.arches)],
    ['end of life', before.eol ?? none, now.eol ?? none],
  ];
}

function compareImages(before?: ImageFacts, now?: ImageFacts, reason?: string): Difference[] {
  const why = (one: ImageFacts): string =>
    'refused' in one ? `${one.refused}${reason === undefined ? '' : `: ${reason}`}` : 'resolved';
  if (now === undefined) return [];
  // A new release already has a line.
  if (before === undefined) return 'refused' in now ? [['image', none, why(now)]] : [];
  if ('refused' in before || 'refused' in now) {
    if ('refused' in before && 'refused' in now && before.refused === now.refused) return [];
    return [['image', 'refused' in before ? before.refused : 'resolved', why(now)]];
  }
  return compareResolved(before, now);
}

function compareResolved(before: ResolvedFacts, now: ResolvedFacts): Difference[] {
  const always: Difference[] = [
    ['release', before.release, now.release],
    ['variant', before.variant, now.variant],
    ['layers', before.layers.join('>'), now.layers.join('>')],
    ['address', before.address, now.address],
  ];
  // These were not reached.
  if (before.level === undefined) return always;
  return [
    ...always,
    ['trust level', before.level, now.level ?? none],
    ['signers', inOrder(before.signers), inOrder(now.signers)],
    ['size', toldOrNot(before), toldOrNot(now)],
    ['end of life', before.eol ?? none, now.eol ?? none],
  ];
}

function toldOrNot({ sized }: ResolvedFacts): string {
  return sized ? 'told' : 'not told';
}

function inOrder(words: readonly string[] = []): string {
  return words.length === 0 ? none : [...words].sort().join(' ');
}

function namesOf(before: object, now: object): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])];
}

/** The same change in several places as one, so that a key that changed everywhere is one line. */
export function joinChanges(changes: readonly Change[]): Change[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const { vendor, what, shipped, now } = change;
    const key = JSON.stringify([vendor, what, shipped, now]);
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [{ ...first, where: joinPlaces(group.map(({ where }) => where)) }];
  });
}

/** `latest amd64`, `latest arm64`, `24.04 amd64` as `latest amd64 arm64, 24.04 amd64`. */
export function joinPlaces(places: readonly string[]): string {
  const byRelease = new Map<string, string[]>();
  for (const place of places) {
    const [release = '', ...arch] = place.split(' ');
    byRelease.set(release, [...(byRelease.get(release) ?? []), ...arch]);
  }
  return [...byRelease].map(([release, arch]) => [release, ...arch].join(' ')).join(', ');
}
