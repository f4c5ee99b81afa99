/** Purposes that are no purpose: facts about a whole person, and facts of the ledger itself. */
export const WHOLE_PERSON = '~person';
export const LEDGER_PURPOSE = '~ledger';
/** The person under which the facts of the ledger itself stand. */
export const LEDGER_PERSON = '00000000-0000-0000-0000-000000000000';
