import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

/** Texts that a user reads stand in en.ts and de.ts: no letters between tags, none in attributes that are read aloud. */
const noHardText = {
  meta: { type: 'problem', schema: [], messages: { text: 'A text that users read stands in en.ts and de.ts: "{{text}}"' } },
  create(context) {
    const spoken = new Set(['label', 'title', 'placeholder', 'description', 'alt', 'aria-label', 'error']);
    const isText = (text) => /\p{L}{2,}/u.test(text);
    return {
      JSXText(node) {
        if (isText(node.value)) context.report({ node, messageId: 'text', data: { text: node.value.trim() } });
      },
      JSXAttribute(node) {
        if (node.value?.type === 'Literal' && spoken.has(node.name.name) && typeof node.value.value === 'string' && isText(node.value.value))
          context.report({ node, messageId: 'text', data: { text: node.value.value } });
      },
    };
  },
};

const layer = (files, forbidden, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: forbidden.map((group) => ({ group: [group], message })) }] },
});

export default defineConfig(
  { ignores: ['dist', 'node_modules', 'src/api/schema.ts', 'public'] },
  js.configs.recommended,
  ts.configs.recommended,
  hooks.configs.flat['recommended-latest'],
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { lotse: { rules: { 'no-hard-text': noHardText } } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'no-control-regex': 'off',
      'lotse/no-hard-text': 'error',
    },
  },
  {
    files: ['snippet/**'],
    languageOptions: {
      globals: Object.fromEntries(
        ['document', 'window', 'navigator', 'location', 'localStorage', 'crypto', 'fetch', 'URL', 'URLSearchParams', 'Blob', 'setTimeout', 'clearTimeout', 'addEventListener'].map((name) => [name, 'readonly']),
      ),
    },
  },
  layer(['src/features/**'], ['@/features/**', '@/app/**'], 'Features meet only through ui, api and i18n.'),
  layer(['src/ui/**', 'src/api/**', 'src/i18n/**'], ['@/features/**', '@/app/**'], 'ui, api and i18n know no feature.'),
  layer(['src/i18n/**'], ['@/features/**', '@/app/**', '@/ui/**', '@/api/**'], 'i18n knows nothing above it.'),
);
