// What may come through the door: one schema per method, with limits on everything. The engine checks, clients need not.

import { z } from 'zod';
import type { CallName, EngineCalls, EngineStreams, StreamName } from './engine-api.ts';
import { PROFILE_COLOURS, PROFILE_KINDS } from './profiles.ts';
import { KV_PRECISIONS, LIVE_KV, POLICIES, QUALITIES } from './settings.ts';

export const MAX_MESSAGE_CHARACTERS = 200_000;
export const MAX_DOCUMENT_CHARACTERS = 2_000_000;
export const MAX_COMPARED_TOKENS = 1024;
export const MAX_COMPARED_WAYS = 16;

const id = z.string().min(1).max(64);
const title = z.string().trim().min(1).max(200);
const folder = z.string().min(1).max(4096);
const none = z.strictObject({});
const scope = z.enum(['private', 'library']);
const bytes = z
  .number()
  .int()
  .min(0)
  .max(2 ** 50);

const sampling = z.strictObject({
  temperature: z.number().min(0).max(5),
  topK: z.number().int().min(0).max(1_000_000),
  topP: z.number().gt(0).max(1),
  minP: z.number().min(0).max(1),
  repetitionPenalty: z.number().gt(0).max(10),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  maxTokens: z.number().int().min(1).max(1_000_000),
  stop: z.array(z.string().min(1).max(200)).max(16),
});
const settings = z.strictObject({
  modelId: id.max(200),
  policy: z.enum(POLICIES),
  quality: z.enum(QUALITIES),
  kvPrecision: z.enum(KV_PRECISIONS),
  liveKv: z.enum(LIVE_KV),
  cacheQuotaBytes: bytes,
  memoryBudgetBytes: bytes,
  threads: z.number().int().min(1).max(256),
  sampling,
});
const turn = {
  policy: z.enum(POLICIES).optional(),
  quality: z.enum(QUALITIES).optional(),
  verify: z.boolean().optional(),
  sampling: sampling.partial().optional(),
};
const owned = { profileId: id };
const ofConversation = { profileId: id, conversationId: id };
const profile = {
  name: z.string().trim().min(1).max(60),
  avatar: z.string().trim().min(1).max(8).optional(),
  colour: z.enum(PROFILE_COLOURS).optional(),
  kind: z.enum(PROFILE_KINDS).optional(),
  policy: z.enum(POLICIES).nullable().optional(),
  quality: z.enum(QUALITIES).nullable().optional(),
  verify: z.boolean().nullable().optional(),
};
const text = z.string().trim().min(1).max(MAX_MESSAGE_CHARACTERS);
const message = { ...ofConversation, ...turn, text };
const comparison = {
  ...ofConversation,
  asked: z.union([z.strictObject({ text }), z.strictObject({ answerId: id })]),
  ways: z.array(z.strictObject({ policy: turn.policy, quality: turn.quality })).max(MAX_COMPARED_WAYS),
  tokens: z.number().int().min(1).max(MAX_COMPARED_TOKENS),
};

const schemas = {
  status: none,
  'settings.get': none,
  'settings.set': settings.partial(),
  'profiles.list': none,
  'profiles.create': z.strictObject(profile),
  'profiles.update': z.strictObject({ ...owned, ...profile, name: profile.name.optional() }),
  'profiles.remove': z.strictObject(owned),
  'conversations.list': z.strictObject(owned),
  'conversations.create': z.strictObject({
    ...owned,
    title: title.optional(),
    system: z.string().max(MAX_MESSAGE_CHARACTERS).optional(),
    systemScope: scope.optional(),
    documents: z.array(id).max(32).optional(),
  }),
  'conversations.get': z.strictObject(ofConversation),
  'conversations.rename': z.strictObject({ ...ofConversation, title }),
  'conversations.setDocuments': z.strictObject({ ...ofConversation, documents: z.array(id).max(32) }),
  'conversations.prepare': z.strictObject(ofConversation),
  'conversations.settled': z.strictObject(ofConversation),
  'conversations.remove': z.strictObject(ofConversation),
  'messages.tokens': z.strictObject({ ...ofConversation, messageId: id }),
  'library.samples': none,
  'library.list': z.strictObject(owned),
  'library.add': z.strictObject({
    ...owned,
    title,
    text: z.string().min(1).max(MAX_DOCUMENT_CHARACTERS),
    scope,
  }),
  'library.get': z.strictObject({ ...owned, documentId: id }),
  'library.prepare': z.strictObject({ ...owned, documentId: id }),
  'library.remove': z.strictObject({ ...owned, documentId: id }),
  'models.list': none,
  'models.check': z.strictObject({ folder }),
  'models.import': z.strictObject({ folder }),
  'models.select': z.strictObject({ modelId: id.max(200) }),
  'models.remove': z.strictObject({ modelId: id.max(200) }),
  'cache.stats': none,
  'cache.list': z.strictObject(owned),
  'cache.pin': z.strictObject({ ...owned, entryId: id, pinned: z.boolean() }),
  'cache.remove': z.strictObject({ ...owned, entryId: id }),
  'cache.heal': none,
  'cache.verify': none,
  'cache.clear': z.strictObject({ scope: z.enum(['private', 'library', 'app']).optional(), profileId: id.optional() }),
  'chat.send': z.strictObject(message),
  'chat.compare': z.strictObject(comparison),
  'chat.regenerate': z.strictObject({ ...ofConversation, ...turn }),
} satisfies Record<CallName | StreamName, z.ZodType>;

export type CheckedParams<M extends CallName | StreamName> = M extends CallName
  ? EngineCalls[M]['params']
  : M extends StreamName
    ? EngineStreams[M]['params']
    : never;

/** The params if they are of the method's form, or one sentence for a person that says what is not. */
export function checkParams(method: CallName | StreamName, params: unknown): { params: unknown } | { problem: string } {
  const parsed = schemas[method].safeParse(params);
  if (parsed.success) return { params: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.');
  return { problem: `${method}: ${where} is not valid: ${issue?.message ?? 'unknown form'}.` };
}
