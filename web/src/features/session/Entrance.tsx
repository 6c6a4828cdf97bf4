import { ActionIcon, Group, SegmentedControl, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useLocale, useTexts, type Language } from '@/i18n';
import { texts } from './de';
import classes from './session.module.css';

/** The frame of the pages before the shell: form at the left, the product's promise at the right. */
export function EntranceFrame({ children }: { children: ReactNode }) {
  const { t: shared, language, choose } = useLocale();
  const { t } = useTexts(texts);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <div className={classes.frame}>
      <div className={classes.side}>
        <header className={classes.head}>
          <span className={classes.brand}>
            <img src="/lotse.svg" width={32} height={32} alt="" />
            {shared('app.name')}
          </span>
          <Group gap={8}>
            <SegmentedControl
              size="xs"
              aria-label={shared('top.language')}
              value={language}
              onChange={(value) => choose(value as Language)}
              data={[
                { value: 'de', label: <abbr title={shared('language.de')}>{shared('language.de_short')}</abbr> },
                { value: 'en', label: <abbr title={shared('language.en')}>{shared('language.en_short')}</abbr> },
              ]}
              classNames={{ label: classes.languageLabel }}
            />
            <ActionIcon size={32} aria-label={`${shared('top.theme')}: ${shared(`theme.${other}`)}`} onClick={() => setColorScheme(other)}>
              {scheme === 'dark' ? <IconSun size={19} stroke={1.6} /> : <IconMoon size={19} stroke={1.6} />}
            </ActionIcon>
          </Group>
        </header>
        <main className={classes.main}>{children}</main>
      </div>
      <div className={classes.hero}>
        <Picture />
        <div className={classes.heroText}>
          <p className={classes.slogan}>{t('signin.slogan')}</p>
          <p>{t('signin.slogan_text')}</p>
        </div>
      </div>
    </div>
  );
}

/** Many ways from one shore to the other; one of them is the main one. */
function Picture() {
  const ways = [
    'M-20 250 C120 250 150 150 270 150 S430 250 560 250 720 170 860 170',
    'M-20 250 C120 250 150 330 270 330 S430 250 560 250 720 330 860 330',
    'M-20 250 C140 250 160 420 300 420 S480 330 560 330 740 330 860 330',
    'M270 150 C340 90 420 90 480 130 S520 250 560 250',
  ];
  return (
    <svg className={classes.picture} viewBox="0 0 840 500" preserveAspectRatio="xMidYMid slice" aria-hidden>
      {ways.map((d, i) => (
        <path key={d} d={d} fill="none" stroke="#8fd6cc" strokeOpacity={0.28 - i * 0.03} strokeWidth={[10, 6, 3, 3][i]} strokeLinecap="round" />
      ))}
      <path d="M-20 250 H860" fill="none" stroke="#bdece5" strokeOpacity={0.75} strokeWidth={3} strokeLinecap="round" />
      {[
        [120, 250, 9], [270, 150, 8], [270, 330, 8], [300, 420, 6], [415, 250, 11], [480, 130, 6], [560, 250, 9], [560, 330, 6], [700, 250, 9],
      ].map(([x, y, r]) => (
        <g key={`${x} ${y}`}>
          <circle cx={x} cy={y} r={r! + 6} fill="#0c4a44" />
          <circle cx={x} cy={y} r={r} fill={y === 250 ? '#e9fbf8' : '#6fb9ae'} />
        </g>
      ))}
    </svg>
  );
}
