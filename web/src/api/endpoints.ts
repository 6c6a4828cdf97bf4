import type * as T from './types';

/** What a stored answer belongs to; a change names the groups that it makes stale. */
export type Group =
  | 'coverage' | 'dimensions' | 'analysis' | 'touchpoints' | 'mapping' | 'segments' | 'imports' | 'sources' | 'jobs'
  | 'connectors' | 'members' | 'tokens' | 'audit' | 'customers' | 'write_keys' | 'webhooks' | 'live' | 'identities' | 'computed' | 'customer_view' | 'quality' | 'event_types' | 'privacy' | 'exports' | 'deliveries' | 'kpis';

/** A question to a workspace: its answer may be kept and asked again. Use with `useApi`. */
export interface Question<Request, Answer> {
  group: Group;
  name: string;
  method: 'GET' | 'POST';
  path(request: Request): string;
  body?(request: Request): unknown;
  /** Only for the types. */
  answer?: Answer;
}
/** A change in a workspace. Use with `useChange`. */
export interface Change<Request, Answer> {
  method: 'POST' | 'PATCH' | 'DELETE';
  path(request: Request): string;
  body?(request: Request): unknown;
  etag?(request: Request): string | undefined;
  stale: Group[];
  answer?: Answer;
}

const id = encodeURIComponent;

function get<Answer>(group: Group, path: string): Question<void, Answer> {
  return { group, name: path, method: 'GET', path: () => path };
}
function getBy<Request, Answer>(group: Group, name: string, path: (r: Request) => string): Question<Request, Answer> {
  return { group, name, method: 'GET', path };
}
function ask<Request, Answer>(group: Group, path: string): Question<Request, Answer> {
  return { group, name: path, method: 'POST', path: () => path, body: (r) => r };
}
function change<Request, Answer = void>(
  method: Change<Request, Answer>['method'],
  path: string | ((r: Request) => string),
  stale: Group[],
  more: Pick<Change<Request, Answer>, 'body' | 'etag'> = {},
): Change<Request, Answer> {
  return { method, path: typeof path === 'string' ? () => path : path, stale, ...more };
}
const whole = { body: (r: unknown) => r };

/** After these the mapping differs, and with it every mined number. */
const mapped: Group[] = ['touchpoints', 'mapping', 'analysis', 'coverage', 'dimensions', 'customers', 'event_types'];
const loaded: Group[] = ['imports', 'sources', 'coverage', 'dimensions', 'analysis', 'touchpoints', 'customers', 'quality', 'event_types'];

/** After these other identities are one customer, and every number of customers may differ. */
const joined: Group[] = ['identities', 'analysis', 'coverage', 'dimensions', 'touchpoints', 'customers', 'audit'];
interface TimelineQuestion {
  id: string;
  cursor?: string;
  before?: string;
  channel?: string;
  source?: string;
  touchpoint?: string;
  instance_key?: string;
}

