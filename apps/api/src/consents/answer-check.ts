import { Injectable } from '@nestjs/common';
import { emptyStream, mayProcess, statusAt, type Stream } from '#consent';
import { findPeople, nowMicros, Reader, timeText, type DefinedPurpose, type Finder, type Subject } from '#ledger';
import { LookupKeys } from '../system/secrets.js';

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
    lookup: LookupKeys,
  ) {
    this.finder = { reader, lookupKeys: lookup.keys };
  }

  async check(subject: Subject, purpose: DefinedPurpose, asked: Asked): Promise<CheckAnswer> {
    const holders = await this.holders(subject, purpose);
    const answers = await Promise.all(holders.map((person) => this.one(person, purpose, asked)));
    const [first] = answers;
    if (!first) return this.answer(emptyStream(purpose), purpose, asked);
    return answers.find((answer) => !answer.allowed) ?? first;
  }

  private async holders(subject: Subject, purpose: DefinedPurpose): Promise<string[]> {
    if (subject.device !== undefined && purpose.holder === 'device') return [subject.device];
    return (await findPeople(this.finder, subject)).map((holder) => holder.person);
  }

  private async one(person: string, purpose: DefinedPurpose, asked: Asked): Promise<CheckAnswer> {
    const stream = await this.reader.heads.load({ person, purpose: purpose.id });
    return this.answer(stream ?? emptyStream(purpose), purpose, asked);
  }

  private answer(stream: Stream, { basis }: DefinedPurpose, asked: Asked): CheckAnswer {
    const now = timeText(nowMicros());
    const { since, validUntil, version } = stream;
    return { allowed: mayProcess(stream, now, asked), status: statusAt(stream, now), basis, since, validUntil, version };
  }
}
