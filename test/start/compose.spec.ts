import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { samtyckePrograms } from '../../apps/start/src/samtycke-programs.js';
import { type Outcome } from '../../apps/start/src/set-up.js';
import { readSettings, WEB_PORTS } from '../../apps/start/src/settings.js';
import { KAFKA_SECURITY } from '#consumer';
import { variablesOf } from './fixtures/variables.js';

/** Compose has a Kafka of its own, which lets in whoever is in its network. */
const OF_ANOTHER_KAFKA: readonly string[] = KAFKA_SECURITY;

interface Mount {
  type: string;
  source: string;
  target: string;
  read_only?: boolean;
  volume?: { nocopy?: boolean; subpath?: string };
}

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  entrypoint?: string[];
  cpu_shares?: number;
  profiles?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  secrets?: Array<string | { source: string; uid?: string; gid?: string; mode?: number }>;
  volumes?: Array<string | Mount>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  read_only?: boolean;
  cap_drop?: string[];
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { environment?: string; file?: string }>;
}

/** The YAML reader that the api's documentation brings. */
function loadYaml(text: string): unknown {
  const require = createRequire(import.meta.url);
  const yaml = createRequire(require.resolve('@nestjs/swagger'))('js-yaml') as { load(text: string, options?: object): unknown; MERGE_SCHEMA?: object };
  return withMerges(yaml.load(text));
}

/** Carries out the merge keys (`<<`), as Compose does, where the reader leaves them. */
function withMerges(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMerges);
  if (typeof value !== 'object' || value === null) return value;
  const { '<<': merged, ...own } = value as Record<string, unknown>;
  const entries = Object.entries(own).map(([name, inner]) => [name, withMerges(inner)]);
  const below = (merged === undefined ? [] : [merged].flat()).map(withMerges) as object[];
  return Object.assign({}, ...below.reverse(), Object.fromEntries(entries));
}

let compose: Compose;
let programs: Record<string, Service>;

beforeAll(async () => {
  compose = loadYaml(await readFile('docker-compose.yml', 'utf8')) as Compose;
  programs = Object.fromEntries(Object.entries(compose.services).filter(([, { command, entrypoint }]) => [...(command ?? []), ...(entrypoint ?? [])].some((part) => part.startsWith('dist/apps/'))));
});

const secretsOf = ({ secrets = [] }: Service): string[] => secrets.map((secret) => (typeof secret === 'string' ? secret : secret.source));

const mountsOf = ({ volumes = [] }: Service): Mount[] =>
  volumes.map((volume) => {
    if (typeof volume !== 'string') return volume;
    const [source = '', target = ''] = volume.split(':');
    return { type: 'volume', source, target };
  });

