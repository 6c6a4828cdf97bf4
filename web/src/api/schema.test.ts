import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('the types are those of api/openapi.json (npm run types)', async () => {
  const made = COMMENT_HEADER + astToString(await openapiTS(new URL('../../../api/openapi.json', import.meta.url)));
  expect(readFileSync(fileURLToPath(new URL('./schema.ts', import.meta.url)), 'utf8')).toBe(made);
});
