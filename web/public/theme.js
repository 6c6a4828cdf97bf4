// Sets theme and language before the first paint. A file of its own, so that the page needs no inline script.
(function () {
  var theme = 'auto', language = '';
  try { theme = localStorage.getItem('lotse-theme') || 'auto'; language = localStorage.getItem('lotse-language') || ''; } catch (e) { /* storage is blocked: defaults hold */ }
  if (theme !== 'light' && theme !== 'dark') theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.setAttribute('data-mantine-color-scheme', theme);
  if (language !== 'de' && language !== 'en') language = (navigator.languages || [navigator.language]).some(function (l, i) { return i === 0 && /^de/i.test(l); }) ? 'de' : 'en';
  document.documentElement.lang = language;
})();
