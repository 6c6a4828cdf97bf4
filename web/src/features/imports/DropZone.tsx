import { Button, FileButton, Text } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useState, type DragEvent } from 'react';
import { useTexts } from '@/i18n';
import { Note } from '@/ui';
import { texts } from './de';
import classes from './imports.module.css';
import { isSupported } from './mapping';

/** Takes one file by drop or by button. */
export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useTexts(texts);
  const [over, setOver] = useState(false);
  const [remark, setRemark] = useState('');
  const take = (files: FileList | File[] | null | undefined) => {
    const file = files?.[0];
    if (!file) return;
    if (!isSupported(file.name)) {
      setRemark(t('drop.not_supported', { name: file.name }));
      return;
    }
    setRemark(files.length > 1 ? t('drop.one') : '');
    onFile(file);
  };
  const hold = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    <>
      {remark && <div role="alert"><Note tone="signal">{remark}</Note></div>}
      <div
        className={classes.drop}
        data-over={over || undefined}
        onDragEnter={hold}
        onDragOver={hold}
        onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files);
        }}
      >
        <span className={classes.dropIcon}>
          <IconFileUpload size={30} stroke={1.4} aria-hidden />
        </span>
        <Text fw={600} fz="lg">
          {over ? t('drop.release') : t('drop.title')}
        </Text>
        <Text fz="sm" c="dimmed">
          {t('drop.or')}
        </Text>
        <FileButton onChange={(file) => take(file ? [file] : null)} accept=".csv,.tsv,.txt,.xlsx,.json,.ndjson,.jsonl,.parquet,.xes,.jsonocel,.xmlocel,.xml,.sqlite,.db,.gz" inputProps={{ 'aria-label': t('drop.choose') }}>
          {(props) => <Button {...props}>{t('drop.choose')}</Button>}
        </FileButton>
        <Text fz="sm" c="dimmed" mt={4}>
          {t('drop.types')}
        </Text>
      </div>
    </>
  );
}
