/** Where things stand in a workspace's address, below /w/{slug}/. German, like the product's own words. */
export const addresses = {
  cockpit: '',
  touchpoints: 'touchpoints',
  touchpoint: (id: string) => `touchpoints/${encodeURIComponent(id)}`,
  journey: 'analyse/ist-journey',
  customer: (id: string) => `kunden/${encodeURIComponent(id)}`,
  import: 'daten/import',
  importRun: (id: string) => `daten/import/${encodeURIComponent(id)}`,
  sources: 'daten/quellen',
  newSource: 'daten/quellen/neu',
  source: (id: string) => `daten/quellen/${encodeURIComponent(id)}`,
  live: 'daten/live',
  identities: 'daten/identitaeten',
  people: 'verwaltung/personen',
  workspaces: 'verwaltung/arbeitsbereiche',
  tokens: 'verwaltung/tokens',
  audit: 'verwaltung/protokoll',
};
