import { blocksOf } from '#catalogue';
import { WHOLE_PERSON } from '#contracts';
import { factInWords } from '#proof';
import type { Act } from '#propagation';
import type { About } from '../about.js';
import type { PackContent } from '../content.js';
import type { OpenedItem } from '../open-items.js';
import type { ShownText } from '../read-texts.js';
import { ACTORS, BASES, DECIDED, GLOSSARY, LEAD, SHOWN, STATUSES } from './words.js';
import { Sheet } from './sheet.js';
import type { ChainEvent } from '../read-chains.js';
import { Whose } from './whose.js';

/** An opened item with what it says, where it is text. */
export interface DrawnItem {
  opening: OpenedItem['opening'];
  text?: string;
  bytes: number;
}

const HOLDERS: Record<string, string> = { person: 'Person', device: 'Device', ledger: 'The ledger itself' };
const SECOND_MS = 1_000;
const utc = (time: string): string => `${time.slice(0, 19).replace('T', ' ')} UTC`;
const list = (name: string, values: string[] | undefined): string => (values && values.length > 0 ? `; ${name} ${values.join(', ')}` : '');

function outcomeOf({ event: { after } }: ChainEvent): string {
  if (after?.status === undefined) return '';
  const allowed = after.allowed === undefined ? '' : after.allowed ? ', processing allowed' : ', processing not allowed';
  return `${STATUSES[after.status] ?? after.status}${allowed}${list('channels', after.channels)}${list('partners', after.partners)}`;
}

function captureOf({ event: { capture, actor, via } }: ChainEvent): string {
  const how = [capture?.method, capture?.context, capture?.point].filter((one) => one !== undefined).join(', ');
  return `By ${ACTORS[actor.kind] ?? actor.kind}${actor.id.includes('-') && actor.kind !== 'system' ? '' : ` (${actor.id})`}${how ? `; collected by ${how}` : ''}${via ? `; found by ${via}` : ''}`;
}

const begun = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const streamOf = ({ purpose, version, basis }: ChainEvent['event']): string =>
  `${purpose === WHOLE_PERSON ? 'The whole person' : `Purpose ${purpose}`}, version ${version}${basis ? `; ${BASES[basis] ?? basis}` : ''}`;

/** Whether it was said to have been decided at another time than the one beside it, as far as that can be read. */
const isClaimed = ({ occurredAt, recordedAt }: ChainEvent['event']): boolean => Math.abs(Date.parse(occurredAt) - Date.parse(recordedAt)) >= SECOND_MS;

/** The small print of one event. */
function detailsOf(one: ChainEvent): string[] {
  const { event, index } = one;
  const [outcome, fact] = [outcomeOf(one), factInWords(event)];
  return [
    streamOf(event),
    ...(fact === undefined ? [] : [begun(fact)]),
    ...(outcome ? [`Then: ${outcome}`] : []),
    captureOf(one),
    ...(event.notice ? [`Text shown: ${event.notice.id} ${event.notice.version} (${event.notice.locale})`] : []),
    ...(isClaimed(event) ? [`Decided, as was claimed: ${utc(event.occurredAt)}`] : []),
    ...(event.reason ? [`Reason: ${event.reason}`] : []),
    `Event ${event.seq}, log index ${index}, with the hash`,
  ];
}

async function drawTimeline(sheet: Sheet, { chains }: PackContent, whose: Whose): Promise<void> {
  sheet.heading('What happened');
  for (const { person, kind, events } of chains.chains) {
    if (chains.chains.length > 1) sheet.subheading(`${HOLDERS[kind] ?? kind} ${person}${whose.role(person)}`);
    for (const one of events) {
      sheet.entry(utc(one.event.recordedAt), DECIDED[one.event.type] ?? one.event.type, detailsOf(one), one.hash);
      await sheet.pause();
    }
  }
}

function drawText(sheet: Sheet, { title, body, said, sha256 }: ShownText, shownIn: string): void {
  sheet.subheading(title);
  sheet.labelled('Text', said);
  sheet.labelled('Shown in', shownIn);
  sheet.labelled('SHA-256', sha256);
  sheet.rule();
  for (const block of blocksOf(body)) {
    if (block.kind === 'list') block.items.forEach((item) => sheet.item(item));
    else if (block.kind === 'heading') sheet.subheading(block.text);
    else sheet.paragraph(block.text);
  }
}

/** In which events a text was shown: numbers, by holder where there are several. */
function shownIn(events: readonly ChainEvent[], whose: Whose): string {
  const some = events.slice(0, 20);
  const owners = [...new Set(some.map(({ event }) => whose.of(event.event)))];
  const told = owners.map((owner) => `event ${some.filter(({ event }) => whose.of(event.event) === owner).map(({ event }) => event.seq).join(', ')}${owner}`);
  return `${told.join('; ')}${events.length > 20 ? ` and ${events.length - 20} more` : ''}`;
}

function drawTexts(sheet: Sheet, { texts, chains }: PackContent, whose: Whose): void {
  if (texts.notices.length === 0) return;
  sheet.heading('The texts, exactly as they were shown');
  const events = chains.chains.flatMap((chain) => chain.events);
  for (const text of texts.notices) drawText(sheet, text, shownIn(events.filter(({ event: { notice } }) => notice?.sha256 === text.sha256), whose));
}

