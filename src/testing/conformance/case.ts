/** One requirement for every part of a kind, as a test; independent of test runners. */
export interface ConformanceCase {
  /** Stable across releases: `vendor/own-snapshot`. */
  id: string;
  /** A sentence for people. */
  title: string;
  /** Rejects with the fault that it found. */
  run(): Promise<void>;
}

/** A case that is not yet bound to its subject. */
export interface CaseOf<S> {
  id: string;
  title: string;
  run(subject: S): Promise<void>;
  /** Whether the case applies to the subject; absent: to every subject. */
  when?(subject: S): boolean;
}

/** One sample, or several; every case runs on each of them. */
export type Several<T extends Named> = T | readonly T[];

interface Named {
  /** Appended to the titles of its cases; default: its number if there are several samples, else nothing. */
  name?: string | undefined;
}

/** Binds every case to every sample. */
export function bindCases<T extends Named, S>(
  cases: readonly CaseOf<S>[],
  samples: Several<T>,
  toSubject: (sample: T) => S,
): ConformanceCase[] {
  const list: readonly T[] = isList(samples) ? samples : [samples];
  return list.flatMap((sample, index) => {
    const subject = toSubject(sample);
    const about = sample.name ?? (list.length > 1 ? String(index + 1) : undefined);
    return cases
      .filter(({ when }) => when?.(subject) ?? true)
      .map(({ id, title, run }) => ({
        id: about === undefined ? id : `${id}/${about}`,
        title: about === undefined ? title : `${title} (${about})`,
        run: () => run(subject),
      }));
  });
}

function isList<T extends Named>(samples: Several<T>): samples is readonly T[] {
  return Array.isArray(samples);
}
