import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsObject, IsOptional, IsString, IsUUID, Length, Matches, ValidateIf, ValidateNested } from 'class-validator';
import { IsMoment } from '../http/moment.js';

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const CODE = /^[a-z][a-z0-9:.-]{0,126}$/i;
const COUNTRY = /^[A-Z]{2}$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/;
const MAX_LIST = 64;
const MAX_KEPT = 24;
const given = (_body: object, value: unknown): boolean => value !== undefined && value !== null;

/** Wishes for one purpose; a member that is null is taken back. */
export class PreferencesBody {
  @ApiPropertyOptional({ pattern: ID.source, example: 'newsletter', description: 'absent: the whole person (suppression and pause)' })
  @IsOptional() @IsString() @Matches(ID)
  purpose?: string;

  @ApiPropertyOptional({ type: [String], nullable: true, description: 'of the consented channels, those to be used; null: all of them' })
  @ValidateIf((body: PreferencesBody) => given(body, body.channels)) @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MAX_LIST) @Matches(ID, { each: true })
  channels?: string[] | null;

  @ApiPropertyOptional({ type: [String], nullable: true })
  @ValidateIf((body: PreferencesBody) => given(body, body.topics)) @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MAX_LIST) @Matches(ID, { each: true })
  topics?: string[] | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'monthly' })
  @ValidateIf((body: PreferencesBody) => given(body, body.frequency)) @IsString() @Matches(ID)
  frequency?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'sv' })
  @ValidateIf((body: PreferencesBody) => given(body, body.language)) @IsString() @Matches(LANGUAGE)
  language?: string | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'nothing before this time; null: the pause ends' })
  @ValidateIf((body: PreferencesBody) => given(body, body.pausedUntil)) @IsMoment()
  pausedUntil?: string | null;

  @ApiPropertyOptional({ description: 'whole person only: no channel at all may be used' })
  @IsOptional() @IsBoolean()
  suppressed?: boolean;

  @ApiPropertyOptional({ type: [String], description: 'whole person only: the channels that may not be used, of those that a purpose of the catalogue has, `email` and `phone`; empty: every one may' })
  @IsOptional() @IsArray() @ArrayMaxSize(MAX_LIST) @Matches(ID, { each: true })
  suppressedChannels?: string[];
}

/** A right that the person asked for, in words that are sealed as evidence. */
class Asked {
  @ApiPropertyOptional({ maxLength: 10_000, description: "the person's words; sealed, never in an event" })
  @IsOptional() @IsString() @Length(1, 10_000)
  text?: string;
}

export class RestrictBody extends Asked {
  @ApiProperty({ pattern: CODE.source, example: 'eu-gdpr:A18-1-a', description: 'why, as a code' })
  @IsString() @Matches(CODE)
  ground: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional() @IsMoment()
  until?: string;

  @ApiPropertyOptional({ description: 'true: the restriction ends' })
  @IsOptional() @IsBoolean()
  end?: boolean;
}

export class KeptBody {
  @ApiProperty({ pattern: ID.source, example: 'contact', description: 'a data category of the catalogue' })
  @IsString() @Matches(ID)
  category: string;

  @ApiProperty({ pattern: CODE.source, example: 'contract' })
  @IsString() @Matches(CODE)
  ground: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional() @IsMoment()
  until?: string;
}

export class EraseBody {
  @ApiPropertyOptional({ pattern: CODE.source, default: 'eu-gdpr:A17-1-b' })
  @IsOptional() @IsString() @Matches(CODE)
  ground?: string;

  @ApiPropertyOptional({ type: [KeptBody], description: 'what other systems must keep, on which ground, until when' })
  @IsOptional() @IsArray() @ArrayMaxSize(MAX_KEPT) @ValidateNested({ each: true }) @Type(() => KeptBody)
  kept?: KeptBody[];
}

export class IdentifiersBody {
  @ApiPropertyOptional({ minLength: 1, maxLength: 254 })
  @IsOptional() @IsString() @Length(1, 254)
  email?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 32 })
  @IsOptional() @IsString() @Length(1, 32)
  phone?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 128 })
  @IsOptional() @IsString() @Length(1, 128)
  customer?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 128 })
  @IsOptional() @IsString() @Length(1, 128)
  portal?: string;
}

export class RectifyBody extends Asked {
  @ApiPropertyOptional({ type: IdentifiersBody, description: 'identifiers that are right' })
  @IsOptional() @IsObject() @ValidateNested() @Type(() => IdentifiersBody)
  add?: IdentifiersBody;

  @ApiPropertyOptional({ type: [String], format: 'uuid', description: 'ids of identifiers that are wrong' })
  @IsOptional() @IsArray() @ArrayMaxSize(MAX_LIST) @IsUUID(undefined, { each: true })
  remove?: string[];
}

export class ComplaintBody {
  @ApiProperty({ maxLength: 10_000, description: 'what the complaint is about; sealed, never in an event' })
  @IsString() @Length(1, 10_000)
  text: string;

  @ApiPropertyOptional({ pattern: COUNTRY.source, example: 'SE', description: 'where the person lives: which authority is named' })
  @IsOptional() @IsString() @Matches(COUNTRY)
  country?: string;
}

export class AccessBody {
  @ApiPropertyOptional({ enum: ['sv', 'da', 'en'], description: 'of the page; JSON is the same in all' })
  @IsOptional() @IsString() @Matches(/^(sv|da|en)$/)
  locale?: string;
}

export class CloseBody {
  @ApiProperty({ pattern: ID.source, example: 'done' })
  @IsString() @Matches(ID)
  outcome: string;
}

export class OverrideBody {
  @ApiProperty({ pattern: CODE.source, example: 'security-incident', description: 'the compelling ground, as a code (GDPR 21(1))' })
  @IsString() @Matches(CODE)
  ground: string;

  @ApiPropertyOptional({ maxLength: 10_000, description: 'the weighing in words; sealed' })
  @IsOptional() @IsString() @Length(1, 10_000)
  text?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'from then on the objection holds again; in the future' })
  @IsOptional() @IsMoment()
  until?: string;
}
