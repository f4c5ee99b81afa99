import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

// Tables that belong to the ledger as a whole. No foreign key leads from or to a person's tables.

@Entity('ledgers')
@Unique('ledgers_origin', ['origin'])
export class LedgerRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'ledgers_pkey' }) id: number;
  @Column('text') origin: string;
}

/** An identifier of a person, found by keyed hash, sealed with the person's key. */
@Entity('identifiers')
@Index('identifiers_person', ['ledger', 'person'])
export class IdentifierRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'identifiers_pkey' }) ledger: number;
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'identifiers_pkey' }) lookup: Buffer;
  @Column('uuid') id: string;
  @Column('text') kind: string;
  @Column('uuid') person: string;
  @Column('bytea') sealed: Buffer;
  /** How many keys lie around the look-up. */
  @Column('smallint') generation: number;
}

/** The first answer to a call, for the life of the ledger. */
@Entity('idempotency')
export class IdempotencyRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'idempotency_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_pkey' }) scope: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_pkey' }) key: string;
  @Column('bytea', { name: 'body_hash' }) bodyHash: Buffer;
  @Column('uuid') request: string;
  @Column('text') answer: string;
}

/** The log: contiguous indices over all events, in the order in which the sequencer saw them. */
@Entity('leaves')
@Unique('leaves_seq', ['ledger', 'person', 'seq'])
export class LeafRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'leaves_pkey' }) ledger: number;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'leaves_pkey' }) idx: string;
  @Column('uuid') person: string;
  @Column('integer') seq: number;
  @Column('uuid') event: string;
  @Column('bytea') hash: Buffer;
}

/** Who may do what must run once, and the positions that only he moves. `fencing` rises with each new leader. */
@Entity('leases')
export class LeaseRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'leases_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'leases_pkey' }) role: string;
  @Column('uuid') holder: string;
  @Column('bigint') fencing: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  /** Next index to do: to give (sequencer), to send (publisher), to work off (worker). */
  @Column('bigint') next: string;
}

/** Tokens sent by mail: single use, expiring, only their hash. */
@Entity('tokens')
@Index('tokens_person', ['ledger', 'person'])
@Index('tokens_expires', ['ledger', 'expiresAt', 'hash'])
export class TokenRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'tokens_pkey' }) ledger: number;
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'tokens_pkey' }) hash: Buffer;
  @Column('uuid') person: string;
  @Column('text') purpose: string;
  @Column('uuid') event: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}

/** Material changes of notices for which every consent was looked at: nothing is left to withdraw. */
@Entity('notice_sweeps')
export class NoticeSweepRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'notice_sweeps_pkey' }) ledger: number;
  /** The `notice-published` event of the change. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'notice_sweeps_pkey' }) event: string;
  @Column('timestamptz', { name: 'swept_at' }) sweptAt: Date;
}

/** Mails that were handed over, so that a restart sends none twice and a thousand requests send one. */
@Entity('mails')
@Index('mails_person', ['ledger', 'person'])
export class MailRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'mails_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'mails_pkey' }) kind: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'mails_pkey' }) event: string;
  @Column('uuid') person: string;
  @Column('timestamptz', { name: 'sent_at' }) sentAt: Date;
}

/** Mails that have yet to leave: a queue behind cursors over the log. `reference` is what a mail is noted under once it left. */
@Entity('due_mails')
@Index('due_mails_due', ['ledger', 'dueAt'])
export class DueMailRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'due_mails_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'due_mails_pkey' }) person: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'due_mails_pkey' }) kind: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'due_mails_pkey' }) reference: string;
  /** The person's event that it is about. */
  @Column('integer') seq: number;
  @Column('integer') tries: number;
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
}

/** An identifier of somebody who was erased, as a hash under keys of its own: nobody takes him up again but himself. */
@Entity('suppressions')
export class SuppressionRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'suppressions_pkey' }) ledger: number;
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'suppressions_pkey' }) lookup: Buffer;
  @Column('timestamptz') since: Date;
  /** How many keys lie around the look-up. */
  @Column('smallint') generation: number;
}

/**
 * Where a chain of keys (`lookup`, `suppression`, `master`) stands; no row before its first rotation. Even phases are at
 * rest, odd ones are rotations under way. `key` names the newest key in use: a fingerprint, or the master key's name.
 */
@Entity('key_chains')
export class KeyChainRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'key_chains_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'key_chains_pkey' }) chain: 'lookup' | 'suppression' | 'master';
  @Column('integer') phase: number;
  @Column('text') key: string;
}

/** The transparency log's signed checkpoints, one for each size; never changed. */
@Entity('checkpoints')
export class CheckpointRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'checkpoints_pkey' }) ledger: number;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'checkpoints_pkey' }) size: string;
  @Column('bytea') root: Buffer;
  @Column('timestamptz', { name: 'signed_at' }) signedAt: Date;
  @Column('text') note: string;
}
