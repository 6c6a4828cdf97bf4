// The customer panel for other applications: /embed/customer?w=ws_…#SECRET, where SECRET is a link's (lnk_…), or
// /embed/customer?w=ws_…&customer=cu_…#TOKEN with an API token. The part after # never reaches a server's log.

const texts = {
  de: {
    contacts: 'Letzte Kontakte',
    open: 'Offene Vorgänge',
    none_open: 'Kein Vorgang ist offen.',
    attributes: 'Merkmale',
    course: 'Verlauf ohne Vorgangsnummer',
    head: (events, first) => `${events} Ereignisse seit ${first}`,
    last: (touchpoint, time) => `zuletzt ${touchpoint}, ${time}`,
    incomplete: 'Der Link ist unvollständig. Öffnen Sie die Ansicht in Ihrer Anwendung neu.',
    offline: 'Lotse ist nicht erreichbar.',
    failed: 'Die Ansicht konnte nicht geladen werden.',
    again: 'Noch einmal versuchen',
    days: (n) => (n === 1 ? '1 Tag' : `${n} Tage`),
  },
  en: {
    contacts: 'Last contacts',
    open: 'Open matters',
    none_open: 'No matter is open.',
    attributes: 'Attributes',
    course: 'Course without instance key',
    head: (events, first) => `${events} events since ${first}`,
    last: (touchpoint, time) => `last ${touchpoint}, ${time}`,
    incomplete: 'The link is incomplete. Open the view in your application anew.',
    offline: 'Lotse cannot be reached.',
    failed: 'The view could not be loaded.',
    again: 'Try again',
    days: (n) => (n === 1 ? '1 day' : `${n} days`),
  },
};

const query = new URLSearchParams(location.search);
const asked = query.get('l') ?? navigator.language.slice(0, 2);
const language = asked === 'en' ? 'en' : 'de';
const t = texts[language];
const locale = language === 'de' ? 'de-DE' : 'en-GB';
document.documentElement.lang = language;
const panel = document.getElementById('panel');

/** An element with texts and elements inside; texts are never read as HTML. */
function make(tag, of = {}, ...children) {
  const element = Object.assign(document.createElement(tag), of);
  element.append(...children.filter((one) => one !== null));
  return element;
}

function formats(zone) {
  const print = (options) => (iso) => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(iso));
  const day = { day: '2-digit', month: '2-digit', year: 'numeric' };
  return { date: print(day), time: print({ ...day, hour: '2-digit', minute: '2-digit' }), number: (n) => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(n) };
}

function valueOf(one, format) {
  if (one.time !== undefined) return format.date(one.time);
  if (one.text !== undefined) return one.text;
  if (one.number === undefined) return '–';
  return one.kind === 'days_since_last' ? t.days(one.number) : format.number(one.number);
}

function show(data) {
  const format = formats(data.time_zone);
  const matters = data.open.map((one) =>
    make('li', {}, make('b', {}, one.instance_key ?? t.course), make('p', { className: 'line' }, t.last(one.last_touchpoint_name, format.date(one.last)))));
  const contacts = data.last_contacts.map((one) =>
    make('li', {}, make('b', {}, one.touchpoint_name || one.event_type), make('p', { className: 'line' }, [format.time(one.time), one.channel, one.source, one.instance_key].filter(Boolean).join(' · '))));
  const facts = [...data.attributes.map((one) => [one.name, one.value]), ...data.computed.map((one) => [one.name, valueOf(one, format)])];
  panel.replaceChildren(
    make('header', {}, make('h1', {}, data.customer), data.first ? make('p', {}, t.head(format.number(data.events), format.date(data.first))) : null),
    make('h2', {}, t.open),
    matters.length > 0 ? make('ul', { className: 'open' }, ...matters) : make('p', { className: 'line' }, t.none_open),
    make('h2', {}, t.contacts),
    make('ul', {}, ...contacts),
    ...(facts.length > 0 ? [make('h2', {}, t.attributes), make('dl', {}, ...facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))))] : []),
  );
}

function say(text, retry) {
  const line = make('p', {}, text);
  line.setAttribute('role', 'alert');
  panel.replaceChildren(line, ...(retry ? [make('button', { type: 'button', onclick: () => void load() }, t.again)] : []));
}

async function load() {
  const secret = location.hash.slice(1);
  const workspace = query.get('w');
  const customer = query.get('customer');
  if (secret === '' || (!secret.startsWith('lnk_') && !(workspace && customer))) return say(t.incomplete, false);
  panel.setAttribute('aria-busy', 'true');
  const path = secret.startsWith('lnk_') ? 'embed/panel' : `workspaces/${encodeURIComponent(workspace)}/customers/${encodeURIComponent(customer)}/panel`;
  try {
    const response = await fetch(`/api/v1/${path}`, { headers: { Authorization: `Bearer ${secret}`, 'Accept-Language': language }, credentials: 'omit' });
    const body = await response.json().catch(() => null);
    if (response.ok && body) show(body);
    else say(body?.title ?? t.failed, response.status >= 500 || response.status === 429);
  } catch {
    say(t.offline, true);
  } finally {
    panel.setAttribute('aria-busy', 'false');
  }
}

await load();
