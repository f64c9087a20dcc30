import { lz4 } from '../../../formats/lz4.ts';
import { describeCodecRows, describeCommand } from './codec-rows.ts';

describeCodecRows(lz4);
describeCommand(lz4, 'lz4', [
  ['-1'],
  ['-9', '-B4', '-BD', '-BX'],
  ['-12', '-B5', '-BI'],
  ['--fast=5', '-B6', '--no-frame-crc'],
  ['-B7', '-BD', '-BX'],
  ['-l'],
]);
