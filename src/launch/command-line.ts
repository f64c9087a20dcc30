/** Splits a kernel command line at blanks outside double quotes, like the kernel (lib/cmdline.c, next_arg). */
function splitParameters(cmdline: string): string[] {
  return cmdline.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
}

/** Parameters before `--` are for the kernel, those after it for init. */
function cutAtInit(cmdline: string): [own: string[], rest: string[]] {
  const words = splitParameters(cmdline);
  const at = words.indexOf('--');
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at)];
}

/** The value of a parameter; if it occurs several times, the last one counts. */
export function parameterOf(cmdline: string, name: string): string | undefined {
  const [own] = cutAtInit(cmdline);
  const found = own.findLast((word) => word.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** The command line with a new value for the parameter that counts, or with the parameter added. */
export function setParameter(cmdline: string, name: string, value: string): string {
  const [own, rest] = cutAtInit(cmdline);
  const at = own.findLastIndex((word) => word.startsWith(`${name}=`));
  const words = at < 0 ? [...own, `${name}=${value}`] : own.with(at, `${name}=${value}`);
  return [...words, ...rest].join(' ');
}

/** The command line with this console as the last one, which becomes `/dev/console`. */
export function addConsole(cmdline: string, device: string): string {
  const last = parameterOf(cmdline, 'console');
  if (last?.split(',', 1)[0] === device) return cmdline;
  const [own, rest] = cutAtInit(cmdline);
  return [...own, `console=${device}`, ...rest].join(' ');
}

/** True if a console of the command line is this device. */
export function hasConsole(cmdline: string, device: string): boolean {
  const [own] = cutAtInit(cmdline);
  return own.some((word) => word.split(',', 1)[0] === `console=${device}`);
}
