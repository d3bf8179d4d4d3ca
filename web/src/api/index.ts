// The operations of the API, one function each, named by what they do.
import { asApiError, call, type ApiPath } from './client'
import type * as T from './types'

export * from './account'
export * from './all'
export * from './copies'
export * from './desk'
export * from './documents'
export * from './map'
export * from './projects'
export * from './sharing'
export * from './proposals'
export * from './remount'
export * from './sheet'
export * from './subscriptions'
export * from './types'
export { ApiError, asApiError, onLoggedOut } from './client'

/** Paging, sorting and filters of a list. */
export type ListQuery = Record<string, string | number | boolean | undefined | null>

const list =
  <Row>(path: ApiPath) =>
  (query: ListQuery = {}) =>
    call<T.Page<Row>>('GET', path, { query })
const one =
  <Row>(path: ApiPath) =>
  (id: string | number) =>
    call<Row>('GET', path, { path: { id } })
const act =
  <Row>(path: ApiPath) =>
  (id: string, reason: string) =>
    call<Row>('POST', path, { path: { id }, body: { reason } })

export const users = {
  list: list<T.User>('/api/v1/users'),
  create: (body: object) => call<T.User>('POST', '/api/v1/users', { body }),
  change: (id: string, body: object) => call<T.User>('PATCH', '/api/v1/users/{id}', { path: { id }, body }),
}

export const organisations = {
  list: list<T.Organisation>('/api/v1/organisations'),
  create: (body: object) => call<T.Organisation>('POST', '/api/v1/organisations', { body }),
  change: (id: string, body: object) => call<T.Organisation>('PATCH', '/api/v1/organisations/{id}', { path: { id }, body }),
}

export const systems = {
  list: list<T.InformationSystem>('/api/v1/systems'),
  create: (body: object) => call<T.InformationSystem>('POST', '/api/v1/systems', { body }),
  change: (id: string, body: object) => call<T.InformationSystem>('PATCH', '/api/v1/systems/{id}', { path: { id }, body }),
}

export const standards = {
  elements: list<T.Element>('/api/v1/elements'),
  codeSets: list<T.CodeSet>('/api/v1/code-sets'),
  codeSet: one<T.CodeSet>('/api/v1/code-sets/{id}'),
}

export const resources = {
  list: list<T.Resource>('/api/v1/resources'),
  get: one<T.Resource>('/api/v1/resources/{id}'),
  create: (body: object) => call<T.Resource>('POST', '/api/v1/resources', { body }),
  put: (id: string, body: object) => call<T.Resource>('PUT', '/api/v1/resources/{id}', { path: { id }, body }),
  mount: (id: string, body: object) => call<T.Resource>('PUT', '/api/v1/resources/{id}/mount', { path: { id }, body }),
  submit: (id: string) => call<T.Resource>('POST', '/api/v1/resources/{id}/submit', { path: { id } }),
  sign: (id: string, body: object) => call<T.Resource>('POST', '/api/v1/resources/{id}/sign', { path: { id }, body }),
  giveBack: (id: string, body: object) => call<T.Resource>('POST', '/api/v1/resources/{id}/return', { path: { id }, body }),
  approve: act<T.Resource>('/api/v1/resources/{id}/approve'),
  publish: act<T.Resource>('/api/v1/resources/{id}/publish'),
  withdraw: (id: string, body: object) => call<T.Resource>('POST', '/api/v1/resources/{id}/withdraw', { path: { id }, body }),
  keep: act<T.Resource>('/api/v1/resources/{id}/keep'),
  discard: (id: string) => call<T.Resource>('DELETE', '/api/v1/resources/{id}/revision', { path: { id } }),
  approveMount: act<T.Resource>('/api/v1/resources/{id}/mount/approve'),
  giveBackMount: (id: string, body: object) => call<T.Resource>('POST', '/api/v1/resources/{id}/mount/return', { path: { id }, body }),
  versions: (id: string) => call<T.Page<T.ResourceVersion>>('GET', '/api/v1/resources/{id}/versions', { path: { id }, query: { page_size: 200 } }),
  diff: (id: string, a: number, b: number) => call<{ from: number; to: number; changes: T.EntryChange[] }>('GET', '/api/v1/resources/{id}/versions/{a}/diff/{b}', { path: { id, a, b } }),
}

/** How good the data of a resource is; nothing when nobody has looked yet. */
export const quality = {
  get: (id: string) =>
    call<T.QualityReport>('GET', '/api/v1/resources/{id}/quality', { path: { id } }).catch((cause: unknown) => {
      if (asApiError(cause).code === 'quality.not_taken') return null
      throw cause
    }),
  take: (id: string) => call<T.QualityReport>('POST', '/api/v1/resources/{id}/quality', { path: { id } }),
}

