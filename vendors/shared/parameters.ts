import { type ImageRequest, notFound, UsageError } from '../../src/kit.ts';

/** The parameters of a request by name. Only these names are allowed: `ERR_NOT_FOUND` for another one. */
export function readParameters<Name extends string>(
  { vendor, parameters = {} }: ImageRequest,
  known: readonly Name[],
): Partial<Record<Name, string>> {
  const value = Object.keys(parameters).find((name) => !known.some((one) => one === name));
  if (value !== undefined) throw notFound({ vendor, field: 'parameter', value, known });
  const given = known.flatMap((name) => {
    const text = parameters[name];
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries(given);
}

/** A folder by its https address, with or without the last slash; `ERR_INVALID_REQUEST` naming the parameter otherwise. */
export function readFolderAddress(vendor: string, name: string, value: string | undefined): URL {
  const folder = URL.parse(value ?? '');
  const fault = folder === null ? 'is not an address' : faultOf(folder);
  if (folder === null || fault !== undefined) {
    const why = value === undefined ? 'is missing' : `${fault}`;
    const hint = `Give it like this: --param ${name}=https://images.example/folder/ (parameters).`;
    throw invalidParameter(vendor, name, why, hint);
  }
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

function faultOf({ protocol, search, hash }: URL): string | undefined {
  if (protocol !== 'https:') return `begins with ${protocol}, not with https:`;
  if (search !== '') return 'has a query';
  return hash === '' ? undefined : 'has a fragment';
}

/** The message leaves the value out: an address may hold a password. */
export function invalidParameter(
  vendor: string,
  name: string,
  why: string,
  hint: string,
): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${vendor}: the parameter ${name} ${why}`,
    hint,
    details: { field: name },
  });
}

/** For vendors without parameters: a parameter is `ERR_NOT_FOUND`, never ignored. */
export function refuseParameters({ vendor, parameters = {} }: ImageRequest): void {
  const [value] = Object.keys(parameters);
  if (value === undefined) return;
  const hint = `Leave out --param ${value}=… (parameters): ${vendor} has no parameters.`;
  throw notFound({ vendor, field: 'parameter', value, hint });
}
