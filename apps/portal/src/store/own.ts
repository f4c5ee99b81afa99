/** SQL: whether `person` is $1 or was merged into him, also by way of somebody else: a second merge leaves the first as it is. */
export const OWN = `person IN (
  WITH RECURSIVE own (person) AS (SELECT $1::uuid UNION SELECT m.person FROM portal.merged m JOIN own ON m.into_person = own.person)
  SELECT person FROM own)`;
