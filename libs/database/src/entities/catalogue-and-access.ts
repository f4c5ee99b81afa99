import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** Every purpose as it ever stood: `body` is the RFC 8785 text whose hash is `definition`. */
@Entity('purposes')
export class PurposeRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'purposes_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'purposes_pkey' }) definition: string;
  @Column('text') id: string;
  @Column('text') body: string;
}

/** Every notice ever named: `document` is the RFC 8785 text whose hash is `sha256`. */
@Entity('notices')
export class NoticeRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'notices_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notices_pkey' }) id: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notices_pkey' }) version: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'notices_pkey' }) locale: string;
  @Column('text') sha256: string;
  @Column('text') document: string;
  /** What the text is based on (JSON), outside the hash. */
  @Column('text', { name: 'based_on' }) basedOn: string;
}

/** Catalogues as they were loaded; the newest is in force. */
@Entity('catalogues')
export class CatalogueRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'catalogues_pkey' }) ledger: number;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'catalogues_pkey' }) number: number;
  @Column('text') sha256: string;
  @Column('text') body: string;
}

/** Catalogues that came with Samtycke; every other is an operator's own. */
@Entity('shipped_catalogues')
export class ShippedCatalogueRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'shipped_catalogues_pkey' }) ledger: number;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'shipped_catalogues_pkey' }) sha256: string;
}

/** A key of a system (scopes) or of a site (origins and purposes); only its hash is kept. */
@Entity('api_keys')
@Unique('api_keys_hash', ['hash'])
export class ApiKeyRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'api_keys_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_keys_pkey' }) id: string;
  @Column('bytea') hash: Buffer;
  @Column('text') kind: 'server' | 'site';
  @Column('text') owner: string;
  @Column('text', { array: true }) scopes: string[];
  @Column('text', { array: true }) origins: string[];
  @Column('text', { array: true }) purposes: string[];
  /** Why this key may read histories: stands in the trace where the call gives no reason of its own. */
  @Column('text', { nullable: true }) reason: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
}

/** The trace of every reading of a history or of evidence; append-only. */
@Entity('reads')
@Index('reads_person', ['ledger', 'person', 'id'])
export class ReadRow {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'reads_pkey' }) ledger: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'reads_pkey' }) id: string;
  @Column('timestamptz', { name: 'read_at' }) readAt: Date;
  @Column('text') reader: string;
  @Column('uuid') key: string;
  @Column('uuid') person: string;
  @Column('text') what: string;
  @Column('text') reason: string;
}
