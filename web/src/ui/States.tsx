import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCloudOff, IconLock, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { asProblem, type Asked, type Problem } from '@/api';
import { useLocale } from '@/i18n';
import classes from './ui.module.css';

/** A place without data: what would stand here, and the one button that brings it. */
export function EmptyState({ icon: Shape, title, children, action }: { icon?: Icon; title: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      {Shape && (
        <span className={classes.emptyIcon}>
          <Shape size={28} stroke={1.5} aria-hidden />
        </span>
      )}
      <Text component="p" fw={600} fz="lg">
        {title}
      </Text>
      {children && (
        <Text component="div" c="dimmed" maw={520} ta="center">
          {children}
        </Text>
      )}
      {action && <Group mt="sm">{action}</Group>}
    </div>
  );
}

/** What a problem says to the user: the server's own sentence where it sent one. */
export function useProblemText(): (problem: Problem) => string {
  const { t } = useLocale();
  return (problem) => {
    if (problem.status === 0) return t('problem.network');
    if (problem.status === 412) return t('problem.stale');
    const text = problem.title || t('problem.unknown', { code: problem.code });
    const fields = problem.fields.map((f) => f.text).filter((f) => f && f !== text && !text.includes(f));
    const incident = problem.incident ? ` ${t('problem.incident', { incident: problem.incident })}.` : '';
    return [text, ...new Set(fields)].join(' ') + incident;
  };
}

export function ProblemState({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const { t } = useLocale();
  const textOf = useProblemText();
  const noRight = problem.status === 403;
  return (
    <div role="alert">
      <EmptyState
        icon={noRight ? IconLock : problem.status === 0 ? IconCloudOff : IconAlertTriangle}
        title={noRight ? t('state.no_right') : problem.status === 0 ? t('state.offline') : textOf(problem)}
        action={
          retry && !noRight ? (
            <Button variant="default" onClick={retry}>
              {t('state.retry')}
            </Button>
          ) : undefined
        }
      >
        {problem.code === 'beyond_restriction' ? textOf(problem) : noRight ? t('state.no_right_text') : problem.status === 0 ? t('problem.network') : null}
      </EmptyState>
    </div>
  );
}

/** A problem beside the form that met it. */
export function ProblemNote({ problem }: { problem: unknown }) {
  const textOf = useProblemText();
  if (!problem) return null;
  return (
    <div role="alert" className={classes.problemNote}>
      <IconAlertTriangle size={18} stroke={1.75} aria-hidden />
      <span>{textOf(asProblem(problem))}</span>
    </div>
  );
}

/** A quiet remark in the flow of a page; `signal` needs the user's attention. */
export function Note({ tone = 'neutral', icon: Shape, children }: { tone?: 'neutral' | 'signal' | 'bad' | 'good'; icon?: Icon; children: ReactNode }) {
  return (
    <div className={classes.note} data-tone={tone}>
      {Shape && <Shape size={18} stroke={1.75} aria-hidden />}
      <div>{children}</div>
    </div>
  );
}

/** Lines of the height that text will take. */
export function LoadingLines({ lines = 6, height = 20 }: { lines?: number; height?: number }) {
  const { t } = useLocale();
  return (
    <Stack gap="xs" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: lines }, (_, i) => (
        <Skeleton key={i} height={height} width={`${100 - ((i * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

export interface AnswerProps<T> {
  of: Asked<T>;
  children: (data: T) => ReactNode;
  /** Says when there is nothing to show; then `empty` stands there. */
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  loading?: ReactNode;
}
/** The four states of an answer: loading, problem, empty, data. A former answer stays, dimmed, while a new one is asked. */
export function Answer<T>({ of, children, isEmpty, empty, loading }: AnswerProps<T>) {
  if (of.data === undefined) {
    if (of.error) return <ProblemState problem={asProblem(of.error)} retry={() => void of.refetch()} />;
    return loading ?? <LoadingLines />;
  }
  if (isEmpty?.(of.data)) return <>{empty}</>;
  return (
    <div className={classes.answer} data-stale={of.isPlaceholderData || undefined} aria-busy={of.isPlaceholderData || undefined}>
      {of.error && !of.isFetching && <ProblemNote problem={of.error} />}
      {children(of.data)}
    </div>
  );
}
