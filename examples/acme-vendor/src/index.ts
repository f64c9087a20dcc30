import type { Parts } from 'rootdisk/kit';
import { acmez } from './acmez.ts';
import { receipts } from './receipts.ts';
import { acmeOs } from './vendor.ts';

export type { ReceiptProof } from './receipts.ts';
export { acmeOs, acmez, receipts };

/** What `createRootdisk` takes, and what `--plugin rootdisk-acme` finds. */
export const acme: Parts = { vendors: [acmeOs], formats: [acmez], verifiers: [receipts] };
