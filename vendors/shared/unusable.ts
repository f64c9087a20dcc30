import { TransferError } from '../../src/kit.ts';

/** `ERR_METADATA` for a document whose content is not as expected. `where`: its address, or a place in it. */
export function unusable(where: URL | string, problem: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${where}: ${problem}`,
    hint: 'The upstream document has changed its shape or is not the document; try later or report it.',
    details: { field: String(where) },
  });
}
