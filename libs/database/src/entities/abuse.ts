import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

// Tables of the ledger as a whole that guard its public door, and files on their way to an event.

/** How many calls of a kind came from one source (keyed hash of network and site key) in five minutes. */
@Entity('rates')
export class RateRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'rates_pkey' }) ledger: number;
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'rates_pkey' }) source: Buffer;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'rates_pkey' }) kind: string;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'rates_pkey' }) slot: string;
  @Column('integer') calls: number;
}

/** A withdrawal that was accepted and waits: what it says is sealed, and gone once it is done. */
@Entity('held_withdrawals')
@Index('held_withdrawals_waiting', ['ledger', 'lookup', 'digest'], { unique: true, where: 'decided IS NULL' })
@Index('held_withdrawals_open', ['ledger', 'releaseAt'], { where: 'done_at IS NULL' })
export class HeldWithdrawalRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'held_withdrawals_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'held_withdrawals_pkey' }) id: string;
  @Column('bytea') lookup: Buffer;
  @Column('bytea') digest: Buffer;
  @Column('text') site: string;
  @Column('text', { array: true }) purposes: string[];
  @Column('text', { nullable: true }) master: string | null;
  @Column('bytea', { nullable: true }) wrapped: Buffer | null;
  @Column('bytea', { nullable: true }) sealed: Buffer | null;
  @Column('timestamptz', { name: 'held_at' }) heldAt: Date;
  @Column('timestamptz', { name: 'release_at' }) releaseAt: Date;
  @Column('timestamptz', { name: 'asked_at', nullable: true }) askedAt: Date | null;
  @Column('text', { nullable: true }) decided: string | null;
  @Column('text', { name: 'decided_by', nullable: true }) decidedBy: string | null;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt: Date | null;
  @Column('timestamptz', { name: 'done_at', nullable: true }) doneAt: Date | null;
}

/** A mailed link: only the hash of its token, whom it was sent to, and what it is about. */
@Entity('mail_links')
@Index('mail_links_person', ['ledger', 'person'])
export class MailLinkRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'mail_links_pkey' }) ledger: number;
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'mail_links_pkey' }) hash: Buffer;
  @Column('text') kind: string;
  @Column('uuid') person: string;
  @Column('uuid') reference: string;
  @Column('uuid') identifier: string;
  @Column('text') locale: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}

/** A file that no event holds yet; without a size it is still coming in, or never came whole. */
@Entity('uploads')
export class UploadRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'uploads_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'uploads_pkey' }) id: string;
  @Column('text') owner: string;
  @Column('text') master: string;
  @Column('bytea') wrapped: Buffer;
  @Column('text') media: string;
  @Column('integer', { nullable: true }) size: number | null;
  @Column('timestamptz', { name: 'made_at' }) madeAt: Date;
}

@Entity('upload_parts')
export class UploadPartRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'upload_parts_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'upload_parts_pkey' }) upload: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'upload_parts_pkey' }) number: number;
  @Column('bytea') sealed: Buffer;
}
