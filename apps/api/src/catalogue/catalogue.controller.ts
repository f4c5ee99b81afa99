import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import type { DefinedPurpose } from '#ledger';
import { Tokens } from '#vault';
import { ProblemError } from '../http/problem.js';
import { CurrentCatalogue } from './catalogue-in-force.js';

class NoticeQuery {
  @ApiPropertyOptional({ example: '1.3', description: 'without it the newest in use' })
  @IsOptional() @IsString() @Matches(/^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/)
  version?: string;

  @ApiPropertyOptional({ example: 'sv', description: 'without it sv' })
  @IsOptional() @IsString() @Matches(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/)
  locale?: string;
}

class PurposesQuery {
  @ApiPropertyOptional({ example: 'SE', description: 'only the purposes that exist in this country (ISO 3166-1 alpha-2)' })
  @IsOptional() @IsString() @Matches(/^[A-Z]{2}$/)
  country?: string;
}

/** Offered: active, and present in the country that was asked about. */
const isOffered = ({ state, countries }: DefinedPurpose & { countries?: string[] }, country: string | undefined): boolean =>
  (state ?? 'active') === 'active' && (country === undefined || countries === undefined || countries.includes(country));

type Named = Record<string, unknown>;

/** What the stored catalogue says of a purpose beyond its definition. */
interface StoredCatalogue {
  defaultNotices?: Record<string, { id: string; version: string }>;
  preferences?: Record<string, { topics: string[]; frequencies: string[] }>;
  texts?: { purposes?: Named; contexts?: Named; topics?: Named; frequencies?: Named };
}

/** What a person can wish within a purpose, each with its title by language. */
function wishesIn({ preferences, texts }: StoredCatalogue, purpose: string): unknown {
  const offered = preferences?.[purpose];
  const named = (ids: string[], titles: Named = {}): unknown => ids.map((id) => ({ id, texts: titles[id] }));
  return offered && { topics: named(offered.topics, texts?.topics), frequencies: named(offered.frequencies, texts?.frequencies) };
}

@ApiTags('catalogue')
@Controller('v1')
export class CatalogueController {
  constructor(
    private readonly catalogue: CurrentCatalogue,
    private readonly tokens: Tokens,
  ) {}

  @Get('purposes')
  @ApiOperation({
    summary: 'Every purpose in use, with its legal basis, its holder, what one can choose, and its notice',
    description: 'Drafts and archived purposes are not offered. `preferences`: the topics and frequencies that a person can wish for. `countries`: where a purpose exists; absent: everywhere.',
  })
  purposes(@Query() { country }: PurposesQuery): unknown {
    const { purposes, document } = this.catalogue.get();
    const stored = document as StoredCatalogue;
    const { defaultNotices = {}, texts } = stored;
    const offered = [...purposes.values()].filter((purpose) => isOffered(purpose, country));
    const list = offered.map((purpose: DefinedPurpose & { countries?: string[] }) => {
      const { id, basis, holder, choice, controller, channels, partners, doubleOptIn, validMonths, countries, definition } = purpose;
      return { id, basis, holder, choice, controller, channels, partners, doubleOptIn, validMonths, countries, definition, notice: defaultNotices[id], texts: texts?.purposes?.[id], preferences: wishesIn(stored, id) };
    });
    return { purposes: list };
  }

  @Get('contexts')
  @ApiOperation({ summary: 'Where consent is collected, with the short text for the field' })
  contexts(): unknown {
    const { contexts, document } = this.catalogue.get();
    const texts = (document as StoredCatalogue).texts?.contexts ?? {};
    return { contexts: [...contexts].map((id) => ({ id, texts: texts[id] })) };
  }

  @Get('notices/:id')
  @ApiOperation({
    summary: 'A notice as it is shown, with a signed token of what was shown',
    description: 'Without a version the newest in use. Every version that was ever published stays readable; drafts are not.',
  })
  async notice(@Param('id') id: string, @Query() query: NoticeQuery): Promise<unknown> {
    const locale = query.locale ?? 'sv';
    const notice = query.version === undefined ? this.catalogue.newest(id, locale) : await this.catalogue.noticeNow(id, query.version, locale);
    if (!notice) throw new ProblemError(404, 'notice_unknown', 'there is no such notice in this version and language');
    const { sha256, title, body, purposes, basedOn } = notice;
    const snapshot = await this.tokens.snapshot({ id, version: notice.version, locale, sha256 });
    return { id, version: notice.version, locale, sha256, title, body, purposes: [...purposes], basedOn, snapshot };
  }
}
