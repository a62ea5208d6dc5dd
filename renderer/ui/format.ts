// Numbers as people read them. English for now; every figure on the page passes through here.

const COUNT = new Intl.NumberFormat('en');
const ONE_DECIMAL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function count(value: number): string {
  return COUNT.format(Math.round(value));
}

/** "1 chat", "3 chats". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Binary units, as disks are counted by the engine. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? count(size) : ONE_DECIMAL.format(size)} ${units[unit]}`;
}

/** "38 ms", "0.26 s", "4.2 s", "3 min 20 s", "2 h 5 min". */
export function duration(milliseconds: number): string {
  if (milliseconds < 100) return `${count(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${ONE_DECIMAL.format(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1%';
  return `${Math.round(share * 100)}%`;
}

/** "just now", "5 min ago", "today 14:05", "yesterday", "12 Mar", "12 Mar 2025". */
export function ago(time: number, now: number = Date.now()): string {
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const then = new Date(time);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) {
    return `today ${then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
  }
  if (daysBetween(time, now) === 1) return 'yesterday';
  const sameYear = then.getFullYear() === today.getFullYear();
  return then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
}

/** Under which heading of the chat list a time falls. */
export function dayGroup(time: number, now: number = Date.now()): string {
  const days = daysBetween(time, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return 'This week';
  if (days < 31) return 'This month';
  return 'Earlier';
}

function daysBetween(time: number, now: number): number {
  return Math.round((midnight(now) - midnight(time)) / 86_400_000);
}

const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
