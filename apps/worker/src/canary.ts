import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Decision } from '#contracts';
import { changeConsent, isInUse, nowMicros, timeText, uuidv7, type CatalogueInForce, type DecisionResult, type DefinedPurpose, type KnownNotice, type Ledger } from '#ledger';
import type { Term } from '#outbox';
import { forgetCanary, listSystems, noteCanary, type Judged, type ListedSystem } from '#propagation';
import { canaryHolder } from './canary-holder.js';
import { targetsOf, type Target } from './canary-targets.js';
import type { Heard } from './heard.js';

/** An acknowledgement needs its way from the system to here, too. */
const GRACE_MS = 2_000;
const LOOK_MS = 100;
/** How long a consent of the canary is let stand while systems learn of it; then it is withdrawn, whoever knows. */
const STANDS_MS = 2_000;
/** After a start acknowledgements from before are read first; a Kafka that stays away is what the canary is to show. */
const SETTLE_MS = 30_000;

export interface CanaryOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
  appender: Ledger;
  catalogue: () => Promise<CatalogueInForce | undefined>;
  everyMs: number;
  /** Absent: what the registered systems act on. */
  purposes?: readonly string[];
}

/** A withdrawal of the canary that a system has to act on. */
interface Probe {
  system: string;
  person: string;
  purpose: string;
  version: number;
  recordedAt: Date;
  deadlineMs: number;
  /** When its acknowledgement would have been heard, on this process's clock. */
  dueAt: number;
}

const ACTED = `
SELECT min(applied_at) AS at FROM acknowledgements
WHERE ledger = $1 AND person = $2 AND system = $3 AND purpose = $4 AND version >= $5 AND outcome IN ('applied', 'repeat')`;

const WAYS: Record<'grant-withdraw' | 'object-lift', Record<'give' | 'take', Decision>> = { 'grant-withdraw': { give: 'grant', take: 'withdraw' }, 'object-lift': { give: 'lift', take: 'object' } };

const wait = (ms: number, { signal }: Term): Promise<void> => sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);

const noticeFor = (catalogue: CatalogueInForce, { id }: DefinedPurpose): KnownNotice | undefined =>
  [...catalogue.notices.values()].find((notice) => notice.purposes.has(id) && isInUse(notice, timeText(nowMicros())));

/** Grants and withdraws for nobody, by the door that everyone uses, and judges what the systems make of it. */
export class Canary {
  private open: Probe[] = [];

  constructor(
    private readonly options: CanaryOptions,
    private readonly heard: Heard,
  ) {}

  async run(term: Term): Promise<void> {
    for (const until = performance.now() + SETTLE_MS; !this.heard.upTo && performance.now() < until && !term.signal.aborted; ) await wait(LOOK_MS, term);
    while (!term.signal.aborted) {
      const next = performance.now() + this.options.everyMs;
      await this.round(term, next).catch((error: unknown) => this.options.log.error({ code: (error as { code?: string }).code, reason: (error as Error).message }, 'the canary could not be granted and withdrawn; trying again'));
      await wait(next - performance.now(), term);
    }
  }

  private async round(term: Term, next: number): Promise<void> {
    const { pool, ledger } = this.options;
    const [systems, catalogue] = await Promise.all([listSystems(pool, ledger), this.options.catalogue()]);
    if (!catalogue) return;
    const targets = targetsOf(systems, catalogue, this.options.purposes);
    await forgetCanary(pool, ledger, [...new Set(targets.flatMap((target) => target.systems.map(({ id }) => id)))]);
    const holders = new Map<string, string>();
    for (const kind of new Set(targets.map(({ purpose }) => purpose.holder))) holders.set(kind, await canaryHolder(pool, ledger, kind, this.options.everyMs));
    const decide = (way: 'give' | 'take') => Promise.all(targets.map((target) => this.decide(target, holders.get(target.purpose.holder) ?? '', catalogue, way)));
    const given = await decide('give');
    await this.settled(targets.flatMap((target, at) => this.probesOf(target, given[at])), term);
    const taken = await decide('take');
    this.demand(targets.flatMap((target, at) => this.probesOf(target, taken[at])));
    while (this.open.length > 0 && !term.signal.aborted && performance.now() < next) {
      await this.judge(term);
      if (this.open.length > 0) await wait(LOOK_MS, term);
    }
  }

