import type { MigrationInterface, QueryRunner } from 'typeorm';

const PERSON_OWNED = [
  `CREATE TABLE persons (
     ledger smallint NOT NULL, person uuid NOT NULL, kind text NOT NULL, seq integer NOT NULL, step integer NOT NULL,
     recorded_us bigint NOT NULL, known_us bigint NOT NULL, hash bytea NOT NULL, state text,
     CONSTRAINT persons_pkey PRIMARY KEY (ledger, person)) WITH (fillfactor = 80)`,
  `CREATE TABLE person_keys (
     ledger smallint NOT NULL, person uuid NOT NULL, master text NOT NULL, wrapped bytea NOT NULL,
     CONSTRAINT person_keys_pkey PRIMARY KEY (ledger, person))`,
  `CREATE TABLE events (
     ledger smallint NOT NULL, person uuid NOT NULL, purpose text NOT NULL, version integer NOT NULL, seq integer NOT NULL,
     request uuid NOT NULL, ordinal smallint NOT NULL, event uuid NOT NULL, type text NOT NULL,
     recorded_at timestamptz NOT NULL, occurred_at timestamptz NOT NULL, bytes bytea NOT NULL,
     CONSTRAINT events_pkey PRIMARY KEY (ledger, person, purpose, version),
     CONSTRAINT events_seq UNIQUE (ledger, person, seq),
     CONSTRAINT events_request UNIQUE (ledger, person, request, ordinal))`,
  `ALTER TABLE events ALTER COLUMN bytes SET STORAGE EXTERNAL`,
  `CREATE TABLE heads (
     ledger smallint NOT NULL, person uuid NOT NULL, purpose text NOT NULL, version integer NOT NULL, status text NOT NULL,
     allowed boolean NOT NULL, valid_until timestamptz, state text NOT NULL,
     CONSTRAINT heads_pkey PRIMARY KEY (ledger, person, purpose)) WITH (fillfactor = 80)`,
  `CREATE TABLE outbox (
     ledger smallint NOT NULL, recorded_at timestamptz NOT NULL, person uuid NOT NULL, seq integer NOT NULL,
     CONSTRAINT outbox_pkey PRIMARY KEY (ledger, recorded_at, person, seq))
     WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`,
  `CREATE TABLE evidence (
     ledger smallint NOT NULL, person uuid NOT NULL, event uuid NOT NULL, kinds text NOT NULL, sealed bytea NOT NULL,
     CONSTRAINT evidence_pkey PRIMARY KEY (ledger, person, event, kinds))`,
  `ALTER TABLE evidence ALTER COLUMN sealed SET STORAGE EXTERNAL`,
  `CREATE TABLE links (
     ledger smallint NOT NULL, person uuid NOT NULL, device uuid NOT NULL,
     CONSTRAINT links_pkey PRIMARY KEY (ledger, person, device))`,
];

const LEDGER_OWNED = [
  `CREATE TABLE ledgers (
     id smallint NOT NULL, origin text NOT NULL,
     CONSTRAINT ledgers_pkey PRIMARY KEY (id), CONSTRAINT ledgers_origin UNIQUE (origin))`,
  `CREATE TABLE identifiers (
     ledger smallint NOT NULL, lookup bytea NOT NULL, id uuid NOT NULL, kind text NOT NULL, person uuid NOT NULL,
     sealed bytea NOT NULL, CONSTRAINT identifiers_pkey PRIMARY KEY (ledger, lookup))`,
  `CREATE INDEX identifiers_person ON identifiers (ledger, person)`,
  `CREATE TABLE idempotency (
     ledger smallint NOT NULL, scope text NOT NULL, key text NOT NULL, body_hash bytea NOT NULL, request uuid NOT NULL,
     answer text NOT NULL, CONSTRAINT idempotency_pkey PRIMARY KEY (ledger, scope, key))`,
  `CREATE TABLE leaves (
     ledger smallint NOT NULL, idx bigint NOT NULL, person uuid NOT NULL, seq integer NOT NULL, event uuid NOT NULL,
     hash bytea NOT NULL, CONSTRAINT leaves_pkey PRIMARY KEY (ledger, idx), CONSTRAINT leaves_seq UNIQUE (ledger, person, seq))`,
  `CREATE TABLE leases (
     ledger smallint NOT NULL, role text NOT NULL, holder uuid NOT NULL, fencing bigint NOT NULL,
     expires_at timestamptz NOT NULL, next bigint NOT NULL, CONSTRAINT leases_pkey PRIMARY KEY (ledger, role))
     WITH (fillfactor = 10)`,
  `CREATE TABLE tokens (
     ledger smallint NOT NULL, hash bytea NOT NULL, person uuid NOT NULL, purpose text NOT NULL, event uuid NOT NULL,
     expires_at timestamptz NOT NULL, CONSTRAINT tokens_pkey PRIMARY KEY (ledger, hash))`,
  `CREATE TABLE mails (
     ledger smallint NOT NULL, kind text NOT NULL, event uuid NOT NULL, person uuid NOT NULL, sent_at timestamptz NOT NULL,
     CONSTRAINT mails_pkey PRIMARY KEY (ledger, kind, event))`,
];

const CATALOGUE_AND_ACCESS = [
  `CREATE TABLE purposes (
     ledger smallint NOT NULL, definition text NOT NULL, id text NOT NULL, body text NOT NULL,
     CONSTRAINT purposes_pkey PRIMARY KEY (ledger, definition))`,
  `CREATE TABLE notices (
     ledger smallint NOT NULL, id text NOT NULL, version text NOT NULL, locale text NOT NULL, sha256 text NOT NULL,
     document text NOT NULL, based_on text NOT NULL, CONSTRAINT notices_pkey PRIMARY KEY (ledger, id, version, locale))`,
  `CREATE TABLE catalogues (
     ledger smallint NOT NULL, number integer NOT NULL, sha256 text NOT NULL, body text NOT NULL,
     CONSTRAINT catalogues_pkey PRIMARY KEY (ledger, number))`,
  `CREATE TABLE api_keys (
     ledger smallint NOT NULL, id uuid NOT NULL, hash bytea NOT NULL, kind text NOT NULL, owner text NOT NULL,
     scopes text[] NOT NULL, origins text[] NOT NULL, purposes text[] NOT NULL, reason text,
     created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, last_used_at timestamptz, revoked_at timestamptz,
     CONSTRAINT api_keys_pkey PRIMARY KEY (ledger, id), CONSTRAINT api_keys_hash UNIQUE (hash))`,
  `CREATE TABLE reads (
     ledger smallint NOT NULL, id uuid NOT NULL, read_at timestamptz NOT NULL, reader text NOT NULL, key uuid NOT NULL,
     person uuid NOT NULL, what text NOT NULL, reason text NOT NULL, CONSTRAINT reads_pkey PRIMARY KEY (ledger, id))`,
];

const TABLES = ['persons', 'person_keys', 'events', 'heads', 'outbox', 'evidence', 'links', 'ledgers', 'identifiers', 'idempotency'];
const MORE = ['leaves', 'leases', 'tokens', 'mails', 'purposes', 'notices', 'catalogues', 'api_keys', 'reads'];

/** The ledger's tables. */
export class Ledger1000000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...PERSON_OWNED, ...LEDGER_OWNED, ...CATALOGUE_AND_ACCESS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...TABLES, ...MORE].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}
