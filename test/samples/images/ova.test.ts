import { ova } from '../../../formats/ova.ts';
import { describeArchiveRows } from './archive-rows.ts';

describeArchiveRows(ova);
