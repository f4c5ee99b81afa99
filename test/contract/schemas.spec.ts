import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readContract } from '#schemas';
import { renderTypes } from './render-types.js';

const TYPES = join(process.cwd(), 'libs/contracts/src/schema-types.ts');

test('the types are what the schemas say, to the byte', async () => {
  const made = await renderTypes(readContract());
  if (process.env.UPDATE_CONTRACT) writeFileSync(TYPES, made);
  expect(readFileSync(TYPES, 'utf8')).toBe(made);
});
