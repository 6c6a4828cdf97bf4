import { ActionIcon, Collapse, Group, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronRight, IconX } from '@tabler/icons-react';
import { useEffect, useId, type ReactNode } from 'react';
import { useLocale } from '@/i18n';
import { CoverageStrip } from './CoverageStrip';
import classes from './page.module.css';
import { useEscape } from './useEscape';
import { useOverflow } from './useOverflow';

export interface PageProps {
  title: string;
  /** One sentence that answers the page's question in words with numbers. */
  answer?: ReactNode;
  /** At most one primary action. */
  actions?: ReactNode;
  /** The shared filter bar; stands under the top bar and stays there. */
  filters?: ReactNode;
  /** Details of what is selected (a `SidePanel`); takes its own room, never covers the picture. */
  panel?: ReactNode;
  /** "Wie wird das berechnet?" */
  how?: ReactNode;
  /** The page shows numbers: the data basis stands under it. */
  coverage?: boolean;
  /** `narrow` for forms and lists to read; `full` for pictures. */
  width?: 'narrow' | 'full';
  children: ReactNode;
}

/** Every page: title and answer, picture, table, how it is calculated; filters above, details at the right. */
export function Page({ title, answer, actions, filters, panel, how, coverage = false, width = 'full', children }: PageProps) {
  const { t } = useLocale();
  useEffect(() => {
    document.title = t('app.title', { page: title });
  }, [t, title]);
  return (
    <div className={classes.page} data-panel={panel ? true : undefined}>
      {filters && <div className={classes.filters}>{filters}</div>}
      <div className={classes.body}>
        <div className={classes.content} data-width={width}>
          <header className={classes.head}>
            <div className={classes.headText}>
              <h1 className={classes.title}>{title}</h1>
              {answer && <div className={classes.answer}>{answer}</div>}
            </div>
            {actions && <Group className={classes.actions} gap="xs">{actions}</Group>}
          </header>
          {children}
          {how && <How>{how}</How>}
        </div>
        {panel}
      </div>
      {coverage && <CoverageStrip />}
    </div>
  );
}

/** A part of a page under a heading. */
export function Section({ title, aside, children, id }: { title?: ReactNode; aside?: ReactNode; children: ReactNode; id?: string }) {
  const heading = useId();
  return (
    <section className={classes.section} aria-labelledby={title ? heading : undefined} id={id}>
      {title && (
        <div className={classes.sectionHead}>
          <h2 id={heading}>{title}</h2>
          {aside && <div>{aside}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

/** "Wie wird das berechnet?": closed until asked for. */
export function How({ children }: { children: ReactNode }) {
  const { t } = useLocale();
  const [open, { toggle }] = useDisclosure(false);
  const id = useId();
  return (
    <div className={classes.how}>
      <UnstyledButton onClick={toggle} aria-expanded={open} aria-controls={id} className={classes.howButton}>
        <IconChevronRight size={16} stroke={2} aria-hidden data-open={open || undefined} />
        {t('page.how')}
      </UnstyledButton>
      <Collapse expanded={open} id={id} transitionDuration={140}>
        <Text component="div" c="dimmed" maw={760} className={classes.howText}>
          {children}
        </Text>
      </Collapse>
    </div>
  );
}

export interface SidePanelProps {
  title: ReactNode;
  /** Stands above the title, e.g. "Übergang". */
  kind?: ReactNode;
  onClose: () => void;
  actions?: ReactNode;
  children: ReactNode;
}
/** Details of what is selected: right of the content, below it on narrow screens. Escape closes it. */
export function SidePanel({ title, kind, onClose, actions, children }: SidePanelProps) {
  const { t } = useLocale();
  const heading = useId();
  const { ref, overflows } = useOverflow();
  useEscape(true, onClose);
  return (
    <aside className={classes.panel} aria-labelledby={heading}>
      <div className={classes.panelHead}>
        <div className={classes.panelTitle}>
          {kind && <div className={classes.kind}>{kind}</div>}
          <h2 id={heading}>{title}</h2>
        </div>
        <ActionIcon aria-label={t('action.close_panel')} onClick={onClose} size="md">
          <IconX size={18} />
        </ActionIcon>
      </div>
      {actions && <div className={classes.panelActions}>{actions}</div>}
      <div className={classes.panelBody} ref={ref} {...(overflows && { tabIndex: 0, role: 'region', 'aria-labelledby': heading })}>
        <div>{children}</div>
      </div>
    </aside>
  );
}
