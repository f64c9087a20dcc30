import { TransferError } from '../../errors.ts';
import { TransientFailure } from '../../http/retry.ts';
import type { SentAnswer } from '../../http/send.ts';
import { isTransient, parseRetryAfter } from '../../http/status-failure.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';

/** A registry that limits requests may ask for a wait of a millisecond, but many clients need a longer one. */
const leastWaitMs = 500;
const maxTextLength = 300;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The error for an unsuccessful answer: `ERR_HTTP_STATUS`, transient if the status says so. */
export function refusal(
  answer: SentAnswer,
  url: URL,
  what: string,
): TransferError | TransientFailure {
  const { status, headers, text } = answer;
  const shown = publicUrl(url);
  const said = registryMessage(text);
  const failure = new TransferError({
    code: 'ERR_HTTP_STATUS',
    message: `${shown}: the registry answers ${status} to ${what}${said === '' ? '' : `: ${said}`}`,
    hint: hintFor(status),
    details: { url: shown, status },
  });
  if (!isTransient(status)) return failure;
  const wait = parseRetryAfter(headers['retry-after'], Date.now()) ?? waitOfText(text);
  return new TransientFailure(failure, wait && Math.max(leastWaitMs * (1 + Math.random()), wait));
}

/** For an invalid answer: `ERR_METADATA`. */
export function badAnswer(url: URL, what: string): TransferError {
  const shown = publicUrl(url);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${shown}: the registry ${what}`,
    hint: 'Check the address of the registry, and the proxy in front of it.',
    details: defined({ url: shown }),
  });
}

/** The `{"errors":[{"code","message"}]}` of the distribution specification, as one line. */
function registryMessage(text: string): string {
  try {
    const { code = '', message = '' } = Object(Object(JSON.parse(text)).errors?.[0]);
    return [code, message]
      .filter((word) => word !== '')
      .join(': ')
      .slice(0, maxTextLength);
  } catch {
    return '';
  }
}

/** GHCR states the wait in the body, as a duration in Go syntax: `retry-after: 1.16676ms, allowed: 2000/minute`. */
function waitOfText(text: string): number | undefined {
  const [, number, unit = ''] = /\bretry-after: ([\d.]{1,12})(ms|s|m|h)\b/i.exec(text) ?? [];
  const factor = unitMs[unit];
  return factor === undefined ? undefined : Number(number) * factor;
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) {
    return 'Log in to this registry with docker login or podman login, as a user who may do this.';
  }
  if (status === 404) return 'Create this repository in the registry, or check its name.';
  return status === 405
    ? 'Allow this in the configuration of the registry.'
    : 'Wait and try again.';
}
