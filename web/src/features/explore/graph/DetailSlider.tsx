import { Slider } from '@mantine/core';
import { useState } from 'react';
import { useTexts } from '@/i18n';
import { texts } from '../de';
import type { DetailLevel, Shown } from './detail';
import type { Flow } from './model';
import classes from './graph.module.css';

/** The two sliders; the picture follows while one is dragged, the address when it is let go. */
export function DetailSlider({ level, flow, shown, onDrag, onChange }: {
  level: DetailLevel;
  flow: Flow;
  shown: Shown;
  onDrag: (level: DetailLevel) => void;
  onChange: (level: DetailLevel) => void;
}) {
  const { t } = useTexts(texts);
  const line = (key: 'nodes' | 'edges', count: number, all: number) => (
    <div className={classes.slider}>
      <span id={`detail-${key}`}>{t(`detail.${key}`)}</span>
      <Handle
        label={t(`detail.${key}`)}
        value={level[key]}
        text={t('detail.nodes_value', { shown: count, all })}
        onDrag={(next) => onDrag({ ...level, [key]: next })}
        onChange={(next) => onChange({ ...level, [key]: next })}
      />
      <span className={classes.sliderValue}>{t('detail.nodes_value', { shown: count, all })}</span>
    </div>
  );
  return (
    <>
      {line('nodes', shown.nodes.size, flow.nodes.length)}
      {line('edges', shown.edges.size, flow.edges.length)}
    </>
  );
}

function Handle({ label, value, text, onDrag, onChange }: { label: string; value: number; text: string; onDrag: (value: number) => void; onChange: (value: number) => void }) {
  const [dragged, setDragged] = useState<number | null>(null);
  return (
    <Slider
      size="sm"
      thumbSize={16}
      min={0}
      max={100}
      label={null}
      value={dragged ?? value}
      thumbLabel={label}
      thumbProps={{ 'aria-valuetext': text }}
      onChange={(next) => {
        setDragged(next);
        onDrag(next);
      }}
      onChangeEnd={(next) => {
        setDragged(null);
        onChange(next);
      }}
    />
  );
}
