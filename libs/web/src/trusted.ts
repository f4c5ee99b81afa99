type Trusting = Record<'createScript' | 'createScriptURL', (text: string) => string>;
let policy: Trusting | undefined;

/** What stands in the page was written by its author: under Trusted Types the policy `samtycke` says so. */
export function trusted(make: keyof Trusting, text: string): string {
  const { trustedTypes } = window as { trustedTypes?: { createPolicy(name: string, rules: Trusting): Trusting } };
  const same = (one: string): string => one;
  policy ??= trustedTypes?.createPolicy('samtycke', { createScript: same, createScriptURL: same });
  return policy?.[make](text) ?? text;
}
