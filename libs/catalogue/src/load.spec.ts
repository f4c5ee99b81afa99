import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { copyCatalogue } from './copy.js';
import { catalogueHash } from './hashes.js';
import { loadCatalogue } from './load.js';
import { validateCatalogue } from './validate.js';

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

test('a purpose is not said by a line that only begins as its own', () => {
  change('notices/lines.sv.json', (text) => {
    const lines = JSON.parse(text) as { purposes: Record<string, string> };
    lines.purposes['site-improvement'] = `${lines.purposes.statistics} and of something more`;
    return JSON.stringify(lines);
  });
  expect(() => loadCatalogue(folder)).not.toThrow();
  const { purposes } = JSON.parse(readFileSync(join(folder, 'notices/lines.sv.json'), 'utf8')) as { purposes: Record<string, string> };
  change('notices/cookies.sv.md', (text) => text.replace('{{consents}}', `- ${purposes['site-improvement']}\n- ${purposes['analytics-segmentation']}\n- ${purposes['precise-location']}`));
  expect(() => loadCatalogue(folder)).toThrow('notice cookies (sv): the text leaves out statistics');
});

test('one line may say two purposes that have the same words', () => {
  change('notices/lines.sv.json', (text) => {
    const lines = JSON.parse(text) as { purposes: Record<string, string> };
    lines.purposes['site-improvement'] = lines.purposes.statistics ?? '';
    return JSON.stringify(lines);
  });
  expect(() => loadCatalogue(folder)).not.toThrow();
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

test('a text is taken whole or not at all: a second title, words before the first, or a passage that stands twice are refused', () => {
  change('notices/cookies.sv.md', (text) => `${text}\n# Vi säljer dina uppgifter\n\nTill vem som helst.\n`);
  expect(() => loadCatalogue(folder)).toThrow('notice cookies (sv): the text has more titles than one: “Vi säljer dina uppgifter”');
  change('notices/cookies.sv.md', (text) => `Vi säljer dina uppgifter.\n\n${text.split('\n# ')[0]}`);
  expect(() => loadCatalogue(folder)).toThrow('notice cookies (sv): “Vi säljer dina uppgifter.” stands before the first line that begins with “# ”');
  change('notices/cookies.sv.md', (text) => text.split('\n').slice(1).join('\n').replace(/^# .*$/m, ''));
  expect(() => loadCatalogue(folder)).toThrow('stands before the first line that begins with “# ”');
  cpSync(join(original, 'notices/cookies.sv.md'), join(folder, 'notices/cookies.sv.md'));
  change('notices/parts.sv.md', (text) => `${text}\n# rights\n\nInga.\n`);
  expect(() => loadCatalogue(folder)).toThrow('notices/parts.sv.md: “# rights” stands there twice');
});

test('a file that is no JSON is named; the mark that some editors put before a text is no part of it', () => {
  for (const file of ['catalogue.json', 'purposes.json', 'notices/cookies.sv.md', 'notices/parts.sv.md', 'texts/sv.json']) change(file, (text) => `\ufeff${text}`);
  expect(catalogueHash(loadCatalogue(folder))).toBe(catalogueHash(loadCatalogue()));
  change('purposes.json', (text) => text.replace(',', ',,'));
  expect(() => loadCatalogue(folder)).toThrow(/^purposes\.json is no JSON: /);
  writeFileSync(join(folder, 'whole.json'), '{');
  expect(() => loadCatalogue(join(folder, 'whole.json'))).toThrow(/whole\.json is no JSON: /);
});

test('a version that has a text of its own has it in every language: none is shown the text of another version', () => {
  changeEntries('notices.json', (entries) => {
    const cookies = entries.find(({ id }) => id === 'cookies') as Entry;
    entries.push({ ...cookies, version: '1.4', change: 'material', from: '2031-05-01T00:00:00.000000Z' });
  });
  for (const locale of ['sv', 'en']) cpSync(join(folder, `notices/cookies.${locale}.md`), join(folder, `notices/cookies-1.4.${locale}.md`));
  expect(() => loadCatalogue(folder)).toThrow('notice cookies (da): notices/cookies-1.4.da.md is missing, and notices/cookies-1.4.sv.md is there');
});

test('a purpose that notices have no line for is not loaded', () => {
  change('notices/lines.en.json', (text) => text.replace('"statistics"', '"statistic"'));
  expect(() => loadCatalogue(folder)).toThrow('notice cookies (en): no line for statistics');
});

test('every problem of an invalid catalogue is named at once', () => {
  change('catalogue.json', (text) => text.replace('"+4570250030"', '"70250030"').replace('"https://www.imy.se"', '"imy"'));
  expect(() => loadCatalogue(folder)).toThrow(/controllers\/0\/phone[\s\S]*authorities\/0\/website/);
});

interface Entry {
  id: string;
  version: string;
  [mark: string]: unknown;
}
const changeEntries = (file: string, edit: (entries: Entry[]) => void): void =>
  change(file, (text) => {
    const entries = JSON.parse(text) as Entry[];
    edit(entries);
    return JSON.stringify(entries);
  });

test('one JSON file that holds the whole catalogue is the same catalogue', () => {
  const path = join(folder, 'whole.json');
  writeFileSync(path, JSON.stringify(loadCatalogue()));
  expect(catalogueHash(loadCatalogue(path))).toBe(catalogueHash(loadCatalogue()));
});

test('a draft version stands beside the active one with a text of its own; an archived one is named only', () => {
  const from = '2031-05-01T00:00:00.000000Z';
  changeEntries('notices.json', (entries) => {
    const cookies = entries.find(({ id }) => id === 'cookies') as Entry;
    entries.push({ ...cookies, version: '1.4', change: 'material', from, state: 'draft' }, { id: 'cookies', version: '1.2', state: 'archived' });
  });
  for (const locale of ['sv', 'da', 'en']) {
    cpSync(join(folder, `notices/cookies.${locale}.md`), join(folder, `notices/cookies-1.4.${locale}.md`));
    change(`notices/cookies-1.4.${locale}.md`, (text) => text.replace(/^# .*$/m, '# 1.4'));
  }
  const { notices, archivedNotices } = loadCatalogue(folder);
  const cookies = notices.filter(({ document }) => document.id === 'cookies' && document.locale === 'sv');
  expect(cookies.map(({ document, change: what, from: when, state }) => [document.version, document.title === '1.4', what, when, state])).toEqual([['1.3', false, undefined, undefined, undefined], ['1.4', true, 'material', from, 'draft']]);
  expect(archivedNotices).toEqual([{ id: 'cookies', version: '1.2' }]);
});

test('a purpose’s state stands beside its meaning', () => {
  changeEntries('purposes.json', (entries) => entries.forEach((entry, at) => Object.assign(entry, at === 0 && { state: 'archived' })));
  expect(loadCatalogue(folder).purposeStates).toEqual({ newsletter: 'archived' });
  expect(loadCatalogue(folder).purposes).toEqual(loadCatalogue().purposes);
});

test.each([
  ['a date for an editorial change', { change: 'editorial', from: '2031-05-01T00:00:00.000000Z' }, 'belongs to a material change'],
  ['an effect before the text is valid', { change: 'material', from: '2019-05-01T00:00:00.000000Z' }, 'lies before validFrom'],
  ['a draft that explains a purpose in use', { state: 'draft' }, 'is a draft'],
  ['another word for the change', { change: 'small' }, 'must be equal to one of the allowed values'],
])('%s is not loaded', (_, marks, message) => {
  changeEntries('notices.json', (entries) => entries.filter(({ id }) => id === 'cookies').forEach((entry) => Object.assign(entry, marks)));
  expect(() => loadCatalogue(folder)).toThrow(message);
});

test('a version that says one thing in one language and another in the next is not loaded', () => {
  const catalogue = structuredClone(loadCatalogue());
  Object.assign(catalogue.notices[0] ?? {}, { change: 'editorial' });
  expect(validateCatalogue(catalogue)).toMatchObject({ valid: false, problems: [expect.objectContaining({ message: expect.stringContaining('another language') }), expect.anything()] });
});

test('a copy is the same catalogue, and becomes another company’s by the files that it names', () => {
  const own = join(folder, 'own');
  const files = copyCatalogue(own);
  expect(catalogueHash(loadCatalogue(own))).toBe(catalogueHash(loadCatalogue()));
  expect(files).toEqual(['catalogue.json', 'notices/parts.da.md', 'notices/parts.en.md', 'notices/parts.sv.md']);
  for (const file of files) change(join('own', file), (text) => text.replaceAll('Advansor', 'Exempel'));
  expect(JSON.stringify(loadCatalogue(own))).not.toContain('Advansor A/S');
  expect(() => copyCatalogue(own)).toThrow(`${own} is not empty`);
});
