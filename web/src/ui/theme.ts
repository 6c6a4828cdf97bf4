import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const teal: MantineColorsTuple = ['#edf6f5', '#d5eae7', '#a9d5cf', '#79bdb5', '#4fa69d', '#2f9187', '#1c7d74', '#12685f', '#0d544d', '#083f3a'];
// Step 6 is what Mantine prints dimmed texts in: it must keep 4.5:1 on white and on the raised surfaces.
const gray: MantineColorsTuple = ['#f6f8f8', '#eef1f1', '#e3e8e7', '#d3dad9', '#bac3c2', '#8a9594', '#5a6665', '#435050', '#2b3636', '#172121'];
const dark: MantineColorsTuple = ['#e2e9e8', '#bfc9c8', '#9dabaa', '#64716f', '#303a39', '#272f2f', '#1d2424', '#141a1a', '#0f1414', '#0a0e0e'];
const amber: MantineColorsTuple = ['#fdf5e7', '#fae8c8', '#f4d08f', '#edb755', '#e49f29', '#cf8412', '#a9660a', '#8a5208', '#6b3f08', '#4d2d07'];
const red: MantineColorsTuple = ['#fdf0ee', '#fadcd8', '#f3b5ad', '#ea8a7e', '#e06455', '#cd4536', '#b53428', '#962a20', '#76211a', '#561813'];
const green: MantineColorsTuple = ['#eef7f0', '#d8ecdd', '#afd8b9', '#82c192', '#58aa6d', '#3a9352', '#2a7d43', '#216736', '#19512a', '#113c1f'];

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 6 },
  colors: { teal, gray, dark, amber, red, green },
  black: '#172121',
  fontFamily: "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  lineHeights: { xs: '1.35', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '2rem' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.5rem' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.5rem' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '10px', xl: '16px' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  shadows: {
    xs: '0 1px 2px rgb(10 30 28 / 6%)',
    sm: '0 1px 3px rgb(10 30 28 / 8%)',
    md: '0 6px 24px -6px rgb(10 30 28 / 18%)',
    lg: '0 16px 48px -12px rgb(10 30 28 / 24%)',
    xl: '0 24px 64px -16px rgb(10 30 28 / 30%)',
  },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Menu: { defaultProps: { shadow: 'md', withInitialFocusPlaceholder: false, transitionProps: { duration: 120, transition: 'pop' } } },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 120 } } },
    Tooltip: { defaultProps: { openDelay: 350, transitionProps: { duration: 100 }, events: { hover: true, focus: true, touch: false } } },
    Modal: { defaultProps: { centered: true, radius: 'lg', padding: 'lg', shadow: 'lg', transitionProps: { duration: 140, transition: 'pop' }, overlayProps: { backgroundOpacity: 0.45 } } },
    Select: { defaultProps: { checkIconPosition: 'right', comboboxProps: { shadow: 'md', transitionProps: { duration: 100 } } } },
    MultiSelect: { defaultProps: { comboboxProps: { shadow: 'md', transitionProps: { duration: 100 } } } },
    Skeleton: { defaultProps: { radius: 'md' } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-placeholder': '#5a6665',
    '--mantine-color-dimmed': '#5a6665',
    '--mantine-color-error': '#b53428',
    '--mantine-color-default-border': '#d3dad9',
    '--mantine-color-anchor': '#12685f',
  },
  dark: {
    '--mantine-color-placeholder': '#9dabaa',
    '--mantine-color-dimmed': '#9dabaa',
    '--mantine-color-error': '#f0988d',
    '--mantine-color-default-border': '#364140',
    '--mantine-color-anchor': '#79bdb5',
  },
});
