import type { ConformanceCase } from '../../../src/testing/index.ts';

/** A part that breaks its contract in one place, and the case that must reject it. */
export interface PartMutant {
  /** Id of the case. */
  id: string;
  what: string;
  cases: () => readonly ConformanceCase[];
}

/** The reason why the case rejects its mutant; `undefined` if it survives. */
export async function rejectionOf({ id, cases }: PartMutant): Promise<unknown> {
  const found = cases().find((one) => one.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found.run().then(
    () => undefined,
    (error: unknown) => error,
  );
}
