import { connection } from './connection';
import { Problem, type ProblemDocument } from './problem';

const base = '/api/v1';

let csrfToken = '';
/** Every change must carry the session's token; `useSession` sets it. */
export function setCsrfToken(token: string) {
  csrfToken = token;
}

export interface RequestOptions {
  body?: unknown;
  etag?: string;
  signal?: AbortSignal;
}

export function headersOf(method: string, etag?: string): Record<string, string> {
  const headers: Record<string, string> = { 'Accept-Language': document.documentElement.lang || 'de' };
  if (method !== 'GET') headers['X-CSRF-Token'] = csrfToken;
  if (etag) headers['If-Match'] = `"${etag}"`;
  return headers;
}

export function urlOf(path: string): string {
  return `${base}/${path}`;
}

/** One request; throws Problem. An answer without content gives undefined. */
export async function request<Answer>(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

async function send(method: string, path: string, { body, etag, signal }: RequestOptions): Promise<Response> {
  const headers = headersOf(method, etag);
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(urlOf(path), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    connection.failed();
    throw new Problem(0);
  }
  connection.worked();
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  let document: ProblemDocument = {};
  try {
    document = (await response.json()) as ProblemDocument;
  } catch {
    // A proxy's page: the status must do.
  }
  return new Problem(response.status, document);
}

/** Saves the answer as a file. Bodies are held by the browser, not by the page. */
export async function download(method: 'GET' | 'POST', path: string, fileName: string, body?: unknown): Promise<void> {
  const response = await send(method, path, { body });
  saveBlob(await response.blob(), fileName);
}

export function saveBlob(blob: Blob, fileName: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export interface UploadHandle<Answer> {
  answer: Promise<Answer>;
  abort(): void;
}
/** Sends a file as the body, streamed from disk; `progress` gets 0..1. */
export function upload<Answer>(path: string, file: File, progress: (share: number) => void): UploadHandle<Answer> {
  const xhr = new XMLHttpRequest();
  const answer = new Promise<Answer>((resolve, reject) => {
    xhr.open('POST', urlOf(path));
    for (const [name, value] of Object.entries(headersOf('POST'))) xhr.setRequestHeader(name, value);
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    xhr.upload.onprogress = (e) => e.lengthComputable && progress(e.total ? e.loaded / e.total : 1);
    xhr.onload = () => {
      connection.worked();
      let document: unknown = {};
      try {
        document = JSON.parse(xhr.responseText);
      } catch {
        // A proxy's page: the status must do.
      }
      if (xhr.status >= 200 && xhr.status < 300) resolve(document as Answer);
      else reject(new Problem(xhr.status, document as ProblemDocument));
    };
    xhr.onerror = () => {
      connection.failed();
      reject(new Problem(0));
    };
    xhr.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    xhr.send(file);
  });
  return { answer, abort: () => xhr.abort() };
}
