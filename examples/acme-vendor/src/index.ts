import type { Parts } from 'rootdisk/kit';
import { acmez } from './acmez.ts';
import { receipts } from './receipts.ts';
import { acmeOs } from './vendor.ts';

export type { ReceiptProof } from './receipts.ts';
export { acmeOs, acmez, receipts };

/** The parts for `createRootdisk` and for `--plugin rootdisk-acme`. */
export const acme: Parts = { vendors: [acmeOs], formats: [acmez], verifiers: [receipts] };
