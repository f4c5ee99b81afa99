import { Column, Entity, PrimaryColumn } from 'typeorm';

// Counts by day (UTC). They name nobody, and nothing in them leads to anybody.

/** How often a text was shown, and how it was answered, by who collects and where. */
@Entity('notice_counts')
export class NoticeCountRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'notice_counts_pkey' }) ledger: number;
  @PrimaryColumn('date', { primaryKeyConstraintName: 'notice_counts_pkey' }) day: string;
  /** Owner of the key that showed or sent it; `~mail`: a link in a mail. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notice_counts_pkey' }) source: string;
  /** The collection point; empty where none was named. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notice_counts_pkey' }) point: string;
  /** Empty, as version and locale are, where a "no" named no text. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notice_counts_pkey' }) notice: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notice_counts_pkey' }) version: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notice_counts_pkey' }) locale: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notice_counts_pkey' }) what: string;
  @Column('bigint') count: string;
}

/** How often links of a kind in mails were opened (by people and by scanners), and pressed. */
@Entity('link_counts')
export class LinkCountRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'link_counts_pkey' }) ledger: number;
  @PrimaryColumn('date', { primaryKeyConstraintName: 'link_counts_pkey' }) day: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'link_counts_pkey' }) link: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'link_counts_pkey' }) what: string;
  @Column('bigint') count: string;
}
