import { UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconArrowsSort } from '@tabler/icons-react';
import { useMemo, useState, type ReactNode } from 'react';
import { useLocale } from '@/i18n';
import classes from './ui.module.css';
import { useOverflow } from './useOverflow';

export interface Column<Row> {
  key: string;
  header: ReactNode;
  /** Name for readers where `header` is not a text or empty. */
  label?: string;
  align?: 'right';
  width?: number | string;
  render: (row: Row, index: number) => ReactNode;
  /** Gives way where the table has little room: 2 goes first. */
  minor?: 1 | 2;
  /** Stands before the cell that opens the row, e.g. a box to choose it. */
  leading?: boolean;
  /** Makes the column sortable. */
  sort?: (row: Row) => number | string | undefined;
}

export interface TableProps<Row> {
  /** What the table shows, for readers. */
  label: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row, index: number) => string;
  /** Opens a row: the first cell (after `leading` ones) becomes a button with `rowName`, the row can be clicked. */
  onOpen?: (row: Row) => void;
  rowName?: (row: Row) => string;
  selected?: (row: Row) => boolean;
  dense?: boolean;
  /** Rows of two lines. */
  tall?: boolean;
  /** Shown instead of rows. */
  empty?: ReactNode;
  initialSort?: { key: string; descending?: boolean };
}

/** A calm table: hairlines, tabular figures, sortable by header, each row reachable by keyboard. */
export function Table<Row>({ label, columns, rows, rowKey, onOpen, rowName, selected, dense, tall, empty, initialSort }: TableProps<Row>) {
  const { t, language } = useLocale();
  const [sort, setSort] = useState(initialSort);
  const sorted = useMemo(() => {
    const by = columns.find((c) => c.key === sort?.key)?.sort;
    if (!by || !sort) return rows;
    const collator = new Intl.Collator(language, { numeric: true });
    const sign = sort.descending ? -1 : 1;
    return [...rows].sort((a, b) => {
      const x = by(a);
      const y = by(b);
      // Rows without a value stand last in both directions.
      if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? 1 : -1;
      return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y)));
    });
  }, [rows, sort, columns, language]);

  const opener = columns.findIndex((c) => !c.leading);
  const { ref, overflows } = useOverflow();
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>;
  return (
    <div className={classes.tableBox} ref={ref} {...(overflows && { tabIndex: 0, role: 'region', 'aria-label': label })}>
      <table className={classes.table} data-dense={dense || undefined} data-tall={tall || undefined} aria-label={label}>
        <thead>
          <tr>
            {columns.map((c) => {
              const active = sort?.key === c.key;
              const name = c.label ?? (typeof c.header === 'string' ? c.header : c.key);
              return (
                <th key={c.key} scope="col" data-align={c.align} data-minor={c.minor} style={{ width: c.width }} aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : undefined}>
                  {c.sort ? (
                    <UnstyledButton
                      className={classes.sort}
                      data-active={active || undefined}
                      aria-label={t('table.sort', { column: name })}
                      onClick={() => setSort({ key: c.key, descending: active ? !sort.descending : c.align === 'right' })}
                    >
                      {c.header}
                      {active ? sort.descending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden /> : <IconArrowsSort size={13} aria-hidden />}
                    </UnstyledButton>
                  ) : (
                    c.header || <span className="visually-hidden">{name}</span>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row, i) => (
            <tr
              key={rowKey(row, i)}
              data-open={onOpen ? true : undefined}
              data-selected={selected?.(row) || undefined}
              onClick={
                onOpen
                  ? (event) => {
                      if (!(event.target as Element).closest('button,a,input,[role=checkbox]')) onOpen(row);
                    }
                  : undefined
              }
            >
              {columns.map((c, k) => (
                <td key={c.key} data-align={c.align} data-minor={c.minor}>
                  {k === opener && onOpen ? (
                    <UnstyledButton className={classes.rowButton} onClick={() => onOpen(row)} aria-label={rowName?.(row)}>
                      {c.render(row, i)}
                    </UnstyledButton>
                  ) : (
                    c.render(row, i)
                  )}
                </td>
              ))}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td colSpan={columns.length}>{t('table.empty')}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
