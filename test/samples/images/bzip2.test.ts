import { bzip2 } from '../../../formats/bzip2.ts';
import { describeCodecRows, describeCommand } from './codec-rows.ts';

describeCodecRows(bzip2);
describeCommand(bzip2, 'bzip2', [['-1'], ['-5'], ['-9']]);
describeCommand(bzip2, 'pbzip2', [['-1'], ['-9', '-p2', '-b5']]);
describeCommand(bzip2, 'lbzip2', [['-1'], ['-9', '-n2']]);
