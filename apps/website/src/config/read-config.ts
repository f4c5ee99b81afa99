import { join } from 'node:path';
import { baseUrlIn, demandIn, portIn } from '#settings';

export interface WebsiteConfig {
  host: string;
  /** 0 lets the system choose a free port. */
  port: number;
  logLevel: string;
  /** Base URLs without a trailing slash, as a visitor's browser reaches them. */
  apiUrl: string;
  analyticsUrl: string;
  portalUrl: string;
  /** Public by nature: it stands in every page, may write only, and is bound to this site's origin. */
  siteKey: string;
  /** Where this program itself reaches the api. */
  innerApiUrl: string;
  /** As a visitor's browser names it; the site key is bound to it. */
  origin: string;
  /** Whether the site itself is reached over HTTPS. */
  secure: boolean;
  /** Addresses of the proxies in front of the site, which may say from where a visitor came. */
  trustProxy: string[] | false;
  /** Where forms wait to be handed on. */
  dataDir: string;
  mailFrom: string;
  /** Where the company reads what forms send. */
  mailTo: string;
  smtpUrl?: string;
  /** Where mails are put as files when there is no mail server. */
  mailDir: string;
}

const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+$/;

/** Files may be addressed to the company that the site is about; mails that really leave only to whom the operator names. */
function mailToOf(env: NodeJS.ProcessEnv): string {
  if (env.SMTP_URL && !env.WEBSITE_MAIL_TO) throw new Error('WEBSITE_MAIL_TO is missing: with SMTP_URL it names who reads what the forms send');
  const mailTo = env.WEBSITE_MAIL_TO || 'marketing@advansor.dk';
  if (!ADDRESS.test(mailTo)) throw new Error('WEBSITE_MAIL_TO is no e-mail address');
  return mailTo;
}

function mailOf(env: NodeJS.ProcessEnv): Pick<WebsiteConfig, 'dataDir' | 'mailFrom' | 'mailTo' | 'smtpUrl' | 'mailDir'> {
  const data = env.SAMTYCKE_DATA || join(process.cwd(), '.data');
  const mailTo = mailToOf(env);
  return { dataDir: join(data, 'website'), mailFrom: env.MAIL_FROM || `Advansor <${mailTo}>`, mailTo, smtpUrl: env.SMTP_URL || undefined, mailDir: env.MAIL_DIR || join(data, 'mail') };
}

function urlsOf(env: NodeJS.ProcessEnv, listens: string): Pick<WebsiteConfig, 'apiUrl' | 'innerApiUrl' | 'analyticsUrl' | 'portalUrl' | 'origin'> {
  const apiUrl = baseUrlIn(env, 'API_URL', 'http://127.0.0.1:8080');
  return {
    apiUrl,
    innerApiUrl: baseUrlIn(env, 'API_INNER_URL', apiUrl),
    analyticsUrl: baseUrlIn(env, 'ANALYTICS_URL', 'http://127.0.0.1:8084'),
    portalUrl: baseUrlIn(env, 'PORTAL_URL', 'http://127.0.0.1:8081'),
    origin: new URL(baseUrlIn(env, 'WEBSITE_URL', listens)).origin,
  };
}

/** Reads the environment; throws an Error that names the variable which is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): WebsiteConfig {
  const siteKey = demandIn(env, 'SITE_KEY', 'the key with which pages send choices to the api');
  const host = env.HOST || '127.0.0.1';
  const listens = portIn(env, 'WEBSITE_PORT', 8082);
  return {
    host,
    port: listens,
    logLevel: env.LOG_LEVEL || 'info',
    ...urlsOf(env, `http://${host}:${listens}`),
    siteKey,
    secure: (env.WEBSITE_URL ?? '').startsWith('https:'),
    trustProxy: env.TRUST_PROXY ? env.TRUST_PROXY.split(',') : false,
    ...mailOf(env),
  };
}
