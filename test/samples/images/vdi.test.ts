import { vdi } from '../../../formats/vdi.ts';
import { describeDiskRows } from './disk-rows.ts';

describeDiskRows(vdi);
