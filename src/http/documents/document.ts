import type { MetadataDocument } from '../../contracts/metadata.ts';
import { TransferError } from '../../errors.ts';
import { isHtml } from '../../kit/is-html.ts';
import { publicUrl } from '../../kit/public-url.ts';

/** A document made from its bytes; text is decoded on first use, and JSON is parsed again for every caller. */
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
        throw noJson(facts.finalUrl, cause);
      }
    },
  };
}

/** Throws `ERR_METADATA` for an HTML page in place of a document; `from` is the address that answered. */
export function refuseHtml(from: URL, bytes: Uint8Array): void {
  if (!isHtml(bytes)) return;
  const shown = publicUrl(from);
  throw new TransferError({
    code: 'ERR_METADATA',
    message: `${shown} should be a document, but it is HTML, such as a maintenance page or a login page`,
    hint: 'Open the address in a browser, and try later.',
    details: { url: shown },
  });
}

function noJson(from: URL, cause: unknown): TransferError {
  const shown = publicUrl(from);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${shown} should be JSON, but cannot be parsed`,
    hint: 'Try later, or report it.',
    details: { url: shown },
    cause,
  });
}
