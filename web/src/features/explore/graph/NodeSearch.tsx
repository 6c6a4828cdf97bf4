import { Select } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { GraphNode } from '@/api';
import { useTexts } from '@/i18n';
import { ChannelIcon } from '@/ui';
import { texts } from '../de';

/** Finds a touchpoint by name and brings it into the middle. */
export function NodeSearch({ nodes, onFind }: { nodes: readonly GraphNode[]; onFind: (id: string) => void }) {
  const { t } = useTexts(texts);
  const [word, setWord] = useState('');
  const byId = new Map(nodes.map((node) => [node.touchpoint, node]));
  return (
    <Select
      aria-label={t('graph.search')}
      placeholder={t('graph.search')}
      leftSection={<IconSearch size={15} stroke={1.75} />}
      rightSection={null}
      rightSectionWidth={8}
      size="sm"
      style={{ flex: '0 1 210px', minWidth: 150 }}
      searchable
      value={null}
      searchValue={word}
      onSearchChange={setWord}
      onChange={(id) => {
        if (id) onFind(id);
        setWord('');
      }}
      data={nodes.map((node) => ({ value: node.touchpoint, label: node.name }))}
      nothingFoundMessage={t('graph.none_found')}
      maxDropdownHeight={280}
      renderOption={({ option }) => (
        <span style={{ display: 'inline-flex', gap: 8, alignItems: 'center', minWidth: 0 }}>
          <ChannelIcon channel={byId.get(option.value)?.channel} />
          <span>{option.label}</span>
        </span>
      )}
    />
  );
}
