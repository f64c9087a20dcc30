import { describe } from 'vitest';
import { brokenAnswers } from './broken-answers.ts';
import { brokenTransfers } from './broken-transfers.ts';
import { makeImage, packings } from './images.ts';
import { meetFaults } from './meet-faults.ts';
import { createRandom } from './random.ts';
import { inTurn } from './turns.ts';

const random = createRandom();
const faults = [...brokenTransfers, ...brokenAnswers];
const withoutDigest = faults.filter(({ tls }) => tls !== undefined);
const kinds = Object.keys(packings);

describe.each(kinds)('%s', (packing) => {
  const kind = kinds.indexOf(packing);
  meetFaults({
    make: (seed) => makeImage(packing, seed),
    judged: inTurn(faults, kind, kinds.length, random),
    // The same fault runs with another compression than with a digest.
    unjudged: inTurn(withoutDigest, kind + 1, kinds.length, random),
    random,
  });
});
