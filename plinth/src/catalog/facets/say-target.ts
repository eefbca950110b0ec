// Words for what a statement is about, for the sentences of hazards.

/** `TABLE public.users` as a sentence says it. */
export function sayTarget(target: string): string {
  return target.replace(/^(?:[A-Z]+ )+/, (words) => words.toLowerCase());
}
