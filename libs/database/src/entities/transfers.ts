import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far the import of a file for a purpose is (`samtycke import`). Belongs to the ledger as a whole. */
@Entity('imports')
export class ImportRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'imports_pkey' }) ledger: number;
  /** Keyed hash of the file's bytes. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'imports_pkey' }) file: Buffer;
  /** The purpose of all rows; empty where the rows name theirs. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'imports_pkey' }) purpose: string;
  /** Keyed hash of the mapping and the system; none where a version that kept none began the import. */
  @Column('bytea', { nullable: true }) mapping: Buffer | null;
  /** The system whose records they are: the actor of the events. */
  @Column('text') system: string;
  @Column('text', { name: 'started_by' }) startedBy: string;
  /** The run that goes on with it; an older one stops. */
  @Column('uuid') runner: string;
  @Column('timestamptz', { name: 'started_at' }) startedAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
  @Column('bigint') done: string;
  @Column('bigint') reserved: string;
  @Column('bigint') applied: string;
  @Column('bigint') late: string;
  @Column('bigint') unchanged: string;
  @Column('bigint') refused: string;
}
