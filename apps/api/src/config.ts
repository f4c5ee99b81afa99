import { join } from 'node:path';
import { readPublicUrl } from '#mails';
import { baseUrlIn, demandIn, portIn } from '#settings';
import { LIMITS, type Limits } from './consents/rates.js';

export interface ApiConfig {
  databaseUrl: string;
  dataDir: string;
  host: string;
  port: number;
  /** Where links in mails and in answers point to. */
  publicUrl: string;
  /** Where people sign in, if anywhere: pages behind mailed links lead there for all that a link cannot do. */
  portalUrl?: string;
  /** The transparency log's folder, which the relay writes. */
  logDir: string;
  logLevel: string;
  limits: Limits;
  webhookHosts?: string;
}

function limit(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const value = Number(env[name] || otherwise);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is a whole number of calls an hour, 1 or more`);
  return value;
}

/** Reads the environment; throws an Error that names the variable which is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): ApiConfig {
  const databaseUrl = demandIn(env, 'DATABASE_URL', 'the address of the ledger database, with the role samtycke_api');
  const host = env.HOST || '127.0.0.1';
  const port = portIn(env, 'API_PORT', 8080);
  const dataDir = env.SAMTYCKE_DATA || join(process.cwd(), '.data');
  const publicUrl = readPublicUrl(env);
  const portalUrl = env.PORTAL_URL ? baseUrlIn(env, 'PORTAL_URL', env.PORTAL_URL) : undefined;
  const withdrawals = limit(env, 'SITE_WITHDRAWALS_AN_HOUR', LIMITS.withdrawals);
  const devices = limit(env, 'SITE_DEVICES_AN_HOUR', LIMITS.devices);
  const limits = { withdrawals, grants: limit(env, 'SITE_GRANTS_AN_HOUR', LIMITS.grants), devices, choices: devices, told: limit(env, 'SITE_TOLD_AN_HOUR', LIMITS.told) };
  const logDir = env.LOG_DIR || join(dataDir, 'transparency-log');
  return { databaseUrl, dataDir, logDir, host, port, publicUrl, portalUrl, logLevel: env.LOG_LEVEL || 'info', limits, webhookHosts: env.WEBHOOK_ALLOW_HOSTS };
}
