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
  /** Whether the site itself is reached over HTTPS. */
  secure: boolean;
}

function port(text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`WEBSITE_PORT is no port: ${text}`);
  return value;
}

function baseUrl(name: string, text: string): string {
  if (!URL.canParse(text)) throw new Error(`${name} is no URL: ${text}`);
  return text.replace(/\/+$/, '');
}

/** Reads the environment; throws an Error that names the variable which is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): WebsiteConfig {
  if (!env.SITE_KEY) throw new Error('SITE_KEY is missing: the key with which pages send choices to the api');
  return {
    host: env.HOST ?? '127.0.0.1',
    port: port(env.WEBSITE_PORT, 8082),
    logLevel: env.LOG_LEVEL ?? 'info',
    apiUrl: baseUrl('API_URL', env.API_URL ?? 'http://127.0.0.1:8080'),
    analyticsUrl: baseUrl('ANALYTICS_URL', env.ANALYTICS_URL ?? 'http://127.0.0.1:8084'),
    portalUrl: baseUrl('PORTAL_URL', env.PORTAL_URL ?? 'http://127.0.0.1:8081'),
    siteKey: env.SITE_KEY,
    secure: (env.WEBSITE_URL ?? '').startsWith('https:'),
  };
}
