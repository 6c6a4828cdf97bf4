import { Button } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { Link, useParams } from 'react-router';
import { useLocale } from '@/i18n';
import { EmptyState } from '@/ui';
import { Blank } from './Blank';

export function NotFound({ inside = false }: { inside?: boolean }) {
  const { t } = useLocale();
  const { slug } = useParams();
  const state = (
    <EmptyState
      icon={IconMapQuestion}
      title={<span role="heading" aria-level={1}>{t('state.not_found')}</span>}
      action={
        <Button component={Link} to={inside ? `/w/${slug}` : '/'}>
          {t('state.home')}
        </Button>
      }
    >
      {t('state.not_found_text')}
    </EmptyState>
  );
  return inside ? state : <Blank>{state}</Blank>;
}
