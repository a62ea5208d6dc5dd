// Log lines to stderr, so that stdout stays a program's answer. Never a prompt, an answer or a document's text.

type Level = 'info' | 'warn' | 'error';

export function log(level: Level, message: string, facts: Record<string, string | number | boolean | null> = {}): void {
  const tail = Object.entries(facts).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  process.stderr.write(`${new Date().toISOString()} ${level} ${message}${tail.join('')}\n`);
}