describe('docker-compose.yml', () => {
  test('runs every program that npm start runs, PostgreSQL, Kafka and the set-up; the command line where it is asked for; and nothing else', () => {
    const names = samtyckePrograms(readSettings({}, '/'), { databaseUrls: {}, systemKeys: {} } as Outcome, '').map(({ name }) => name);
    expect(Object.keys(compose.services).sort()).toEqual([...names, 'postgres', 'kafka', 'setup', 'cli'].sort());
    expect(Object.entries(compose.services).filter(([, { profiles }]) => profiles).map(([name]) => name)).toEqual(['cli']);
    for (const name of names) expect(programs[name]?.command?.at(-1)).toBe(`dist/apps/${name}/src/main.js`);
  });

  test('gives what only reacts a third of the processor time of the others, as npm start does, where there is too little for all', () => {
    const started = samtyckePrograms(readSettings({}, '/'), { databaseUrls: {}, systemKeys: {} } as Outcome, '');
    const shares = Object.fromEntries(Object.entries(compose.services).map(([name, { cpu_shares: own }]) => [name, own]));
    for (const { name, behind } of started) expect([name, shares[name]]).toEqual([name, behind ? 341 : undefined]);
    expect([shares.postgres, shares.kafka]).toEqual([undefined, undefined]);
  });

  test('every dependency, volume and secret that a service names exists', () => {
    for (const service of Object.values(compose.services)) {
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(compose.services).toHaveProperty(needed);
        if (condition === 'service_healthy') expect(compose.services[needed]).toHaveProperty('healthcheck');
      }
      for (const { source } of mountsOf(service)) expect(compose.volumes).toHaveProperty(source);
      for (const secret of secretsOf(service)) expect(compose.secrets).toHaveProperty([secret]);
    }
  });

  test('publishes the web programs at the addresses of npm start, on the loopback address unless told otherwise, and nothing else', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published.sort()).toEqual(Object.entries(WEB_PORTS).map(([name, [, port]]) => `${name} \${BIND:-127.0.0.1}:${port}:${port}`).sort());
    for (const [name, [variable, port]] of Object.entries(WEB_PORTS)) expect(programs[name]?.environment?.[variable]).toBe(String(port));
  });

  test('checks the health of each service that can be asked', () => {
    for (const name of ['postgres', 'kafka', ...Object.keys(WEB_PORTS)]) expect(compose.services[name]).toHaveProperty('healthcheck.test');
    for (const [name, [, port]] of Object.entries(WEB_PORTS)) expect(programs[name]?.healthcheck?.test.join(' ')).toContain(`:${port}/health/ready`);
  });

  test('gives each program its own settings and nobody else’s; only the ledger’s programs see keyring and log; the passwords of all lie where no program sees them', () => {
    const those = (volume: string) => Object.entries(compose.services).filter(([, service]) => mountsOf(service).some(({ source }) => source === volume)).map(([name]) => name);
    expect(those('ledger').sort()).toEqual(['api', 'cli', 'relay', 'setup', 'worker']);
    expect(those('setup').sort()).toEqual(['cli', 'setup']);
    for (const name of those('ledger')) {
      expect(mountsOf(programs[name] ?? {})).toContainEqual({ type: 'volume', source: 'ledger', target: '/ledger' });
      expect(programs[name]?.environment).toMatchObject({ SAMTYCKE_KEYRING: '${SAMTYCKE_KEYRING:-/ledger/keyring.json}', LOG_DIR: '${LOG_DIR:-/ledger/transparency-log}' });
    }
    for (const [name, service] of Object.entries(programs)) {
      if (['setup', 'cli'].includes(name)) continue;
      const settings = mountsOf(service).filter(({ source }) => source === 'settings');
      expect(settings).toEqual([{ type: 'volume', source: 'settings', target: '/settings', read_only: true, volume: { nocopy: true, subpath: name } }]);
      expect(service.depends_on).toMatchObject({ setup: { condition: 'service_completed_successfully' } });
    }
  });

  test('holds no password: each comes from the environment, PostgreSQL’s as a secret file', async () => {
    expect(compose.secrets).toEqual({ 'postgres-password': { environment: 'POSTGRES_PASSWORD' }, dkim: { file: '${DKIM_KEY_FILE:-/dev/null}' } });
    const environments = Object.values(compose.services).map(({ environment }) => environment ?? {});
    for (const environment of environments) {
      for (const [name, value] of Object.entries(environment)) if (/PASSWORD|KEY|SECRET/.test(name) && !name.endsWith('_FILE') && name !== 'SAMTYCKE_KEYRING') expect(value).toBe(`\${${name}:-}`);
      expect(environment.DATABASE_URL ?? '').not.toMatch(/:[^/@]+@/);
    }
  });

  test('a program’s file system is read-only unless it is handed a secret from the environment, which Compose writes into the container, for its account alone', () => {
    for (const [name, service] of Object.entries(programs)) {
      const handed = (service.secrets ?? []).filter((secret) => compose.secrets[typeof secret === 'string' ? secret : secret.source]?.environment !== undefined);
      expect([name, service.read_only]).toEqual([name, handed.length === 0]);
      for (const secret of handed) expect(secret).toMatchObject({ uid: '1000', gid: '1000', mode: 0o400 });
    }
  });

  test('runs each program without rights it does not need, and not as root', async () => {
    for (const service of Object.values(programs)) expect(service).toMatchObject({ cap_drop: ['ALL'] });
    const dockerfile = await readFile(compose.services.setup?.build?.dockerfile ?? '', 'utf8');
    const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(lastStage).toMatch(/\nUSER node\n/);
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(3);
  });

  test('lets the command line administer it: the set-up’s database and passwords, the ledger’s files, Kafka, and what it reads of the environment', async () => {
    const { cli, setup } = compose.services;
    expect(cli?.entrypoint).toEqual(['node', 'dist/apps/cli/src/main.js']);
    expect(cli?.secrets).toEqual(setup?.secrets);
    for (const name of ['DATABASE_URL', 'DATABASE_PASSWORD_FILE', 'SAMTYCKE_DATA', 'SAMTYCKE_KEYRING', 'LOG_DIR', 'KAFKA_BROKERS', 'KAFKA_TOPIC_PREFIX']) expect([name, cli?.environment?.[name]]).toEqual([name, setup?.environment?.[name]]);
    const { read } = await variablesOf('cli');
    expect(read.filter((name) => cli?.environment?.[name] === undefined && !OF_ANOTHER_KAFKA.includes(name))).toEqual(['SAMTYCKE_DEBUG']);
  });

  test('has room for the mails that the worker writes while none leave', () => {
    expect(mountsOf(programs.worker ?? {})).toContainEqual({ type: 'volume', source: 'worker', target: '/data' });
  });

  test('takes the same Kafka as npm start, as one node of the same settings', async () => {
    const version = /<kafka\.version>(.*)<\/kafka\.version>/.exec(await readFile('deploy/kafka/pom.xml', 'utf8'))?.[1];
    expect(compose.services.kafka).toMatchObject({
      image: `apache/kafka:${version}`,
      environment: { KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false', KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0', KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1' },
    });
  });
});

