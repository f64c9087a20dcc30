import { describe } from 'vitest';
import { brokenTransfers } from './broken-transfers.ts';
import { makeLargeImage } from './images.ts';
import { meetFaults } from './meet-faults.ts';
import { createRandom } from './random.ts';
import { inTurn } from './turns.ts';

const random = createRandom();
const withoutDigest = brokenTransfers.filter(({ tls }) => tls !== undefined);

describe('raw, over four connections', () => {
  meetFaults({
    make: makeLargeImage,
    // Half of them with a digest, half without; the files are large.
    judged: inTurn(brokenTransfers, 0, 2, random),
    unjudged: inTurn(withoutDigest, 1, 2, random),
    random,
    options: { connections: 4 },
  });
});
