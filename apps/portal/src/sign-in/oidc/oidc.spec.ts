import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readOidcConfig } from './oidc-config.js';
import { portalAccount, whoSignedIn } from './who.js';

const ISSUER = 'https://login.example.se';
const env = { OIDC_ISSUER: ISSUER, OIDC_CLIENT_ID: 'portal' };
const PORTAL = 'https://portal.example.se';
const configWith = (more: NodeJS.ProcessEnv) => {
  const config = readOidcConfig({ ...env, ...more }, PORTAL);
  if (!config) throw new Error('not configured');
  return config;
};

describe('an account at a provider as the ledger knows it', () => {
  test('is named by its issuer, as plainly as can be', () => {
    expect(portalAccount(ISSUER, '248289761001')).toBe('https://login.example.se#248289761001');
    expect(portalAccount(ISSUER, 'auth0|Ab')).toBe('https://login.example.se#auth0%7c^ab');
    expect(portalAccount(ISSUER, '')).toBeUndefined();
    expect(portalAccount(ISSUER, '\ud800')).toBeUndefined();
  });

  test('two accounts never become one, though the ledger reads in lower case, and it takes every one', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }), fc.string({ unit: fc.constantFrom('a', 'A', '^', '%', 'É', 'e\u0301'), minLength: 1, maxLength: 6 })).filter((sub) => sub.isWellFormed());
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [first = '', second = ''] = [one, other].map((sub) => portalAccount(ISSUER, sub));
        expect(first).toBe(first.normalize('NFC').trim().toLowerCase());
        expect(first.length).toBeLessThanOrEqual(128);
        expect(first === second).toBe(one === other);
      }),
    );
  });
});

describe('which claim names the person', () => {
  const verified = { iss: ISSUER, sub: '1', email: 'Anna@Example.se', email_verified: true };

  test.each([
    [verified, { kind: 'email', value: 'anna@example.se' }],
    [{ ...verified, email_verified: false }, undefined],
    [{ ...verified, email_verified: 'true' }, undefined],
    [{ ...verified, email_verified: undefined }, undefined],
    [{ ...verified, email: '100200' }, undefined],
    [{ ...verified, email: ['anna@example.se'] }, undefined],
  ])('by default a verified address, and nothing else: %j is %j', (claims, who) => {
    expect(whoSignedIn([claims], configWith({}))).toEqual(who);
  });

  test('an address from one source is not verified by another', () => {
    expect(whoSignedIn([{ sub: '1', email: 'anna@example.se' }, { sub: '1', email_verified: true }], configWith({}))).toBeUndefined();
  });

  test('the account is shown by what people call it, and is no address', () => {
    const config = configWith({ OIDC_PERSON: 'email,sub' });
    expect(whoSignedIn([{ ...verified, email_verified: false, name: 'Anna A' }], config)).toEqual({ kind: 'portal', value: 'https://login.example.se#1', shown: 'Anna A' });
    expect(whoSignedIn([verified], config)).toMatchObject({ kind: 'email' });
  });

  test('a customer number by the claim that is named for it', () => {
    const config = configWith({ OIDC_PERSON: 'customer', OIDC_CUSTOMER_CLAIM: 'urn:example:customer' });
    expect(whoSignedIn([{ sub: '1', 'urn:example:customer': 100200 }], config)).toEqual({ kind: 'customer', value: '100200' });
    expect(whoSignedIn([{ sub: '1', 'urn:example:customer': 'a@b.se' }], config)).toBeUndefined();
    expect(whoSignedIn([verified], config)).toBeUndefined();
  });
});

describe('the configuration', () => {
  test('is none without an issuer; what is missing or wrong is named', () => {
    expect(readOidcConfig({}, PORTAL)).toBeUndefined();
    expect(() => readOidcConfig({ OIDC_ISSUER: ISSUER }, PORTAL)).toThrow('OIDC_CLIENT_ID');
    expect(() => readOidcConfig(env, undefined)).toThrow('PORTAL_URL');
    expect(() => configWith({ OIDC_PERSON: 'phone' })).toThrow('OIDC_PERSON');
    expect(() => configWith({ OIDC_PERSON: 'customer' })).toThrow('OIDC_CUSTOMER_CLAIM');
  });

  test('a provider is spoken to by https, but for one on this machine', () => {
    for (const OIDC_ISSUER of ['http://login.example.se', 'ftp://login.example.se', 'login.example.se']) expect(() => configWith({ OIDC_ISSUER })).toThrow('OIDC_ISSUER');
    expect(configWith({ OIDC_ISSUER: 'http://127.0.0.1:3000' }).name).toBe('127.0.0.1:3000');
  });
});
