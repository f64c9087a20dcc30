import { isDeepStrictEqual } from 'node:util';

type Matcher = (...wanted: never[]) => boolean;
type Matchers = Record<string, (...wanted: never[]) => void>;

/** The matchers of vitest that the mutated tests use; each throws if it does not hold. */
export function expect(actual: unknown): Matchers & { not: Matchers } {
  const matchers = Object.entries(makeMatchers(actual));
  const bind = (expected: boolean): Matchers =>
    Object.fromEntries(
      matchers.map(([name, matcher]) => [
        name,
        (...wanted) => {
          if (matcher(...wanted) === expected) return;
          throw new Error(`${expected ? '' : 'not '}${name}(${wanted.map(String)}): ${actual}`);
        },
      ]),
    );
  return Object.assign(bind(true), { not: bind(false) });
}

function makeMatchers(actual: unknown): Record<string, Matcher> {
  return {
    toBe: (wanted: unknown) => Object.is(actual, wanted),
    toEqual: (wanted: unknown) => isDeepStrictEqual(actual, wanted),
    toBeUndefined: () => actual === undefined,
    toMatchObject: (wanted: unknown) => contains(actual, wanted),
    toMatch: (wanted: RegExp) => typeof actual === 'string' && wanted.test(actual),
    toContain: (wanted: string) => String(actual).includes(wanted),
    toHaveLength: (wanted: number) => Reflect.get(Object(actual), 'length') === wanted,
    toBeLessThan: (wanted: number) => Number(actual) < wanted,
    toBeLessThanOrEqual: (wanted: number) => Number(actual) <= wanted,
    toThrow: (wanted: RegExp) => throwsLike(actual, wanted),
  };
}

/** Every expected field exists; for arrays every element. */
function contains(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return Object.is(actual, wanted);
  if (typeof actual !== 'object' || actual === null) return false;
  if (wanted instanceof Date) return isDeepStrictEqual(actual, wanted);
  if (Array.isArray(wanted) && wanted.length !== Reflect.get(actual, 'length')) return false;
  return Object.entries(wanted).every(([key, value]) => contains(Reflect.get(actual, key), value));
}

function throwsLike(run: unknown, wanted: RegExp): boolean {
  if (typeof run !== 'function') return false;
  try {
    run();
  } catch (error) {
    return wanted.test(error instanceof Error ? error.message : '');
  }
  return false;
}
