import * as fs from 'node:fs';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { readSecret, writeSecret } from './secret-file.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samtycke-secret-'));
  path = join(folder, 'secret.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a secret is its owner’s alone, and takes the place of the one before whole: nobody ever sees a part of it', () => {
  writeFileSync(path, '{"was":"here"}', { mode: 0o644 });
  chmodSync(path, 0o644);
  const before = openSync(path, 'r');
  writeSecret(path, { is: 'here' });
  expect([readFileSync(before, 'utf8'), readSecret(path, 'look for it')]).toEqual(['{"was":"here"}', { is: 'here' }]);
  closeSync(before);
  expect([statSync(path).mode & 0o777, readdirSync(folder)]).toEqual([0o600, ['secret.json']]);
});

test('its name is on the disk, too: the folder is synced once the secret has taken its place', async () => {
  const opened = new Map<number, string>();
  const synced: [string, boolean][] = [];
  jest.resetModules();
  jest.unstable_mockModule('node:fs', () => ({
    ...fs,
    openSync: (name: string, flags: string, mode?: number) => {
      const file = openSync(name, flags, mode);
      opened.set(file, name);
      return file;
    },
    fsyncSync: (file: number) => void synced.push([opened.get(file) ?? '', existsSync(path)]),
  }));
  const watched = await import('./secret-file.js');
  watched.writeSecret(path, {});
  expect(synced).toEqual([[`${path}.${process.pid}`, false], [folder, true]]);
});

test('what cannot be written leaves no draft', () => {
  const gone = join(folder, 'no-file');
  writeSecret(gone, {});
  expect(() => writeSecret(join(gone, 'secret.json'), {})).toThrow();
  expect(() => writeSecret(folder, {})).toThrow();
  expect(readdirSync(join(folder, '..')).filter((name) => name.startsWith(folder.split('/').at(-1) ?? ''))).toEqual([folder.split('/').at(-1)]);
});

test('one that is missing is undefined; one that is torn is named, with what is to be done', () => {
  expect(readSecret(path, 'remove it')).toBeUndefined();
  writeFileSync(path, '{"half":');
  expect(() => readSecret(path, 'remove it')).toThrow(new RegExp(`^cannot read ${path} \\([^)\\n]*JSON[^)\\n]*\\): remove it$`));
});
