// Who may talk to the server: this machine only, with the secret of the printed link, under its own name and origin.
// It serves nothing itself.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const LOOPBACK_ADDRESS = '127.0.0.1';
const SECRET_BYTES = 24;

export type Refusal = { status: number; title: string; text: string };

const WRONG_HOST: Refusal = {
  status: 403,
  title: 'Wrong address',
  text: 'Hearth answers only under its own address on this machine. Open the link that Hearth printed when it started.',
};
const WRONG_ORIGIN: Refusal = {
  status: 403,
  title: 'Request from another site',
  text: 'Another web site tried to talk to Hearth. Nothing was sent to it. Open the link that Hearth printed when it started.',
};
const WRONG_SECRET: Refusal = {
  status: 403,
  title: 'This link is not valid',
  text: 'It belongs to another start of Hearth, or a part of it is missing. Your chats are kept. Open the whole link that Hearth printed when it started last.',
};
const NO_COOKIE: Refusal = {
  status: 403,
  title: 'Open Hearth with its link',
  text: 'This browser has not been let in yet. Your chats are kept. Open the link that Hearth printed when it started.',
};

export interface Gate {
  /** The link to print, with the secret in it. */
  readonly entrance: string;
  /** Null when the request comes from this machine under the right name, and not from a foreign page. */
  refuseStranger(request: IncomingMessage): Refusal | null;
  /** Null when the request carries the cookie. */
  refuseWithoutCookie(request: IncomingMessage): Refusal | null;
  /** A WebSocket always tells its origin, and needs cookie and origin. */
  refuseSocket(request: IncomingMessage): Refusal | null;
  /** The Set-Cookie value for whoever knows the secret, else why not. */
  exchange(secret: string | null): { cookie: string } | Refusal;
}

/** A gate for one server at one port. Secret and cookie are 192 random bits each and live as long as the server. */
export function createGate(port: number): Gate {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const session = randomBytes(SECRET_BYTES).toString('base64url');
  // Cookies do not know ports: the name keeps two Hearths on one machine apart.
  const cookieName = `hearth-${port}`;
  const hosts = new Set([`${LOOPBACK_ADDRESS}:${port}`, `localhost:${port}`]);

  const refuseStranger = ({ headers }: IncomingMessage): Refusal | null => {
    if (headers.host === undefined || !hosts.has(headers.host)) return WRONG_HOST;
    if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return WRONG_ORIGIN;
    return null;
  };
  const refuseWithoutCookie = ({ headers }: IncomingMessage): Refusal | null => {
    const value = readCookie(headers.cookie ?? '', cookieName);
    return value !== null && isSame(value, session) ? null : NO_COOKIE;
  };
  return {
    entrance: `http://${LOOPBACK_ADDRESS}:${port}/enter?secret=${secret}`,
    refuseStranger,
    refuseWithoutCookie,
    refuseSocket: (request) => {
      if (request.headers.origin === undefined) return WRONG_ORIGIN;
      return refuseStranger(request) ?? refuseWithoutCookie(request);
    },
    exchange: (given) => {
      if (given === null || !isSame(given, secret)) return WRONG_SECRET;
      return { cookie: `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict` };
    },
  };
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readCookie(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}
