import { vmdk } from '../../../formats/vmdk.ts';
import { describeDiskRows } from './disk-rows.ts';

describeDiskRows(vmdk);
