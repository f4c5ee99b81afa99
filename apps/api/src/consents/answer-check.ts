import { Injectable } from '@nestjs/common';
import { emptyStream, mayProcess, statusAt, underNotices, unsaid, type Stream } from '#consent';
import { findPeople, findPeopleAndErased, homeOf, nowMicros, Reader, timeText, type DefinedPurpose, type Finder, type Subject } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { LookupKeys, SuppressionKeys } from '../system/secrets.js';

export interface CheckAnswer {
  allowed: boolean;
  status: string;
  basis: string;
  since?: string;
  validUntil?: string;
  version: number;
}

interface Asked {
  channel?: string;
  partner?: string;
}

/** Somebody who was erased and has confirmed nothing since is nobody whom the catalogue allows anything for. */
const unlessErased = (stream: Stream, erased: boolean): Stream => (erased ? { ...stream, allowed: false } : stream);

/** Answers "may I?" from the heads. Where a subject leads to several people, the most protective answer counts. */
@Injectable()
export class CheckAnswers {
  private readonly finder: Finder;
  constructor(
    private readonly reader: Reader,
    private readonly catalogue: CurrentCatalogue,
    lookup: LookupKeys,
    suppression: SuppressionKeys,
  ) {
    this.finder = { reader, lookupKeys: lookup.keys, suppressionKeys: suppression.keys };
  }

  async check(subject: Subject, purpose: DefinedPurpose, asked: Asked): Promise<CheckAnswer> {
    await this.catalogue.fresh();
    const { people, erased } = await this.holders(subject, purpose);
    const answers = await Promise.all(people.map((person) => this.one(person, { purpose, erased, asked })));
    const [first] = answers;
    if (!first) return this.answer(unlessErased(emptyStream(purpose), erased), purpose, asked);
    return answers.find((answer) => !answer.allowed) ?? first;
  }

  /** Who was erased is asked, in the same turn, where the catalogue would allow something for whoever has said nothing. */
  private async holders(subject: Subject, purpose: DefinedPurpose): Promise<{ people: string[]; erased: boolean }> {
    if (subject.device !== undefined && purpose.holder === 'device') return { people: [subject.device], erased: false };
    const { people, erased } = emptyStream(purpose).allowed ? await findPeopleAndErased(this.finder, subject) : { people: await findPeople(this.finder, subject), erased: false };
    return { people: [...new Set(await Promise.all(people.map(({ person }) => homeOf(this.reader, person))))], erased };
  }

  private async one(person: string, { purpose, erased, asked }: { purpose: DefinedPurpose; erased: boolean; asked: Asked }): Promise<CheckAnswer> {
    const [stream, whole] = await Promise.all([this.reader.heads.load({ person, purpose: purpose.id }), this.reader.persons.load(person)]);
    return this.answer(stream ?? unlessErased(unsaid(purpose, whole, timeText(nowMicros())), erased), purpose, asked);
  }

  private answer(recorded: Stream, { basis }: DefinedPurpose, asked: Asked): CheckAnswer {
    const now = timeText(nowMicros());
    const stream = underNotices(recorded, this.catalogue.get().publications, now);
    const { since, validUntil, version } = stream;
    return { allowed: mayProcess(stream, now, asked), status: statusAt(stream, now), basis, since, validUntil, version };
  }
}
