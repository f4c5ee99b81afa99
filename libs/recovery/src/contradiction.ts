/** The database holds something that the signed log contradicts, or the log itself does: an operator must look. */
export class Contradiction extends Error {
  readonly code = 'chain_damaged';
}
