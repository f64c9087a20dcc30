import { isImageError, parseXml, refuse, type XmlElement } from '../../../src/kit.ts';

/**
 * The root of an OVF descriptor. Content that could make it more than its own text is `unsupported-feature`: a document
 * type, with or without entities, and another encoding than UTF-8. XML that is not well-formed is `corrupt-header`.
 */
export async function readEnvelope(bytes: Uint8Array): Promise<XmlElement> {
  const text = decode(bytes);
  if (/<!(?!--|\[CDATA\[)/.test(text)) {
    throw unsupported('declares a document type or entities');
  }
  try {
    return await parseXml(text, 'The OVF descriptor');
  } catch (error) {
    if (!isImageError(error, 'ERR_METADATA')) throw error;
    throw malformed(error.message, error);
  }
}

function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed('The OVF descriptor is not UTF-8', cause);
  }
  const encoding = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)/.exec(text)?.[1] ?? 'UTF-8';
  if (/^(utf-?8|us-ascii)$/i.test(encoding) && !text.includes('\0')) return text;
  throw unsupported('is not written in UTF-8');
}

function unsupported(what: string): Error {
  return refuse('unsupported-feature', `The OVF descriptor ${what}`, { format: 'ova' });
}

function malformed(message: string, cause: unknown): Error {
  return refuse('corrupt-header', message, { format: 'ova', cause });
}
