import { Body, Controller, Get, Headers, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsISO8601, IsOptional, IsString, Matches } from 'class-validator';
import { findPeople, homeOf, Reader, type Finder } from '#ledger';
import type { ApiKey } from '#access';
import type { PersonAnswer } from '#people';
import { LookupBody } from '../consents/body.js';
import { SubjectReader } from '../consents/read-subject.js';
import { Key, Needs } from '../http/access.js';
import { MOMENT } from '../http/moment.js';
import { ProblemError } from '../http/problem.js';
import { History } from '../proof/history.js';
import { readingOf, type Reading } from '../proof/reading.js';
import { LookupKeys } from '../system/secrets.js';
import { AddressBook, type Addresses } from './address-book.js';
import { PersonConsents } from './person-consents.js';

/** A day, or a moment with its offset: never a time of day in whatever zone the server stands. */
const DAY_OR_MOMENT = new RegExp(`${MOMENT.source}|^(?!0000)\\d{4}-\\d\\d-\\d\\d$`);

class AsOfQuery {
  @ApiPropertyOptional({ format: 'date-time', description: 'what held then' })
  @IsOptional() @IsISO8601({ strict: true }) @Matches(DAY_OR_MOMENT, { message: 'a day, or a moment with seconds and its offset, such as Z or +01:00' })
  asOf?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'as the ledger knew it then' })
  @IsOptional() @IsISO8601({ strict: true }) @Matches(DAY_OR_MOMENT, { message: 'a day, or a moment with seconds and its offset, such as Z or +01:00' })
  knownAt?: string;
}

class PurposeQuery {
  @IsString() @Matches(/^[a-z][a-z0-9-]{0,62}$/)
  purpose: string;
}

/** Path parameter: a person's or device's id. */
export const personId = (): ParseUUIDPipe =>
  new ParseUUIDPipe({ exceptionFactory: () => new ProblemError(400, 'invalid_person', 'a person is named by a UUID') });

@ApiTags('people')
@Controller('v1/people')
export class PeopleController {
  private readonly finder: Finder;
  constructor(
    private readonly subjects: SubjectReader,
    private readonly consents: PersonConsents,
    private readonly addresses: AddressBook,
    private readonly reader: Reader,
    private readonly history: History,
    lookup: LookupKeys,
  ) {
    this.finder = { reader, lookupKeys: lookup.keys };
  }

  @Post('lookup')
  @HttpCode(200)
  @Needs('people:read')
  @ApiOperation({ summary: 'The person behind an identifier', description: 'Identifiers never stand in a URL. 404 where nobody is known, 409 where several people are.' })
  async lookup(@Body() body: LookupBody): Promise<{ person: string }> {
    const subject = await this.subjects.read(body.subject);
    const found = subject.device === undefined ? await findPeople(this.finder, subject) : [{ person: subject.device }];
    const people = [...new Set(await Promise.all(found.map((one) => homeOf(this.reader, one.person))))];
    const [person, ...others] = people;
    if (!person) throw new ProblemError(404, 'person_unknown', 'nobody is known under this subject');
    if (others.length > 0) throw new ProblemError(409, 'subject_ambiguous', 'several people are known under this subject', { people });
    return { person };
  }

  @Get(':person/consents')
  @Needs('consents:read')
  @ApiHeader({ name: 'Samtycke-Reason', required: false, description: "why the past is read; without it the key's registered reason stands in the trace, or that none was given" })
  @ApiOperation({ summary: 'Every purpose with its state', description: '`asOf` and `knownAt` answer for the past; the same pair always gets the same answer, and each such reading leaves a trace.' })
  async read(@Param('person', personId()) id: string, @Query() query: AsOfQuery, @Key() key: ApiKey, @Headers('samtycke-reason') given?: string): Promise<PersonAnswer> {
    const person = id.toLowerCase();
    // A key that may read states is not asked for a reason; one that cannot be taken is refused before anything is closed for the past.
    const isPast = query.asOf !== undefined || query.knownAt !== undefined;
    const by = isPast ? readingOf({ ...key, reason: key.reason ?? 'none given' }, given || undefined) : undefined;
    const answer = await this.consents.read(person, query);
    if (by) await this.notePast(person, query, by);
    return answer;
  }

  /** What held at one time after another is a history (rule 30). */
  private async notePast(person: string, { asOf, knownAt }: AsOfQuery, by: Reading): Promise<void> {
    const what = `states${asOf === undefined ? '' : ` as of ${asOf}`}${knownAt === undefined ? '' : ` as known at ${knownAt}`}`;
    await this.history.trace(person, what, by);
  }

  @Get(':person/identifiers')
  @Needs('identifiers:read')
  @ApiOperation({ summary: 'The address for a purpose, only while it is allowed', description: 'With a link that ends this purpose (`unsubscribe`; none where it is only told, and cannot be switched off) and one to all choices of the person (`preferences`); `locale` is that of the text that he said yes to. Empty, and without links, when the purpose is not allowed now.' })
  async identifiers(@Param('person', personId()) person: string, @Query() query: PurposeQuery): Promise<Addresses> {
    return this.addresses.read(person.toLowerCase(), query.purpose);
  }
}
