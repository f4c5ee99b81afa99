/**
 * SQL: whether `s`, a row of the consumer's state, allows its purpose at this moment, by the database's clock: as its
 * last version said, not beyond its end, never for somebody erased, and not while a message that may have been a
 * withdrawal lies parked.
 */
export const ALLOWED_NOW = `
  s.allowed AND s.parked_version <= s.version AND (s.valid_until IS NULL OR s.valid_until > clock_timestamp())
  AND NOT EXISTS (SELECT 1 FROM samtycke_consumer.persons p WHERE p.person = s.person AND (p.erased OR p.parked_version > p.version))`;
