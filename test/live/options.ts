import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseMirrors } from '../../src/cli/args/values.ts';
import { UsageError } from '../../src/errors.ts';
import { builtIns } from '../../src/index.ts';
import { nearestWord } from '../../src/kit/nearest-word.ts';
import { upstreamIds } from './survey.ts';

export interface LiveOptions {
  /** Ids of vendors. */
  only: string[];
  json: boolean;
  update: boolean;
  /** Writes the documented facts, and asks no vendor. */
  start: boolean;
  mirrors: Record<string, string>;
  /** Paths; no report without one. */
  report: string | undefined;
  facts: string;
  /** Paths of keys that replace those of the vendors. */
  keys: string[];
  now: Date;
}

export const usage: string = `usage: npm run test:live -- [options]

Asks every vendor for its latest and two older releases on every architecture,
with signatures and without an image byte, and tells what moved.

  --only VENDOR     this vendor alone; may be repeated
  --update          write what was seen into the file of facts
  --start           ask no vendor; write what the catalog of this package states
                    of vendors without facts
  --json            one JSON object
  --report FILE     the tables as Markdown, for an issue
  --mirror FROM=TO  another address of an upstream; may be repeated
  --facts FILE      another file of facts than test/live/facts.json
  --key FILE        this key in place of those of the vendors; may be repeated
  --at DATE         the clock

Exit code 0: nothing moved; 10: something moved; 4: nothing that was seen
moved, and a vendor could not be reached; 2: wrong options; 1: a defect here.`;

const ids = upstreamIds(builtIns);

/** Throws `ERR_INVALID_REQUEST`. */
export function readOptions(args: string[]): LiveOptions & { help: boolean } {
  const { values } = parse(args);
  const { only = ids, at, report, facts, key: keys = [], mirror = [], ...flags } = values;
  for (const id of only) if (!ids.includes(id)) throw unknownVendor(id);
  const now = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(now.getTime())) throw refuse('at', `--at ${at} is no date`, 'Write 2026-11-20.');
  const { help = false, json = false, update = false, start = false } = flags;
  return {
    ...{ help, json, update, start, report, keys, now, only: [...new Set(only)] },
    mirrors: parseMirrors(mirror),
    facts: facts ?? fileURLToPath(new URL('facts.json', import.meta.url)),
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const list = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: {
        ...{
          help: flag,
          json: flag,
          update: flag,
          start: flag,
          report: text,
          facts: text,
          at: text,
        },
        ...{ only: list, mirror: list, key: list },
      },
    });
  } catch (error) {
    throw refuse('args', error instanceof Error ? error.message : String(error), 'Read --help.');
  }
}

function unknownVendor(id: string): UsageError {
  if (builtIns.vendors.some((vendor) => vendor.id === id)) {
    return refuse('only', `${id} has no upstream: the caller names its server`, 'Leave it out.');
  }
  const near = nearestWord(id, ids);
  const hint = near === undefined ? `Use one of: ${ids.join(', ')}.` : `Did you mean "${near}"?`;
  return refuse('only', `there is no vendor ${JSON.stringify(id)}`, hint);
}

function refuse(field: string, message: string, hint: string): UsageError {
  return new UsageError({ code: 'ERR_INVALID_REQUEST', message, hint, details: { field } });
}
