import type { Pool } from 'pg';
import type { LeftOut } from './recipients.js';

/** What an issue is about and in which language it is written; null: of interest to all. */
export interface Kind {
  topic: string | null;
  language: string | null;
}

/** `s` is the row of consent_state, `p` the person's own row; `$1` is now. */
export const FROM = 'FROM samtycke_consumer.consent_state s LEFT JOIN samtycke_consumer.persons p ON p.person = s.person';

/** A pause is the person's wish for quiet; the consent stands. */
export const PAUSED = `(COALESCE((s.preferences ->> 'pausedUntil')::timestamptz > $1, false) OR COALESCE(p.paused_until > $1, false))`;

/** Who wishes for an issue a month or a quarter gets none sooner than 28 or 90 days after the last that was sent to him, or may have been. */
export const TOO_SOON = `
  CASE WHEN s.preferences ->> 'frequency' IN ('monthly', 'quarterly') THEN EXISTS (
    SELECT 1 FROM newsletter.recipients got WHERE got.person = s.person AND (got.state IN ('sent', 'sending') OR got.reason = 'unclear')
      AND got.changed_at > $1::timestamptz - CASE s.preferences ->> 'frequency' WHEN 'monthly' THEN interval '28 days' ELSE interval '90 days' END)
  ELSE false END`;

/** Who has named topics wishes for no other; who has named none wishes for all. `parameter` is the topic. */
export const otherTopic = (parameter: string): string =>
  `CASE WHEN jsonb_array_length(s.preferences -> 'topics') > 0 THEN COALESCE(NOT ((s.preferences -> 'topics') ? ${parameter}::text), false) ELSE false END`;

export const otherLanguage = (parameter: string): string => `COALESCE(s.preferences ->> 'language' <> ${parameter}::text, false)`;

/** Which wish of a person speaks against sending him an issue at `now`; undefined: none. */
export async function againstWishes(pool: Pool, person: string, { topic, language }: Kind, now: Date): Promise<LeftOut | undefined> {
  const text = `
    SELECT CASE WHEN ${PAUSED} THEN 'paused' WHEN ${otherTopic('$3')} THEN 'topic' WHEN ${otherLanguage('$4')} THEN 'language' WHEN ${TOO_SOON} THEN 'too-soon' END AS against
    ${FROM} WHERE s.purpose = 'newsletter' AND s.person = $2`;
  const { rows } = await pool.query<{ against: LeftOut | null }>({ name: 'against-wishes', text, values: [now, person, topic, language] });
  return rows[0]?.against ?? undefined;
}
