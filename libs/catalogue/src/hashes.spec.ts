import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { catalogueHash, definitionOf, noticeHash } from './hashes.js';
import { loadCatalogue } from './load.js';
import type { NoticeDocument } from './notice.js';
import type { Purpose } from './purpose.js';

interface Golden {
  definitions: Record<string, string[]>;
  notices: Record<string, string>;
}

const read = <T>(url: string): T => JSON.parse(readFileSync(new URL(url, import.meta.url), 'utf8')) as T;
const vector = read<{ purpose: Purpose; definition: string; notice: NoticeDocument; noticeSha256: string }>(
  '../../../test/fixtures/vectors/format1/expected.json',
);
const golden = read<Golden>('../golden.json');
const catalogue = loadCatalogue();

test('a purpose is hashed as format 1 freezes it, whatever the order of its members', () => {
  expect(definitionOf(vector.purpose)).toBe(vector.definition);
  const backwards = Object.fromEntries(Object.entries(vector.purpose).reverse()) as unknown as Purpose;
  expect(definitionOf(backwards)).toBe(vector.definition);
});

test('a notice is hashed as format 1 freezes it', () => {
  expect(noticeHash(vector.notice)).toBe(vector.noticeSha256);
});

test('any difference in meaning is another definition, and a text of another day another notice', () => {
  expect(definitionOf({ ...vector.purpose, proofMonths: 25 })).not.toBe(vector.definition);
  expect(noticeHash({ ...vector.notice, body: `${vector.notice.body} ` })).not.toBe(vector.noticeSha256);
});

test('no text changes under a version that was given out before: a changed text takes a new version', () => {
  const held = Object.fromEntries(catalogue.notices.map(({ document }) => [`${document.id} ${document.version} ${document.locale}`, noticeHash(document)]));
  expect(golden.notices).toMatchObject(held);
});

test('no purpose changes its meaning unseen: a new definition is added to the list of those it has had', () => {
  const held = Object.fromEntries(catalogue.purposes.map((purpose) => [purpose.id, definitionOf(purpose)]));
  const newest = Object.fromEntries(Object.entries(golden.definitions).map(([id, all]) => [id, all.at(-1)]));
  expect(newest).toMatchObject(held);
});

test('reading the same files again gives the same catalogue, to the bit', () => {
  expect(catalogueHash(loadCatalogue())).toBe(catalogueHash(catalogue));
});

test('the catalogue’s hash covers its texts', () => {
  const changed = structuredClone(catalogue);
  changed.texts.purposes.newsletter!.sv!.title = 'Annat';
  expect(catalogueHash(changed)).not.toBe(catalogueHash(catalogue));
});
