import type { ConsumedEvent, ConsumedState, Transaction } from '#consumer';
import { WHOLE_PERSON } from '#contracts';
import { SEGMENTATION, STATISTICS } from '../purposes.js';
import { forget, type Forgotten } from '../store/forget.js';

/** Lines that one transaction adds to the log at most: the newest. */
const MOST_LINES = 200;

const ends = ({ purpose, allowed, erased }: ConsumedState, one: string): boolean =>
  purpose === one ? allowed !== true : purpose === WHOLE_PERSON && erased === true;

const devicesWhose = (states: readonly ConsumedState[], purpose: string): string[] => [
  ...new Set(states.filter((state) => ends(state, purpose)).map(({ person }) => person)),
];

/** Deletes what these states no longer allow, whatever type of event or record brought them. */
const forgetBy = (states: readonly ConsumedState[], transaction: Transaction): Promise<Forgotten> =>
  forget(transaction, devicesWhose(states, STATISTICS), devicesWhose(states, SEGMENTATION));

/** What was learnt from the state topic, without its events: what it forbids to hold goes. */
export async function forgetLearnt(states: readonly ConsumedState[], transaction: Transaction): Promise<void> {
  await forgetBy(states, transaction);
}

interface Line {
  event: ConsumedEvent;
  views: number;
  profiles: number;
}

/** What was deleted is told once for each device: on the first of its events that asked for it. */
function linesOf(events: readonly ConsumedEvent[], { views, profiles }: Forgotten): Line[] {
  return events.map((event) => {
    const { data } = event;
    const line: Line = { event, views: 0, profiles: 0 };
    if (ends(data, STATISTICS)) {
      line.views = views.get(data.person) ?? 0;
      views.delete(data.person);
    }
    if (ends(data, STATISTICS) || ends(data, SEGMENTATION)) line.profiles = profiles.delete(data.person) ? 1 : 0;
    return line;
  });
}

const isTold = ({ event: { type, data }, views, profiles }: Line): boolean =>
  views + profiles > 0 || (data.purpose !== WHOLE_PERSON && type !== 'decision-recorded');

const NOTE = `
  INSERT INTO analytics.reactions (at, recorded_at, type, purpose, reason, allowed, views_deleted, profiles_deleted)
  SELECT $1::timestamptz, * FROM unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::int[], $8::int[])`;

async function note(lines: readonly Line[], transaction: Transaction): Promise<void> {
  if (lines.length === 0) return;
  const data = lines.map(({ event }) => event.data);
  await transaction.query(NOTE, [
    new Date(),
    data.map(({ recordedAt }) => recordedAt),
    lines.map(({ event }) => event.type),
    data.map(({ purpose }) => purpose),
    data.map(({ reason }) => reason ?? null),
    data.map(({ allowed }) => allowed ?? false),
    lines.map(({ views }) => views),
    lines.map(({ profiles }) => profiles),
  ]);
}

/** Acts on newly applied events in the consumer's transaction: deletes what they forbid to hold, and notes that it did. */
export async function react(events: readonly ConsumedEvent[], transaction: Transaction): Promise<void> {
  const forgotten = await forgetBy(events.map(({ data }) => data), transaction);
  await note(linesOf(events, forgotten).filter(isTold).slice(-MOST_LINES), transaction);
}
