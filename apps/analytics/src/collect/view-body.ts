import { IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';

const NO_CONTROLS = /^[^\p{Cc}\p{Cs}]*$/u;

/** One page view, as a page of the website sends it. */
export class ViewBody {
  /** The device's id in the ledger; a view without one is counted, and nothing else. */
  @IsOptional()
  @IsUUID()
  device?: string;

  @IsString()
  @MaxLength(1_000)
  @Matches(/^\/[^\p{Cc}\p{Cs}]*$/u, { message: 'path must begin with / and hold no control characters' })
  path: string;

  @IsOptional()
  @IsString()
  @MaxLength(300)
  @Matches(NO_CONTROLS, { message: 'title must hold no control characters' })
  title?: string;

  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  @Matches(NO_CONTROLS, { message: 'referrer must hold no control characters' })
  referrer?: string;
}
