import { expect, test } from 'vitest';
import { readPlan } from './plan';

test('a plan is read from its own text and from the answer of the API', () => {
  expect(readPlan('{"events":[]}').plan).toEqual({ events: [] });
  expect(readPlan('{"plan":{"events":[]},"etag":"3"}').plan).toEqual({ events: [] });
});

test('what is no JSON is told', () => {
  const read = readPlan('{"events":');
  expect(read.plan).toBeUndefined();
  expect(read.problem).toBeTruthy();
});
