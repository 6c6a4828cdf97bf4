import type { Delivery, DeliveryContent, DeliveryPurpose, DeliveryRequest, Filter } from '@/api';

/** What the form asks; pure, so that it can be tested. */
export interface Form {
  name: string;
  content: DeliveryContent;
  mode: 'changes' | 'whole';
  format: 'csv' | 'parquet';
  source: string | null;
  segment: string | null;
  purpose: DeliveryPurpose | null;
  originals: boolean;
  place: 'folder' | 'http' | 'webhook';
  folder: string;
  url: string;
  method: 'put' | 'post';
  sign_in: 'none' | 'basic' | 'bearer' | 'header';
  user: string;
  header_name: string;
  secret: string;
  when: string;
  time: string;
}

export const emptyForm: Form = {
  name: '', content: 'events', mode: 'changes', format: 'parquet', source: null, segment: null, purpose: null, originals: false, place: 'folder', folder: '', url: '', method: 'put',
  sign_in: 'none', user: '', header_name: '', secret: '', when: 'daily', time: '04:00',
};

/** A stored delivery in the form; its secret is never there. */
export function formOf({ name, what, where, schedule }: Delivery): Form {
  const given = Object.fromEntries(Object.entries({ ...what, ...where }).filter(([, value]) => value !== undefined && value !== null));
  return { ...emptyForm, ...given, name, secret: '', when: !schedule ? 'hand' : schedule.daily_at ? 'daily' : String(schedule.every_minutes), time: schedule?.daily_at ?? emptyForm.time };
}

export const isResult = (content: DeliveryContent) => content === 'touchpoints' || content === 'transitions' || content === 'variants';
export const needsPurpose = (content: DeliveryContent) => content === 'customers' || content === 'audience';
export const hasFilter = (content: DeliveryContent) => content === 'customers' || isResult(content);
export const needsSecret = (form: Form) => form.place === 'http' && form.sign_in !== 'none';

/** Only what belongs to the choices made. */
export function requestOf(form: Form, filter: Filter): DeliveryRequest {
  const { content } = form;
  const http = form.place === 'http';
  return {
    name: form.name.trim(),
    what: {
      content,
      mode: isResult(content) ? 'whole' : content === 'events' || form.place === 'webhook' ? 'changes' : form.mode,
      format: form.format,
      originals: !isResult(content) && form.originals,
      ...(content === 'events' && form.source && { source: form.source }),
      ...(content === 'audience' && form.segment && { segment: form.segment }),
      ...(!isResult(content) && form.purpose && { purpose: form.purpose }),
      ...(hasFilter(content) && { filter }),
    },
    where: {
      place: form.place,
      folder: form.place === 'folder' ? form.folder.trim() : '',
      url: form.place === 'folder' ? '' : form.url.trim(),
      method: form.method,
      sign_in: http ? form.sign_in : 'none',
      user: http && form.sign_in === 'basic' ? form.user : '',
      header_name: http && form.sign_in === 'header' ? form.header_name.trim() : '',
    },
    ...(form.when !== 'hand' && { schedule: form.when === 'daily' ? { daily_at: form.time } : { every_minutes: Number(form.when) } }),
    ...((needsSecret(form) || form.place === 'webhook') && form.secret && { secret: form.secret }),
  };
}

/** What is still missing, as the ends of texts' keys. */
export function missing(form: Form, secretKept: boolean): ('name' | 'segment' | 'purpose' | 'folder' | 'url' | 'secret')[] {
  return [
    !form.name.trim() && ('name' as const),
    form.content === 'audience' && !form.segment && ('segment' as const),
    needsPurpose(form.content) && !form.purpose && ('purpose' as const),
    form.place === 'folder' && !form.folder.trim() && ('folder' as const),
    form.place !== 'folder' && !form.url.trim() && ('url' as const),
    needsSecret(form) && !form.secret && !secretKept && ('secret' as const),
  ].filter((one) => one !== false);
}
