import { Injectable } from '@nestjs/common';
import { emptyStream, mayProcess, statusAt, underNotices, unsaid, type Stream } from '#consent';
import { findPeople, homeOf, isErased, nowMicros, Reader, timeText, type DefinedPurpose, type Finder, type Subject } from '#ledger';
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
    const holders = await this.holders(subject, purpose);
    const answers = await Promise.all(holders.map((person) => this.one(person, subject, purpose, asked)));
    const [first] = answers;
    if (!first) return this.stranger(subject, purpose, asked);
    return answers.find((answer) => !answer.allowed) ?? first;
  }

  private async holders(subject: Subject, purpose: DefinedPurpose): Promise<string[]> {
    if (subject.device !== undefined && purpose.holder === 'device') return [subject.device];
    const people = await findPeople(this.finder, subject);
    return [...new Set(await Promise.all(people.map(({ person }) => homeOf(this.reader, person))))];
  }

  /** Nobody is known: the catalogue answers, but for those who were erased. */
  private async stranger({ identifiers }: Subject, purpose: DefinedPurpose, asked: Asked): Promise<CheckAnswer> {
    return this.answer(await this.unlessErased(emptyStream(purpose), identifiers), purpose, asked);
  }

  /** Somebody who was erased and has confirmed nothing since is nobody whom the catalogue allows anything for. */
  private async unlessErased(stream: Stream, identifiers: Subject['identifiers']): Promise<Stream> {
    return stream.allowed && (await isErased(this.finder, identifiers)) ? { ...stream, allowed: false } : stream;
  }

  private async one(person: string, { identifiers }: Subject, purpose: DefinedPurpose, asked: Asked): Promise<CheckAnswer> {
    const [stream, whole] = await Promise.all([this.reader.heads.load({ person, purpose: purpose.id }), this.reader.persons.load(person)]);
    return this.answer(stream ?? (await this.unlessErased(unsaid(purpose, whole, timeText(nowMicros())), identifiers)), purpose, asked);
  }

  private answer(recorded: Stream, { basis }: DefinedPurpose, asked: Asked): CheckAnswer {
    const now = timeText(nowMicros());
    const stream = underNotices(recorded, this.catalogue.get().publications, now);
    const { since, validUntil, version } = stream;
    return { allowed: mayProcess(stream, now, asked), status: statusAt(stream, now), basis, since, validUntil, version };
  }
}
