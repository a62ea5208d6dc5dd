// Text for measuring speed: every line of a document and every system text has as many tokens as any other of its kind,
// whatever the tokenizer, because they differ in digits only; and no two share a run long enough to be reused.

function digits(random: () => number, count: number): string {
  return String(Math.floor((1 + 9 * random()) * 10 ** (count - 1)));
}

export function lockerList(lines: number, random: () => number): string {
  return Array.from({ length: lines }, () => `Locker ${digits(random, 5)}: code ${digits(random, 5)}.`).join('\n');
}

/** What a donor stands behind. */
export function shortSystemText(random: () => number): string {
  return `List ${digits(random, 4)}. Be brief.`;
}

/** Longer, so that the document behind it stands elsewhere. */
export function longSystemText(random: () => number): string {
  return `Case ${digits(random, 5)}. You look up codes in a list of lockers. Give the code and nothing else.`;
}

export function lockerQuestion(random: () => number): string {
  return `What is the code of locker ${digits(random, 5)}?`;
}
