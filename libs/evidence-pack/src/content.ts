import type { About } from './about.js';
import type { Proofs } from './prove-chains.js';
import type { Acts } from './read-acts.js';
import type { Chains } from './read-chains.js';
import type { PackedMail } from './read-mails.js';
import type { SigningKey } from '#vault';
import type { Texts } from './read-texts.js';
import type { PackRequest, PackSource } from './source.js';

/** Everything of a pack but the opened evidence, which is read while the pack is sent. */
export interface PackContent {
  source: PackSource;
  request: PackRequest;
  /** Whose evidence is opened, as far as it is asked for. */
  openable: ReadonlySet<string>;
  chains: Chains;
  proofs: Proofs;
  texts: Texts;
  mails: PackedMail[];
  acts: Acts;
  about: About;
  /** The keys that sign the statement, the one in use first. */
  signers: SigningKey[];
  /** The `key-changed` events of the ledger, as they were hashed. */
  keyChanges: Uint8Array[];
}
