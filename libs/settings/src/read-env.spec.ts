import { describe, expect, test } from '@jest/globals';
import { baseUrlIn, demandIn, portIn } from './read-env.js';

describe('a variable', () => {
  test('that a program needs is told by its name, and what it is', () => {
    expect(demandIn({ API_KEY: 'abc' }, 'API_KEY', 'a key')).toBe('abc');
    for (const env of [{}, { API_KEY: '' }]) expect(() => demandIn(env, 'API_KEY', 'a key')).toThrow(/^API_KEY is missing: a key$/);
  });

  test('that is a port is a whole number of 16 bits, or its default where it is absent or empty', () => {
    expect([portIn({}, 'API_PORT', 8080), portIn({ API_PORT: '' }, 'API_PORT', 8080), portIn({ API_PORT: '0' }, 'API_PORT', 8080), portIn({ API_PORT: '65535' }, 'API_PORT', 8080)]).toEqual([8080, 8080, 0, 65_535]);
    for (const text of ['-1', '65536', '80.5', 'http', '80a']) expect(() => portIn({ API_PORT: text }, 'API_PORT', 8080)).toThrow(`API_PORT is no port: ${text}`);
  });

  test('that is a base URL loses the slashes at its end', () => {
    expect([baseUrlIn({}, 'API_URL', 'http://127.0.0.1:8080'), baseUrlIn({ API_URL: 'https://consent.example.se/a//' }, 'API_URL', '')]).toEqual(['http://127.0.0.1:8080', 'https://consent.example.se/a']);
    expect(() => baseUrlIn({ API_URL: 'consent.example.se' }, 'API_URL', '')).toThrow('API_URL is no URL: consent.example.se');
  });
});