describe('the settings of docker-compose.yml', () => {
  /** Of the account that starts it, of the container, or one program's own, which the set-up writes into its settings. */
  const NOT_HANDED = ['NODE_ENV', 'DATABASE_URL', 'API_KEY', 'SITE_KEY'];
  /** Where the programs lie, listen and reach one another; the mails' folder lies in each program's volume. */
  const DECIDED_HERE = ['HOST', 'KAFKA_BROKERS', 'SAMTYCKE_DATA', 'MAIL_DIR', 'API_URL', 'API_INNER_URL', ...Object.values(WEB_PORTS).map(([variable]) => variable)];
  const OF_THE_MACHINE = ['PATH', 'JAVA_HOME', 'XDG_CACHE_HOME'];
  const names = ['api', 'relay', 'worker', 'newsletter', 'analytics', 'portal', 'website'];
  let read: Record<string, string[]>;
  let readme: string;

  beforeAll(async () => {
    readme = await readFile('README.md', 'utf8');
    read = Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await variablesOf(name)).read] as const)));
  });

  test('reach every program that reads them', () => {
    for (const name of names) {
      const environment = programs[name]?.environment ?? {};
      const missing = read[name]?.filter((variable) => ![...NOT_HANDED, ...DECIDED_HERE, ...OF_ANOTHER_KAFKA].includes(variable) && !/\$\{/.test(environment[variable] ?? ''));
      expect([name, missing]).toEqual([name, []]);
    }
    expect(programs.website?.environment?.API_URL).toMatch(/^\$\{API_URL:/);
    for (const variable of ['SAMTYCKE_KEYRING', 'SAMTYCKE_DATA', 'WEBSITE_URL', 'WEBSITE_PORT']) expect(programs.setup?.environment?.[variable]).toBe(programs.api?.environment?.[variable]);
  });

  test('come from the variable of the same name', () => {
    const others = Object.values(programs).flatMap(({ environment = {} }) => Object.entries(environment)).filter(([name, value]) => value.includes('${') && !value.startsWith(`\${${name}:`));
    expect([...new Set(others.map(([name]) => name))]).toEqual([]);
  });

  test('let nobody into the portal as somebody else unless that is switched on', () => {
    expect(programs.portal?.environment?.PORTAL_DEV_SIGNIN).toBe('${PORTAL_DEV_SIGNIN:-0}');
  });

  test('are told in the README, and what its table tells of is read by a program', async () => {
    const all = [...new Set([...Object.values(read).flat(), ...(await variablesOf('start')).read])].filter((variable) => !OF_THE_MACHINE.includes(variable));
    expect(all.filter((variable) => !['NODE_ENV', 'API_KEY', 'SITE_KEY'].includes(variable) && !new RegExp(`\\b${variable}\\b`).test(readme))).toEqual([]);
    const table = readme.slice(readme.indexOf('| variable |'), readme.indexOf('### Signing in to the portal'));
    const told = table.split('\n').flatMap((row) => row.split('|')[1]?.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? []);
    expect(told.length).toBeGreaterThan(25);
    expect(told.filter((variable) => !all.includes(variable))).toEqual([]);
  });

  test.each([...names, 'cli'])('count as not given to %s where they are empty', async (name) => {
    expect((await variablesOf(name)).emptyCounts).toEqual([]);
  });
});
