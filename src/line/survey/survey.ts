import { defined } from '../../kit/defined.ts';
import type { Resolved } from '../locked/resolve-or-pin.ts';
import { type Plan, planImage } from '../plan.ts';
import { prove } from '../prove.ts';
import { demandSeen, refuseOlderBuild, refuseOlderSignature } from '../rollback.ts';
import type { Proven } from '../trust/merge-evidence.ts';
import { askSize } from './ask-size.ts';

/** What a request means now, with everything proved that can be proved before the first image byte. */
export interface Surveyed {
  plan: Plan;
  proven: Proven;
  /** Length of the published file, if a document or its server states it. */
  sizeBytes?: number;
}

/**
 * All stages up to the first image byte: documents are read, proved and checked against the policy; nothing is
 * written.
 */
export async function survey({ call, asked, resolution }: Resolved): Promise<Surveyed> {
  const plan = planImage(asked.request, resolution, call.options, call.parts.formats);
  await refuseOlderBuild(call, plan);
  const planned = await demandSeen({ call, plan });
  const proven = await prove(planned);
  await refuseOlderSignature({ ...planned, proven });
  const sizeBytes = proven.sizeBytes ?? plan.artifact.sizeBytes ?? (await askSize(call, plan));
  return { plan, proven, ...defined({ sizeBytes }) };
}
