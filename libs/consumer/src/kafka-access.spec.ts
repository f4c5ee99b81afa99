import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaOf } from './kafka-access.js';

let folder: string;
const file = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'samtycke-kafka-'));
  for (const name of ['ca', 'cert', 'key']) writeFileSync(file(name), name);
  writeFileSync(file('password'), 'from a file\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const given = (env: Record<string, string>) => kafkaOf({ KAFKA_BROKERS: 'a:1, b:2,', ...env });
const SCRAM = { KAFKA_SASL: 'SCRAM-SHA-512', KAFKA_USERNAME: 'crm', KAFKA_PASSWORD: 'open-up' };

describe('the way into Kafka', () => {
  test('is a plain connection where nothing else is said', () => {
    expect(given({})).toEqual({ brokers: ['a:1', 'b:2'] });
    expect(given({ KAFKA_TLS: 'false', KAFKA_SASL: '' })).toEqual({ brokers: ['a:1', 'b:2'] });
  });

  test('is TLS where that is said, or a file for it is named', () => {
    expect(given({ KAFKA_TLS: 'true' }).ssl).toBe(true);
    expect(given({ KAFKA_CA_FILE: file('ca') }).ssl).toEqual({ ca: ['ca'] });
    expect(given({ KAFKA_TLS: 'true', KAFKA_CA_FILE: file('ca'), KAFKA_CERT_FILE: file('cert'), KAFKA_KEY_FILE: file('key') }).ssl).toEqual({ ca: ['ca'], cert: 'cert', key: 'key' });
  });

  test('is opened by name and password, also by one in a file', () => {
    expect(given(SCRAM).sasl).toEqual({ mechanism: 'scram-sha-512', username: 'crm', password: 'open-up' });
    expect(given({ KAFKA_SASL: 'plain', KAFKA_TLS: 'true', KAFKA_USERNAME: 'crm', KAFKA_PASSWORD_FILE: file('password') }).sasl).toEqual({ mechanism: 'plain', username: 'crm', password: 'from a file' });
  });

  test.each([
    ['KAFKA_TLS', { KAFKA_TLS: 'yes' }, 'true or false'],
    ['KAFKA_TLS', { KAFKA_TLS: 'false', KAFKA_CA_FILE: 'ca' }, 'which of them is meant'],
    ['KAFKA_CA_FILE', { KAFKA_CA_FILE: 'nowhere' }, 'cannot be read (ENOENT)'],
    ['KAFKA_KEY_FILE', { KAFKA_CERT_FILE: 'cert' }, 'belong together'],
    ['KAFKA_SASL', { ...SCRAM, KAFKA_SASL: 'gssapi' }, 'one of plain, scram-sha-256, scram-sha-512'],
    ['KAFKA_SASL', { ...SCRAM, KAFKA_SASL: 'plain' }, 'needs TLS'],
    ['KAFKA_USERNAME', { KAFKA_USERNAME: 'crm' }, 'KAFKA_SASL does not say'],
    ['KAFKA_USERNAME', { ...SCRAM, KAFKA_USERNAME: '' }, 'is missing'],
    ['KAFKA_PASSWORD', { ...SCRAM, KAFKA_PASSWORD: '' }, 'is missing'],
    ['KAFKA_PASSWORD_FILE', { ...SCRAM, KAFKA_PASSWORD_FILE: 'password' }, 'which of them is meant'],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: '' }, 'is missing'],
  ])('is refused by name where %s is missing or contradicts another (%j)', (name, env, why) => {
    const inFolder = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, key.endsWith('_FILE') ? file(value) : value]));
    const reading = (): unknown => given(inFolder);
    expect(reading).toThrow(name);
    expect(reading).toThrow(why);
    expect(reading).not.toThrow('open-up');
  });
});
