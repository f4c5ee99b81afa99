import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  `CREATE TABLE rates (
     ledger smallint NOT NULL, source bytea NOT NULL, kind text NOT NULL, slot bigint NOT NULL, calls integer NOT NULL,
     CONSTRAINT rates_pkey PRIMARY KEY (ledger, source, kind, slot)) WITH (fillfactor = 70)`,
  `CREATE TABLE held_withdrawals (
     ledger smallint NOT NULL, id uuid NOT NULL, lookup bytea NOT NULL, digest bytea NOT NULL, site text NOT NULL,
     purposes text[] NOT NULL, master text, wrapped bytea, sealed bytea, held_at timestamptz NOT NULL,
     release_at timestamptz NOT NULL, asked_at timestamptz, decided text, decided_by text, decided_at timestamptz,
     done_at timestamptz, CONSTRAINT held_withdrawals_pkey PRIMARY KEY (ledger, id))`,
  `CREATE UNIQUE INDEX held_withdrawals_waiting ON held_withdrawals (ledger, lookup, digest) WHERE decided IS NULL`,
  `CREATE INDEX held_withdrawals_open ON held_withdrawals (ledger, release_at) WHERE done_at IS NULL`,
  `CREATE TABLE mail_links (
     ledger smallint NOT NULL, hash bytea NOT NULL, kind text NOT NULL, person uuid NOT NULL, reference uuid NOT NULL,
     identifier uuid NOT NULL, locale text NOT NULL, expires_at timestamptz NOT NULL, CONSTRAINT mail_links_pkey PRIMARY KEY (ledger, hash))`,
  `CREATE TABLE uploads (
     ledger smallint NOT NULL, id uuid NOT NULL, owner text NOT NULL, master text NOT NULL, wrapped bytea NOT NULL,
     media text NOT NULL, size integer, made_at timestamptz NOT NULL, CONSTRAINT uploads_pkey PRIMARY KEY (ledger, id))`,
  `CREATE TABLE upload_parts (
     ledger smallint NOT NULL, upload uuid NOT NULL, number integer NOT NULL, sealed bytea NOT NULL,
     CONSTRAINT upload_parts_pkey PRIMARY KEY (ledger, upload, number))`,
  `ALTER TABLE upload_parts ALTER COLUMN sealed SET STORAGE EXTERNAL`,
];

const NAMES = ['rates', 'held_withdrawals', 'mail_links', 'uploads', 'upload_parts'];

/** What guards against abuse (counts, held withdrawals, links to answer by), and files on their way to an event. */
export class Abuse1000000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...NAMES].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}
