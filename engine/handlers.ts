// Contract method → part, a line or few each. No logic of its own beyond telling the parts of each other's news.

import { join } from 'node:path';
import { readSamples } from './conversations/samples.ts';
import { version } from './lib/version.ts';
import type { Ahead } from './ahead.ts';
import type { Background } from './background.ts';
import type { KvCache } from './cache/kv-cache.ts';
import type { Conversation } from './contract/chat.ts';
import type { LibraryDocument } from './contract/library.ts';
import type { CallHandlers } from './contract/rpc.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { Library } from './conversations/library.ts';
import type { ModelSlot } from './model-slot.ts';
import type { Loop } from './loop.ts';
import { promptTokens } from './prompt-tokens.ts';
import { checkModelFolder } from './model/import/import-model.ts';
import type { Profiles } from './profiles/profiles.ts';
import { readableScopes } from './profiles/scopes.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import type { SettingsStore } from './settings.ts';

export interface HandlerParts {
  resourcesFolder: string;
  dataFolder: string;
  settings: SettingsStore;
  cache: KvCache;
  profiles: Profiles;
  library: Library;
  conversations: Conversations;
  models: ModelSlot;
  scheduler: Scheduler;
  loop: Loop;
  ahead: Ahead;
  background: Background;
}

export function callHandlers(parts: HandlerParts): CallHandlers {
  const { settings, cache, profiles, library, conversations, models, scheduler, ahead, background } = parts;
  const counted = (document: LibraryDocument) => withTokens(document, parts);
  const opened = (conversation: Conversation) => ({ ...conversation, documents: conversation.documents.map(counted) });
  return {
    status: () => ({
      version,
      model: models.current?.summary ?? null,
      modelProblem: models.problem,
      device: 'cpu',
      dataFolder: parts.dataFolder,
      runningTurns: scheduler.activeCount,
    }),
    'settings.get': () => settings.get(),
    'settings.set': async (changes) => {
      if (changes.liveKv !== undefined) await models.setLiveKv(changes.liveKv);
      const now = settings.set(changes);
      cache.setLimits({ quotaBytes: now.cacheQuotaBytes, memoryBudgetBytes: now.memoryBudgetBytes });
      return now;
    },
    'profiles.list': () => profiles.list(),
    'profiles.create': (wanted) => profiles.create(wanted),
    'profiles.update': ({ profileId, ...changes }) => profiles.update(profileId, changes),
    'profiles.remove': ({ profileId }) => {
      profiles.remove(profileId);
      cache.remove({ profileId });
      return {};
    },
    'conversations.list': ({ profileId }) => conversations.list(profileId),
    'conversations.create': (wanted) => opened(conversations.create(wanted)),
    'conversations.get': (of) => opened(conversations.get(of)),
    'conversations.rename': ({ title, ...of }) => conversations.rename(of, title),
    'conversations.setDocuments': ({ documents, ...of }) => opened(conversations.setDocuments(of, documents)),
    'conversations.prepare': (of) => {
      ahead.conversation(of);
      return {};
    },
    'conversations.settled': async (of) => {
      conversations.get(of);
      await background.settled(of.conversationId);
      return {};
    },
    'messages.tokens': ({ messageId, ...of }) => ({
      tokens: promptTokens(of, messageId, parts, models.require().text),
    }),
    'conversations.remove': (of) => {
      background.drop(of.conversationId);
      for (const documentId of conversations.remove(of)) cache.remove({ documentId });
      cache.remove({ conversationId: of.conversationId });
      return {};
    },
    'library.samples': async () => ({ samples: await readSamples(join(parts.resourcesFolder, 'library')) }),
    'library.list': ({ profileId }) => library.list(profileId).map(counted),
    'library.add': (wanted) => {
      const document = library.add(wanted);
      if (document.scope === 'library') ahead.documentAdded({ profileId: wanted.profileId, documentId: document.id });
      return counted(document);
    },
    'library.prepare': (of) => ahead.document(of),
    'library.get': ({ profileId, documentId }) => {
      const document = library.get(profileId, documentId);
      return { ...document, tokens: counted(document).tokens };
    },
    'library.remove': ({ profileId, documentId }) => {
      library.remove(profileId, documentId);
      background.drop(documentId);
      cache.remove({ documentId });
      return {};
    },
    'models.list': () => models.list(),
    'models.check': ({ folder }) => checkModelFolder(folder),
    'models.import': async ({ folder }) => {
      const { manifest } = await models.catalog.import(folder);
      const summary = (await models.list()).find((model) => model.id === manifest.id);
      if (summary === undefined) throw new Error('a model just imported is not there');
      return summary;
    },
    'models.select': ({ modelId }) => models.select(modelId),
    'models.remove': async ({ modelId }) => {
      await models.remove(modelId);
      return {};
    },
    'cache.stats': () => cache.stats(),
    'cache.list': ({ profileId }) => cache.list(readableScopes(profileId)),
    'cache.pin': ({ profileId, entryId, pinned }) => {
      cache.setPinned(entryId, pinned, readableScopes(profileId));
      return {};
    },
    'cache.remove': ({ profileId, entryId }) => {
      const scopes = readableScopes(profileId);
      const documentId = cache.list(scopes).find(({ id }) => id === entryId)?.documentId;
      if (documentId) background.drop(documentId);
      cache.removeEntry(entryId, scopes);
      return {};
    },
    'cache.heal': () => ahead.heal(),
    'cache.verify': () => cache.verify(),
    'cache.clear': async (what) => {
      // What was about to be read ahead would come back at once.
      await background.clear(what.profileId);
      return { removedBlocks: cache.remove(what) };
    },
  };
}

function withTokens(document: LibraryDocument, { library, models }: HandlerParts): LibraryDocument {
  const text = () => library.get(document.ownerId, document.id).text;
  const tokens = models.current?.text.countTokens(document.id, document.characters, text) ?? null;
  return { ...document, tokens };
}
