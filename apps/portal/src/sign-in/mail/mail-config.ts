import { join, relative } from 'node:path';
import { readDkim, type DkimSigning } from '#mails';

/** How mails with sign-in links leave, and where their links lead. */
export interface MailConfig {
  smtpUrl?: string;
  /** Where mails are put as .eml files while there is no SMTP server. */
  folder: string;
  /** That folder as somebody in front of the terminal finds it; absent where mails are really sent. */
  shownFolder?: string;
  from: string;
  /** The domain of the mails' ids. */
  domain: string;
  portalUrl: string;
  /** How they are signed. */
  dkim?: DkimSigning;
}

/** Near the place where the programs were started a folder is named from there. */
function shown(folder: string): string {
  const near = relative(process.cwd(), folder);
  return near.startsWith('..') ? folder : near;
}

const folderOf = ({ MAIL_DIR, SAMTYCKE_DATA }: NodeJS.ProcessEnv): string => MAIL_DIR || (SAMTYCKE_DATA ? join(SAMTYCKE_DATA, 'mail') : '');

/** Undefined where no mail can leave, or where it is not known what address a link must have: it is never taken from a visit. Throws where a DKIM key cannot sign. */
export function readMailConfig(env: NodeJS.ProcessEnv, portalUrl: string | undefined): MailConfig | undefined {
  const { SMTP_URL: smtpUrl } = env;
  const from = env.MAIL_FROM || 'Advansor <marketing@advansor.dk>';
  const folder = folderOf(env);
  if (!portalUrl || !(smtpUrl || folder)) return undefined;
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
  return { folder, from, domain, portalUrl, dkim: readDkim(env), ...(smtpUrl ? { smtpUrl } : { shownFolder: shown(folder) }) };
}
