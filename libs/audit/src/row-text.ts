/** A row as one text, so that two can be compared; the parts never hold a line feed. */
export function rowText(first: string | null | undefined, ...parts: (string | null | undefined)[]): string {
  let text = first ?? '';
  for (const part of parts) text += `\n${part ?? ''}`;
  return text;
}
