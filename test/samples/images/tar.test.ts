import { tar } from '../../../formats/tar.ts';
import { describeArchiveRows } from './archive-rows.ts';

describeArchiveRows(tar);
