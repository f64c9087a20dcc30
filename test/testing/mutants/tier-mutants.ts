import {
  defined,
  type Tier,
  type TierCopy,
  type TierFile,
  type TierVisit,
} from '../../../src/kit.ts';
import { checkTier } from '../../../src/testing/index.ts';
import { makeShelf, type Shelf, shelfKey } from '../../fixtures/shelf-tier.ts';
import type { PartMutant } from './part-mutant.ts';

/** A shelf that removes refused files and ends with its call: a good tier. */
export function openShelf(change: (shelf: Shelf) => Tier = ({ tier }) => tier): Tier {
  const shelf = makeShelf({
    async visit(file, { signal }, visit) {
      signal.throwIfAborted();
      return { ...visit, ...defined({ copy: visit.copy && careful(shelf, file, visit.copy) }) };
    },
  });
  return change(shelf);
}

function careful(shelf: Shelf, file: TierFile, copy: TierCopy): TierCopy {
  return {
    ...copy,
    async *read(start, end, signal) {
      for await (const chunk of copy.read(start, end, signal)) {
        signal.throwIfAborted();
        yield chunk;
      }
    },
    async refuse() {
      shelf.files.delete(shelfKey(file));
    },
  };
}

/** Gives another answer. */
function answering(
  change: (visit: TierVisit, file: TierFile, shelf: Shelf) => TierVisit,
): () => Promise<Tier> {
  return async () =>
    openShelf((shelf) => ({
      ...shelf.tier,
      visit: async (file, context) => change(await shelf.tier.visit(file, context), file, shelf),
    }));
}

/** Gives other copies. */
function copying(change: (copy: TierCopy, shelf: Shelf) => Partial<TierCopy>): () => Promise<Tier> {
  return answering((visit, _file, shelf) => {
    const { copy } = visit;
    return copy === undefined ? visit : { ...visit, copy: { ...copy, ...change(copy, shelf) } };
  });
}

/** Looks for a file other than the requested one. */
function asking(change: (file: TierFile) => TierFile): () => Promise<Tier> {
  return async () =>
    openShelf((shelf) => ({
      ...shelf.tier,
      visit: (file, context) => shelf.tier.visit(change(file), context),
    }));
}

const nothing = new Uint8Array(100);
const broken: readonly [id: string, what: string, open: () => Promise<Tier>][] = [
  [
    'describes-itself',
    'no title',
    async () => openShelf(({ tier: { title: _, ...tier } }) => tier as Tier),
  ],
  [
    'has-nothing',
    'a file that it was never given',
    answering((visit) => ({
      ...visit,
      copy: {
        ...{ url: 'https://shelf.example/', sizeBytes: nothing.length },
        async *read() {
          yield nothing;
        },
        refuse: async () => {},
      },
    })),
  ],
  ['keeps', 'a wrong length', copying(({ sizeBytes }) => ({ sizeBytes: sizeBytes + 1 }))],
  ['keeps', 'nothing', answering((visit) => ({ ...visit, store: async () => {} }))],
  ['has-an-address', 'credentials', copying(() => ({ url: 'https://me:secret@shelf.example/' }))],
  ['has-an-address', 'a path', copying(() => ({ url: 'shelf/file' }))],
  [
    'reads-ranges',
    'the end of a range',
    copying((copy) => ({ read: (start, _end, signal) => copy.read(start, undefined, signal) })),
  ],
  [
    'reads-ranges',
    'the start of a range',
    copying((copy) => ({ read: (_start, end, signal) => copy.read(0, end, signal) })),
  ],
  ['tells-files-apart', 'roles', asking((file) => ({ ...file, role: 'disk' }))],
  [
    'tells-files-apart',
    'long names',
    asking((file) => ({ ...file, name: file.name.slice(0, 64) })),
  ],
  [
    'whole-or-nothing',
    'half a file',
    answering((visit, file, shelf) => ({
      ...visit,
      async store(upload) {
        const pieces: Uint8Array[] = [];
        try {
          for await (const piece of upload.read(0)) pieces.push(piece);
        } finally {
          shelf.files.set(shelfKey(file), Buffer.concat(pieces));
        }
      },
    })),
  ],
  ['refuses', 'a refused copy again', copying(() => ({ refuse: async () => {} }))],
  [
    'gives-up',
    'a promise that it never gives up',
    async () => {
      let isTaken = false;
      return openShelf((shelf) => ({
        ...shelf.tier,
        async visit(file, context) {
          const { store: _, ...rest } = await shelf.tier.visit(file, context);
          const visit = isTaken ? rest : await shelf.tier.visit(file, context);
          isTaken = true;
          return visit;
        },
      }));
    },
  ],
  [
    'aborts',
    'the abort of a visit',
    async () =>
      openShelf((shelf) => ({
        ...shelf.tier,
        visit: (file, context) =>
          shelf.tier.visit(file, { ...context, signal: new AbortController().signal }),
      })),
  ],
  [
    'aborts',
    'the abort of a read',
    copying((copy) => ({
      read: (start, end) => copy.read(start, end, new AbortController().signal),
    })),
  ],
];

export const tierMutants: readonly PartMutant[] = broken.map(([id, what, open]) => ({
  id: `tier/${id}`,
  what,
  cases: () => checkTier({ open }),
}));
