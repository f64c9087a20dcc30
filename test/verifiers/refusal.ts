import { isImageError } from '../../src/kit.ts';

/** The reason in `details.reason` of a check's error; `holds` if it succeeds. Other errors are thrown again. */
export function reasonOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    return reasonIn(error);
  }
  return 'holds';
}

/** The same for an asynchronous check. */
export async function laterReasonOf(check: Promise<unknown>): Promise<string> {
  return await check.then(() => 'holds', reasonIn);
}

function reasonIn(error: unknown): string {
  if (!isImageError(error)) throw error;
  return String(Reflect.get(error.details, 'reason'));
}
