import type { WebsiteConfig } from '../config/read-config.js';

/**
 * Headers of every answer. Scripts come from this site and the ledger, styles from this site alone, none stands inline, and the
 * browser may talk to the api and the analytics of this installation and to nobody else.
 */
export function securityHeaders({ apiUrl, analyticsUrl, portalUrl, secure }: WebsiteConfig): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${new URL(apiUrl).origin}`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(apiUrl).origin} ${new URL(analyticsUrl).origin}`,
    "manifest-src 'self'",
    `form-action 'self' ${new URL(apiUrl).origin} ${new URL(portalUrl).origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(secure ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}
