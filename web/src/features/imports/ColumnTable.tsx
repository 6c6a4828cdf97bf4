import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconAbc, IconCalendarTime, IconClock, IconDecimal, IconNumbers, IconSquareDashed, IconUser, type Icon } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { ColumnRole, Detection, IdentifierKind } from '@/api';
import { useTexts } from '@/i18n';
import { texts } from './de';
import classes from './imports.module.css';
import { attributeRoles, identifierKinds, identifierRoles, type ColumnChoice } from './mapping';

const kindIcons: Record<string, Icon> = { time: IconCalendarTime, time_of_day: IconClock, integer: IconNumbers, decimal: IconDecimal, text: IconAbc, person: IconUser, empty: IconSquareDashed };
const needed: ColumnRole[] = ['customer', 'event_type', 'time', 'time_of_day', 'instance_key'];
const useful: ColumnRole[] = ['channel', 'source_system', 'direction', 'unit', 'cost'];
const further: ColumnRole[] = ['identifier', 'event_attribute', 'customer_attribute', 'pseudonymise', 'consent_analytics', 'consent_personalisation', 'consent_contact', 'ignore'];
/** A file with hundreds of columns shows these first; the rest on demand. */
const firstColumns = 40;

interface Props {
  detection: Detection;
  choices: ColumnChoice[];
  onRole: (index: number, role: ColumnRole) => void;
  onName: (index: number, name: string) => void;
  onKind: (index: number, kind: IdentifierKind) => void;
}
/** The file's first rows under headers that ask for each column's meaning. */
export function ColumnTable({ detection, choices, onRole, onName, onKind }: Props) {
  const { t, format } = useTexts(texts);
  const [all, setAll] = useState(false);
  const count = all ? detection.columns.length : Math.min(detection.columns.length, firstColumns);
  const columns = detection.columns.slice(0, count);
  const date = choices.find((c) => c.role === 'time')?.column;
  const options = useMemo(() => {
    const label = (role: ColumnRole) => (role === 'time_of_day' && date !== undefined ? t('role.time_of_day_of', { column: date }) : t(`role.${role}`));
    const group = (name: string, roles: ColumnRole[]) => ({ group: name, items: roles.map((r) => ({ value: r, label: label(r) })) });
    return [group(t('roles.needed'), needed), group(t('roles.useful'), useful), group(t('roles.more'), further)];
  }, [t, date]);
  const rows = detection.preview.length;
  return (
    <>
      <div className={classes.sheetBox} tabIndex={0} role="region" aria-label={t('wizard.preview_rows', { count: rows })}>
        <table className={classes.sheet}>
          <caption className="visually-hidden">{t('wizard.preview_rows', { count: rows })}</caption>
          <thead>
            <tr>
              {columns.map((column, i) => {
                const choice = choices[i]!;
                const Shape = kindIcons[column.kind] ?? IconAbc;
                return (
                  <th key={column.name} scope="col" data-role={choice.role}>
                    <div className={classes.columnName} title={column.name}>
                      <Shape size={15} stroke={1.75} aria-hidden />
                      <span>{column.name}</span>
                    </div>
                    <NativeSelect
                      size="xs"
                      aria-label={t('wizard.role_of', { column: column.name })}
                      value={choice.role}
                      onChange={(e) => onRole(i, e.currentTarget.value as ColumnRole)}
                      data={options}
                    />
                    {identifierRoles.includes(choice.role) ? (
                      <NativeSelect
                        size="xs"
                        mt={4}
                        aria-label={t('wizard.kind_of', { column: column.name })}
                        value={choice.kind}
                        onChange={(e) => onKind(i, e.currentTarget.value as IdentifierKind)}
                        data={identifierKinds.map((kind) => ({ value: kind, label: t(`identifier.${kind}`) }))}
                      />
                    ) : attributeRoles.includes(choice.role) ? (
                      <TextInput
                        size="xs"
                        mt={4}
                        aria-label={t('wizard.name_of', { column: column.name })}
                        placeholder={column.name}
                        value={choice.name}
                        onChange={(e) => onName(i, e.currentTarget.value)}
                        maxLength={100}
                      />
                    ) : (
                      <div className={classes.columnFact}>
                        {t.code(`kind.${column.kind}`, column.kind)} · {t('wizard.filled', { share: format.share(column.filled) })}
                      </div>
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {detection.preview.map((row, r) => (
              <tr key={r}>
                {columns.map((column, i) => (
                  <td key={column.name} data-role={choices[i]!.role} title={row[i]}>
                    {row[i]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {count < detection.columns.length && (
        <Button mt="xs" size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {t('wizard.more_columns', { count: detection.columns.length - count })}
        </Button>
      )}
    </>
  );
}