/** Why no evidence is in a pack. */
function whyNone({ about, chains, openable }: PackContent): string {
  const taken = chains.chains.some(({ events }) => events.some(({ event }) => Object.keys(event.evidence ?? {}).length > 0));
  if (!taken) return 'No evidence was taken with these events: they hold no commitment to any.';
  if (openable.size === 0) return 'What evidence there was of this person was erased: nobody can open it any more. Its commitments stay in the events.';
  if (about.opened.length === 0) return 'No evidence was opened for this pack. The events hold its commitments: it can be opened later, and then nothing else fits.';
  return 'There is no evidence of the kinds that were asked for, or it was erased.';
}

async function drawEvidence(sheet: Sheet, content: PackContent, items: DrawnItem[], whose: Whose): Promise<void> {
  const numbers = new Map(content.chains.chains.flatMap(({ events }) => events.map(({ event }) => [event.event, event.seq])));
  sheet.heading('Evidence');
  if (items.length === 0) sheet.paragraph(whyNone(content));
  for (const { opening, text, bytes } of items) {
    sheet.labelled(`${opening.kind}, event ${numbers.get(opening.event) ?? ''}${whose.of(opening.event)}`, text ?? `file of ${bytes.toLocaleString('en')} bytes: ${opening.file}`);
    await sheet.pause();
  }
}

const DID: Partial<Record<Act['state'], string>> = { parked: 'could not apply it', 'not-mine': 'answered that it holds nothing of this purpose' };

/** An act was late when it came after the deadline; any other answer leaves the act itself open, which the deadline has passed without. */
const lateInWords = (state: Act['state']): string => (state === 'acted' ? ', after its deadline' : ', and has not acted by its deadline');

/** When systems acted: for a lawyer the interval says more than the time. */
const actInWords = ({ system, state, afterMs, late, byVersion }: Act): string => {
  const after = afterMs === undefined ? '' : ` ${Math.abs(afterMs) < 10_000 ? `${afterMs} ms` : `${Math.round(afterMs / 1_000)} s`} after it was recorded`;
  const by = byVersion === undefined ? '' : `, by what it acknowledged of the later version ${byVersion}`;
  return `${system} ${DID[state] ?? 'acted'}${after}${late ? lateInWords(state) : ''}${by}`;
};

async function drawActs(sheet: Sheet, { acts, chains }: PackContent, whose: Whose): Promise<void> {
  if (acts.size === 0) return sheet.paragraph('No system has acknowledged these events.');
  sheet.paragraph('Systems that act on decisions acknowledged, by their own clocks:', true);
  for (const { event } of chains.chains.flatMap(({ events }) => events)) {
    const own = acts.get(event.event);
    if (own) sheet.labelled(`Event ${event.seq}${whose.of(event.event)}, ${event.purpose}`, own.map(actInWords).join('; '));
    await sheet.pause();
  }
}

async function drawStated(sheet: Sheet, content: PackContent, whose: Whose): Promise<void> {
  const { mails, about } = content;
  sheet.heading('Stated by the system, not proven');
  await drawActs(sheet, content, whose);
  for (const { text, sentAt } of mails) {
    sheet.labelled('Mail sent', utc(sentAt));
    sheet.paragraph(text, true);
  }
  if (mails.length > 0) sheet.paragraph(about.stated.mails[0]?.note ?? '', true);
  else sheet.paragraph('No mail of a double opt-in is noted.');
  sheet.heading('Not in this pack');
  for (const one of about.notIncluded) sheet.item(one);
}

function drawErased(sheet: Sheet, { chains }: About): void {
  for (const { person, erased } of chains) {
    if (!erased) continue;
    const kept = erased.kept.length > 0 ? ` Kept, by law or claim: ${erased.kept.map((one) => Object.values(one as object).join(' ')).join('; ')}.` : '';
    sheet.box(`Erased on ${utc(erased.at)}, ground: ${erased.ground}`, `With this event addresses, evidence and the key of ${person} are destroyed; that destroying a key equals erasure is a legal view. The events remain, and name nobody.${kept}`);
  }
  const waiting = chains.reduce((sum, chain) => sum + chain.waiting, 0);
  if (waiting > 0) sheet.box(`${waiting} newer events are not in this pack`, 'No signed checkpoint commits to them yet. A pack asked for a moment later has them.');
}

/** The pack for reading, as PDF: what happened, under which texts, and what each hash shows. It proves nothing by itself. */
export async function drawPack(content: PackContent, items: DrawnItem[]): Promise<Buffer> {
  const { about, chains, signers } = content;
  const whose = new Whose(chains.chains);
  const sheet = new Sheet({ title: 'Evidence of consent', subject: `Holder ${content.request.person}`, madeAt: new Date(about.madeAt), footer: 'For reading. What counts is in the signed files of this pack: see VERIFY.md.' });
  sheet.title('Evidence of consent', LEAD);
  for (const { person, kind, events } of about.chains) sheet.labelled(HOLDERS[kind] ?? kind, `${person}${whose.role(person)}, ${events === 1 ? '1 event' : `${events} events`}`);
  sheet.labelled('Ledger', about.ledger);
  sheet.labelled('Made', utc(about.madeAt));
  sheet.labelled('Signed log', `${about.size.toLocaleString('en')} events, root ${Buffer.from(chains.checkpoint.root).toString('base64')}`);
  sheet.labelled('Log key', signers.map(({ verifier }) => verifier.split('+', 2).join('+')).join(', '));
  sheet.rule();
  drawErased(sheet, about);
  sheet.box('What this shows', SHOWN);
  await drawTimeline(sheet, content, whose);
  drawTexts(sheet, content, whose);
  await drawEvidence(sheet, content, items, whose);
  await drawStated(sheet, content, whose);
  sheet.heading('What each hash shows');
  for (const [name, text] of Object.entries(GLOSSARY)) sheet.labelled(name, text);
  return sheet.finish();
}
