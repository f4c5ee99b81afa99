import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

// Who acts on decisions, and who did.

/** A downstream system that registered: what it acts on (null: everything), and how soon it must. */
@Entity('systems')
export class SystemRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'systems_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'systems_pkey' }) id: string;
  @Column('text', { array: true, nullable: true }) purposes: string[] | null;
  @Column('bigint', { name: 'deadline_ms' }) deadlineMs: string;
  @Column('timestamptz', { name: 'added_at' }) addedAt: Date;
  /** Log index up to which its acknowledgements have been demanded. */
  @Column('bigint') checked: string;
  /** Since when it acts on a purpose, where that is not when it was registered; `*`: on those that are not named. */
  @Column('jsonb', { nullable: true }) begun: Record<string, string> | null;
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
@Index('overdue_open', ['ledger', 'system', 'person', 'purpose', 'version'], { where: 'acted_at IS NULL' })
@Index('overdue_due', ['ledger', 'dueAt'])
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

/** How many withdrawals recorded in a step of time a system acted on after about so long; names nobody. */
@Entity('delays')
export class DelayRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'delays_pkey' }) ledger: number;
  /** Length of the step in seconds. */
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'delays_pkey' }) step: number;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'delays_pkey' }) at: Date;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'delays_pkey' }) system: string;
  @PrimaryColumn('boolean', { primaryKeyConstraintName: 'delays_pkey' }) canary: boolean;
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'delays_pkey' }) bucket: number;
  @Column('integer') count: number;
  @Column('bigint', { name: 'slowest_ms' }) slowestMs: string;
  @Column('timestamptz', { name: 'last_at' }) lastAt: Date;
}

/** Who is nobody: granted and withdrawn to prove the path. */
@Entity('canaries')
export class CanaryRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'canaries_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'canaries_pkey' }) person: string;
  @Column('text') kind: string;
  @Column('timestamptz', { name: 'made_at' }) madeAt: Date;
}

/** What became of the canary's last withdrawal at a system. */
@Entity('canary_results')
export class CanaryResultRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'canary_results_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'canary_results_pkey' }) system: string;
  @Column('boolean') failing: boolean;
  /** Since when it fails, or does not. */
  @Column('timestamptz') since: Date;
  @Column('timestamptz', { name: 'tried_at' }) triedAt: Date;
  @Column('bigint', { name: 'after_ms', nullable: true }) afterMs: string | null;
  @Column('timestamptz', { name: 'succeeded_at', nullable: true }) succeededAt: Date | null;
  @Column('bigint') failures: string;
}
