// The sample library as it ships: whole, of a size that fits the starter model, and with questions.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelText } from '../text/model-text.ts';
import { readSamples } from './samples.ts';

const resources = join(import.meta.dirname, '../../resources');

test('three documents of 300 to 1,500 tokens with three questions each', async () => {
  const samples = await readSamples(join(resources, 'library'));
  const model = ModelText.open(join(resources, 'models/starter'));
  expect(samples.map(({ title }) => title)).toEqual(['Household handbook', 'Clinic front desk', 'Recipe book']);
  for (const { title, text, questions } of samples) {
    expect(questions).toHaveLength(3);
    const tokens = model.countTokens(title, text.length, () => text);
    expect(tokens).toBeGreaterThan(300);
    expect(tokens).toBeLessThan(1500);
  }
});
