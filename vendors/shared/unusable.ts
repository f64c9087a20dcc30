import { TransferError } from '../../src/kit.ts';

/** `ERR_METADATA` for a document whose content is not as expected. `where`: its address, or a place in it. */
export function unusable(where: URL | string, problem: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${where}: ${problem}`,
    hint: 'Try later, and report it if it happens again: the upstream document has a new form, or another page stands in its place.',
    details: { field: String(where) },
  });
}
