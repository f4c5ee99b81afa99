import { describe, expect, test } from '@jest/globals';
import { normalise } from '#vault';
import { readConfig } from '../config/read-config.js';
import { cookie, readCookie } from '../http/cookies.js';
import { isOwn } from '../http/same-origin.js';
import { readIdentity } from './read-identity.js';

describe('who signs in', () => {
  test.each([
    [' Anna@Example.SE ', { kind: 'email', value: 'anna@example.se' }],
    ['100200', { kind: 'customer', value: '100200' }],
    ['K-1002/7', { kind: 'customer', value: 'k-1002/7' }],
    ['anna@', undefined],
    ['', undefined],
    ['<script>', undefined],
    ['a@b.c\n', { kind: 'email', value: 'a@b.c' }],
    [['a@b.se'], undefined],
    [`${'a'.repeat(250)}@b.se`, undefined],
  ])('%j is read as %j', (typed, identity) => {
    expect(readIdentity(typed)).toEqual(identity);
  });

  test.each([
    'anna@example.se', ' Anna@Example.SE ', 'å.ö+x@exempel.se', "o'b-1_2/x=y@a-b.example.se", `${'a'.repeat(80)}@example.se`, 'anna@', '@example.se', 'anna@example', 'anna@@example.se', 'an na@example.se',
    ...[...'<>"(),:;[]\\'].flatMap((one) => [`x${one}anna@example.se`, `anna@exam${one}ple.se`, `anna@example.se${one}`]), 'x1<anna@example.se>', '"anna"@example.se', '(c)anna@example.se', 'x\u0001anna@example.se', 'anna@example.se\u007f', 'anna\ud800@example.se',
  ])('an address is one here exactly where the ledger takes it for one (%j)', (typed) => {
    const here = readIdentity(typed);
    expect(here?.kind === 'email' ? here.value : undefined).toBe(normalise('email', typed)?.value);
  });
});

describe('the development sign-in', () => {
  const env = { DATABASE_URL: 'postgres://x', KAFKA_BROKERS: 'a:1, b:2', API_KEY: 'k' };

  test('is off in production unless it is switched on by name', () => {
    expect(readConfig({ ...env, NODE_ENV: 'production' }).developmentSignIn).toBe(false);
    expect(readConfig({ ...env, NODE_ENV: 'production', PORTAL_DEV_SIGNIN: '1' }).developmentSignIn).toBe(true);
    expect(readConfig({ ...env, NODE_ENV: 'development' }).developmentSignIn).toBe(true);
    expect(readConfig({ ...env, PORTAL_DEV_SIGNIN: '0' }).developmentSignIn).toBe(false);
  });

  test('is never on where the portal has an address that others reach: by itself it stays off, by name the start is refused', () => {
    for (const url of ['https://portal.example.se', 'http://portal.example.se', 'http://192.168.1.5:8081', 'https://127.0.0.1', 'http://127.0.0.1.example.se']) {
      expect(readConfig({ ...env, NODE_ENV: 'development', PORTAL_URL: url }).developmentSignIn).toBe(false);
      expect(() => readConfig({ ...env, PORTAL_URL: url, PORTAL_DEV_SIGNIN: '1' })).toThrow(/^PORTAL_DEV_SIGNIN lets anybody sign in as anybody, and PORTAL_URL [^\n]+$/);
      expect(readConfig({ ...env, PORTAL_URL: url, PORTAL_DEV_SIGNIN: '0' }).developmentSignIn).toBe(false);
    }
    for (const url of ['http://127.0.0.1:8081', 'http://localhost:8081', 'http://[::1]:8081']) expect(readConfig({ ...env, PORTAL_URL: url, PORTAL_DEV_SIGNIN: '1' }).developmentSignIn).toBe(true);
  });

  test('is never on where the port is published to others, whatever the portal’s own address says', () => {
    const own = { ...env, PORTAL_URL: 'http://127.0.0.1:8081' };
    expect(() => readConfig({ ...own, BIND: '0.0.0.0', PORTAL_DEV_SIGNIN: '1' })).toThrow('PORTAL_DEV_SIGNIN lets anybody sign in as anybody, and BIND is an address that others reach: 0.0.0.0');
    expect(readConfig({ ...own, BIND: '0.0.0.0', NODE_ENV: 'development' }).developmentSignIn).toBe(false);
    for (const BIND of ['', '127.0.0.1']) expect(readConfig({ ...own, BIND, PORTAL_DEV_SIGNIN: '1' }).developmentSignIn).toBe(true);
  });

  test('what is missing or wrong in the environment is named', () => {
    expect(() => readConfig({})).toThrow('DATABASE_URL');
    expect(() => readConfig({ ...env, PORTAL_PORT: 'x' })).toThrow('PORTAL_PORT');
    expect(() => readConfig({ ...env, API_URL: 'api' })).toThrow('API_URL');
    expect(readConfig(env).kafka.brokers).toEqual(['a:1', 'b:2']);
  });
});

describe('where a change may come from', () => {
  test.each([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ origin: 'http://portal.example', host: 'portal.example' }, true],
    [{ origin: 'http://evil.example', host: 'portal.example' }, false],
    [{ origin: 'null', host: 'portal.example' }, false],
    [{}, true],
  ])('%j: %s', (headers, own) => {
    expect(isOwn(headers)).toBe(own);
  });

  test('the session cookie is for this host, this browser and no script', () => {
    expect(cookie('a', 'b', { maxAge: 60, secure: true })).toBe('a=b; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure');
    expect(readCookie('x=1; a=b=c; y=2', 'a')).toBe('b=c');
    expect(readCookie(undefined, 'a')).toBeUndefined();
  });
});
