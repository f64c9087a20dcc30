import { zip } from '../../../formats/zip.ts';
import { describeArchiveRows } from './archive-rows.ts';

describeArchiveRows(zip);
