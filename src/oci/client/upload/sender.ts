import { isUnreachable } from '../../../http/is-unreachable.ts';
import { AttemptAccount, Attempts, defaultTuning, TransientFailure } from '../../../http/retry.ts';
import type { SentAnswer } from '../../../http/send.ts';
import type { RegistryConnection } from '../connection.ts';
import { refusal } from '../refusal.ts';

/** One request to a registry, with the statuses that count as success. */
export type UploadRequest = Parameters<RegistryConnection['send']>[0] & {
  /** Statuses that count as success. */
  accepts: readonly number[];
  /** The purpose of the request, for messages. */
  what: string;
};

/** Sends a request once. Throws a `TransientFailure` if another attempt may succeed. */
export async function sendOne(
  connection: RegistryConnection,
  request: UploadRequest,
): Promise<SentAnswer> {
  const { accepts, what, ...sent } = request;
  let answer: SentAnswer;
  try {
    answer = await connection.send({ ...sent, headers: await headersFor(connection, sent) });
  } catch (error) {
    throw isUnreachable(error) ? new TransientFailure(error) : error;
  }
  if (accepts.includes(answer.status)) return answer;
  throw refusal(answer, request.url, what);
}

/** Some registries receive uploads at other addresses of their own host, with the credentials of the repository. */
async function headersFor(
  { place, authorizer, url: below, options, send }: RegistryConnection,
  { method, url, headers, signal = options.signal }: Omit<UploadRequest, 'accepts' | 'what'>,
): Promise<Record<string, string>> {
  if (url.origin !== place.origin.origin || url.pathname.startsWith('/v2/')) return headers ?? {};
  const asIf = { method, url: below('blobs/uploads/'), signal };
  return { ...(await authorizer.headersFor(asIf, send)), ...headers };
}

/** How many requests of one upload may fail. */
export function attemptsFor(connection: RegistryConnection, signal: AbortSignal): Attempts {
  const { tuning: given, log, onRetry } = connection.options;
  const tuning = { ...defaultTuning, ...given };
  const account = new AttemptAccount(tuning.attemptsPerCall);
  const context = { tuning, account, signal, log, onRetry };
  return new Attempts(context, connection.url('blobs/uploads/'));
}

/** Sends a request until it is answered, or until its attempts are used up. */
export async function sendPatiently(
  connection: RegistryConnection,
  request: UploadRequest,
): Promise<SentAnswer> {
  const attempts = attemptsFor(connection, connection.options.signal);
  for (;;) {
    try {
      return await sendOne(connection, request);
    } catch (error) {
      await attempts.next(error);
    }
  }
}