export const catalogue = {
  search: (query: ListQuery = {}) => call<T.SearchPage>('GET', '/api/v1/catalogue/search', { query }),
  holders: (query: ListQuery = {}) => call<T.Holders>('GET', '/api/v1/catalogue/holders', { query }),
  announcements: list<T.Announcement>('/api/v1/announcements'),
  classes: () => call<T.Page<T.ClassBranch>>('GET', '/api/v1/resource-classes', { query: { page_size: 200 } }),
}

export const negativeList = {
  list: list<T.NegativeEntry>('/api/v1/negative-list'),
  create: (body: object) => call<T.NegativeEntry>('POST', '/api/v1/negative-list', { body }),
  change: (id: string, body: object) => call<T.NegativeEntry>('PATCH', '/api/v1/negative-list/{id}', { path: { id }, body }),
}

export const agents = {
  list: list<T.Agent>('/api/v1/agents'),
  get: one<T.Agent>('/api/v1/agents/{id}'),
  create: (body: object) => call<T.JoinCode>('POST', '/api/v1/agents', { body }),
  joinCode: (id: string) => call<T.JoinCode>('POST', '/api/v1/agents/{id}/join-code', { path: { id } }),
  disable: (id: string) => call<T.Agent>('POST', '/api/v1/agents/{id}/disable', { path: { id } }),
  enable: (id: string) => call<T.Agent>('POST', '/api/v1/agents/{id}/enable', { path: { id } }),
  tables: (id: string, source: string) =>
    call<T.TableInfo[] | { items: T.TableInfo[] }>('GET', '/api/v1/agents/{id}/sources/{source}/tables', { path: { id, source } }),
  profile: (id: string, source: string, table: string) =>
    call<T.TableProfile>('POST', '/api/v1/agents/{id}/sources/{source}/tables/{table}/profile', {
      path: { id, source, table },
      body: {},
    }),
  trust: () => call<T.Trust>('GET', '/api/v1/trust'),
}

export const clients = {
  list: list<T.ClientSystem>('/api/v1/clients'),
  /** Those of the own department by name, for forms; without keys. */
  choices: list<T.ClientChoice>('/api/v1/clients/choices'),
  create: (body: object) => call<T.ClientWithSecret>('POST', '/api/v1/clients', { body }),
  change: (id: string, body: object) => call<T.ClientSystem>('PATCH', '/api/v1/clients/{id}', { path: { id }, body }),
  rotate: (id: string) => call<T.ClientWithSecret>('POST', '/api/v1/clients/{id}/secret', { path: { id } }),
}

export const grants = {
  list: list<T.Grant>('/api/v1/grants'),
  get: one<T.Grant>('/api/v1/grants/{id}'),
  create: (body: T.NewGrant) => call<T.Grant>('POST', '/api/v1/grants', { body }),
  suspend: act<T.Grant>('/api/v1/grants/{id}/suspend'),
  resume: act<T.Grant>('/api/v1/grants/{id}/resume'),
  revoke: act<T.Grant>('/api/v1/grants/{id}/revoke'),
}

/** A callable grant with the names and kinds put to its items. */
function toAskable(grant: T.CallableGrant): T.Askable {
  const label = (item: string) => grant.labels.find((one) => one.item === item)
  return {
    grant: grant.id,
    resource: { code: grant.resource_code, name: grant.resource_name },
    provider: { name: grant.provider_name },
    keys: grant.keys,
    items: grant.items.map((item) => ({ ...item, en: label(item.item)?.en, kind: label(item.item)?.kind })),
    purposes: grant.purposes,
    shapes: grant.shapes,
    valid_until_ms: grant.valid_until_ms,
    quota_per_day: grant.quota_per_day,
    used_today: grant.used_today,
    copy: grant.copy,
  }
}

export const calls = {
  askable: async () => (await call<{ items: T.CallableGrant[] }>('GET', '/api/v1/calls/grants')).items.map(toAskable),
  query: (body: T.CallRequest) => call<T.CallAnswer>('POST', '/api/v1/query', { body }),
  verify: (body: T.CallRequest) => call<T.CallAnswer>('POST', '/api/v1/verify', { body }),
}

export const evidence = {
  list: list<T.EvidenceLine>('/api/v1/evidence'),
  get: (index: string | number) => call<T.EvidenceDetail>('GET', '/api/v1/evidence/{index}', { path: { index } }),
}

export const overview = () => call<T.Overview>('GET', '/api/v1/overview')

/** Bytes of a public ledger path (checkpoint, tile); `undefined` when it does not exist. */
export async function ledgerBytes(path: string): Promise<Uint8Array | undefined> {
  const response = await fetch(`/api/v1/ledger/${path}`, { credentials: 'same-origin' })
  if (!response.ok) return undefined
  return new Uint8Array(await response.arrayBuffer())
}
