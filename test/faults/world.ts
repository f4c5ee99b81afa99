import { appendFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUpDatabases } from '#database';
import { BEHIND, findRepository, freePort } from '#servers';
import { setUpLedger } from '#setup';
import { createProxy, HeldProcess, keptConnections, Load, rowsOf, send, type Acknowledged, type FollowingSystem, type KafkaProxy, type LoadOptions, type Proxy, type Refused, type TopicRecord } from '#testing';
import { keyringPath, readKeyring, type Keyring } from '#vault';
import { Servers } from './servers.js';
import { takesWrites } from './takes-writes.js';

const PROGRAMS = ['api', 'relay', 'worker', 'newsletter', 'analytics', 'portal'] as const;
export type ProgramName = (typeof PROGRAMS)[number];
const SYSTEMS = { newsletter: `purpose = 'newsletter'`, analytics: `purpose IN ('statistics', 'analytics-segmentation')`, portal: `purpose NOT LIKE '~%'` };
const SITE = 'http://127.0.0.1';

type Ledger = Awaited<ReturnType<typeof setUpLedger>>;

/** What an experiment has promised and done so far, for the checker. */
export interface Notes {
  answers: Acknowledged[];
  refused: Refused[];
  databaseDown: { from: number; to: number }[];
  /** Records that an experiment put on Kafka itself. */
  isForeign: (record: TopicRecord) => boolean;
  strangers: string[];
}

/**
 * The real programs, each a process of its own, behind proxies: one before Kafka (its advertised listener leads there), one
 * before PostgreSQL for each program. Nothing runs before `up`.
 */
export class World {
  readonly programs = new Map<string, HeldProcess>();
  readonly databases = new Map<string, Proxy>();
  readonly notes: Notes = { answers: [], refused: [], databaseDown: [], isForeign: () => false, strangers: [] };

  private constructor(
    readonly dataDir: string,
    readonly servers: Servers,
    private readonly urls: Record<ProgramName, string>,
    readonly ledgerUrl: string,
    readonly ledger: Ledger,
    private readonly ports: Record<string, string>,
  ) {}

  /** `brokers`: how many of them are the Kafka of this world. */
  static async create(brokers?: number): Promise<World> {
    const dataDir = await mkdtemp(join(tmpdir(), 'samtycke-faults-'));
    await mkdir(join(dataDir, 'log'));
    const servers = await Servers.create(dataDir, brokers);
    const { ledgerUrl, urls } = await setUpDatabases({ adminUrl: servers.adminUrl, dataDir });
    const ledger = await setUpLedger({ dataDir, logDir: join(dataDir, 'transparency-log'), ledgerUrl, origin: 'faults.example/ledger', siteOrigins: [SITE] });
    const ports = Object.fromEntries(await Promise.all(['API', 'NEWSLETTER', 'ANALYTICS', 'PORTAL'].map(async (name) => [`${name}_PORT`, String(await freePort())])));
    const world = new World(dataDir, servers, urls, ledgerUrl, ledger, ports);
    for (const name of PROGRAMS) await world.add(name);
    return world;
  }

  /** Another process of a program, with a name and a proxy of its own. */
  async add(kind: ProgramName, name: string = kind, env: NodeJS.ProcessEnv = {}): Promise<HeldProcess> {
    const proxy = await createProxy({ target: () => this.servers.postgresPort });
    const url = new URL(this.urls[kind]);
    url.port = String(proxy.port);
    const { dataDir, ports, apiUrl, ledger } = this;
    const systemKeys: Record<string, string> = ledger.systemKeys;
    const own = { DATABASE_URL: url.href, KAFKA_BROKERS: this.brokers, API_KEY: systemKeys[kind] ?? '', SAMTYCKE_DATA: dataDir };
    const shared = { ...process.env, ...ports, API_PROCESSES: '1', API_URL: apiUrl, PUBLIC_URL: apiUrl, WEBSITE_URL: SITE, PORTAL_URL: SITE, NODE_ENV: 'production', NODE_OPTIONS: '', LOG_LEVEL: 'info' };
    const file = join(findRepository(), `dist/apps/${kind}/src/main.js`);
    const held = new HeldProcess({ name, file, env: { ...shared, ...own, ...env }, execArgv: ['--enable-source-maps'], behind: BEHIND.has(kind), logFile: join(dataDir, 'log', `${name}.log`) });
    this.databases.set(name, proxy);
    this.programs.set(name, held);
    return held;
  }

