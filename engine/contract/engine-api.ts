// Everything a client may ask of the engine. Methods with one answer, and methods that stream events first.

import type { CacheEntry, CacheStats, CacheVerify, EntryId, ScopeKind } from './cache.ts';
import type {
  ChatEvent,
  ChatResult,
  Conversation,
  ConversationId,
  ConversationSummary,
  CompareEvent,
  CompareWays,
  Comparisons,
  MessageId,
  NewConversation,
  PromptToken,
  Regenerate,
  SendMessage,
} from './chat.ts';
import type { DocumentId, DocumentText, LibraryDocument, NewDocument, SampleDocument } from './library.ts';
import type { ModelCheck, ModelSummary } from './models.ts';
import type { NewProfile, Profile, ProfileId } from './profiles.ts';
import type { Settings } from './settings.ts';

export interface EngineStatus {
  version: string;
  /** Null while no model is loaded; `modelProblem` says why. */
  model: ModelSummary | null;
  modelProblem: string | null;
  device: string;
  dataFolder: string;
  runningTurns: number;
}

type Nothing = Record<string, never>;
interface Owned {
  profileId: ProfileId;
}
interface OfConversation extends Owned {
  conversationId: ConversationId;
}

/** One question, one answer. */
export interface EngineCalls {
  status: { params: Nothing; result: EngineStatus };
  'settings.get': { params: Nothing; result: Settings };
  'settings.set': { params: Partial<Settings>; result: Settings };
  'profiles.list': { params: Nothing; result: Profile[] };
  'profiles.create': { params: NewProfile; result: Profile };
  'profiles.update': { params: { profileId: ProfileId } & Partial<NewProfile>; result: Profile };
  /** Deletes the person's chats, private documents and everything computed from them. */
  'profiles.remove': { params: Owned; result: Nothing };
  'conversations.list': { params: Owned; result: ConversationSummary[] };
  'conversations.create': { params: NewConversation; result: Conversation };
  'conversations.get': { params: OfConversation; result: Conversation };
  'conversations.rename': { params: OfConversation & { title: string }; result: ConversationSummary };
  'conversations.setDocuments': { params: OfConversation & { documents: DocumentId[] }; result: Conversation };
  /** The chat is open, a document was attached, or a question is being typed: read ahead when nobody waits. */
  'conversations.prepare': { params: OfConversation; result: Nothing };
  /** Ends when nothing of this chat waits to be healed or read ahead. */
  'conversations.settled': { params: OfConversation; result: Nothing };
  /** The prompt that a message answered, token by token. Throws `not-found` when its text has changed since. */
  'messages.tokens': { params: OfConversation & { messageId: MessageId }; result: { tokens: PromptToken[] } };
  'conversations.remove': { params: OfConversation; result: Nothing };
  /** Documents that come with Hearth to try it with; they are in nobody's library until they are added. */
  'library.samples': { params: Nothing; result: { samples: SampleDocument[] } };
  'library.list': { params: Owned; result: LibraryDocument[] };
  /** The same text in the same scope is added once; the existing document comes back. */
  'library.add': { params: NewDocument; result: LibraryDocument };
  'library.get': { params: Owned & { documentId: DocumentId }; result: DocumentText };
  /** Reads the document for everyone ahead of time; ends when its rows are kept. A private one: for its owner. */
  'library.prepare': { params: Owned & { documentId: DocumentId }; result: { tokens: number } };
  'library.remove': { params: Owned & { documentId: DocumentId }; result: Nothing };
  'models.list': { params: Nothing; result: ModelSummary[] };
  'models.check': { params: { folder: string }; result: ModelCheck };
  'models.import': { params: { folder: string }; result: ModelSummary };
  'models.select': { params: { modelId: string }; result: ModelSummary };
  'models.remove': { params: { modelId: string }; result: Nothing };
  'cache.stats': { params: Nothing; result: CacheStats };
  /** Only what this person may reuse: library, app, and the person's own private entries. */
  'cache.list': { params: Owned; result: CacheEntry[] };
  'cache.pin': { params: Owned & { entryId: EntryId; pinned: boolean }; result: Nothing };
  'cache.remove': { params: Owned & { entryId: EntryId }; result: Nothing };
  /** Computes exactly what approximate turns left behind, and ends when nothing is left. */
  'cache.heal': { params: Nothing; result: { healedTokens: number } };
  'cache.verify': { params: Nothing; result: CacheVerify };
  'cache.clear': {
    params: { scope?: ScopeKind | undefined; profileId?: ProfileId | undefined };
    result: { removedBlocks: number };
  };
}

/** Events first, then one result. Cancelling stops the answer within one step and keeps what was written. */
export interface EngineStreams {
  'chat.send': { params: SendMessage; event: ChatEvent; result: ChatResult };
  /** How far each way's logits are from those of `off`, and what each way would say. Throws `stopped` when cancelled. */
  'chat.compare': { params: CompareWays; event: CompareEvent; result: Comparisons };
  'chat.regenerate': { params: Regenerate; event: ChatEvent; result: ChatResult };
}

export type CallName = keyof EngineCalls;
export type StreamName = keyof EngineStreams;
