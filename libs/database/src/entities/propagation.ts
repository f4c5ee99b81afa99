import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

// Who acts on decisions, and who did.

/** A downstream system that registered: what it acts on (null: everything), and how soon it must. */
@Entity('systems')
export class SystemRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'systems_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'systems_pkey' }) id: string;
  @Column('text', { array: true, nullable: true }) purposes: string[] | null;
  @Column('integer', { name: 'deadline_ms' }) deadlineMs: number;
  @Column('timestamptz', { name: 'added_at' }) addedAt: Date;
  /** Log index up to which its acknowledgements have been demanded. */
  @Column('bigint') checked: string;
}

/** What a system said of an event: its own statement, by its own clock. */
@Entity('acknowledgements')
export class AcknowledgementRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'acknowledgements_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'acknowledgements_pkey' }) person: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'acknowledgements_pkey' }) event: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'acknowledgements_pkey' }) system: string;
  @Column('text') purpose: string;
  @Column('integer') version: number;
  @Column('text') outcome: string;
  @Column('timestamptz', { name: 'applied_at' }) appliedAt: Date;
  @Column('timestamptz', { name: 'heard_at' }) heardAt: Date;
}

/** A withdrawal that a system had not acknowledged by its deadline. */
@Entity('overdue')
@Index('overdue_open', ['ledger', 'system'], { where: 'acted_at IS NULL' })
@Index('overdue_alarm', ['ledger', 'actedAt'], { where: `alarm IS NULL OR alarm = 'open'` })
export class OverdueRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'overdue_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'overdue_pkey' }) person: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'overdue_pkey' }) event: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'overdue_pkey' }) system: string;
  @Column('text') purpose: string;
  @Column('integer') version: number;
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
  @Column('timestamptz', { name: 'acted_at', nullable: true }) actedAt: Date | null;
  /** `open`: an alarm told it; `over`: it told its end too. */
  @Column('text', { nullable: true }) alarm: 'open' | 'over' | null;
}
