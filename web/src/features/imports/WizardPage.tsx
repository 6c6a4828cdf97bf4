import { Button, Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { IconAlertTriangle, IconBookmark, IconEyeOff, IconFileOff, IconInfoCircle, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { Link, useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import { addresses, api, asProblem, request, useApi, useChange, useWorkspace, type Detection, type Problem, type ReadOptions, type Source } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { EmptyState, LoadingLines, Note, Page, ProblemNote, ProblemState, Section, useNotify } from '@/ui';
import { ColumnTable } from './ColumnTable';
import { texts } from './de';
import classes from './imports.module.css';
import { matchingSource, missingNeeds, savedChoices, sourceNameOf, suggestedChoices, toMapping, withRole, type ColumnChoice, type Defaults } from './mapping';
import { Needs } from './Needs';
import { ReadOptionsForm } from './ReadOptionsForm';
import { SourceForm } from './SourceForm';

/** One calm page between upload and import: how the file is read, what its columns mean, where it comes from. */
export function Component() {
  const { t, format } = useTexts(texts);
  const { upload = '' } = useParams();
  const workspace = useWorkspace();
  const location = useLocation();
  const file = (location.state ?? {}) as { name?: string; size?: number };
  const [options, setOptions] = useState<ReadOptions>({ time_zone: workspace.time_zone });
  // The zone changes no column: it is not asked again for it.
  const { time_zone: _, ...asked } = options;
  const detection = useQuery<Detection, Problem>({
    queryKey: ['w', workspace.id, 'detection', upload, asked],
    queryFn: ({ signal }) => request('POST', `workspaces/${workspace.id}/uploads/${encodeURIComponent(upload)}/detection`, { body: asked, signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const sources = useApi(api.sources);
  const name = file.name ?? '';

  return (
    <Page
      title={t('wizard.title', { name: name || t('wizard.file') })}
      answer={
        detection.data &&
        t.rich('wizard.answer', {
          format: `${t.code(`format.${detection.data.format}`, detection.data.format)}${file.size ? ` (${format.bytes(file.size)})` : ''}`,
          columns: <b>{t('wizard.columns', { count: detection.data.columns.length })}</b>,
        })
      }
    >
      {detection.error && !detection.data ? (
        <Unreadable problem={detection.error} retry={() => void detection.refetch()} />
      ) : !detection.data || sources.isPending ? (
        <LoadingLines lines={8} height={24} />
      ) : (
        <Wizard
          key={`${upload} ${detection.data.customer_type ?? ''} ${detection.data.key_type ?? ''} ${detection.data.columns.map((c) => c.name).join('\u0000')}`}
          upload={upload}
          fileName={name}
          detection={detection.data}
          problem={detection.error}
          busy={detection.isFetching}
          options={options}
          onOptions={setOptions}
          sources={sources.data?.items ?? []}
        />
      )}
    </Page>
  );
}

function Unreadable({ problem, retry }: { problem: Problem; retry: () => void }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const again = (
    <Button component={Link} to={workspace.to(addresses.import)}>
      {t('wizard.again')}
    </Button>
  );
  if (asProblem(problem).status === 404)
    return (
      <EmptyState icon={IconFileOff} title={t('wizard.gone')} action={again}>
        {t('wizard.gone_text')}
      </EmptyState>
    );
  return (
    <>
      <ProblemState problem={problem} retry={problem.status === 0 ? retry : undefined} />
      <Group justify="center">{again}</Group>
    </>
  );
}

interface WizardProps {
  upload: string;
  fileName: string;
  detection: Detection;
  problem: Problem | null;
  busy: boolean;
  options: ReadOptions;
  onOptions: (options: ReadOptions) => void;
  sources: Source[];
}

function Wizard({ upload, fileName, detection, problem, busy, options, onOptions, sources }: WizardProps) {
  const { t, language, format } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const [parameters] = useSearchParams();
  const replaces = parameters.get('ersetzt') ?? undefined;

  const match = useMemo(() => matchingSource(detection, sources), [detection, sources]);
  const [taken, setTaken] = useState<Source | undefined>(match);
  const [choices, setChoices] = useState<ColumnChoice[]>(() => (match ? savedChoices(detection, match.mapping) : suggestedChoices(detection)));
  const [source, setSource] = useState(match?.name ?? sourceNameOf(fileName));
  const [defaults, setDefaults] = useState<Defaults>({ channel: match?.mapping.channel ?? '', direction: match?.mapping.direction ?? '' });
  useEffect(() => {
    // The saved source also knows how its files are read; once, where the user has not chosen anything.
    if (match?.mapping.read && Object.keys(options).length <= 1) {
      const { time_format, time_zone, decimal } = match.mapping.read;
      if (time_format || time_zone || decimal) onOptions({ ...options, ...(time_format && { time_format }), ...(time_zone && { time_zone }), ...(decimal && { decimal }) });
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the file is first seen
  }, []);

  const start = useChange(api.startImport, { quiet: true });
  const discard = useChange(api.deleteUpload);
  const missing = missingNeeds(choices);
  const ready = missing.length === 0 && source.trim() !== '';
  const staff = detection.columns.filter((c, i) => c.kind === 'person' && choices[i]?.role === 'ignore').map((c) => t('quoted', { text: c.name }));
  const timeColumn = choices.findIndex((c) => c.role === 'time');
  const needs = [...missing.map((n) => t(`need.${n}`)), ...(source.trim() ? [] : [t('need.source')])];

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready || busy) return;
        start.mutate(
          { upload, source_name: source.trim(), mapping: toMapping(choices, options, defaults), ...(replaces && { replaces }) },
          { onSuccess: (run) => void navigate(workspace.to(addresses.importRun(run.id)), { replace: true }) },
        );
      }}
    >
      {detection.notes.map((n) => (
        <Note key={n.code} tone="signal" icon={IconAlertTriangle}>
          {t.code(`note.${n.code}`, problemText(n.code, language) ?? n.detail)}
        </Note>
      ))}
      {taken && (
        <Note tone="good" icon={IconBookmark}>
          {t('source.proposed', { name: taken.name })}{' '}
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => {
              setTaken(undefined);
              setChoices(suggestedChoices(detection));
            }}
          >
            {t('source.own')}
          </Button>
        </Note>
      )}

      <Section title={t('wizard.read')} aside={<Text fz="sm" c="dimmed">{t('wizard.read_hint')}</Text>}>
        <ProblemNote problem={problem} />
        <ReadOptionsForm
          detection={detection}
          options={options}
          onOptions={onOptions}
          timeFormat={timeColumn >= 0 ? detection.columns[timeColumn]?.time_format : undefined}
        />
      </Section>

      <Section title={t('wizard.meaning')}>
        <Needs choices={choices} />
        {staff.length > 0 && (
          <Note tone="neutral" icon={IconEyeOff}>
            {t('wizard.staff', { count: staff.length, columns: format.list(staff) })}
          </Note>
        )}
        <div className={classes.preview} data-busy={busy || undefined} aria-busy={busy}>
          <ColumnTable
            detection={detection}
            choices={choices}
            onKind={(i, kind) => setChoices((old) => old.map((c, at) => (at === i ? { ...c, kind } : c)))}
            onRole={(i, role) => setChoices((old) => withRole(old, i, role))}
            onName={(i, name) => setChoices((old) => old.map((c, k) => (k === i ? { ...c, name } : c)))}
          />
        </div>
      </Section>

      <Section title={t('source.section')}>
        <SourceForm source={source} onSource={setSource} sources={sources} defaults={defaults} onDefaults={setDefaults} choices={choices} />
      </Section>

      <div className={classes.startBar}>
        <div role="status" className={classes.startText}>
          {ready ? (
            <Text fz="sm" c="dimmed">
              {t('wizard.ready')}
            </Text>
          ) : (
            <Text fz="sm" className={classes.missing}>
              <IconInfoCircle size={16} stroke={1.75} aria-hidden /> {t('wizard.missing', { list: format.list(needs) })}
            </Text>
          )}
          <ProblemNote problem={start.error} />
        </div>
        <Group gap="xs">
          <Button
            variant="default"
            onClick={() =>
              discard.mutate(
                { id: upload },
                {
                  onSuccess: () => {
                    notify.done(t('wizard.discarded'));
                    void navigate(workspace.to(addresses.import));
                  },
                },
              )
            }
          >
            {t('wizard.discard')}
          </Button>
          <Button type="submit" disabled={!ready || busy} loading={start.isPending} leftSection={<IconPlayerPlay size={16} aria-hidden />}>
            {t('wizard.start')}
          </Button>
        </Group>
      </div>
    </form>
  );
}
