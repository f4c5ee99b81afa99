import { describe, expect, test } from '@jest/globals';
import { readPublicUrl } from './public-url.js';

describe('where links in mails lead', () => {
  test.each<[NodeJS.ProcessEnv, string]>([
    [{ PUBLIC_URL: 'https://consent.example.se/', API_URL: 'http://api:8080' }, 'https://consent.example.se'],
    [{ PUBLIC_URL: 'https://example.se/consent//' }, 'https://example.se/consent'],
    [{ PUBLIC_URL: '', API_URL: 'https://consent.example.se/' }, 'https://consent.example.se'],
    [{ HOST: '10.0.0.7', API_PORT: '9000' }, 'http://10.0.0.7:9000'],
    [{ HOST: '::1' }, 'http://[::1]:8080'],
    [{}, 'http://127.0.0.1:8080'],
  ])('with %j is %s', (env, expected) => {
    expect(readPublicUrl(env)).toBe(expected);
  });

  test('is asked for where the api listens on all addresses', () => {
    for (const HOST of ['0.0.0.0', '::']) {
      expect(() => readPublicUrl({ HOST })).toThrow(/^PUBLIC_URL is missing: [^\n]+$/);
      expect(readPublicUrl({ HOST, PUBLIC_URL: 'https://consent.example.se' })).toBe('https://consent.example.se');
    }
  });

  test('is refused where it is no address', () => {
    expect(() => readPublicUrl({ PUBLIC_URL: 'consent.example.se' })).toThrow('PUBLIC_URL is no address: consent.example.se');
    expect(() => readPublicUrl({ API_URL: 'ftp://example.se' })).toThrow('API_URL is no address: ftp://example.se');
  });
});
