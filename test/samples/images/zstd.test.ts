import { zstd } from '../../../formats/zstd.ts';
import { describeCodecRows, describeCommand } from './codec-rows.ts';

describeCodecRows(zstd);
describeCommand(zstd, 'zstd', [
  ['-1'],
  ['-T2', '-3'],
  ['-19', '-T2'],
  ['--no-check', '-3'],
  ['--long=27', '-3'],
  ['--rsyncable', '-T2'],
  ['--fast=5'],
]);
