import { defined } from '../../src/kit/defined.ts';
import { createTaskPool } from '../../src/kit/task-pool.ts';
import type { Listing, Vendor } from '../../src/kit.ts';
import { openCall } from '../../src/line/call.ts';
import { pluginFailure } from '../../src/parts/call-plugin.ts';
import { checkListing } from '../../src/parts/check-resolution.ts';
import { type Asking, askImage, refusalOf } from './ask-image.ts';
import { chooseImages, keyOf, type Question } from './choose-images.ts';
import type { ImageFacts, ReleaseFacts, VendorFacts } from './facts.ts';

/** The current answers of a vendor. */
export interface VendorAnswer {
  vendor: string;
  /** By release; absent if the list is not available. */
  releases?: Record<string, ReleaseFacts>;
  images: Record<string, ImageFacts>;
  /** The reason why an image is refused, by its key. */
  reasons: Record<string, string>;
  /** The list is refused, with this message. */
  refused?: string;
  /** Addresses that were unreachable: nothing is known about them. */
  missed: Missed[];
}

export interface Missed {
  vendor: string;
  /** The image, or `list`. */
  where: string;
  message: string;
}

/** Images of one vendor that are requested in parallel; the client itself limits the requests to one host. */
const width = 4;

/** The list of a vendor, and then its images. If the list is not available, no image is requested. */
export async function askVendor(
  vendor: Vendor,
  asking: Asking,
  known: VendorFacts | undefined,
): Promise<VendorAnswer> {
  const { id } = vendor;
  const answer: VendorAnswer = { vendor: id, images: {}, reasons: {}, missed: [] };
  const note = (where: string, error: unknown): string | undefined => {
    const refused = refusalOf(error);
    const message = error instanceof Error ? error.message : String(error);
    if (refused === undefined) answer.missed.push({ vendor: id, where, message });
    else if (where === 'list') answer.refused = `${refused}: ${message}`;
    else answer.reasons[where] = message;
    return refused;
  };
  let listings: Listing[];
  try {
    listings = await readList(vendor, asking);
  } catch (error) {
    note('list', error);
    return answer;
  }
  answer.releases = Object.fromEntries(listings.map((one) => [one.release, factsOf(one)]));
  const pool = createTaskPool(width);
  const ask = async (question: Question): Promise<void> => {
    const key = keyOf(question);
    try {
      const { release, arch } = question;
      answer.images[key] = await askImage(asking, `${id}:${release}`, arch);
    } catch (error) {
      const refused = note(key, error);
      if (refused !== undefined) answer.images[key] = { refused };
    }
  };
  const questions = chooseImages(listings, known);
  await Promise.all(questions.map((one) => pool.run(() => ask(one))));
  return answer;
}

async function readList(vendor: Vendor, asking: Asking): Promise<Listing[]> {
  const { parts, options, pool } = asking;
  const call = await openCall(parts, vendor.id, options, { pool });
  const { metadata: http, signal } = call;
  const { log, now } = call.options;
  const listings: Listing[] = [];
  try {
    for await (const one of vendor.list?.({ http, signal, log, now, boot: false }) ?? []) {
      listings.push(checkListing(vendor.id, one));
    }
  } catch (error) {
    throw pluginFailure(error, vendor.id, 'list', signal);
  } finally {
    asking.note(call.read.values());
  }
  return listings;
}

function factsOf({ arches, variants, eol }: Listing): ReleaseFacts {
  return { arches, variants, ...defined({ eol }) };
}
