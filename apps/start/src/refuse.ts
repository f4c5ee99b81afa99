/** An error whose message is meant for the one who started the program, and says all: no stack is shown. */
export type Refusal = Error & { refusal: true };

export function refuse(message: string): Refusal {
  return Object.assign(new Error(message), { refusal: true as const });
}

/** What an error means, in one sentence. Of an unexpected one the first line of its message, with its kind. */
export function inOneSentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('refusal' in error) return error.message;
  const firstLine = error.message.trim().split('\n')[0] ?? '';
  const inner = error instanceof AggregateError && !firstLine ? inOneSentence(error.errors[0]) : firstLine;
  return inner || error.name;
}

/** The same with a full stop at its end, once. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
