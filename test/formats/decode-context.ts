import { type Allowance, type DecodeContext, defaultLimits, type Limits } from '../../src/kit.ts';

/** A context for one decoder: four tasks in parallel, no log, no spool. */
export function decodeContext(
  options: {
    signal?: AbortSignal;
    limits?: Partial<Limits>;
    width?: number;
    allow?: Allowance[];
  } = {},
): DecodeContext {
  const { signal = new AbortController().signal, limits, width = 4, allow = [] } = options;
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    signal,
    limits: { ...defaultLimits, ...limits },
    log: () => {},
    allow,
    allows: (allowance) => allow.includes(allowance),
    spool: () => {
      throw new Error('a disk needs no spool');
    },
    tasks: {
      width,
      async run(task) {
        if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
        running += 1;
        try {
          return await task();
        } finally {
          running -= 1;
          waiting.shift()?.();
        }
      },
    },
  };
}
