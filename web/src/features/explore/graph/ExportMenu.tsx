import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconDownload, IconFileTypeCsv, IconPhoto, IconVector } from '@tabler/icons-react';
import { download, saveBlob, useFilter, useWorkspace, type Graph, type GraphRequest } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { useNotify } from '@/ui';
import { filterLines, filterTexts, useNames, useRuleText, useSegments } from '@/ui/filterbar';
import { useCounted } from '../counted';
import { texts } from '../de';
import type { Shown } from './detail';
import type { Picture } from './GraphCanvas';

export function ExportMenu({ graph, picture, shown, request }: { graph: Graph; picture: Picture | null; shown: Shown; request: GraphRequest }) {
  const { t, format } = useTexts(texts);
  const { t: shared } = useLocale();
  const { t: filterWords } = useTexts(filterTexts);
  const [filter] = useFilter();
  const names = useNames();
  const segments = useSegments();
  const ruleText = useRuleText();
  const counted = useCounted();
  const workspace = useWorkspace();
  const notify = useNotify();
  const file = `${workspace.slug}-ist-journey`;

  const draw = async () => {
    const { pictureSvg, picturePng } = await import('./picture');
    const { basis } = graph;
    const lines = [
      filterLines(filter, { t: filterWords, format, names, segments, rule: ruleText }).join(' · '),
      t('export.basis', { events: basis.events, instances: basis.instances, customers: basis.customers, counted: counted.many, time: format.time(new Date().toISOString()) }),
    ];
    if (shown.hiddenNodes + shown.hiddenEdges > 0) lines.push(t('export.hidden', { nodes: shown.hiddenNodes, edges: shown.hiddenEdges }));
    const words = {
      title: `${t('page.title')} · ${workspace.name}`,
      lines,
      legend: picture!.numbers.measure === 'customers' ? t('legend.customers', { counted: counted.many }) : t(`legend.${picture!.numbers.measure}`),
      start: t('graph.start'),
      end: t('graph.end'),
      notMapped: shared('touchpoint.not_mapped'),
    };
    return { ...pictureSvg(graph, picture!, words, format), picturePng };
  };
  const run = (work: () => Promise<unknown>) => () => void work().catch(notify.problem);

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="compact-md" leftSection={<IconDownload size={15} stroke={1.75} />} rightSection={<IconChevronDown size={14} />}>
          {t('export.label')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          disabled={!picture}
          leftSection={<IconVector size={16} stroke={1.75} />}
          onClick={run(async () => saveBlob(new Blob([(await draw()).svg], { type: 'image/svg+xml' }), `${file}.svg`))}
        >
          {t('export.svg')}
        </Menu.Item>
        <Menu.Item
          disabled={!picture}
          leftSection={<IconPhoto size={16} stroke={1.75} />}
          onClick={run(async () => {
            const { svg, width, height, picturePng } = await draw();
            saveBlob(await picturePng(svg, width, height), `${file}.png`);
          })}
        >
          {t('export.png')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileTypeCsv size={16} stroke={1.75} />}
          onClick={run(() => download('POST', `workspaces/${workspace.id}/analysis/graph.csv`, `${file}.csv`, { ...request, as_of: graph.basis.as_of }))}
        >
          {t('export.csv')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
