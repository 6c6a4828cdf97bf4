/** An RFC 9457 problem document as the server sends it; texts are in the user's language. */
export interface ProblemDocument {
  type?: string;
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  errors?: { field: string; code: string; text?: string }[];
  incident?: string;
}

/** Why a request failed. `status` 0: the server was not reached. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** What happened and what to do; empty where the server sent none. */
  readonly title: string;
  readonly fields: { field: string; code: string; text: string }[];
  readonly incident?: string;

  constructor(status: number, document: ProblemDocument = {}) {
    super(document.title ?? document.code ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = document.code ?? (status === 0 ? 'network' : `http_${status}`);
    this.title = document.title ?? '';
    this.fields = (document.errors ?? []).map((e) => ({ field: e.field, code: e.code, text: e.text ?? e.code }));
    this.incident = document.incident;
  }

  /** The text of the error in the request's `field` ("/email"), for showing it beside the input. */
  of(field: string): string | undefined {
    const pointer = field.startsWith('/') ? field : `/${field}`;
    return this.fields.find((e) => e.field === pointer)?.text;
  }
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(-1, { code: 'client', title: error instanceof Error ? error.message : String(error) });
}
