import type { Pool } from 'pg';
import type { ConsumedEvent, ConsumedState, Transaction } from '#consumer';

type Told = ConsumedState | ConsumedEvent['data'];

/** Keeps in which language the text of each consent was shown, in the transaction that applies it, one statement for all. */
export async function keepLocales(told: readonly Told[], transaction: Transaction): Promise<void> {
  const newest = new Map<string, string>();
  for (const { person, purpose, allowed, notice } of told) if (purpose === 'newsletter' && allowed && notice) newest.set(person, notice.locale);
  if (newest.size === 0) return;
  const text = `
    INSERT INTO newsletter.locales (person, locale) SELECT * FROM unnest($1::uuid[], $2::text[])
    ON CONFLICT (person) DO UPDATE SET locale = EXCLUDED.locale WHERE newsletter.locales.locale <> EXCLUDED.locale`;
  await transaction.query({ name: 'keep-locales', text, values: [[...newest.keys()], [...newest.values()]] });
}

/** In which language a person is written to: as he wishes, else as he was when he said yes. */
export async function readLocale(pool: Pool, person: string): Promise<string | undefined> {
  const text = `
    SELECT COALESCE(s.preferences ->> 'language', l.locale) AS locale
    FROM samtycke_consumer.consent_state s LEFT JOIN newsletter.locales l ON l.person = s.person
    WHERE s.purpose = 'newsletter' AND s.person = $1`;
  const { rows } = await pool.query<{ locale: string | null }>(text, [person]);
  return rows[0]?.locale ?? undefined;
}
