import { Body, Controller, Get, Headers, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { waitingFor, type HeldRow } from '#held';
import type { Locale } from '#languages';
import { Reader, wayHome } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { HeldTables } from '../consents/typed-change.js';
import { PeopleTables } from '../people/people-tables.js';
import { abuseTexts } from './abuse-texts.js';
import { HeldSettlement } from './held-settlement.js';
import { MailLinks, type MailLink } from './mail-links.js';
import type { LinkPage } from './page.js';
import { purposeTitles } from './purpose-title.js';
import { localeFor, sendPage, unknown } from './way-back.controller.js';

type Name = 'ask' | 'stopped' | 'kept' | 'closed';

/** What was pressed, and up to when the newest withdrawal that its page showed was said. */
interface Pressed {
  keep: boolean;
  seen: number;
}

function pressed(body: unknown): Pressed {
  const said = new URLSearchParams(typeof body === 'string' ? body : '');
  return { keep: said.get('answer') === 'keep', seen: Date.parse(said.get('seen') ?? '') };
}

const newest = (rows: HeldRow[]): string => new Date(Math.max(0, ...rows.map(({ heldAt }) => heldAt.getTime()))).toISOString();

/** Asks the owner of an address about a withdrawal that is held: GET shows, only POST decides. */
@ApiTags('links')
@Controller('h')
export class HeldController {
  constructor(
    private readonly links: MailLinks,
    private readonly held: HeldTables,
    private readonly catalogue: CurrentCatalogue,
    private readonly settlement: HeldSettlement,
    private readonly reader: Reader,
    private readonly tables: PeopleTables,
  ) {}

  @Get(':token')
  @ApiOperation({ summary: 'Show which withdrawals are held for an address', description: 'Changes nothing, whoever fetches it, however often.' })
  async show(@Param('token') token: string, @Res() reply: FastifyReply, @Headers('accept-language') language?: string): Promise<void> {
    const link = await this.links.find('held', token);
    if (!link) return unknown(reply, language);
    const { state, rows } = await this.view(link);
    return this.page(reply, 200, state, rows, localeFor(link, language));
  }

  @Post(':token')
  @ApiOperation({ summary: 'Say whether held withdrawals are to take effect', description: 'They do at once, or, with `answer=keep`, those that the page showed (`seen`) not at all. Once decided, the answer is what was decided.' })
  async act(@Param('token') token: string, @Res() reply: FastifyReply, @Body() body?: unknown, @Headers('accept-language') language?: string): Promise<void> {
    const link = await this.links.find('held', token);
    if (!link) return unknown(reply, language);
    const { state, rows } = await this.view(link);
    if (state !== 'ask') return this.page(reply, state === 'closed' ? 410 : 200, state, rows, localeFor(link, language));
    const { keep, seen } = pressed(body);
    for (const row of rows) if (!keep || row.heldAt.getTime() <= seen) await this.settlement.settle(row, keep ? 'kept' : 'owner', link.person);
    const after = await waitingFor(this.held.options, link.reference);
    return this.page(reply, 200, stateOf(after, link), after, localeFor(link, language));
  }

  /** Whoever reads the mail of an address that is the person's no more is told nothing, and decides nothing. */
  private async view(link: MailLink): Promise<{ state: Name; rows: HeldRow[] }> {
    if (!(await this.tables.isFoundBy(await wayHome(this.reader, link.person), link.via.id))) return { state: 'closed', rows: [] };
    const rows = await waitingFor(this.held.options, link.reference);
    return { state: stateOf(rows, link), rows };
  }

  private page(reply: FastifyReply, status: number, name: Name, rows: HeldRow[], locale: Locale): void {
    const shown = name === 'ask' ? rows.filter(({ decided }) => decided === null) : rows;
    const purposes = [...new Set(shown.flatMap((row) => row.purposes))];
    const texts = abuseTexts(locale, purposeTitles(this.catalogue, purposes, locale));
    const pages: Record<Name, Omit<LinkPage, 'locale'>> = {
      ask: { tone: 'ask', title: texts.heldTitle, text: texts.heldText, button: texts.heldButton, fields: [['seen', newest(shown)]], other: { label: texts.heldOther, answer: 'keep' }, note: texts.heldNote },
      stopped: { tone: 'done', title: texts.stoppedTitle, text: texts.stoppedText },
      kept: { tone: 'done', title: texts.keptTitle, text: texts.keptText },
      closed: { tone: 'gone', title: texts.closedTitle, text: texts.closedText },
    };
    sendPage(reply, status, { locale, ...pages[name] });
  }
}

/** What can be said about the withdrawals of a link: they wait, or what was decided about its own. */
function stateOf(rows: HeldRow[], link: MailLink): Name {
  if (rows.some((row) => row.decided === null)) return link.expired ? 'closed' : 'ask';
  const decided = rows.find((row) => row.id === link.reference)?.decided;
  if (!decided) return 'closed';
  return decided === 'kept' || decided === 'rejected' ? 'kept' : 'stopped';
}