/** Everything below /workspaces/{ws}. One row a route, as in the server's table. */
export const api = {
  coverage: get<T.Coverage>('coverage', 'coverage'),
  dimensions: get<T.Dimensions>('dimensions', 'dimensions'),

  graph: ask<T.GraphRequest, T.Graph>('analysis', 'analysis/graph'),
  variants: ask<T.VariantsRequest, T.Variants>('analysis', 'analysis/variants'),
  detail: ask<T.DetailRequest, T.Detail>('analysis', 'analysis/detail'),
  instances: ask<T.InstancesRequest, T.Instances>('analysis', 'analysis/instances'),
  funnel: ask<T.FunnelRequest, T.Funnel>('analysis', 'analysis/funnel'),
  funnelProposal: ask<T.FunnelProposalRequest, T.FunnelProposal>('analysis', 'analysis/funnel/proposal'),
  funnelRows: ask<T.FunnelRowsRequest, T.FunnelRows>('analysis', 'analysis/funnel/rows'),
  customer: getBy<{ id: string; cursor?: string }, T.CustomerCourse>(
    'customers', 'customer', (r) => `customers/${id(r.id)}${r.cursor ? `?cursor=${id(r.cursor)}` : ''}`),

  identityRules: get<T.IdentityRules>('identities', 'identity/rules'),
  setIdentityRules: change<{ etag?: string; rules: T.IdentityRulesRequest }, T.IdentityRules>('PATCH', 'identity/rules', joined, { body: (r) => r.rules, etag: (r) => r.etag }),
  heldJoins: getBy<{ cursor?: string }, T.List<T.HeldJoin>>('identities', 'identity/held', (r) => `identity/held${r.cursor ? `?cursor=${id(r.cursor)}` : ''}`),
  identityDecisions: get<T.List<T.IdentityDecision>>('identities', 'identity/decisions'),
  decideIdentity: change<T.IdentityDecisionRequest, T.IdentityDecision>('POST', 'identity/decisions', joined, whole),
  withdrawIdentityDecision: change<{ id: string }>('DELETE', (r) => `identity/decisions/${id(r.id)}`, joined),
  searchIdentity: change<T.IdentitySearch, T.CustomerIdentities>('POST', 'identity/search', ['audit'], whole),
  whyOneCustomer: getBy<{ first: string; second: string }, T.IdentityChain>('identities', 'identity/why', (r) => `identity/why?first=${id(r.first)}&second=${id(r.second)}`),
  customerIdentities: getBy<{ id: string }, T.CustomerIdentities>('identities', 'customer/identities', (r) => `customers/${id(r.id)}/identities`),
  findCustomers: ask<{ query: string }, T.CustomerHits>('customers', 'customers/search'),
  customerProfile: getBy<{ id: string }, T.CustomerProfile>('customers', 'customer/profile', (r) => `customers/${id(r.id)}/profile`),
  timeline: getBy<TimelineQuestion, T.Timeline>('customers', 'customer/timeline', (r) => {
    const asked = Object.entries(r).filter(([key, value]) => key !== 'id' && value);
    return `customers/${id(r.id)}/timeline${asked.length > 0 ? `?${asked.map(([key, value]) => `${key}=${id(value!)}`).join('&')}` : ''}`;
  }),
  customerView: get<T.CustomerViewSettings>('customer_view', 'customer_view'),
  editCustomerView: change<{ etag?: string; settings: T.CustomerViewSettings }, T.CustomerViewSettings>(
    'PATCH', 'customer_view', ['customer_view', 'customers', 'audit'], { body: (r) => r.settings, etag: (r) => r.etag }),
  audience: ask<T.AudienceRequest, T.Audience>('analysis', 'analysis/audience'),
  customers: ask<T.CustomersRequest, T.Customers>('analysis', 'analysis/customers'),
  computed: get<T.List<T.ComputedAttribute>>('computed', 'computed'),
  computedSummary: ask<T.ComputedRequest, T.ComputedSummary>('analysis', 'analysis/computed'),
  addComputed: change<T.ComputedAttributeRequest, T.ComputedAttribute>('POST', 'computed', ['computed', 'customers', 'audit'], whole),
  editComputed: change<{ id: string; etag?: string; attribute: T.ComputedAttributeRequest }, T.ComputedAttribute>(
    'PATCH', (r) => `computed/${id(r.id)}`, ['computed', 'customers', 'analysis', 'audit'], { body: (r) => r.attribute, etag: (r) => r.etag }),
  deleteComputed: change<{ id: string }>('DELETE', (r) => `computed/${id(r.id)}`, ['computed', 'customers', 'audit']),

  touchpoints: get<T.List<T.Touchpoint>>('touchpoints', 'touchpoints'),
  touchpointsBy: getBy<{ count_by: T.CountBy }, T.List<T.Touchpoint>>('touchpoints', 'touchpoints', (r) => `touchpoints${r.count_by === 'person' ? '' : `?count_by=${r.count_by}`}`),
  editTouchpoint: change<{ id: string; etag?: string; patch: T.TouchpointPatch }, T.Touchpoint>(
    'PATCH', (r) => `touchpoints/${id(r.id)}`, mapped, { body: (r) => r.patch, etag: (r) => r.etag }),
  adoptTouchpoint: change<{ id: string }, T.Touchpoint>('POST', (r) => `touchpoints/${id(r.id)}/adopt`, mapped),
  mergeTouchpoints: change<T.MergeRequest, T.Touchpoint>('POST', 'touchpoints/merge', mapped, whole),
  deleteTouchpoint: change<{ id: string; etag?: string }>(
    'DELETE', (r) => `touchpoints/${id(r.id)}`, mapped, { etag: (r) => r.etag }),

  mapping: get<T.Mapping>('mapping', 'mapping'),
  addRule: change<T.RuleRequest, T.Mapping>('POST', 'mapping/rules', mapped, whole),
  deleteRule: change<{ id: string }, T.Mapping>('DELETE', (r) => `mapping/rules/${id(r.id)}`, mapped),

  previewMapping: ask<T.MappingChange, T.MappingPreview>('event_types', 'mapping/preview'),
  eventTypes: get<T.EventTypes>('event_types', 'event_types'),
  eventSamples: getBy<{ id: string }, T.EventSamples>('event_types', 'event_samples', (r) => `event_types/${id(r.id)}/samples`),
  putAside: change<{ id: string }>('POST', (r) => `event_types/${id(r.id)}/aside`, ['event_types', 'audit']),
  takeUp: change<{ id: string }>('DELETE', (r) => `event_types/${id(r.id)}/aside`, ['event_types', 'audit']),

  quality: getBy<{ days: number }, T.DataQuality>('quality', 'quality', (r) => `quality?days=${r.days}`),
  reconciliation: getBy<{ source?: string; from?: string; to?: string; by: T.CountedBy }, T.Reconciliation>('quality', 'reconciliation', (r) => {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(r)) if (value) query.set(key, value);
    return `reconciliation?${query.toString()}`;
  }),
  kpis: get<T.List<T.Kpi>>('kpis', 'kpis'),
  kpi: getBy<{ id: string }, T.Kpi>('kpis', 'kpi', (r) => `kpis/${id(r.id)}`),
  kpiValues: getBy<{ id: string; granularity?: T.Granularity }, T.KpiValues>('kpis', 'kpi/values', (r) => `kpis/${id(r.id)}/values${r.granularity ? `?granularity=${r.granularity}` : ''}`),
  kpiCorrections: getBy<{ id: string }, T.KpiCorrections>('kpis', 'kpi/corrections', (r) => `kpis/${id(r.id)}/corrections`),
  addKpi: change<T.KpiDefinition, T.Kpi>('POST', 'kpis', ['kpis', 'audit'], whole),
  editKpi: change<{ id: string; etag: string; definition: T.KpiDefinition }, T.Kpi>(
    'PATCH', (r) => `kpis/${id(r.id)}`, ['kpis', 'audit'], { body: (r) => r.definition, etag: (r) => r.etag }),
  deleteKpi: change<{ id: string }>('DELETE', (r) => `kpis/${id(r.id)}`, ['kpis', 'audit']),
  deliverKpis: change<T.KpiDelivery, T.KpiTaken>('POST', 'kpi_values', ['kpis', 'audit'], whole),
  kpiPreview: ask<T.KpiFileRequest, T.KpiFilePreview>('kpis', 'kpi_values/preview'),
  importKpis: change<T.KpiFileRequest, T.KpiTaken>('POST', 'kpi_values/import', ['kpis', 'audit'], whole),
  reportCounts: change<T.ReportedCounts, T.ReportedTaken>('POST', 'reconciliation/counts', ['quality', 'audit'], whole),
  trackingPlan: get<T.TrackingPlan>('quality', 'tracking_plan'),
  saveTrackingPlan: change<{ plan: T.TrackingPlanRequest; etag?: string }, T.TrackingPlan>('POST', 'tracking_plan', ['quality', 'audit'], { body: (r) => r.plan, etag: (r) => r.etag }),
  planViolations: getBy<{ days: number }, T.PlanViolations>('quality', 'plan_violations', (r) => `tracking_plan/violations?days=${r.days}`),

  segments: get<T.List<T.Segment>>('segments', 'segments'),
  addSegment: change<T.SegmentRequest, T.Segment>('POST', 'segments', ['segments', 'customers'], whole),
  editSegment: change<{ id: string; etag?: string; segment: T.SegmentRequest }, T.Segment>(
    'PATCH', (r) => `segments/${id(r.id)}`, ['segments', 'analysis', 'customers'], { body: (r) => r.segment, etag: (r) => r.etag }),
  deleteSegment: change<{ id: string; etag?: string }>(
    'DELETE', (r) => `segments/${id(r.id)}`, ['segments', 'analysis', 'customers'], { etag: (r) => r.etag }),

  detect: change<{ upload: string; options: T.ReadOptions }, T.Detection>(
    'POST', (r) => `uploads/${id(r.upload)}/detection`, [], { body: (r) => r.options }),
  deleteUpload: change<{ id: string }>('DELETE', (r) => `uploads/${id(r.id)}`, []),
  imports: get<T.List<T.Import>>('imports', 'imports'),
  olderImports: getBy<{ cursor?: string }, T.List<T.Import>>('imports', 'imports/older', (r) => `imports?cursor=${id(r.cursor ?? '')}`),
  import: getBy<{ id: string }, T.Import>('imports', 'import', (r) => `imports/${id(r.id)}`),
  startImport: change<T.ImportRequest, T.Import>('POST', 'imports', ['imports', 'sources'], whole),
  exports: get<T.List<T.Export>>('exports', 'exports'),
  startExport: change<T.ExportRequest, T.Export>('POST', 'exports', ['exports', 'audit'], whole),
  cancelExport: change<{ id: string }, T.Export>('POST', (r) => `exports/${id(r.id)}/cancel`, ['exports']),
  deleteExport: change<{ id: string }>('DELETE', (r) => `exports/${id(r.id)}`, ['exports', 'audit']),
  deliveries: get<T.List<T.Delivery>>('deliveries', 'deliveries'),
  deliveryRuns: getBy<{ id: string; cursor?: string }, T.List<T.DeliveryRun>>(
    'deliveries', 'delivery/runs', (r) => `deliveries/${id(r.id)}/runs${r.cursor ? `?cursor=${id(r.cursor)}` : ''}`),
  deliveryPreview: ask<T.DeliveryPreviewRequest, T.DeliveryPreview>('deliveries', 'deliveries/preview'),
  addDelivery: change<T.DeliveryRequest, T.Delivery>('POST', 'deliveries', ['deliveries', 'audit'], whole),
  editDelivery: change<{ id: string; etag?: string; patch: T.DeliveryPatch }, T.Delivery>(
    'PATCH', (r) => `deliveries/${id(r.id)}`, ['deliveries', 'audit'], { body: (r) => r.patch, etag: (r) => r.etag }),
  deleteDelivery: change<{ id: string }>('DELETE', (r) => `deliveries/${id(r.id)}`, ['deliveries', 'audit']),
  doDelivery: change<{ id: string; what: 'run' | 'pause' | 'resume' | 'restart' }, T.Delivery>('POST', (r) => `deliveries/${id(r.id)}/${r.what}`, ['deliveries', 'audit']),
  cancelImport: change<{ id: string }, T.Import>('POST', (r) => `imports/${id(r.id)}/cancel`, ['imports']),
  undoImport: change<{ id: string }, T.Import>('POST', (r) => `imports/${id(r.id)}/undo`, loaded),
  sources: get<T.List<T.Source>>('sources', 'sources'),
  addSource: change<T.SourceRequest, T.Source>('POST', 'sources', ['sources', 'audit'], whole),
  editSource: change<{ id: string; etag?: string; patch: T.SourcePatch }, T.Source>(
    'PATCH', (r) => `sources/${id(r.id)}`, ['sources', 'audit'], { body: (r) => r.patch, etag: (r) => r.etag }),
  writeKeys: get<T.List<T.WriteKey>>('write_keys', 'write_keys'),
  addWriteKey: change<T.WriteKeyRequest, T.NewWriteKey>('POST', 'write_keys', ['write_keys', 'audit'], whole),
  deleteWriteKey: change<{ id: string }>('DELETE', (r) => `write_keys/${id(r.id)}`, ['write_keys', 'audit']),
  webhookPresets: get<T.List<T.WebhookPreset>>('webhooks', 'webhook_presets'),
  webhookPreview: ask<T.WebhookPreviewRequest, T.WebhookPreview>('webhooks', 'webhook_preview'),
  webhooks: get<T.List<T.Webhook>>('webhooks', 'webhooks'),
  addWebhook: change<T.WebhookRequest, T.NewWebhook>('POST', 'webhooks', ['webhooks', 'audit'], whole),
  editWebhook: change<{ id: string; etag?: string; patch: T.WebhookPatch }, T.Webhook>(
    'PATCH', (r) => `webhooks/${id(r.id)}`, ['webhooks', 'audit'], { body: (r) => r.patch, etag: (r) => r.etag }),
  setWebhookSecret: change<{ id: string; secret?: string }, T.NewWebhook>(
    'POST', (r) => `webhooks/${id(r.id)}/secret`, ['webhooks', 'audit'], { body: (r) => ({ secret: r.secret }) }),
  deleteWebhook: change<{ id: string }>('DELETE', (r) => `webhooks/${id(r.id)}`, ['webhooks', 'audit']),
  webhookDeliveries: getBy<{ id: string; cursor?: string }, T.List<T.WebhookDelivery>>(
    'webhooks', 'webhook_deliveries', (r) => `webhooks/${id(r.id)}/deliveries${r.cursor ? `?cursor=${id(r.cursor)}` : ''}`),
  live: get<T.LiveState>('live', 'live'),
  connectors: get<T.List<T.Connector>>('connectors', 'connectors'),
  connector: getBy<{ id: string }, T.Connector>('connectors', 'connector', (r) => `connectors/${id(r.id)}`),
  connectorRuns: getBy<{ id: string; cursor?: string }, T.List<T.ConnectorRun>>(
    'connectors', 'connector/runs', (r) => `connectors/${id(r.id)}/runs${r.cursor ? `?cursor=${id(r.cursor)}` : ''}`),
  connectorRules: get<T.ConnectorRules>('connectors', 'connector_rules'),
  previewConnector: change<T.PreviewRequest, T.ConnectorPreview>('POST', 'connectors/preview', [], whole),
  addConnector: change<T.ConnectorRequest, T.Connector>('POST', 'connectors', ['connectors', 'sources', 'audit'], whole),
  editConnector: change<{ id: string; etag?: string; patch: T.ConnectorPatch }, T.Connector>(
    'PATCH', (r) => `connectors/${id(r.id)}`, ['connectors', 'audit'], { body: (r) => r.patch, etag: (r) => r.etag }),
  deleteConnector: change<{ id: string }>('DELETE', (r) => `connectors/${id(r.id)}`, ['connectors', 'audit']),
  doConnector: change<{ id: string; what: 'run' | 'pause' | 'resume' | 'restart' }, T.Connector>('POST', (r) => `connectors/${id(r.id)}/${r.what}`, ['connectors', 'audit']),
  setConnectorRules: change<{ allowed_hosts: string[] }, T.ConnectorRules>('POST', 'connector_rules', ['connectors', 'audit'], whole),
  deleteSource: change<{ id: string; etag?: string }>(
    'DELETE', (r) => `sources/${id(r.id)}`, ['sources', 'coverage', 'dimensions'], { etag: (r) => r.etag }),
  job: getBy<{ id: string }, T.Job>('jobs', 'job', (r) => `jobs/${id(r.id)}`),

  privacyRequests: getBy<{ cursor?: string }, T.List<T.PrivacyRequest>>(
    'privacy', 'privacy/requests', (r) => `privacy/requests${r.cursor ? `?cursor=${id(r.cursor)}` : ''}`),
  addPrivacyRequest: change<T.PrivacyRequestOrder, T.PrivacyRequest>('POST', 'privacy/requests', ['privacy', 'audit'], whole),
  privacyBytesNow: change<{ id: string }, T.PrivacyRequest>('POST', (r) => `privacy/requests/${id(r.id)}/bytes_now`, ['privacy', 'audit']),
  privacyStatus: get<T.PrivacyStatus>('privacy', 'privacy/status'),
  privacySettings: get<T.PrivacySettings>('privacy', 'privacy/settings'),
  staffRules: get<T.StaffRules>('privacy', 'privacy/staff'),
  editStaffRules: change<{ etag?: string; rules: Omit<T.StaffRules, 'etag'> }, T.StaffRules>(
    'PATCH', 'privacy/staff', ['privacy', 'audit', 'dimensions', 'customers', 'analysis'], { body: (r) => r.rules, etag: (r) => r.etag }),
  editPrivacySettings: change<{ etag?: string; settings: Omit<T.PrivacySettings, 'etag'> }, T.PrivacySettings>(
    'PATCH', 'privacy/settings', ['privacy', 'audit'], { body: (r) => r.settings, etag: (r) => r.etag }),
  editSourcePrivacy: change<{ id: string; policy: Omit<T.SourcePrivacy, 'source'> }, T.SourcePrivacy>(
    'PATCH', (r) => `privacy/sources/${id(r.id)}`, ['privacy', 'audit'], { body: (r) => r.policy }),
  corrections: getBy<{ customer: string }, { items: T.CorrectedAttribute[] }>(
    'privacy', 'privacy/corrections', (r) => `privacy/corrections?customer=${id(r.customer)}`),
  retention: get<T.RetentionOverview>('privacy', 'privacy/retention'),
  previewRetention: ask<T.RetentionRule, T.RetentionEffect>('privacy', 'privacy/retention/preview'),
  setRetention: change<T.RetentionRule, T.RetentionOverview>('POST', 'privacy/retention', ['privacy', 'audit'], whole),
  removeRetention: change<{ subject: string }, T.RetentionOverview>('DELETE', (r) => `privacy/retention/${id(r.subject)}`, ['privacy', 'audit']),
  runRetention: change<void, T.RetentionRun>('POST', 'privacy/retention/runs', ['privacy', 'audit', 'analysis', 'customers', 'coverage']),
  privacyKey: get<T.PrivacyKeyStatus>('privacy', 'privacy/key'),
  rotateKey: change<void, T.PrivacyKeyStatus>('POST', 'privacy/key', ['privacy', 'audit', 'customers']),
  auditProof: get<T.AuditProof>('audit', 'audit/proof'),

  members: get<T.List<T.Member>>('members', 'members'),
  addMember: change<T.MemberRequest, T.NewMember>('POST', 'members', ['members', 'audit'], whole),
  editMember: change<{ user_id: string; role: T.Role; restriction?: T.Restriction }, T.Member>(
    'PATCH', (r) => `members/${id(r.user_id)}`, ['members', 'audit'], { body: (r) => ({ role: r.role, restriction: r.restriction }) }),
  removeMember: change<{ user_id: string }>('DELETE', (r) => `members/${id(r.user_id)}`, ['members', 'audit']),
  tokens: get<T.List<T.Token>>('tokens', 'tokens'),
  addToken: change<T.TokenRequest, T.NewToken>('POST', 'tokens', ['tokens', 'audit'], whole),
  deleteToken: change<{ id: string }>('DELETE', (r) => `tokens/${id(r.id)}`, ['tokens', 'audit']),
  audit: getBy<{ cursor?: string }, T.List<T.AuditEntry>>(
    'audit', 'audit', (r) => `audit${r.cursor ? `?cursor=${id(r.cursor)}` : ''}`),
};

/** After an import everything that rests on events is stale. */
export const eventGroups: Group[] = loaded;
export const mappingGroups: Group[] = mapped;
