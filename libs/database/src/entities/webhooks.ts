import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

// Systems that are told over HTTP. The tables belong to the ledger: a place in the queue is a place in the log.

/** Where a system is told, and up to where in the log it was taken up. Secrets are encrypted (JWE). */
@Entity('webhooks')
export class WebhookRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'webhooks_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'webhooks_pkey' }) system: string;
  @Column('text') url: string;
  @Column('text') state: 'active' | 'disabled';
  @Column('text') secret: string;
  /** The secret before, which signs beside the other until `oldUntil`. */
  @Column('text', { name: 'old_secret', nullable: true }) oldSecret: string | null;
  @Column('timestamptz', { name: 'old_until', nullable: true }) oldUntil: Date | null;
  @Column('bigint') next: string;
  /** Another with each registration. */
  @Column('uuid', { nullable: true }) registration: string | null;
}

/**
 * What a system has yet to be told. `delivered` and `given-up` (or parked by the receiver): not yet acknowledged on Kafka;
 * then a delivered one is removed and a given-up one is `parked`.
 */
@Entity('webhook_queue')
@Index('webhook_queue_due', ['ledger', 'system', 'dueAt', 'idx'], { where: `state = 'waiting'` })
@Index('webhook_queue_person', ['ledger', 'system', 'person', 'idx'], { where: `state = 'waiting'` })
@Index('webhook_queue_unsaid', ['ledger', 'idx'], { where: `state = 'delivered' OR state = 'given-up'` })
@Index('webhook_queue_parked', ['ledger', 'system', 'idx'], { where: `state = 'given-up' OR state = 'parked'` })
export class WebhookQueueRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'webhook_queue_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'webhook_queue_pkey' }) system: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_queue_pkey' }) person: string;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'webhook_queue_pkey' }) idx: string;
  @Column('uuid') event: string;
  @Column('text') purpose: string;
  @Column('integer') version: number;
  /** The person's erasure: it goes before what waits of him, and in its place. */
  @Column('boolean') erases: boolean;
  @Column('text') state: 'waiting' | 'delivered' | 'given-up' | 'parked';
  @Column('integer') tries: number;
  @Column('timestamptz', { name: 'first_at', nullable: true }) firstAt: Date | null;
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
  @Column('text', { nullable: true }) problem: string | null;
  @Column('text', { nullable: true }) outcome: string | null;
  @Column('timestamptz', { name: 'applied_at', nullable: true }) appliedAt: Date | null;
}

/** How deliveries went, for metrics: counted by the worker, shown by the api. */
@Entity('webhook_counts')
export class WebhookCountRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'webhook_counts_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'webhook_counts_pkey' }) system: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'webhook_counts_pkey' }) outcome: string;
  @Column('bigint') deliveries: string;
  @Column('double precision') seconds: number;
  @Column('bigint', { array: true }) buckets: string[];
}
