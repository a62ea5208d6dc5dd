// A chat as one text, by the model's own template, and where each piece of it lies. It knows no tokens.

import { Template } from '@huggingface/jinja';
import type { Scope } from '../types.ts';
import type { TokenizerConfig } from './tokenizer.ts';

/** A piece of text that somebody gave, and who may reuse what is computed from it. */
export interface ScopedText {
  text: string;
  scope: Scope;
}

export interface ChatMessage {
  role: 'user' | 'assistant';
  text: string;
}

/** What goes into a prompt, in its order: stable and shared text first. */
export interface ChatText {
  system: ScopedText;
  documents: readonly ScopedText[];
  messages: readonly ChatMessage[];
}

export interface RenderedChat {
  text: string;
  /** Where each document lies in `text`; null for one that the template changed. */
  documents: ({ start: number; end: number } | null)[];
  /** Where the system text begins, and where the first message does: all from there on is private. */
  systemStart: number;
  privateStart: number;
  /** Where the newest message begins: what comes from there on was never asked before. */
  lastMessageStart: number;
}

export type RenderChat = (chat: ChatText) => RenderedChat;

const BETWEEN = '\n\n';

/** The renderer of a model. Models without a template get the plain texts, one under the other. */
export function chatRenderer(config: TokenizerConfig): RenderChat {
  if (config.chatTemplate === null) return (chat) => locate(config.bosToken + plainText(chat), chat);
  const template = new Template(config.chatTemplate);
  const render = (messages: { role: string; content: string }[]) =>
    template.render({
      messages,
      add_generation_prompt: true,
      bos_token: config.bosToken,
      eos_token: config.eosToken,
    });
  return (chat) => {
    const system = { role: 'system', content: systemText(chat) };
    const messages = chat.messages.map((message) => ({ role: message.role as string, content: message.text }));
    if (system.content === '') return locate(render(messages), chat);
    const [first, ...rest] = messages;
    try {
      return locate(render([system, ...messages]), chat);
    } catch (error) {
      // Some templates refuse a system message: it then opens the first message.
      if (first === undefined) throw error;
      return locate(render([{ ...first, content: system.content + BETWEEN + first.content }, ...rest]), chat);
    }
  };
}

function systemText(chat: ChatText): string {
  return [chat.system.text, ...chat.documents.map((document) => document.text)].filter(Boolean).join(BETWEEN);
}

function plainText(chat: ChatText): string {
  return [systemText(chat), ...chat.messages.map((message) => message.text)].filter(Boolean).join(BETWEEN);
}

// What cannot be found again where it should be counts as private, with all that follows: safe, and merely slower.
function locate(text: string, chat: ChatText): RenderedChat {
  const head = systemText(chat);
  const systemStart = head === '' ? 0 : text.indexOf(head);
  const last = Math.max(0, text.lastIndexOf(chat.messages.at(-1)?.text.trim() ?? ''));
  if (systemStart < 0) {
    const documents = chat.documents.map(() => null);
    return { text, documents, systemStart: 0, privateStart: 0, lastMessageStart: last };
  }
  let cursor = systemStart + (chat.system.text === '' ? 0 : chat.system.text.length + BETWEEN.length);
  const documents = chat.documents.map((document) => {
    if (document.text === '') return null;
    const start = cursor;
    cursor = start + document.text.length + BETWEEN.length;
    return { start, end: start + document.text.length };
  });
  const first = chat.messages[0]?.text.trim() ?? '';
  const headEnd = systemStart + head.length;
  const found = text.indexOf(first, headEnd);
  return { text, documents, systemStart, privateStart: found < 0 ? headEnd : found, lastMessageStart: last };
}
