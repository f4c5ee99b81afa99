import { appendFile, chmod, chown, copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '#servers';

const TLS = join(process.cwd(), 'test/fixtures/tls');

export interface SecuredPostgres {
  /** The superuser's URL, by TLS and with the server's certificate checked. */
  url: string;
  /** The same without TLS. */
  plainUrl: string;
  close(): Promise<void>;
}

/** A PostgreSQL that lets nobody in but by TLS. */
export async function securedPostgres(): Promise<SecuredPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'samtycke-secured-'));
  const cluster = join(dataDir, 'cluster');
  const before = await startPostgres({ dataDir });
  await before.stop();
  const { uid, gid } = await stat(cluster);
  for (const name of ['cert.pem', 'key.pem']) {
    const copy = join(cluster, name);
    await copyFile(join(TLS, name), copy);
    await chmod(copy, 0o600);
    await chown(copy, uid, gid);
  }
  await appendFile(join(cluster, 'postgresql.conf'), "\nssl = on\nssl_cert_file = 'cert.pem'\nssl_key_file = 'key.pem'\n");
  const { address, stop } = await startPostgres({ dataDir, port: before.port });
  const url = new URL(address);
  url.hostname = 'localhost';
  url.searchParams.set('sslmode', 'verify-full');
  url.searchParams.set('sslrootcert', join(TLS, 'cert.pem'));
  await writeFile(join(cluster, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n');
  await reload(url.href);
  const close = async (): Promise<void> => {
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: url.href, plainUrl: address, close };
}

async function reload(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}
