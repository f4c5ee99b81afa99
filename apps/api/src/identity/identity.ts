import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { ApiKey } from '#access';
import { personAfter, type PersonState } from '#consent';
import type { LedgerEvent } from '#contracts';
import { homeOf, Ledger, mergeFrom, mergeInto, MovedOn, Reader, Refusal, splitFrom, splitOff, uuidv7, wholePerson, type Entry, type TwoPeople, type Unit, type View } from '#ledger';
import { Tokens } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { systemActor } from '../consents/change-consent.js';
import { FirstAnswers, type Idempotency } from '../http/first-answers.js';
import { ProblemError } from '../http/problem.js';
import { PeopleTables } from '../people/people-tables.js';

/** So often a person may be merged while one call about him is under way. */
const MOST_MERGES = 5;

/** Who is meant, and who asks. */
export interface Asking {
  person: string;
  key: ApiKey;
  idempotency?: Idempotency;
}

/** What a merge or a split wrote, on either side. */
export interface Joined {
  person: string;
  other: string;
  affected: { person: string; purpose: string; event: string; type: string; status?: string; allowed?: boolean; channels?: string[]; version: number }[];
}

const shown = ({ person, purpose, event, type, version, after = {} }: LedgerEvent): Joined['affected'][number] => ({ person, purpose, event, type, status: after.status, allowed: after.allowed, channels: after.channels, version });

/** One side of a link. */
const linked = (other: string, role: 'person' | 'device', { person, recordedAt }: { person: PersonState; recordedAt: string }): Entry =>
  wholePerson({ type: 'person-linked', occurredAt: recordedAt, fact: { other, role }, after: personAfter(person) });

/** Nobody is linked who was erased, or is somebody else's part meanwhile; a device of which everything was erased is not named anew. */
function linkedWhere({ kind, person }: Unit['holder'], other: string, role: 'person' | 'device', view: View): Entry[] {
  const { erased, mergedInto } = view.person;
  if (mergedInto !== undefined) throw new MovedOn(person, mergedInto);
  if (!erased) return [linked(other, role, view)];
  if (kind === 'person') throw new Refusal(410, 'person_erased', 'this person was erased');
  return [];
}

/** Who is whom: both halves of a merge or split follow each other here; what a crash leaves undone the worker completes. */
@Injectable()
export class Identity {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly appender: Ledger,
    private readonly reader: Reader,
    private readonly tables: PeopleTables,
    private readonly catalogue: CurrentCatalogue,
    private readonly tokens: Tokens,
    private readonly firsts: FirstAnswers,
  ) {}

  /** A retry under the same key completes the same merge, and gives the same answer. */
  async merge(asking: Asking, other: string): Promise<Joined> {
    const from = await this.firsts.once(asking.idempotency, () => this.mergeFrom(asking, other));
    return this.joined(asking.person, from, (last) => mergeInto(this.two(), last));
  }

  private async mergeFrom({ person, key, idempotency }: Asking, other: string): Promise<LedgerEvent[]> {
    await this.needPerson(person);
    await this.needPerson(other);
    const into = await homeOf(this.reader, other);
    if (into === person) throw new ProblemError(409, 'same_person', 'both are the same person');
    if ((await this.reader.persons.load(into))?.erased) throw new ProblemError(410, 'person_erased', 'the other person was erased');
    const from = await mergeFrom(this.two(), { request: uuidv7(), person, into, actor: systemActor(key), idempotency });
    if (await this.leadsTo(into, person)) {
      await this.undo({ person, key });
      throw new ProblemError(409, 'same_person', 'the other was merged into this person meanwhile; nothing stays of this merge');
    }
    return from;
  }

  /** Takes back a merge that made a circle, wherever the circle leads. */
  private async undo({ person, key }: Asking): Promise<void> {
    const from = await splitFrom(this.two(), { request: uuidv7(), person, actor: systemActor(key), undoes: true });
    await this.joined(person, from, (last) => splitOff(this.two(), last));
  }

  async split(asking: Asking): Promise<Joined> {
    const from = await this.firsts.once(asking.idempotency, () => this.splitFrom(asking));
    return this.joined(asking.person, from, (last) => splitOff(this.two(), last));
  }

  private async splitFrom({ person, key, idempotency }: Asking): Promise<LedgerEvent[]> {
    await this.needPerson(person);
    if ((await this.reader.persons.load(person))?.mergedInto === undefined) throw new ProblemError(409, 'person_not_merged', 'this person was not merged into anybody');
    return splitFrom(this.two(), { request: uuidv7(), person, actor: systemActor(key), idempotency });
  }

  /** Writes the link on both sides; the worker carries over what the person has said "no" to. */
  async link(asking: Asking, token: string): Promise<{ person: string; device: string }> {
    return this.firsts.once(asking.idempotency, () => this.writeLink(asking, token));
  }

  /** Whoever is merged in that moment is linked as whom he was merged into: what that one has said "no" to goes over, too. */
  private async writeLink(asking: Asking, token: string): Promise<{ person: string; device: string }> {
    await this.needPerson(asking.person);
    const device = await this.tokens.openDevice(token);
    if (device === undefined) throw new ProblemError(400, 'invalid_device', 'this is no token of a device');
    for (let tries = MOST_MERGES; ; tries -= 1) {
      try {
        return await this.linkTo(await homeOf(this.reader, asking.person), device, asking);
      } catch (error) {
        if (!(error instanceof MovedOn) || tries === 0) throw error;
      }
    }
  }

  private async linkTo(person: string, device: string, { key, idempotency }: Asking): Promise<{ person: string; device: string }> {
    const actor = systemActor(key);
    const unit = (holder: Unit['holder'], other: string, role: 'person' | 'device'): Unit => ({ holder, purposes: [], facts: ['~person'], actor, evidence: {}, decide: (view) => linkedWhere(holder, other, role, view) });
    const units = [unit({ person, kind: 'person' }, device, 'device'), unit({ person: device, kind: 'device' }, person, 'person')];
    return this.appender.append({ request: uuidv7(), units, idempotency, answer: () => ({ person, device }) });
  }

  /** Whether somebody's merges lead to a person: two merges against each other at once would make a circle. */
  private async leadsTo(from: string, person: string): Promise<boolean> {
    const seen = new Set<string>();
    for (let at: string | undefined = from; at !== undefined && !seen.has(at); at = (await this.reader.persons.load(at))?.mergedInto) {
      if (at === person) return true;
      seen.add(at);
    }
    return false;
  }

  private two(): TwoPeople {
    const { purposes, publications } = this.catalogue.get();
    return { pool: this.pool, ledger: this.ledger, appender: this.appender, purposes: [...purposes.values()], publications };
  }

  /** The other one is whom the first half names. */
  private async joined(person: string, from: LedgerEvent[], complete: (last: LedgerEvent) => Promise<LedgerEvent[]>): Promise<Joined> {
    const last = from.at(-1);
    const { other = '' } = (last?.fact ?? {}) as { other?: string };
    const into = last ? await complete(last) : [];
    return { person, other, affected: [...from, ...into].map(shown) };
  }

  private async needPerson(person: string): Promise<void> {
    if ((await this.tables.kind(person)) !== 'person') throw new ProblemError(422, 'wrong_holder', 'a device is linked, never merged');
  }
}
