import type { Warning } from '../../contracts/log.ts';
import { type Authorizer, lateAuthorizer } from '../../http/wire/authorized.ts';

/** Answers challenges with the logins that docker and podman keep on this host; loaded on the first challenge. */
export function ownAuthorizer(warn?: (warning: Warning) => void): Authorizer {
  return lateAuthorizer(async () => (await import('./authorizer.ts')).createHostAuthorizer(warn));
}
