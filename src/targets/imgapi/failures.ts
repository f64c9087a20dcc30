import { TransferError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';

/** The error for a refused request; the server answers with `{ code, message, errors? }`. */
export function answerFailure(
  url: URL,
  status: number,
  body: Readonly<Record<string, unknown>> | undefined,
): TransferError {
  const shown = publicUrl(url);
  const { code, message } = body ?? {};
  const said = [code, message].filter((one) => typeof one === 'string').join(': ');
  return new TransferError({
    code: 'ERR_HTTP_STATUS',
    message: [`${shown}: ${status}`, said, fieldsOf(body)].filter((part) => part !== '').join(' '),
    hint: hintFor(status),
    details: { url: shown, status },
  });
}

/** The server is not an IMGAPI server, or its answer is invalid. */
export function notImgapi(url: URL, what: string): TransferError {
  const shown = publicUrl(url);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${shown} ${what}`,
    hint: 'Give the address of an IMGAPI server with url (--url).',
    details: { url: shown },
  });
}

/** `(files: MissingParameter; os: Invalid)`. */
function fieldsOf(body: Readonly<Record<string, unknown>> | undefined): string {
  const list: unknown[] = Array.isArray(body?.['errors']) ? body['errors'] : [];
  const fields = list.flatMap((one) => {
    const { field, code }: { field?: unknown; code?: unknown } = Object(one);
    return typeof field === 'string' ? [`${field}: ${String(code)}`] : [];
  });
  return fields.length === 0 ? '' : `(${fields.join('; ')})`;
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) {
    return 'Use the IMGAPI of the head node, on its admin network: HTTP Signature, which a standalone server asks for, is not supported.';
  }
  if (status === 413)
    return 'Raise the limit for the size of files on the server, or on the proxy in front of it.';
  if (status === 429 || status >= 500)
    return 'Wait, and run the call again; it uses the finished files.';
  if (status === 404) return 'Check the address of the server (--url).';
  return 'Correct what the server reports, and run the call again.';
}
