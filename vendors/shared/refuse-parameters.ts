import { type ImageRequest, notFound } from '../../src/kit.ts';

/** For vendors that know no parameters: one that is given is `ERR_NOT_FOUND`, never passed over. */
export function refuseParameters({ vendor, parameters = {} }: ImageRequest): void {
  const [value] = Object.keys(parameters);
  if (value === undefined) return;
  const hint = 'Leave the parameter out.';
  throw notFound({ vendor, field: 'parameter', value, hint });
}
