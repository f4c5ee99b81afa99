// The population of the benchmark: 200,000 people, ten purposes; every request is a change.
const CONSENT = ['newsletter', 'electronic-marketing', 'market-research', 'personalisation', 'event-follow-up', 'likeness-publication'];
const INTEREST = ['marketing-reach', 'network-security', 'business-administration', 'service-improvement'];
const PURPOSES = [...CONSENT, ...INTEREST];
const NOTICE = { id: 'portal-login', version: '1.3', locale: 'sv' };

/** Bodies for POST /v1/consents. Each (person, purpose) is switched back and forth, so that every answer is a 201. */
export function population({ people, known }) {
  const on = new Uint8Array(people * PURPOSES.length);
  let fresh = known;
  const emailOf = (person) => `person.${person}@bench.example`;
  const body = (person, slot) => {
    const purpose = PURPOSES[slot];
    const at = person * PURPOSES.length + slot;
    on[at] ^= 1;
    const consent = slot < CONSENT.length;
    const decision = consent ? (on[at] ? 'grant' : 'withdraw') : on[at] ? 'object' : 'lift';
    return {
      subject: { email: emailOf(person) },
      decisions: [{ purpose, decision }],
      ...(decision === 'grant' && { notice: NOTICE }),
      capture: { context: 'portal-login', method: 'switch', point: 'bench' },
    };
  };
  return {
    /** A request of the measured load: a tenth of them new people, the rest spread over those who are known. */
    next() {
      const isNew = Math.random() < 0.1 && fresh < people;
      const person = isNew ? fresh++ : Math.floor(Math.random() * known);
      return body(person, Math.floor(Math.random() * PURPOSES.length));
    },
    /** One request for each known person, in turn: the seed. */
    seed() {
      let person = 0;
      return () => (person < known ? body(person, person++ % PURPOSES.length) : undefined);
    },
    check() {
      return { subject: { email: emailOf(Math.floor(Math.random() * known)) }, purpose: PURPOSES[Math.floor(Math.random() * PURPOSES.length)] };
    },
  };
}
