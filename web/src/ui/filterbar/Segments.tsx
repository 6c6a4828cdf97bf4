import { ActionIcon, Button, Group, Menu, Popover, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconBookmark, IconChevronDown, IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { api, isOpenFilter, openFilter, useApi, useChange, useWorkspace, type Filter, type Segment } from '@/api';
import { useTexts } from '@/i18n';
import { useNotify } from '../notify';
import { escapeCloses } from '../overlay';
import { LoadingLines, ProblemNote } from '../States';
import classes from './filterbar.module.css';
import { withConditions } from './merge';
import { filterTexts } from './texts';

export function useSegments(): readonly Segment[] {
  const answer = useApi(api.segments);
  return answer.data?.items ?? none;
}
const none: readonly Segment[] = [];

/** Saved filters: apply, save the present one, rename, replace, load to change, delete. */
export function SegmentsMenu({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTexts(filterTexts);
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={360} trapFocus returnFocus closeOnEscape={false}>
      <Popover.Target>
        <Button size="compact-md" variant="default" leftSection={<IconBookmark size={15} stroke={1.75} />} rightSection={<IconChevronDown size={14} />} onClick={() => setOpen(!open)}>
          {t('segments.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('segments.title')} onKeyDownCapture={escapeCloses(() => setOpen(false))}>
        <Contents
          filter={filter}
          onChange={(next) => {
            onChange(next);
            setOpen(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function Contents({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTexts(filterTexts);
  const workspace = useWorkspace();
  const notify = useNotify();
  const answer = useApi(api.segments);
  const segments = answer.data?.items ?? [];
  const mayChange = workspace.may('analyse');
  const [name, setName] = useState('');
  const [renaming, setRenaming] = useState<{ id: string; name: string } | null>(null);
  const present = (): Filter => {
    const used = segments.find((one) => one.id === filter.segment);
    return used ? withConditions(filter, used.filter) : { ...filter, segment: undefined };
  };
  const add = useChange(api.addSegment, {
    quiet: true,
    onDone: (segment) => {
      notify.done(t('segments.saved', { name: segment.name }));
      onChange({ ...openFilter, count_by: segment.filter.count_by, segment: segment.id });
    },
  });
  const edit = useChange(api.editSegment, { quiet: true });
  const again = useChange(api.addSegment);
  const remove = useChange(api.deleteSegment, {
    optimistic: (cache, { id }) => cache.edit(api.segments, undefined as void, (list) => ({ ...list, items: list.items.filter((one) => one.id !== id) })),
  });

  const deleteOne = (segment: Segment) =>
    remove.mutate(
      { id: segment.id, etag: segment.etag },
      {
        onSuccess: () => {
          notify.undoable(t('segments.deleted', { name: segment.name }), () => again.mutateAsync({ name: segment.name, filter: segment.filter }));
          if (filter.segment === segment.id) onChange({ ...filter, segment: undefined });
        },
      },
    );

  return (
    <Stack gap="sm">
      {answer.data === undefined && !answer.error && <LoadingLines lines={2} />}
      <ProblemNote problem={answer.error ?? add.error ?? edit.error} />
      {answer.data && segments.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t('segments.none')}
        </Text>
      )}
      {segments.length > 0 && (
        <ul className={classes.segments}>
          {segments.map((segment) => (
            <li key={segment.id}>
              {renaming?.id === segment.id ? (
                <form
                  className={classes.rename}
                  onSubmit={(event) => {
                    event.preventDefault();
                    edit.mutate(
                      { id: segment.id, etag: segment.etag, segment: { name: renaming.name.trim(), filter: segment.filter } },
                      {
                        onSuccess: (answered) => {
                          setRenaming(null);
                          notify.done(t('segments.renamed', { name: answered.name }));
                        },
                      },
                    );
                  }}
                >
                  <TextInput
                    aria-label={t('segments.name')}
                    value={renaming.name}
                    maxLength={80}
                    onChange={(event) => setRenaming({ id: segment.id, name: event.currentTarget.value })}
                    autoFocus
                    style={{ flex: 1 }}
                  />
                  <Button type="submit" size="compact-md" disabled={renaming.name.trim() === ''} loading={edit.isPending}>
                    {t('segments.rename')}
                  </Button>
                </form>
              ) : (
                <>
                  <UnstyledButton
                    className={classes.segment}
                    data-active={filter.segment === segment.id || undefined}
                    aria-label={t('segments.apply', { name: segment.name })}
                    onClick={() => onChange({ ...openFilter, count_by: segment.filter.count_by, segment: segment.id })}
                  >
                    <span>{segment.name}</span>
                    <span className={classes.count}>{t('segments.by', { name: segment.created_by })}</span>
                  </UnstyledButton>
                  <Menu position="bottom-end" withinPortal={false}>
                    <Menu.Target>
                      <ActionIcon aria-label={t('segments.more', { name: segment.name })}>
                        <IconDots size={16} />
                      </ActionIcon>
                    </Menu.Target>
                    <Menu.Dropdown>
                      <Menu.Item onClick={() => onChange(withConditions(openFilter, segment.filter))}>{t('segments.expand')}</Menu.Item>
                      {mayChange && (
                        <>
                          <Menu.Item onClick={() => setRenaming({ id: segment.id, name: segment.name })}>{t('segments.rename')}</Menu.Item>
                          <Menu.Item
                            disabled={isOpenFilter({ ...filter, segment: undefined })}
                            onClick={() =>
                              edit.mutate(
                                { id: segment.id, etag: segment.etag, segment: { name: segment.name, filter: present() } },
                                {
                                  onSuccess: () => {
                                    notify.done(t('segments.overwritten', { name: segment.name }));
                                    onChange({ ...openFilter, count_by: segment.filter.count_by, segment: segment.id });
                                  },
                                },
                              )
                            }
                          >
                            {t('segments.overwrite')}
                          </Menu.Item>
                          <Menu.Item color="red" onClick={() => deleteOne(segment)}>
                            {t('segments.delete')}
                          </Menu.Item>
                        </>
                      )}
                    </Menu.Dropdown>
                  </Menu>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayChange &&
        (isOpenFilter({ ...filter, segment: undefined }) ? (
          <Text fz="xs" c="dimmed">
            {t('segments.nothing_to_save')}
          </Text>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              add.mutate({ name: name.trim(), filter: present() });
            }}
          >
            <Group gap="xs" align="flex-end" wrap="nowrap">
              <TextInput label={t('segments.save')} placeholder={t('segments.name')} value={name} maxLength={80} onChange={(event) => setName(event.currentTarget.value)} style={{ flex: 1 }} />
              <Button type="submit" disabled={name.trim() === ''} loading={add.isPending} aria-label={t('segments.save')}>
                <IconBookmark size={16} />
              </Button>
            </Group>
          </form>
        ))}
    </Stack>
  );
}
