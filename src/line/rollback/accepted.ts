import {
  type AcceptedBuild,
  changeSourceState,
  readSourceState,
  type SourceKey,
  type SourceState,
} from '../../cache/records/source-state.ts';
import type { EvidenceDocument, TrustLevel } from '../../contracts/proof.ts';
import { defined } from '../../kit/defined.ts';
import type { Call } from '../call.ts';
import type { Plan } from '../plan.ts';
import { orderBuilds } from './order-builds.ts';

/** What a call knows about the file that it accepts. */
export interface Accepted {
  level: TrustLevel;
  /** Date of the signature that covers the file. */
  signedAt?: Date | undefined;
  documents: readonly Pick<EvidenceDocument, 'url' | 'signedAt'>[];
}

/** Most builds whose names have no order; no honest source has more. */
const maxBuilds = 8;

/** What was accepted before: of the source as requested, and of the release in the answer. */
export function readAccepted(call: Call, plan: Plan): Promise<SourceState[]> {
  return Promise.all(keysOf(plan).map((key) => readSourceState(call.cache, key)));
}

/** Adds what a call accepts; if two calls end together, the newer state is kept. */
export async function addAccepted(call: Call, plan: Plan, accepted: Accepted): Promise<void> {
  const change = (before: SourceState) => merge(before, plan, accepted);
  await Promise.all(keysOf(plan).map((key) => changeSourceState(call.cache, key, change)));
}

function keysOf({ request, identity, name }: Plan): SourceKey[] {
  const { vendor, release, variant = '', arch } = request;
  const { parametersHash } = name;
  const asked = { release: release.toLowerCase(), variant: variant.toLowerCase() };
  const answered = { release: identity.release, variant: identity.variant };
  return [
    { by: 'asked', vendor, ...asked, arch, ...defined({ parametersHash }) },
    { by: 'answered', vendor, ...answered, arch, ...defined({ parametersHash }) },
  ];
}

/** Accepting an older build on purpose does not reduce the state: later builds are still compared with the newest. */
function merge(
  before: SourceState,
  { identity, role }: Plan,
  { level, signedAt, documents }: Accepted,
): SourceState | undefined {
  const { release, snapshot } = identity;
  const signed = { ...before.signed };
  for (const document of documents) keepLater(signed, document.url, document.signedAt);
  const files = { ...before.files };
  keepLater(files, role, signedAt);
  const isNewRole = level === 'signed' && !before.signedRoles.includes(role);
  const after: SourceState = {
    builds: addBuild(before.builds, { release, snapshot }),
    signed,
    files,
    signedRoles: isNewRole ? [...before.signedRoles, role] : before.signedRoles,
  };
  return JSON.stringify(after) === JSON.stringify(before) ? undefined : after;
}

export function addBuild(known: AcceptedBuild[], build: AcceptedBuild): AcceptedBuild[] {
  const orders = known.map((one) => orderBuilds(build, one));
  if (orders.includes('older') || orders.includes('same')) return known;
  const others = known.filter((_, index) => orders[index] !== 'newer');
  return [...others, build].slice(0, maxBuilds);
}

export function keepLater(
  times: Record<string, string>,
  name: string,
  time: Date | undefined,
): void {
  const known = times[name];
  if (time === undefined || (known !== undefined && time <= new Date(known))) return;
  times[name] = time.toISOString();
}