  private async decide({ purpose }: Target, person: string, catalogue: CatalogueInForce, way: 'give' | 'take'): Promise<DecisionResult | undefined> {
    const decision = WAYS[purpose.choice === 'object-lift' ? 'object-lift' : 'grant-withdraw'][way];
    const holder = { person, kind: purpose.holder };
    const answer = await changeConsent(this.options.appender, async () => ({
      request: uuidv7(),
      people: holder.kind === 'person' ? [holder] : [],
      ...(holder.kind === 'device' && { device: holder }),
      wishes: [{ purpose, decision }],
      actor: { kind: 'ledger', id: 'canary' },
      notice: noticeFor(catalogue, purpose),
      capture: { method: 'canary' },
      evidence: {},
    }));
    return answer.decisions[0];
  }

  private probesOf({ purpose, systems }: Target, result: DecisionResult | undefined): Probe[] {
    const { recordedAt } = result ?? {};
    if (!result || recordedAt === undefined) return [];
    const { person, version } = result;
    return systems.map(({ id, deadlineMs }: ListedSystem) => ({ system: id, person, purpose: purpose.id, version, recordedAt: new Date(recordedAt), deadlineMs, dueAt: performance.now() + deadlineMs + GRACE_MS }));
  }

  /** One that a system has still time for is not asked twice. */
  private demand(probes: Probe[]): void {
    const asked = new Set(this.open.map(({ system, purpose }) => `${system} ${purpose}`));
    this.open.push(...probes.filter(({ system, purpose }) => !asked.has(`${system} ${purpose}`)));
  }

  /** Waits until what was given is known to the systems, so that something is there to be taken away. */
  private async settled(probes: Probe[], term: Term): Promise<void> {
    const until = performance.now() + Math.min(STANDS_MS, this.options.everyMs / 2);
    for (let left = probes; left.length > 0 && performance.now() < until && !term.signal.aborted; ) {
      const acted = await Promise.all(left.map((probe) => this.actedAt(probe)));
      left = left.filter((_, at) => acted[at] === undefined);
      if (left.length > 0) await wait(LOOK_MS, term);
    }
  }

  private async actedAt({ system, person, purpose, version }: Probe): Promise<Date | undefined> {
    const { pool, ledger } = this.options;
    const { rows } = await pool.query<{ at: Date | null }>({ name: 'canary-acted', text: ACTED, values: [ledger, person, system, purpose, version] });
    return rows[0]?.at ?? undefined;
  }

  private async judge(term: Term): Promise<void> {
    const left: Probe[] = [];
    for (const probe of this.open) {
      const { system, recordedAt, deadlineMs } = probe;
      const at = await this.actedAt(probe);
      const afterMs = at && at.getTime() - recordedAt.getTime();
      const isOver = afterMs === undefined ? performance.now() >= probe.dueAt : afterMs > deadlineMs;
      if (!isOver && afterMs === undefined) left.push(probe);
      else if (!isOver) await this.note({ system, recordedAt, afterMs }, probe);
      else if (term.leads()) await this.note({ system, recordedAt }, probe);
      else left.push(probe);
    }
    this.open = left;
  }

  private async note(judged: Judged, { purpose }: Probe): Promise<void> {
    const { pool, ledger, log } = this.options;
    const { system, afterMs } = judged;
    const { failedBefore } = await noteCanary(pool, ledger, judged);
    if (afterMs === undefined && !failedBefore) log.error({ system, purpose }, 'the canary: a system did not act on its withdrawal by the deadline, as far as was heard');
    if (afterMs !== undefined && failedBefore) log.info({ system, purpose, ms: afterMs }, 'the canary: a system acts again');
  }
}
