import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, request, useWorkspace, type Change, type List, type Mapping, type RuleRequest, type Touchpoint, type TouchpointPatch } from '@/api';
import { mappingGroups } from '@/api/endpoints';
import { groupKey } from '@/api/useApi';
import { useTexts } from '@/i18n';
import { useNotify } from '../notify';
import { paint } from './paint';
import { restore, type Before, type Steps } from './restore';
import { touchpointTexts } from './texts';

/** Changes of touchpoints and rules: shown at once, taken back where the server refuses, each with an undo. */
export interface TouchpointActions {
  /** Changes an owned touchpoint, or adopts one with these values. Throws Problem, for the form. */
  save(touchpoint: { id: string; name: string; mapped: boolean; etag?: string }, patch: TouchpointPatch): Promise<void>;
  adopt(touchpoints: readonly { id: string; name: string }[]): Promise<void>;
  merge(into: { id: string; name: string }, others: readonly string[]): Promise<void>;
  remove(touchpoint: { id: string; name: string }): Promise<void>;
  addRule(rule: RuleRequest): Promise<void>;
  deleteRule(id: string): Promise<void>;
  moveRule(id: string, position: number): Promise<void>;
}

export function useTouchpointActions(): TouchpointActions {
  const { t } = useTexts(touchpointTexts);
  const client = useQueryClient();
  const workspace = useWorkspace();
  const notify = useNotify();
  const { id: workspaceId } = workspace;
  return useMemo(() => {
    const path = (rest: string) => `workspaces/${workspaceId}/${rest}`;
    const call = <Request, Answer>(change: Change<Request, Answer>, asked: Request) =>
      request<Answer>(change.method, path(change.path(asked)), { body: change.body?.(asked), etag: change.etag?.(asked) });
    const steps: Steps = {
      mapping: () => request<Mapping>('GET', path(api.mapping.path())),
      touchpoints: async () => (await request<List<Touchpoint>>('GET', path(api.touchpoints.path()))).items,
      addRule: (rule) => call(api.addRule, rule),
      deleteRule: (id) => call(api.deleteRule, { id }),
      patch: (id, patch) => call(api.editTouchpoint, { id, patch }),
      remove: (id) => call(api.deleteTouchpoint, { id }),
    };
    const before = async (): Promise<Before> => {
      const [touchpoints, mapping] = await Promise.all([steps.touchpoints(), steps.mapping()]);
      return { touchpoints, rules: mapping.rules };
    };
    const refresh = async () => {
      await Promise.all(mappingGroups.map((group) => client.invalidateQueries({ queryKey: groupKey(workspaceId, group) })));
    };
    /** Paints, works, then asks everything anew; a refusal takes the paint off and is told. */
    const run = async (shown: { ids: readonly string[]; patch: TouchpointPatch } | null, work: () => Promise<unknown>, message: string, undo: () => Promise<unknown>) => {
      const old: [readonly unknown[], unknown][] = [];
      if (shown) {
        const ids = new Set(shown.ids);
        for (const group of mappingGroups) {
          await client.cancelQueries({ queryKey: groupKey(workspaceId, group) });
          for (const [key, answer] of client.getQueriesData({ queryKey: groupKey(workspaceId, group) })) {
            const painted = paint(answer, ids, shown.patch);
            if (painted === answer) continue;
            old.push([key, answer]);
            client.setQueryData(key, painted);
          }
        }
      }
      try {
        await work();
      } catch (problem) {
        for (const [key, answer] of old) client.setQueryData(key, answer);
        void refresh();
        throw problem;
      }
      notify.undoable(message, () => undo().finally(refresh));
      await refresh();
    };

    return {
      async save(touchpoint, patch) {
        const was = await before();
        await run(
          { ids: [touchpoint.id], patch },
          () => call(api.editTouchpoint, { id: touchpoint.id, patch, etag: touchpoint.etag }),
          touchpoint.mapped ? t('done.saved', { name: patch.name ?? touchpoint.name }) : t('done.adopted', { name: patch.name ?? touchpoint.name }),
          () => restore(was, [touchpoint.id], steps),
        );
      },
      async adopt(touchpoints) {
        const was = await before();
        const ids = touchpoints.map((one) => one.id);
        await run(
          { ids, patch: {} },
          async () => {
            for (const id of ids) await call(api.adoptTouchpoint, { id });
          },
          ids.length === 1 ? t('done.adopted', { name: touchpoints[0]!.name }) : t('done.adopted_many', { count: ids.length }),
          () => restore(was, ids, steps),
        );
      },
      async merge(into, others) {
        const was = await before();
        await run(
          null,
          () => call(api.mergeTouchpoints, { touchpoints: [...others], into: into.id }),
          t('done.merged', { count: others.length, name: into.name }),
          () => restore(was, [...others, into.id], steps),
        );
      },
      async remove(touchpoint) {
        const was = await before();
        const etag = was.touchpoints.find((one) => one.id === touchpoint.id)?.etag;
        await run(
          null,
          () => call(api.deleteTouchpoint, { id: touchpoint.id, etag }),
          t('done.deleted', { name: touchpoint.name }),
          () => restore(was, [touchpoint.id], steps),
        );
      },
      async addRule(rule) {
        const was = await before();
        await run(null, () => steps.addRule(rule), t('done.rule_added'), () => restore(was, [rule.touchpoint], steps));
      },
      async deleteRule(id) {
        const was = await before();
        await run(null, () => steps.deleteRule(id), t('done.rule_deleted'), () => restore(was, [], steps));
      },
      async moveRule(id, position) {
        const was = await before();
        const rule = was.rules.find((one) => one.id === id);
        if (!rule) return;
        const { event_types, sources, properties, touchpoint } = rule;
        await run(
          null,
          async () => {
            await steps.deleteRule(id);
            await steps.addRule({ event_types, sources, properties, touchpoint, position });
          },
          t('done.rule_moved'),
          () => restore(was, [], steps),
        );
      },
    };
  }, [client, notify, t, workspaceId]);
}
