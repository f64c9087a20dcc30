import { HttpPool } from '../../src/http/pool.ts';
import type { EnsureOptions, Parts } from '../../src/index.ts';
import { createTaskPool } from '../../src/kit/task-pool.ts';
import type { MetadataDocument } from '../../src/kit.ts';
import { bindParts } from '../../src/parts/bind.ts';
import { askVendor, type Missed, type VendorAnswer } from './ask-vendor.ts';
import { type Change, compareFacts, joinChanges } from './compare.ts';
import type { Facts } from './facts.ts';

/** The result of a run. */
export interface Survey {
  answers: VendorAnswer[];
  changes: Change[];
  missed: Missed[];
  images: number;
  documents: number;
  /** Bytes of documents; images are not read. */
  bytes: number;
}

/** Vendors whose server or catalog the caller names. */
const ofCallers = ['bundle', 'http-index', 'simplestreams'];

/** Ids of the vendors that have an upstream and a list. */
export function upstreamIds({ vendors }: Pick<Parts, 'vendors'>): string[] {
  return vendors
    .filter(({ id, list }) => list !== undefined && !ofCallers.includes(id))
    .map(({ id }) => id);
}

/** Vendors that are asked at once. */
const width = 6;

/**
 * Asks the vendors and compares their answers with the facts. All share connections and the limit of requests to one
 * host, and each document is read once.
 */
export async function surveyUpstreams(
  parts: Parts,
  ids: readonly string[],
  facts: Facts,
  options: EnsureOptions,
  say: (line: string) => void = () => {},
): Promise<Survey> {
  const shared = new HttpPool();
  const sizes = new Map<string, number>();
  const note = (documents: Iterable<MetadataDocument>): void => {
    for (const { url, bytes } of documents) sizes.set(url.href, bytes.length);
  };
  const bound = bindParts(parts);
  const pool = createTaskPool(width);
  const ask = async (id: string): Promise<VendorAnswer> => {
    const vendor = bound.vendors.get(id);
    if (vendor === undefined) throw new Error(`there is no vendor ${id}`);
    // The documents of one vendor are released after its last image.
    const asking = { parts: bound, options, pool: shared.apart(), note };
    const answer = await askVendor(vendor, asking, facts[id]);
    say(`${id}: ${Object.keys(answer.images).length} images, ${answer.missed.length} not reached`);
    return answer;
  };
  const answers = await Promise.all(ids.map((id) => pool.run(() => ask(id))));
  return {
    answers,
    changes: joinChanges(answers.flatMap((one) => compareFacts(facts[one.vendor], one))),
    missed: answers.flatMap(({ missed }) => missed),
    images: answers.reduce((sum, { images }) => sum + Object.keys(images).length, 0),
    documents: sizes.size,
    bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
}

/** 10: something moved; 4: nothing is known to have moved, but something was unreachable; else 0. */
export function exitCodeOf({ changes, missed }: Survey): 0 | 4 | 10 {
  if (changes.length > 0) return 10;
  return missed.length > 0 ? 4 : 0;
}

/** The facts with the new answers; facts of unreachable vendors stay. */
export function updateFacts(facts: Facts, { answers }: Survey, today: string): Facts {
  const updated = { ...facts };
  for (const answer of answers) {
    const { vendor, releases, images, missed } = answer;
    if (releases === undefined) continue;
    const known = facts[vendor];
    if (known !== undefined && compareFacts(known, answer).length === 0) continue;
    const kept = missed.flatMap(({ where }) => {
      const image = known?.images[where];
      return image === undefined ? [] : [[where, image] as const];
    });
    updated[vendor] = {
      since: today,
      releases,
      images: { ...images, ...Object.fromEntries(kept) },
    };
  }
  return updated;
}
