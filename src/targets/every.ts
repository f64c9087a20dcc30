import type { Target } from '../contracts/target.ts';
import { file } from './file.ts';
import { imgadm } from './imgadm.ts';
import { imgapi } from './imgapi.ts';
import { zvol } from './zvol.ts';

/** The targets of this package. */
export const builtInTargets: readonly Target[] = [file, imgadm, imgapi, zvol];
