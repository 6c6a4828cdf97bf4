import { Button, Group, Modal, NumberInput, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, useApi, useChange, type Kpi, type KpiDefinition } from '@/api';
import { useTexts } from '@/i18n';
import { ProblemNote, useNotify } from '@/ui';
import { texts } from './de';

const units: KpiDefinition['unit'][] = ['percent', 'eur', 'chf', 'usd', 'gbp', 'count', 'seconds', 'minutes', 'hours', 'days', 'working_days', 'points', 'other'];
const newSource = 'new';

/** A key that can be typed: "Zeit bis Lösung" → "zeit_bis_loesung". */
function keyOf(name: string): string {
  const german: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };
  return name.toLowerCase().replace(/[äöüß]/g, (c) => german[c]!).normalize('NFD').replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 60);
}

/** Defines a KPI, or changes its definition. */
export function KpiDialog({ kpi, onClose, onSaved }: { kpi?: Kpi; onClose: () => void; onSaved?: (kpi: Kpi) => void }) {
  const { t, language } = useTexts(texts);
  const notify = useNotify();
  const sources = useApi(api.sources);
  const old = kpi?.definition;
  const [nameDe, setNameDe] = useState(old?.name_de ?? '');
  const [nameEn, setNameEn] = useState(old?.name_en ?? '');
  const [key, setKey] = useState(old?.key ?? '');
  const [source, setSource] = useState<string | null>(old?.source ?? null);
  const [data, setData] = useState({ name: '', owner: '', system: '', purpose: '' });
  const [unit, setUnit] = useState<KpiDefinition['unit']>(old?.unit ?? 'percent');
  const [unitLabel, setUnitLabel] = useState(old?.unit_label ?? '');
  const [better, setBetter] = useState<KpiDefinition['better']>(old?.better ?? 'higher');
  const [combine, setCombine] = useState<KpiDefinition['combine']>(old?.combine ?? 'weighted_mean');
  const [target, setTarget] = useState<number | string>(old?.target ?? '');
  const [decimals, setDecimals] = useState<number | string>(old?.decimals ?? '');
  const [description, setDescription] = useState(old?.description ?? '');
  const shownKey = key || keyOf(language === 'de' ? nameDe : nameEn);
  const saved = (one: Kpi) => {
    notify.done(t('form.saved', { name: language === 'de' ? one.definition.name_de : one.definition.name_en }));
    onClose();
    onSaved?.(one);
  };
  const add = useChange(api.addKpi, { quiet: true, onDone: saved });
  const edit = useChange(api.editKpi, { quiet: true, onDone: saved });
  const addSource = useChange(api.addSource, { quiet: true });
  const nameSource = useChange(api.editSource, { quiet: true });
  const save = async () => {
    let owned = source ?? '';
    if (source === newSource) {
      const made = await addSource.mutateAsync({ name: data.name.trim() });
      owned = made.id;
      setSource(made.id);
      await nameSource.mutateAsync({ id: made.id, etag: made.etag, patch: { owner: data.owner, system: data.system, purpose: data.purpose } });
    }
    const definition: KpiDefinition = {
      key: shownKey,
      name_de: nameDe.trim() || nameEn.trim(),
      name_en: nameEn.trim() || nameDe.trim(),
      source: owned,
      unit,
      ...(unit === 'other' ? { unit_label: unitLabel } : {}),
      ...(description.trim() ? { description } : {}),
      ...(decimals === '' ? {} : { decimals: Number(decimals) }),
      better,
      ...(target === '' ? {} : { target: Number(target) }),
      combine,
    };
    if (kpi) await edit.mutateAsync({ id: kpi.id, etag: kpi.etag, definition });
    else await add.mutateAsync(definition);
  };
  const busy = add.isPending || edit.isPending || addSource.isPending || nameSource.isPending;
  const decimal = language === 'de' ? ',' : '.';
  return (
    <Modal opened onClose={onClose} title={t(kpi ? 'form.edit' : 'form.new')} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // What failed stands beside the button.
          save().catch(() => undefined);
        }}
      >
        <Stack gap="md">
          <Group grow align="start">
            <TextInput label={t('form.name_de')} value={nameDe} maxLength={120} required={language === 'de'} data-autofocus={language === 'de' || undefined} onChange={(e) => setNameDe(e.currentTarget.value)} />
            <TextInput label={t('form.name_en')} value={nameEn} maxLength={120} required={language === 'en'} data-autofocus={language === 'en' || undefined} onChange={(e) => setNameEn(e.currentTarget.value)} />
          </Group>
          <TextInput label={t('form.key')} description={t('form.key_hint')} value={shownKey} maxLength={60} required onChange={(e) => setKey(e.currentTarget.value)} />
          <Select
            label={t('form.source')}
            description={t('form.source_hint')}
            required
            searchable
            value={source}
            onChange={setSource}
            data={[...(sources.data?.items ?? []).map((s) => ({ value: s.id, label: s.name })), { value: newSource, label: t('form.new_source') }]}
          />
          {source === newSource && (
            <>
              <Group grow align="start">
                <TextInput label={t('form.source_name')} value={data.name} maxLength={80} required onChange={(e) => setData({ ...data, name: e.currentTarget.value })} />
                <TextInput label={t('form.owner')} value={data.owner} maxLength={200} onChange={(e) => setData({ ...data, owner: e.currentTarget.value })} />
              </Group>
              <Group grow align="start">
                <TextInput label={t('form.system')} value={data.system} maxLength={200} onChange={(e) => setData({ ...data, system: e.currentTarget.value })} />
                <TextInput label={t('form.purpose')} value={data.purpose} maxLength={1000} onChange={(e) => setData({ ...data, purpose: e.currentTarget.value })} />
              </Group>
            </>
          )}
          <Group grow align="start">
            <Select label={t('form.unit')} value={unit} allowDeselect={false} onChange={(v) => setUnit(v as KpiDefinition['unit'])} data={units.map((one) => ({ value: one, label: t(`unit.${one}`) }))} />
            {unit === 'other' && <TextInput label={t('form.unit_label')} value={unitLabel} maxLength={40} required onChange={(e) => setUnitLabel(e.currentTarget.value)} />}
            <NumberInput label={t('form.decimals')} value={decimals} onChange={setDecimals} min={0} max={4} allowDecimal={false} />
          </Group>
          <Group grow align="start">
            <Select label={t('form.better')} value={better ?? 'neither'} allowDeselect={false} onChange={(v) => setBetter(v as KpiDefinition['better'])} data={(['higher', 'lower', 'neither'] as const).map((one) => ({ value: one, label: t(`better.${one}`) }))} />
            <NumberInput label={t('form.target')} value={target} onChange={setTarget} decimalSeparator={decimal} />
          </Group>
          <Select label={t('form.combine')} value={combine ?? 'none'} allowDeselect={false} onChange={(v) => setCombine(v as KpiDefinition['combine'])} data={(['sum', 'weighted_mean', 'none'] as const).map((one) => ({ value: one, label: t(`combine.${one}`) }))} />
          <Textarea label={t('form.description')} value={description} maxLength={2000} autosize minRows={2} onChange={(e) => setDescription(e.currentTarget.value)} />
          <ProblemNote problem={addSource.error ?? nameSource.error ?? add.error ?? edit.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('form.cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={!source || !shownKey}>
              {t('form.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
