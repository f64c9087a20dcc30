import { test } from 'node:test';
import { checkFormat, checkVendor, checkVerifier } from 'rootdisk/testing';
import { acmez } from '../src/acmez.ts';
import { receipts } from '../src/receipts.ts';
import { createAcmeOs } from '../src/vendor.ts';
import { formatSample, testKey, vendorSample, verifierSample } from './samples.ts';

for (const { title, run } of checkVendor(createAcmeOs(testKey), vendorSample)) test(title, run);
for (const { title, run } of checkFormat(acmez, formatSample)) test(title, run);
for (const { title, run } of checkVerifier(receipts, verifierSample)) test(title, run);
