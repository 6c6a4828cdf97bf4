import { Button, Group, Progress, Text } from '@mantine/core';
import { IconFileOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { addresses, api, upload, useApi, useApiPages, useWorkspace, type Import, type Upload, type UploadHandle } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Answer, EmptyState, Note, Page, ProblemNote, Section } from '@/ui';
import { texts } from './de';
import { DropZone } from './DropZone';
import { ImportList } from './ImportList';
import classes from './imports.module.css';

export function Component() {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const imports = useApi(api.imports);
  const [asked, setAsked] = useState(false);
  const olderPages = useApiPages(api.olderImports, {}, { enabled: asked && imports.data?.next_cursor !== undefined, first: imports.data?.next_cursor });
  const older = olderPages.data?.flatMap((page) => page.items) ?? [];
  const done = imports.data?.items.filter((i) => i.state === 'done') ?? [];
  const events = done.reduce((sum, i) => sum + i.events_new, 0);
  return (
    <Page
      title={t('import.title')}
      answer={
        imports.data &&
        (done.length > 0
          ? t.rich('import.answer', { imports: t('import.answer_imports', { count: done.length }), events: <b>{t('import.answer_events', { count: events })}</b> })
          : t('import.answer_none'))
      }
      coverage
    >
      {workspace.may('import_data') && <NewFile imports={imports.data?.items ?? []} />}
      <Section title={t('import.list')}>
        <Answer
          of={imports}
          isEmpty={(list) => list.items.length === 0}
          empty={
            <EmptyState icon={IconFileOff} title={t('import.none')}>
              {t('import.none_text')}
            </EmptyState>
          }
        >
          {(list) => (
            <>
              <ImportList imports={[...list.items, ...older]} />
              {(list.next_cursor && !asked) || olderPages.hasNextPage ? (
                <Group justify="center" mt="lg">
                  <Button variant="default" loading={olderPages.isFetching} onClick={() => (asked ? void olderPages.fetchNextPage() : setAsked(true))}>
                    {shared('action.show_more')}
                  </Button>
                </Group>
              ) : null}
            </>
          )}
        </Answer>
      </Section>
    </Page>
  );
}

/** Uploads a file and goes on to its wizard. */
function NewFile({ imports }: { imports: Import[] }) {
  const { t, format } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const [parameters, setParameters] = useSearchParams();
  const replaces = parameters.get('ersetzt');
  const replaced = imports.find((i) => i.id === replaces);
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState(0);
  const [problem, setProblem] = useState<unknown>(null);
  const running = useRef<UploadHandle<Upload> | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = (chosen: File) => {
    setFile(chosen);
    setShare(0);
    setProblem(null);
    const handle = upload<Upload>(`workspaces/${workspace.id}/uploads?name=${encodeURIComponent(chosen.name)}`, chosen, setShare);
    running.current = handle;
    handle.answer.then(
      (made) => {
        running.current = null;
        void navigate(
          { pathname: workspace.to(`${addresses.import}/neu/${made.id}`), search: replaces ? `?ersetzt=${encodeURIComponent(replaces)}` : '' },
          { state: { name: made.name || chosen.name, size: made.size_bytes } },
        );
      },
      (error: unknown) => {
        running.current = null;
        setFile(null);
        if (!(error instanceof DOMException)) setProblem(error);
      },
    );
  };

  return (
    <Section>
      <ProblemNote problem={problem} />
      {replaced && (
        <Note tone="signal">
          {t('drop.replaces', { file: replaced.file_name })}{' '}
          <Button size="compact-sm" variant="subtle" onClick={() => setParameters({})}>
            {t('drop.replaces_not')}
          </Button>
        </Note>
      )}
      {file ? (
        <div className={classes.uploading}>
          <Text fw={600}>{share < 1 ? t('upload.running', { name: file.name }) : t('upload.reading', { name: file.name })}</Text>
          <Progress value={share * 100} size="md" aria-label={t('upload.running', { name: file.name })} transitionDuration={120} animated={share >= 1} />
          <div className={classes.uploadingFoot}>
            <Text fz="sm" c="dimmed">
              {t('upload.done', { done: format.bytes(share * file.size), all: format.bytes(file.size) })}
            </Text>
            <Button size="compact-sm" variant="default" onClick={() => running.current?.abort()}>
              {shared('action.cancel')}
            </Button>
          </div>
        </div>
      ) : (
        <DropZone onFile={start} />
      )}
    </Section>
  );
}
