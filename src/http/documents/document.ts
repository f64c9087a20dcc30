import type { MetadataDocument } from '../../contracts/metadata.ts';
import { TransferError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { isHtml } from '../is-html.ts';

/** A document around its bytes; text is decoded on first use, JSON parsed anew for every caller. */
export function createDocument(facts: Omit<MetadataDocument, 'text' | 'json'>): MetadataDocument {
  let text: string | undefined;
  const decoded = (): string => {
    text ??= new TextDecoder().decode(facts.bytes);
    return text;
  };
  return {
    ...facts,
    get text() {
      return decoded();
    },
    json() {
      try {
        return JSON.parse(decoded()) as unknown;
      } catch (cause) {
        throw noJson(facts, cause);
      }
    },
  };
}

function noJson(facts: { url: URL; bytes: Uint8Array }, cause: unknown): TransferError {
  const shown = publicUrl(facts.url);
  const html = isHtml(facts.bytes);
  return new TransferError({
    code: 'ERR_METADATA',
    message: html
      ? `${shown} should be JSON, but this is HTML: a maintenance page, a portal or a moved address`
      : `${shown} should be JSON, but cannot be parsed`,
    hint: html ? 'Open the address in a browser, and try later.' : 'Try later, or report it.',
    details: { url: shown },
    cause,
  });
}
