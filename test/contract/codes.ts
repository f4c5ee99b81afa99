import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IDENTIFIER_KINDS } from '#vault';

/** Where the api's answers come from. What the command line says of a row or a file is its own. */
const SOURCES = ['apps/api/src', 'libs/consent/src', 'libs/ledger/src', 'libs/people/src', 'libs/held/src', 'libs/access/src', 'libs/evidence-pack/src'];

/** How a code is written: thrown with a status, refused by the domain, in a list by status, or beside a decision. */
const WRITTEN = [
  /(?:ProblemError|Refusal|problemOf)\(\s*\d{3},\s*['`]([a-z_${}]+)['`]/g,
  /(?:refused|wrong)\('([a-z_]+)'/g,
  /\[\d{3}, '([a-z_]+)'/g,
  /\b\d{3}: '([a-z_]+)'/g,
  /\?\? '(refused)'/g,
  /\bcode: '([a-z_]+)'/g,
  /\b(?:TOO_MANY|NOT_APPLIED) = '([a-z_]+)'/g,
  /^\s+\| '([a-z_]+)'/gm,
  /^ {2}([a-z]+_[a-z_]+): '/gm,
  /\? '(late)'/g,
];

/** Files in which a line such as `| 'some_code'` or `some_code: '…'` is a code. */
const LISTS = /command\.ts$|change-unit\.ts$|preferences\.controller\.ts$/;
const ONLY_IN_LISTS = new Set([WRITTEN[7], WRITTEN[8]]);

function codesIn(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const patterns = WRITTEN.filter((pattern) => !ONLY_IN_LISTS.has(pattern) || LISTS.test(path));
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}

/** Every code that the api can answer with, as its sources write them. */
export function codesOfSources(): string[] {
  const files = SOURCES.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))).filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.endsWith('http/codes.ts'));
  const codes = files.flatMap(codesIn).flatMap((code) => (code.includes('${kind}') ? IDENTIFIER_KINDS.map((kind) => code.replace('${kind}', kind)) : [code]));
  return [...new Set(codes)].sort();
}
