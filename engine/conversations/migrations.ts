// The schema of the user's own text and settings: every step from an empty file on. A released step is never edited.

import type { Migrations } from '../lib/database.ts';

// A library document belongs to everybody: it has no owner and outlives the profile that added it (`added_by`).
// `text` is the last column, so that reading a document's other columns does not walk through its pages.
const FIRST = `
CREATE TABLE profiles (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  avatar TEXT NOT NULL,
  colour TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE documents (
  id TEXT PRIMARY KEY,
  scope TEXT NOT NULL CHECK (scope IN ('private', 'library')),
  owner_id TEXT REFERENCES profiles (id) ON DELETE CASCADE,
  added_by TEXT NOT NULL,
  title TEXT NOT NULL,
  characters INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  text TEXT NOT NULL,
  CHECK ((scope = 'private') = (owner_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX documents_private ON documents (owner_id, sha256) WHERE scope = 'private';
CREATE UNIQUE INDEX documents_library ON documents (sha256) WHERE scope = 'library';

CREATE TABLE conversations (
  id TEXT PRIMARY KEY,
  scope TEXT NOT NULL DEFAULT 'private' CHECK (scope = 'private'),
  owner_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  title TEXT,
  system TEXT,
  system_scope TEXT NOT NULL CHECK (system_scope IN ('private', 'library')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conversations_owner ON conversations (owner_id, updated_at);

CREATE TABLE conversation_documents (
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  PRIMARY KEY (conversation_id, position),
  UNIQUE (conversation_id, document_id)
) STRICT;
CREATE INDEX conversation_documents_document ON conversation_documents (document_id);

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
  state TEXT NOT NULL CHECK (state IN ('complete', 'stopped', 'streaming', 'interrupted')),
  created_at INTEGER NOT NULL,
  report TEXT,
  text TEXT NOT NULL,
  UNIQUE (conversation_id, position)
) STRICT;
CREATE INDEX messages_streaming ON messages (state) WHERE state = 'streaming';

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
`;

// No list of policies here: their names come and go with versions, and a name not known any more counts as not chosen.
const REUSE_CHOICES = `
ALTER TABLE profiles ADD COLUMN kind TEXT NOT NULL DEFAULT 'personal' CHECK (kind IN ('personal', 'clinic'));
ALTER TABLE profiles ADD COLUMN policy TEXT;
ALTER TABLE profiles ADD COLUMN quality TEXT;
ALTER TABLE profiles ADD COLUMN verify INTEGER CHECK (verify IN (0, 1));

CREATE INDEX messages_unhealed ON messages (created_at)
  WHERE report ->> 'state' = 'approximate' AND report ->> 'healed' = 0;
`;

export const MIGRATIONS: Migrations = [FIRST, REUSE_CHOICES];
