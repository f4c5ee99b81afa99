import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { claimedTime } from './claimed-time.js';
import { formerRequestOf, requestOf } from './file-identity.js';
import { checkMapping, fieldsOf, joinMappings, type Mapping } from './mapping.js';
import { readRows, type RawRow } from './read-rows.js';

const folder = mkdtempSync(join(tmpdir(), 'samtycke-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
async function read(text: string | Buffer, mapping: Mapping = {}, ending = 'csv'): Promise<RawRow[]> {
  const path = join(folder, `${(files += 1)}.${ending}`);
  writeFileSync(path, text);
  const rows: RawRow[] = [];
  for await (const row of readRows(path, mapping)) rows.push(row);
  return rows;
}
const cells = async (text: string | Buffer, mapping?: Mapping, ending?: string) => (await read(text, mapping, ending)).map((row) => ({ ...row.cells }));

test('whatever cells are written as a table, formulas made harmless, are read back as they were, each on its line', async () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\r', ' ').trim()).filter((text) => !/^'[=+\-@\t\uff1d\uff0b\uff0d\uff20]/.test(text));
  const table = fc.array(fc.tuple(fc.constant('x'), cell, cell), { minLength: 1, maxLength: 8 });
  const formula = fc.constantFrom('=1+1', '+46701234567', '-1', '@x', 'a\nb', '"', ';', ',').map((text) => ['x', text, text] as [string, string, string]);
  await fc.assert(
    fc.asyncProperty(table, formula, fc.constantFrom(',', ';', '\t'), async (rows, odd, delimiter) => {
      const all = [...rows, odd];
      const text = `a${delimiter}b${delimiter}c\n${stringify(all, { delimiter, escape_formulas: true })}`;
      const found = await read(`\ufeff${text}`);
      expect(found.map((row) => Object.values(row.cells ?? {}))).toEqual(all);
      const starts = all.map((_, at) => 2 + at + all.slice(0, at).flat().reduce((sum, one) => sum + one.split('\n').length - 1, 0));
      expect(found.map((row) => row.line)).toEqual(starts);
    }),
    { numRuns: 60 },
  );
});

test('a letter that lies across two pieces of the file is one letter', async () => {
  const long = `a\n${'x'.repeat(100)}\n${'å'.repeat(60_000).replace(/(.{1000})/g, '$1\n')}`;
  const found = await cells(`${long}\n${'ö'.repeat(70_000).replace(/(.{999})/g, '$1\n')}\n`);
  expect(found.slice(1, 61).every((row) => row.a === 'å'.repeat(1000))).toBe(true);
  expect(found.slice(61, 131).every((row) => row.a === 'ö'.repeat(999))).toBe(true);
});

test('NDJSON: members by their path, lists joined; a line that is no object is a refused row, and the next one is read', async () => {
  const rows = await read('{"email":"a","notice":{"id":"n"},"channels":["email","sms"],"x":null}\n\n[1]\nno\n{"email":"b"}', {}, 'ndjson');
  expect(rows.map(({ row, line, cells: found, refused }) => [row, line, refused?.code ?? { ...found }])).toEqual([
    [0, 1, { email: 'a', 'notice.id': 'n', channels: 'email\nsms' }],
    [1, 3, 'row_unreadable'],
    [2, 4, 'row_unreadable'],
    [3, 5, { email: 'b' }],
  ]);
});

test('a quote that never closes ends the reading with the line, rather than shifting cells', async () => {
  await expect(read('a,b\n1,2\n"3,4\n5,6\n')).rejects.toThrow(/line \d and what follows cannot be read as CSV/);
});

test('names like __proto__ are names of columns and nothing else', async () => {
  const [row] = await read('__proto__,email\nx,y\n');
  expect([row?.cells?.['__proto__'], ({} as Record<string, unknown>).x]).toEqual(['x', undefined]);
});

test('a claimed time is read to the microsecond whatever its offset, and a day that does not exist is none', () => {
  const time = fc.date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true });
  fc.assert(
    fc.property(time, fc.integer({ min: -12, max: 14 }), fc.integer({ min: 0, max: 999 }), (date, hours, micros) => {
      const local = new Date(date.getTime() + hours * 3_600_000).toISOString().slice(0, 23);
      const offset = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
      const text = `${local}${String(micros).padStart(3, '0')}`;
      const expected = { time: `${date.toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z` };
      expect(claimedTime(`${text}${offset}`, undefined)).toEqual(expected);
      expect(claimedTime(text.replace('T', ' '), offset)).toEqual(expected);
    }),
  );
  for (const text of ['2023-02-29T10:00Z', '2024-04-31T10:00Z', '2024-13-01T10:00Z', '2024-01-01T25:00Z', '1969-12-31T10:00Z', '05/03/2024', '2024-03-05', '']) expect(claimedTime(text, undefined)).toHaveProperty('wrong');
  expect(claimedTime('2024-02-29 10:00', 'Z')).toEqual({ time: '2024-02-29T10:00:00.000000Z' });
});

test('a row has one request for ever: a UUID, another one for each row, purpose and file', () => {
  const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const all = [one, other].flatMap((file) => Array.from({ length: 500 }, (_, n) => requestOf(file, n >> 1, n % 2 ? 'newsletter' : 'reach')));
  expect(new Set(all).size).toBe(1000);
  for (const request of all) expect(request).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(requestOf(one, 3, 'newsletter')).toBe(all[7]);
  expect(formerRequestOf(one, 3)).toBe('4db84d26-70e0-8719-be25-91a001db238d');
});

test('a mapping: cells first, then constants; words translated; what stands on the command line goes before the file', () => {
  const file = { columns: { email: 'E-post' }, constants: { purpose: 'a' }, values: { decision: { Ja: 'grant' } } } satisfies Mapping;
  const joined = joinMappings(file, { constants: { purpose: 'newsletter' }, offset: 'Z' });
  expect(fieldsOf({ 'E-post': ' x ', decision: 'Ja', purpose: '' }, joined)).toEqual({ email: 'x', decision: 'grant', purpose: 'newsletter' });
  expect(joined.offset).toBe('Z');
  expect(() => checkMapping({ columns: { emil: 'x' } })).toThrow('there is no "emil"; there are email, phone');
  expect(() => checkMapping({ offset: '1h' })).toThrow('the mapping is wrong: /offset');
});
