import type { Remedy } from './codes.ts';

/** What the command line exits with, by the remedy of the error. Nothing else decides by these numbers. */
export interface ExitCodes extends Readonly<Record<Remedy, number>> {
  readonly usage: 2;
  readonly 'not-found': 3;
  readonly transfer: 4;
  readonly integrity: 5;
  readonly decode: 6;
  readonly cache: 7;
  readonly plugin: 8;
}

export const exitCodes: ExitCodes = {
  usage: 2,
  'not-found': 3,
  transfer: 4,
  integrity: 5,
  decode: 6,
  cache: 7,
  plugin: 8,
};