  /** Takes such a process out again. */
  async remove(name: string): Promise<void> {
    await this.program(name).stop();
    this.database(name).close();
    this.programs.delete(name);
    this.databases.delete(name);
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.ports.API_PORT}`;
  }

  get brokers(): string {
    return this.servers.brokers;
  }

  get kafkaWay(): KafkaProxy {
    return this.servers.kafkaWay;
  }

  get logDir(): string {
    return join(this.dataDir, 'transparency-log');
  }

  get keyring(): Keyring {
    return readKeyring(keyringPath(this.dataDir));
  }

  program(name: string): HeldProcess {
    const program = this.programs.get(name);
    if (!program) throw new Error(`there is no program ${name}`);
    return program;
  }

  /** The way from a program to PostgreSQL. */
  database(name: string): Proxy {
    const proxy = this.databases.get(name);
    if (!proxy) throw new Error(`there is no program ${name}`);
    return proxy;
  }

  get systems(): FollowingSystem[] {
    return Object.entries(SYSTEMS).map(([name, keeps]) => {
      const url = new URL(this.servers.adminUrl);
      url.pathname = `/${name}`;
      return { name, url: url.href, keeps };
    });
  }

  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]> {
    return rowsOf<R>(this.ledgerUrl, text, values);
  }

  /** Rows of a system's own database, by the superuser. */
  ofSystem<R extends Record<string, unknown>>(name: string, text: string): Promise<R[]> {
    return rowsOf<R>(this.systems.find((one) => one.name === name)?.url ?? '', text);
  }

  /** Stops PostgreSQL at once and starts it again. Tells how long it was away (ms). */
  restartPostgres(): Promise<number> {
    return this.whileDatabaseIsDown(() => this.servers.crashPostgres());
  }

  /** Notes that calls may be refused meanwhile: until PostgreSQL takes a write that comes by the api's way, whatever `work` waits for beyond. */
  async whileDatabaseIsDown(work: () => Promise<unknown>): Promise<number> {
    const from = performance.now();
    await work();
    await takesWrites(this.ledgerUrl, this.database('api').port);
    const to = performance.now();
    this.notes.databaseDown.push({ from, to });
    return to - from;
  }

  /** Mends every way and starts whatever does not run. */
  async up(): Promise<void> {
    this.servers.clearWay();
    for (const proxy of this.databases.values()) {
      proxy.delay(0);
      proxy.mend();
    }
    this.servers.signalKafka('SIGCONT');
    for (const program of this.programs.values()) program.wake();
    const api = this.program('api').start();
    await Promise.all([this.servers.startKafka(), api]);
    await Promise.all([...this.programs.values()].map((program) => program.start()));
  }

  /** A load whose answers the checker will hold the ledger to. */
  async load<T>(options: Partial<LoadOptions> & Pick<LoadOptions, 'next'>, during: (load: Load) => Promise<T>): Promise<Load & { result: T }> {
    const load = new Load({ urls: [this.apiUrl], writers: 50, ...options });
    try {
      const result = await during(load).catch(async (error: unknown) => {
        await this.answerRest(load);
        throw error;
      });
      await load.stop();
      return Object.assign(load, { result });
    } finally {
      for (const answer of load.answers) this.notes.answers.push(answer);
      for (const refused of load.refused) this.notes.refused.push(refused);
    }
  }

  /** What was begun when an experiment broke off is answered once all is up again: nobody can say whether a call without an answer was written. */
  private async answerRest(load: Load): Promise<void> {
    const stopped = load.stop().catch(() => undefined);
    await this.up().catch(() => load.abandon());
    await stopped;
  }

  /** One call to the api. */
  async call(path: string, body: object, key: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Record<string, unknown> }> {
    const agent = keptConnections(1);
    const said = await send(agent, new URL(path, this.apiUrl), { headers: { authorization: `Bearer ${key}`, ...headers }, body: JSON.stringify(body) });
    agent.destroy();
    if ('broken' in said) throw new Error(said.broken);
    return { status: said.status, body: said.text ? (JSON.parse(said.text) as Record<string, unknown>) : {} };
  }

  /** A device with its token, made by the website. */
  async device(): Promise<string> {
    const { body } = await this.call('/v1/devices', {}, this.ledger.siteKey, { origin: SITE });
    return body.token as string;
  }

  /** Beside the logs of the programs: what was done to them, and when. */
  async note(what: string): Promise<void> {
    await appendFile(join(this.dataDir, 'log', 'rig.log'), `${new Date().toISOString()} ${what}\n`);
  }

  /** A copy of the logs, which outlives the world; gives where it lies. */
  async keepLogs(): Promise<string> {
    const kept = await mkdtemp(join(tmpdir(), 'samtycke-faults-logs-'));
    await cp(join(this.dataDir, 'log'), kept, { recursive: true });
    return kept;
  }

  async end(): Promise<void> {
    for (const proxy of this.databases.values()) proxy.mend();
    await Promise.all([...this.programs.values()].map((program) => program.stop(5_000)));
    await this.servers.end();
    for (const proxy of this.databases.values()) proxy.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
