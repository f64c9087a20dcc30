import { isImageError } from '../../src/kit.ts';

/** Why a check refuses, as `details.reason`; `holds` when it does not. A foreign error is thrown on. */
export function reasonOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    return reasonIn(error);
  }
  return 'holds';
}

/** The same for a check that waits. */
export async function laterReasonOf(check: Promise<unknown>): Promise<string> {
  return await check.then(() => 'holds', reasonIn);
}

function reasonIn(error: unknown): string {
  if (!isImageError(error)) throw error;
  return String(Reflect.get(error.details, 'reason'));
}
