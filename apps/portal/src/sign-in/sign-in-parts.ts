import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { postBy } from '#mails';
import type { PortalConfig } from '../config/read-config.js';
import type { PortalParts } from '../portal-parts.js';
import { asksIn, type Asks } from './mail/asks.js';
import type { MailConfig } from './mail/mail-config.js';
import { sendLinks, type SendLinks } from './mail/send-links.js';
import { begunIn } from './oidc/begun.js';
import { providerOf } from './oidc/provider.js';

const sending = (config: MailConfig, asks: Asks, log: Logger): SendLinks => sendLinks({ asks, config, log, post: postBy(config) });

/** What signing in is made of, as far as it is configured. */
export function signInParts({ oidc, mail }: PortalConfig, pool: Pool, log: Logger): Pick<PortalParts, 'provider' | 'begun' | 'asks' | 'links'> {
  const asks = asksIn(pool);
  return { provider: oidc && providerOf(oidc), begun: begunIn(pool), asks, links: mail && sending(mail, asks, log) };
}
