import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which registration a webhook stands by: an answer to what was sent under an earlier one says nothing of it. Empty until it is registered again. */
export class WebhookRegistrations1000000000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhooks ADD COLUMN registration uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhooks DROP COLUMN registration');
  }
}
