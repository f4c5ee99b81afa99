import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, IsObject, IsOptional, IsString, IsUUID, Length, Matches, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { DECISIONS, type Decision } from '#contracts';
import { IsMoment, MOMENT } from '../http/moment.js';

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/;
const LOCALE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/;
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/;
const MAX_LIST = 64;
const MAX_VERSION = 2_147_483_647;
const ID_LIST = { type: 'array', items: { type: 'string', pattern: ID.source }, minItems: 1, maxItems: MAX_LIST } as const;

/** Whom a call is about: one or more of these. */
export class SubjectBody {
  @ApiPropertyOptional({ minLength: 1, maxLength: 254, example: 'anna@example.se' })
  @IsOptional() @IsString() @Length(1, 254)
  email?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 32, description: 'with country code', example: '+46701234567' })
  @IsOptional() @IsString() @Length(1, 32)
  phone?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 128, description: 'customer number' })
  @IsOptional() @IsString() @Length(1, 128)
  customer?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 128, description: 'account of the customer portal' })
  @IsOptional() @IsString() @Length(1, 128)
  portal?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 1024, description: 'the token that POST /v1/devices gave' })
  @IsOptional() @IsString() @Length(1, 1024)
  device?: string;

  @ApiPropertyOptional({ format: 'uuid', pattern: UUID.source, description: 'id of a person or device in the ledger' })
  @IsOptional() @IsUUID()
  person?: string;
}

export class DecisionBody {
  @ApiProperty({ pattern: ID.source, example: 'newsletter' })
  @IsString() @Matches(ID)
  purpose: string;

  @ApiProperty({ enum: DECISIONS, example: 'grant' })
  @IsIn(DECISIONS)
  decision: Decision;

  @ApiPropertyOptional({ ...ID_LIST, description: 'grant: the complete list, none = every channel; withdraw: what is taken away, none = all' })
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MAX_LIST) @Matches(ID, { each: true })
  channels?: string[];

  @ApiPropertyOptional({ ...ID_LIST, description: 'where the purpose is shared with partners: which ones' })
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MAX_LIST) @Matches(ID, { each: true })
  partners?: string[];

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: MAX_VERSION, description: 'the version that the decision was made on, 0 for none: a grant, request or lift is refused with `version_moved` where the call finds another; a "no" is taken at any, and so is what a site sends for a person. The same call counts once whatever stands here', example: 4 })
  @IsOptional() @IsInt() @Min(0) @Max(MAX_VERSION)
  ifVersion?: number;
}

/** The notice that was shown. */
export class NoticeBody {
  @ApiProperty({ pattern: ID.source, example: 'newsletter-signup' })
  @IsString() @Matches(ID)
  id: string;

  @ApiProperty({ pattern: VERSION.source, example: '1.3' })
  @IsString() @Matches(VERSION)
  version: string;

  @ApiProperty({ pattern: LOCALE.source, example: 'sv' })
  @IsString() @Matches(LOCALE)
  locale: string;

  @ApiPropertyOptional({ maxLength: 1024, description: 'the token that came with the notice: the decision is then bound to what was served. One that is not ours or names another text makes the notice unknown, which hinders no "no"' })
  @IsOptional() @IsString() @MaxLength(1024)
  snapshot?: string;
}

/** Where and how the decision was taken. */
export class CaptureBody {
  @ApiPropertyOptional({ pattern: ID.source, description: 'a collection context of the catalogue', example: 'newsletter-signup' })
  @IsOptional() @IsString() @Matches(ID)
  context?: string;

  @ApiPropertyOptional({ pattern: ID.source, example: 'form' })
  @IsOptional() @IsString() @Matches(ID)
  method?: string;

  @ApiPropertyOptional({ pattern: ID.source, description: 'collection point', example: 'site-footer' })
  @IsOptional() @IsString() @Matches(ID)
  point?: string;

  @ApiPropertyOptional({ maxLength: 2048, description: 'the page, without its query and fragment: kept as sealed evidence; never fetched' })
  @IsOptional() @IsString() @MaxLength(2048)
  url?: string;
}

/** Evidence beside the call: an uploaded file. */
export class EvidenceBody {
  @ApiProperty({ format: 'uuid', pattern: UUID.source, description: 'the id that POST /v1/evidence gave' })
  @IsUUID()
  file: string;
}

export const MAX_FILES = 4;

export class ConsentsBody {
  @ApiProperty({ type: SubjectBody })
  @IsObject() @ValidateNested() @Type(() => SubjectBody)
  subject: SubjectBody;

  @ApiProperty({ type: [DecisionBody], minItems: 1, maxItems: MAX_LIST })
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MAX_LIST) @ValidateNested({ each: true }) @Type(() => DecisionBody)
  decisions: DecisionBody[];

  @ApiPropertyOptional({ type: NoticeBody })
  @IsOptional() @IsObject() @ValidateNested() @Type(() => NoticeBody)
  notice?: NoticeBody;

  @ApiPropertyOptional({ type: CaptureBody })
  @IsOptional() @IsObject() @ValidateNested() @Type(() => CaptureBody)
  capture?: CaptureBody;

  @ApiPropertyOptional({ format: 'date-time', pattern: MOMENT.source, description: 'when the person decided; without it, now' })
  @IsOptional() @IsMoment()
  occurredAt?: string;

  @ApiPropertyOptional({ type: [EvidenceBody], minItems: 1, maxItems: MAX_FILES, description: 'paper and phone: files of keys with consents:backdate; each becomes evidence of every event of the call' })
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MAX_FILES) @ValidateNested({ each: true }) @Type(() => EvidenceBody)
  evidence?: EvidenceBody[];
}

export class CheckBody {
  @ApiProperty({ type: SubjectBody })
  @IsObject() @ValidateNested() @Type(() => SubjectBody)
  subject: SubjectBody;

  @ApiProperty({ pattern: ID.source, example: 'newsletter' })
  @IsString() @Matches(ID)
  purpose: string;

  @ApiPropertyOptional({ pattern: ID.source })
  @IsOptional() @IsString() @Matches(ID)
  channel?: string;

  @ApiPropertyOptional({ pattern: ID.source })
  @IsOptional() @IsString() @Matches(ID)
  partner?: string;
}

export const MAX_CHECKS = 1000;

export class ChecksBody {
  @ApiProperty({ type: [CheckBody], minItems: 1, maxItems: MAX_CHECKS })
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MAX_CHECKS) @ValidateNested({ each: true }) @Type(() => CheckBody)
  checks: CheckBody[];
}

export class LookupBody {
  @ApiProperty({ type: SubjectBody })
  @IsObject() @ValidateNested() @Type(() => SubjectBody)
  subject: SubjectBody;
}
