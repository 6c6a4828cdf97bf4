import { Button } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { useRouteError } from 'react-router';
import { asProblem, Problem } from '@/api';
import { useLocale } from '@/i18n';
import { EmptyState, ProblemState } from '@/ui';
import { Blank } from './Blank';

/** A page that could not be drawn. A missing chunk means that the server was updated under an open page. */
export function RouteError({ inside = false }: { inside?: boolean }) {
  const error = useRouteError();
  const { t } = useLocale();
  const updated = error instanceof Error && /dynamically imported module|Importing a module script failed|error loading dynamically/i.test(error.message);
  const state =
    error instanceof Problem ? (
      <ProblemState problem={asProblem(error)} retry={() => location.reload()} />
    ) : (
      <div role="alert">
        <EmptyState icon={updated ? IconRefresh : IconAlertTriangle} title={t(updated ? 'state.updated' : 'state.crashed')} action={<Button onClick={() => location.reload()}>{t('state.reload')}</Button>}>
          {t(updated ? 'state.updated_text' : 'state.crashed_text')}
        </EmptyState>
      </div>
    );
  return inside ? state : <Blank>{state}</Blank>;
}
