import { Injectable } from '@nestjs/common';
import { personAfter } from '#consent';
import { claimOf, ClaimLost, Freshness, homeOf, Reader, Refusal, seek, wholePerson, type Claim } from '#ledger';
import { IDENTIFIER_KINDS, normalise, type Identifier } from '#vault';
import { ProblemError } from '../http/problem.js';
import { HeldSettlement } from '../links/held-settlement.js';
import { PeopleTables, type KnownIdentifier } from '../people/people-tables.js';
import { History } from '../proof/history.js';
import type { Reading } from '../proof/reading.js';
import { LookupKeys, SuppressionKeys } from '../system/secrets.js';
import type { IdentifiersBody, RectifyBody } from './bodies.js';
import { PersonDesk, type Asking, type Done } from './person-desk.js';

type Who = Pick<Asking, 'person' | 'key' | 'idempotency'>;

function identifiersOf(body: IdentifiersBody = {}): Identifier[] {
  return IDENTIFIER_KINDS.flatMap((kind) => {
    const value = body[kind];
    if (value === undefined) return [];
    const normal = normalise(kind, value);
    if (!normal) throw new ProblemError(400, `invalid_${kind}`, `this is no ${kind}`);
    return [normal];
  });
}

const byId = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);

const TRIES = 8;

/** Corrects what people are found by (GDPR 16): the event names ids and kinds, never an address. */
@Injectable()
export class Rectification {
  constructor(
    private readonly desk: PersonDesk,
    private readonly reader: Reader,
    private readonly tables: PeopleTables,
    private readonly lookup: LookupKeys,
    private readonly suppression: SuppressionKeys,
    private readonly history: History,
    private readonly fresh: Freshness,
    private readonly heldBack: HeldSettlement,
  ) {}

  /**
   * Identifiers in clear, of the person himself or whom he was merged into, and of all who were merged into him. The trace is written
   * first. Throws Refusal 410 once he was erased, whatever is still to be removed of him.
   */
  async correctable(id: string, by: Reading): Promise<{ person: string; identifiers: KnownIdentifier[] }> {
    await this.fresh.demand();
    await this.tables.holderKind(id);
    const person = await homeOf(this.reader, id);
    if ((await this.reader.persons.load(person))?.erased) throw new Refusal(410, 'person_erased', 'this person was erased; what is left of him is not shown any more');
    await this.history.trace(person, 'identifiers', by);
    return { person, identifiers: await this.tables.allIdentifiers(person) };
  }

  /** Another call may claim the same identifier first, or the look-up keys be rotated: then it is looked at again. */
  async rectify(asking: Who, body: RectifyBody): Promise<Done> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(asking, body);
      } catch (error) {
        if (!(error instanceof ClaimLost) || attempt === TRIES) throw error;
      }
    }
  }

  private async once(asking: Who, { add, remove: named = [], text }: RectifyBody): Promise<Done> {
    const remove = named.map((id) => id.toLowerCase());
    await this.tables.holderKind(asking.person);
    const person = await homeOf(this.reader, asking.person);
    const claims = await this.claims([person, ...(await this.tables.parts(person))], identifiersOf(add));
    const held = await this.tables.allIdentifiers(person);
    const wrong = held.filter(({ id }) => remove.includes(id)).sort(byId);
    const removed = wrong.map(({ id, kind }) => ({ id, kind }));
    if (removed.length < new Set(remove).size) throw new ProblemError(422, 'identifier_unknown', 'the person has no such identifier');
    if (claims.length === 0 && removed.length === 0 && text === undefined) throw new ProblemError(422, 'nothing_to_change', 'name what is to be corrected');
    const evidence: Record<string, string> = text === undefined ? {} : { 'reason-text': text };
    if (claims.length === 0 && removed.length === 0) return this.desk.open('rectify', { ...asking, evidence });
    for (const { kind, value } of wrong) await this.heldBack.releaseAbout({ kind, value });
    const added = claims.map(({ kind, id }) => ({ id, kind })).sort(byId);
    return this.desk.meet(
      'rectify',
      { ...asking, evidence, claims, decide: ({ person: state, recordedAt }) => [wholePerson({ type: 'identifiers-changed', occurredAt: recordedAt, fact: { added, removed }, after: personAfter(state) })] },
      'corrected',
    );
  }

  /** Claims for identifiers that nobody has; those that the person, or who was merged into him, has already need none. */
  private async claims(people: string[], identifiers: Identifier[]): Promise<Claim[]> {
    const finder = { reader: this.reader, lookupKeys: this.lookup.keys, suppressionKeys: this.suppression.keys };
    const looked = await seek(finder, identifiers);
    return looked.flatMap((one) => {
      const { found, erased, identifier } = one;
      const { kind } = identifier;
      if (found && !people.includes(found.person)) throw new Refusal(409, 'identifier_taken', 'another person is known under this identifier', { kind });
      if (!found && erased) throw new Refusal(409, 'person_erased', 'this identifier belonged to somebody who was erased; only his own confirmation begins anew', { kind });
      return found ? [] : [claimOf(one, identifier)];
    });
  }
}
