import { Controller, Get, Inject, NotFoundException, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { PARTS, type NewsletterParts } from '../parts.js';
import { readIssue, readIssues, type IssueWithProgress } from '../store/issues.js';
import { countList, readList, type ListCounts, type Subscriber } from '../store/list.js';
import { readReactions, type Reaction } from '../store/reactions.js';

const FIRST = '00000000-0000-0000-0000-000000000000';
const PAGE = 1_000;

/** The same as on the pages, for programs. Ids only: nobody's address is here. */
@Controller('api')
export class ApiController {
  constructor(@Inject(PARTS) private readonly parts: NewsletterParts) {}

  /** The list, a thousand at a time; `after` is the last id of the page before. */
  @Get('list')
  async list(@Query('after') after = FIRST): Promise<ListCounts & { people: Subscriber[] }> {
    const { pool } = this.parts;
    const now = new Date();
    const from = /^[0-9a-f-]{36}$/.test(after) ? after : FIRST;
    const [counts, people] = await Promise.all([countList(pool, now), readList(pool, now, from, PAGE)]);
    return { ...counts, people };
  }

  @Get('issues')
  async issues(): Promise<IssueWithProgress[]> {
    return readIssues(this.parts.pool, 100);
  }

  @Get('issues/:id')
  async issue(@Param('id', ParseUUIDPipe) id: string): Promise<IssueWithProgress> {
    const issue = await readIssue(this.parts.pool, id);
    if (!issue) throw new NotFoundException();
    return issue;
  }

  @Get('reactions')
  async reactions(): Promise<Reaction[]> {
    return readReactions(this.parts.pool, 100);
  }
}
