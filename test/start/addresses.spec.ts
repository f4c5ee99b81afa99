import { describe, expect, test } from '@jest/globals';
import { samtyckePrograms } from '../../apps/start/src/samtycke-programs.js';
import { type Outcome } from '../../apps/start/src/set-up.js';
import { readSettings } from '../../apps/start/src/settings.js';
import { welcome } from '../../apps/start/src/welcome.js';

const GIVEN = {
  API_URL: 'https://consent.example.se/',
  PORTAL_URL: 'https://portal.example.se',
  WEBSITE_URL: 'https://www.example.se',
  NEWSLETTER_URL: 'https://news.example.se',
  ANALYTICS_URL: 'https://count.example.se',
};
const OUTCOME = { databaseUrls: {}, systemKeys: {}, siteKey: 'site-key' } as Outcome;

/** What each program is started with. */
const startedWith = (env: NodeJS.ProcessEnv): Record<string, NodeJS.ProcessEnv> =>
  Object.fromEntries(samtyckePrograms(readSettings(env, '/'), OUTCOME, '').map(({ name, env: own }) => [name, own]));

describe('where programs are found', () => {
  test('is on this machine while nothing else is given', () => {
    for (const own of Object.values(startedWith({}))) {
      expect(own).toMatchObject({ API_URL: 'http://127.0.0.1:8080', PUBLIC_URL: 'http://127.0.0.1:8080', PORTAL_URL: 'http://127.0.0.1:8081', WEBSITE_URL: 'http://127.0.0.1:8082', NEWSLETTER_URL: 'http://127.0.0.1:8083', ANALYTICS_URL: 'http://127.0.0.1:8084' });
    }
  });

  test('by browsers and mails is what was given; the programs call one another on this machine', () => {
    const programs = startedWith(GIVEN);
    const { API_URL, ...others } = GIVEN;
    for (const own of Object.values(programs)) expect(own).toMatchObject({ ...others, PUBLIC_URL: 'https://consent.example.se' });
    for (const name of ['newsletter', 'portal', 'worker']) expect(programs[name]?.API_URL).toBe('http://127.0.0.1:8080');
    expect(programs.website).toMatchObject({ API_URL: 'https://consent.example.se', API_INNER_URL: 'http://127.0.0.1:8080' });
    const own = startedWith({ API_URL, PUBLIC_URL: 'https://links.example.se', API_INNER_URL: 'http://10.0.0.7:8080' });
    expect(own.website).toMatchObject({ API_URL: 'https://consent.example.se', API_INNER_URL: 'http://10.0.0.7:8080', PUBLIC_URL: 'https://links.example.se' });
    expect(startedWith({ PORTAL_URL: '', API_URL: ' ' })).toEqual(startedWith({}));
  });

  test('is decided by HOST here, and BIND, the address at which Compose publishes ports, is told to nobody', () => {
    for (const own of Object.values(startedWith({ BIND: '0.0.0.0' }))) expect(own).not.toHaveProperty('BIND');
  });

  test('is what the table at the end shows, and what is tried first', () => {
    const table = welcome(readSettings(GIVEN, '/'), { databaseUrl: 'postgres://127.0.0.1:5432/x', kafkaBrokers: '127.0.0.1:9092' }, '1 s');
    for (const address of ['https://consent.example.se ', 'https://consent.example.se/propagation', ...Object.values(GIVEN).slice(1)]) expect(table).toContain(address);
    expect(table).toContain('First thing to try: open https://www.example.se ');
    expect(table).not.toMatch(/http:\/\/127/);
  });

  test.each([...Object.keys(GIVEN), 'PUBLIC_URL', 'API_INNER_URL'])('is refused in one sentence where %s is no address', (name) => {
    for (const text of ['portal.example.se', 'ftp://portal.example.se', 'https://']) {
      expect(() => readSettings({ [name]: text }, '/')).toThrow(`${name} is "${text}", which is no address: give one such as https://www.example.se.`);
    }
  });
});

describe('the sign-in for development', () => {
  const signIn = (env: NodeJS.ProcessEnv): string | undefined => startedWith(env).portal?.PORTAL_DEV_SIGNIN;

  test('is on by itself only while nobody but this machine reaches the portal', () => {
    for (const env of [{}, { HOST: 'localhost' }, { HOST: '::1' }, { PORTAL_URL: 'http://localhost:8081' }, { PORTAL_DEV_SIGNIN: '' }]) expect(signIn(env)).toBe('1');
    for (const env of [{ PORTAL_URL: 'https://portal.example.se' }, { PORTAL_URL: 'https://localhost' }, { HOST: '0.0.0.0' }, { HOST: '192.168.1.5' }]) expect(signIn({ NODE_ENV: 'development', ...env })).toBe('0');
  });

  test('is as it was given, else', () => {
    expect(signIn({ PORTAL_DEV_SIGNIN: '0' })).toBe('0');
    expect(signIn({ PORTAL_DEV_SIGNIN: '1', HOST: '0.0.0.0' })).toBe('1');
  });
});

describe('whom the api believes from where a call came', () => {
  const trusted = (env: NodeJS.ProcessEnv): string | undefined => startedWith(env).api?.TRUST_PROXY || undefined;

  test('is this machine, while nobody else reaches it, so that forms which the website hands on keep their visitor’s network', () => {
    for (const env of [{}, { HOST: 'localhost' }, { HOST: '::1' }, { TRUST_PROXY: '' }]) expect(trusted(env)).toBe('loopback');
    expect(trusted({ HOST: '0.0.0.0' })).toBeUndefined();
    expect(startedWith({}).website?.TRUST_PROXY).toBeUndefined();
  });

  test('is who was named, where somebody was', () => {
    expect(trusted({ TRUST_PROXY: '10.0.0.5' })).toBe('10.0.0.5');
    expect(trusted({ TRUST_PROXY: '10.0.0.5', HOST: '0.0.0.0' })).toBe('10.0.0.5');
  });
});

test('the way into Kafka is told to those who go there, and neither to the api nor to the website', () => {
  const way = { KAFKA_SASL: 'scram-sha-512', KAFKA_USERNAME: 'samtycke', KAFKA_PASSWORD: 'open-up', KAFKA_PASSWORD_FILE: '/run/secrets/kafka', KAFKA_KEY_FILE: '/key.pem' };
  const told = Object.entries(startedWith(way)).filter(([, own]) => Object.keys(way).some((name) => own[name] !== undefined)).map(([name]) => name);
  expect(told.sort()).toEqual(['analytics', 'newsletter', 'portal', 'relay', 'worker']);
});
