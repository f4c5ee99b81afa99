import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

// Tables that belong to a person: ledger and person stand in every unique key, so that they can be spread by person.

/** The person's row counts `seq` over all of that person's events; it is the lock that every append takes. */
@Entity('persons')
export class PersonRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'persons_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'persons_pkey' }) person: string;
  @Column('text') kind: string;
  @Column('integer') seq: number;
  /** How many events the last append wrote: what it expected to find is seq - step. */
  @Column('integer') step: number;
  /** Times in microseconds since 1970. */
  @Column('bigint', { name: 'recorded_us' }) recordedUs: string;
  @Column('bigint', { name: 'known_us' }) knownUs: string;
  /** Leaf hash of event `seq`: the next event's `prev`. */
  @Column('bytea') hash: Buffer;
  /** Effective values of `~person` (JSON), once there is such an event. */
  @Column('text', { nullable: true }) state: string | null;
}

@Entity('person_keys')
export class PersonKeyRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'person_keys_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'person_keys_pkey' }) person: string;
  @Column('text') master: string;
  @Column('bytea') wrapped: Buffer;
}

/** One event: its canonical bytes, and columns that only repeat members of them, for indexes. */
@Entity('events')
@Unique('events_seq', ['ledger', 'person', 'seq'])
@Unique('events_request', ['ledger', 'person', 'request', 'ordinal'])
export class EventRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'events_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'events_pkey' }) person: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'events_pkey' }) purpose: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'events_pkey' }) version: number;
  @Column('integer') seq: number;
  @Column('uuid') request: string;
  @Column('smallint') ordinal: number;
  @Column('uuid') event: string;
  @Column('text') type: string;
  @Column('timestamptz', { name: 'recorded_at' }) recordedAt: Date;
  @Column('timestamptz', { name: 'occurred_at' }) occurredAt: Date;
  @Column('bytea') bytes: Buffer;
}

/** The state of a stream: the fold of its events, written with each of them. */
@Entity('heads')
@Index('heads_due', ['ledger', 'validUntil', 'person', 'purpose'], { where: 'valid_until IS NOT NULL' })
export class HeadRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'heads_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'heads_pkey' }) person: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'heads_pkey' }) purpose: string;
  @Column('integer') version: number;
  @Column('text') status: string;
  @Column('boolean') allowed: boolean;
  @Column('timestamptz', { name: 'valid_until', nullable: true }) validUntil: Date | null;
  @Column('text') state: string;
}

/** Events that have no log index yet. */
@Entity('outbox')
export class OutboxRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'outbox_pkey' }) ledger: number;
  @PrimaryColumn('timestamptz', { name: 'recorded_at', primaryKeyConstraintName: 'outbox_pkey' }) recordedAt: Date;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'outbox_pkey' }) person: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'outbox_pkey' }) seq: number;
}

/** A device that a person was seen to use: at a confirmed mail or a sign-in. */
@Index('links_device', ['ledger', 'device'])
@Entity('links')
export class LinkRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'links_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'links_pkey' }) person: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'links_pkey' }) device: string;
}

/** Sealed evidence items of one event; deleted with the person's key. */
@Entity('evidence')
export class EvidenceRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'evidence_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'evidence_pkey' }) person: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'evidence_pkey' }) event: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'evidence_pkey' }) kinds: string;
  @Column('bytea') sealed: Buffer;
}

/** A right that was asked for: a projection of `right-requested` and `right-closed`; an erasure closes what is open. */
@Entity('rights')
@Index('rights_open', ['ledger', 'due'], { where: 'closed_at IS NULL' })
export class RightRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'rights_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'rights_pkey' }) person: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'rights_pkey' }) event: string;
  @Column('text') right: string;
  @Column('timestamptz', { name: 'asked_at' }) askedAt: Date;
  @Column('timestamptz') due: Date;
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
  @Column('text', { nullable: true }) outcome: string | null;
}

/** Who was merged into whom, for those who ask from the other end: a projection of `person-merged` and `person-split`. */
@Entity('merges')
@Index('merges_into', ['ledger', 'intoPerson'])
export class MergeRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'merges_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'merges_pkey' }) person: string;
  @Column('uuid', { name: 'into_person' }) intoPerson: string;
}

/** When what the last event of a stream says ends by itself: a projection. */
@Entity('timers')
@Index('timers_until', ['ledger', 'until'])
export class TimerRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'timers_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'timers_pkey' }) person: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'timers_pkey' }) purpose: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'timers_pkey' }) kind: string;
  @Column('uuid') event: string;
  @Column('timestamptz') until: Date;
}

/** A ground on which nothing of a person may be erased by retention. */
@Entity('holds')
export class HoldRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'holds_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'holds_pkey' }) person: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'holds_pkey' }) id: string;
  @Column('text') ground: string;
  @Column('timestamptz') since: Date;
  @Column('timestamptz', { nullable: true }) until: Date | null;
  @Column('text', { name: 'set_by' }) setBy: string;
}

/** A consent that was given, and under what: a projection. Ended: by a later decision, not by its time alone. */
@Entity('grants')
@Index('grants_search', { synchronize: false })
export class GrantRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'grants_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'grants_pkey' }) person: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'grants_pkey' }) purpose: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'grants_pkey' }) version: number;
  @Column('text') kind: string;
  @Column('uuid') event: string;
  @Column('timestamptz', { name: 'granted_at' }) grantedAt: Date;
  @Column('timestamptz', { name: 'recorded_at' }) recordedAt: Date;
  @Column('text') notice: string;
  @Column('text', { name: 'notice_version' }) noticeVersion: string;
  @Column('text') locale: string;
  @Column('text', { nullable: true }) context: string | null;
  @Column('text', { nullable: true }) method: string | null;
  @Column('text', { nullable: true }) point: string | null;
  @Column('timestamptz', { name: 'valid_until', nullable: true }) validUntil: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  /** The type of the event that ended it, with its reason where it has one. */
  @Column('text', { name: 'ended_by', nullable: true }) endedBy: string | null;
}

/** An event that systems were told of and that the ledger lost with what a database that was put back did not hold; noted by `samtycke recover`. */
@Entity('lost_events')
export class LostEventRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'lost_events_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'lost_events_pkey' }) person: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'lost_events_pkey' }) event: string;
  @Column('text') purpose: string;
  @Column('integer') version: number;
  @Column('text') type: string;
  @Column('timestamptz', { name: 'recorded_at' }) recordedAt: Date;
  @Column('timestamptz', { name: 'found_at' }) foundAt: Date;
  @Column('text') outcome: string;
}
