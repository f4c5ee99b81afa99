import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { catalogueHash } from './hashes.js';
import { loadCatalogue } from './load.js';

const original = fileURLToPath(new URL('../data/advansor/', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'samtycke-catalogue-'));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(root, 'data-'));
  cpSync(original, folder, { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const change = (file: string, edit: (text: string) => string): void =>
  writeFileSync(join(folder, file), edit(readFileSync(join(folder, file), 'utf8')));

test('another folder with the same files is the same catalogue', () => {
  expect(catalogueHash(loadCatalogue(folder))).toBe(catalogueHash(loadCatalogue()));
});

test('line ends and Unicode forms that a checkout may change do not change the catalogue', () => {
  for (const file of ['notices/cookies.sv.md', 'notices/parts.sv.md', 'notices/lines.sv.json', 'texts/sv.json']) {
    change(file, (text) => text.normalize('NFD').replace(/\n/g, '\r\n'));
  }
  expect(catalogueHash(loadCatalogue(folder))).toBe(catalogueHash(loadCatalogue()));
});

test('a text that leaves out one of its purposes is not loaded', () => {
  change('notices/cookies.sv.md', (text) => text.replace('{{told}}', ''));
  expect(() => loadCatalogue(folder)).toThrow('notice cookies (sv): the text leaves out site-necessary');
});

test('a notice that names an unknown purpose, passage or source is not loaded', () => {
  change('notices.json', (text) => text.replace('"statistics"', '"astrology"'));
  expect(() => loadCatalogue(folder)).toThrow('notice cookies (sv): it names the unknown purpose astrology');
  change('notices.json', (text) => text.replace('"astrology"', '"statistics"').replace('"privacy-policy"', '"rumour"'));
  expect(() => loadCatalogue(folder)).toThrow('notice newsletter-signup (sv): it is based on the unknown source rumour');
  change('notices.json', (text) => text.replace('"rumour"', '"privacy-policy"'));
  change('notices/order.da.md', (text) => text.replace('{{rights}}', '{{wrongs}}'));
  expect(() => loadCatalogue(folder)).toThrow('notice order (da): no passage wrongs');
});

test('a purpose that notices have no line for is not loaded', () => {
  change('notices/lines.en.json', (text) => text.replace('"statistics"', '"statistic"'));
  expect(() => loadCatalogue(folder)).toThrow('notice cookies (en): no line for statistics');
});

test('every problem of an invalid catalogue is named at once', () => {
  change('catalogue.json', (text) => text.replace('"+4570250030"', '"70250030"').replace('"https://www.imy.se"', '"imy"'));
  expect(() => loadCatalogue(folder)).toThrow(/controllers\/0\/phone[\s\S]*authorities\/0\/website/);
});
