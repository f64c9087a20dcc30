import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { iso } from '../../formats/iso.ts';
import { decodeContext } from '../formats/decode-context.ts';
import { wholeSource } from '../formats/shared/byte-sources.ts';
import { describeDiskRows } from './disk-rows.ts';
import { readImage, readImageRows } from './image-rows.ts';

describeDiskRows(iso);
