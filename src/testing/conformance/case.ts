/** One thing that every part of a kind has to do; tied to no test runner. */
export interface ConformanceCase {
  /** Stays the same from release to release: `vendor/own-snapshot`. */
  id: string;
  /** A sentence for people. */
  title: string;
  /** Rejects with what is wrong. */
  run(): Promise<void>;
}

/** A case before it is bound to what it looks at. */
export interface CaseOf<S> {
  id: string;
  title: string;
  run(subject: S): Promise<void>;
  /** Absent: for every subject. */
  when?(subject: S): boolean;
}

/** One sample, or several, each of which every case is run on. */
export type Several<T extends Named> = T | readonly T[];

interface Named {
  /** Goes behind the titles of its cases; default where there are several: its number. */
  name?: string | undefined;
}

/** Every case on every sample. */
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
