import { ScrollArea } from '@mantine/core';
import { useState } from 'react';
import type { CustomerRule } from '@/api';
import { fromTree, isReady, toTree } from '../rules/model';
import { RuleBuilder, useComputed } from '../rules/RuleBuilder';
import { EditorForm } from './Editors';

/** Rules about customers in the filter bar: applied together. */
export function RulesEditor({ initial, onApply }: { initial: CustomerRule[]; onApply: (rules: CustomerRule[]) => void }) {
  const computed = useComputed();
  const [tree, setTree] = useState(() => toTree(initial));
  const rules = fromTree(tree);
  return (
    <EditorForm onApply={() => onApply(rules)} ready={rules.length > 0 && rules.every((one) => isReady(one, computed))}>
      <ScrollArea.Autosize mah="min(520px, 60dvh)" viewportProps={{ tabIndex: -1 }}>
        <RuleBuilder tree={tree} onChange={setTree} />
      </ScrollArea.Autosize>
    </EditorForm>
  );
}
