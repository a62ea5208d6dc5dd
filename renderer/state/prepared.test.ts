// Preparing a document for everyone: under way, done, or refused with its reason.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { RemoteError } from '../../engine/contract/errors.ts';
import type { DocumentId } from '../../engine/contract/library.ts';
import type { ProfileId } from '../../engine/contract/profiles.ts';
import { choosePerson } from './people.ts';
import { prepareDocument, usePrepared } from './prepared.ts';
import { testEngine } from './test-engine.ts';

const RULES = 'rules' as DocumentId;
let kept: number;

beforeEach(() => {
  kept = 200;
  testEngine({
    'library.prepare': ({ documentId }) => {
      if (documentId !== RULES) throw new RemoteError({ code: 'not-found', message: 'It is gone.' });
      return { tokens: kept };
    },
  });
  choosePerson('ana' as ProfileId);
});
afterEach(() => choosePerson(null));

it('a document is being prepared, then prepared', async () => {
  const preparing = prepareDocument(RULES);
  expect(usePrepared.getState().of).toEqual({ [RULES]: 'preparing' });
  await preparing;
  expect(usePrepared.getState().of).toEqual({ [RULES]: 'prepared' });
});

it('a document of which nothing could be kept is not prepared', async () => {
  kept = 0;
  expect(await prepareDocument(RULES)).toBe(0);
  expect(Object.values(usePrepared.getState().of)).toEqual([null]);
});

it('a refusal is told, and the document can be tried again', async () => {
  await expect(prepareDocument('gone' as DocumentId)).rejects.toThrow('It is gone.');
  expect(Object.values(usePrepared.getState().of)).toEqual([null]);
});
