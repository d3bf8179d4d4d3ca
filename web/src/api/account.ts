// Logging in, the second factor, sessions, delegation, and accounts that two people must agree on.
import { call } from './client'
import type { ListQuery } from './index'
import type { Both, Page, Role, User } from './types'

/** Somebody for whom the user may stand in. */
export interface ActingFor {
  delegation: string
  user_id: string
  display_name: string
  role: Role
  until_ms: number
}

export interface SessionView {
  user: User
  acting_for?: ActingFor | null
  delegations?: ActingFor[]
  /** What must be done before anything else. */
  due?: 'password' | 'second_factor' | null
}

/** The first step of a log-in was right; a code is needed. */
export interface CodeNeeded {
  challenge: string
  expires_ms: number
}

export interface SecondFactor {
  enrolled_ms?: number | null
  recovery_codes_left: number
  required: boolean
}

export interface Enrolment {
  secret: string
  otpauth_uri: string
  qr_svg: string
}

export interface OpenSession {
  id: string
  created_ms: number
  last_seen_ms: number
  expires_ms: number
  address?: string | null
  user_agent?: string | null
  door: string
  current: boolean
}

export interface Delegation {
  id: string
  principal_id: string
  principal_name: string
  delegate_id: string
  delegate_name: string
  organisation_name: string
  from_ms: number
  until_ms: number
  reason: string
  state: 'planned' | 'active' | 'ended' | 'revoked'
  end_reason?: string | null
}

export interface Delegate {
  id: string
  display_name: string
  username: string
  role: Role
}

export type ProposalKind = 'create' | 'role' | 'enable' | 'reset_password' | 'reset_second_factor' | 'bind'

/** Something about the account of an auditor or business operator that waits for a second person. */
export interface AccountProposal {
  id: string
  kind: ProposalKind
  state: 'pending' | 'confirmed' | 'refused' | 'withdrawn'
  user_id?: string | null
  username: string
  display_name: string
  person?: string | null
  role: Role
  organisation: { id: string; name: string }
  /** The log-in service to bind and the account there. */
  provider?: string | null
  subject?: string | null
  reason: string
  proposed_by: string
  proposed_ms: number
  decided_by?: string | null
  decided_ms?: number | null
  decision_reason?: string | null
  may_decide: boolean
}

/** A log-in service of others that is configured. */
export interface LogInService extends Both {
  provider: string
}

/** An account at a log-in service that is bound to a user. */
export interface UserIdentity {
  provider: string
  subject: string
  bound_ms: number
}

const quiet = { quiet401: true }

export const session = {
  get: () => call<SessionView>('GET', '/api/v1/session', quiet),
  logIn: (username: string, password: string) => call<SessionView | CodeNeeded>('POST', '/api/v1/session', { body: { username, password }, ...quiet }),
  code: (challenge: string, code: string) => call<SessionView>('POST', '/api/v1/session/code', { body: { challenge, code }, ...quiet }),
  logOut: () => call<unknown>('DELETE', '/api/v1/session', quiet),
  changePassword: (current: string, fresh: string) => call<unknown>('POST', '/api/v1/session/password', { body: { current, new: fresh }, ...quiet }),
  actFor: (delegation: string | null) => call<SessionView>('PUT', '/api/v1/session/acting-for', { body: { delegation } }),
  services: () => call<{ items: LogInService[] }>('GET', '/api/v1/session/oidc', quiet),
  beginAt: (provider: string, returnTo: string) => call<{ authorization_url: string }>('POST', '/api/v1/session/oidc/{provider}', { path: { provider }, body: { return_to: returnTo }, ...quiet }),
}

export const secondFactor = {
  get: () => call<SecondFactor>('GET', '/api/v1/session/second-factor'),
  enrol: (password: string) => call<Enrolment>('POST', '/api/v1/session/second-factor/enrol', { body: { password }, ...quiet }),
  confirm: (code: string) => call<{ recovery_codes: string[] }>('POST', '/api/v1/session/second-factor/confirm', { body: { code }, ...quiet }),
  renew: (code: string) => call<{ recovery_codes: string[] }>('POST', '/api/v1/session/second-factor/recovery-codes', { body: { code }, ...quiet }),
  remove: (password: string, code: string) => call<unknown>('POST', '/api/v1/session/second-factor/remove', { body: { password, code }, ...quiet }),
  reset: (user: string, reason: string) => call<User>('POST', '/api/v1/users/{id}/second-factor/reset', { path: { id: user }, body: { reason } }),
}

export const sessions = {
  own: (query: ListQuery = {}) => call<Page<OpenSession>>('GET', '/api/v1/session/all', { query }),
  end: (id: string) => call<unknown>('DELETE', '/api/v1/session/all/{id}', { path: { id } }),
  endOthers: () => call<{ ended: number }>('POST', '/api/v1/session/end-others'),
  ofUser: (id: string) => call<Page<OpenSession>>('GET', '/api/v1/users/{id}/sessions', { path: { id } }),
  endOfUser: (id: string) => call<{ ended: number }>('DELETE', '/api/v1/users/{id}/sessions', { path: { id } }),
}

export const identities = {
  of: (user: string) => call<{ items: UserIdentity[] }>('GET', '/api/v1/users/{id}/identities', { path: { id: user } }),
  bind: (user: string, provider: string, subject: string) => call<{ items: UserIdentity[] }>('PUT', '/api/v1/users/{id}/identities/{provider}', { path: { id: user, provider }, body: { subject } }),
  unbind: (user: string, provider: string) => call<{ items: UserIdentity[] }>('DELETE', '/api/v1/users/{id}/identities/{provider}', { path: { id: user, provider } }),
}

export const delegations = {
  list: (query: ListQuery = {}) => call<Page<Delegation>>('GET', '/api/v1/delegations', { query }),
  delegates: (query: ListQuery = {}) => call<Page<Delegate>>('GET', '/api/v1/delegates', { query }),
  create: (body: object) => call<Delegation>('POST', '/api/v1/delegations', { body }),
  revoke: (id: string, reason: string) => call<Delegation>('POST', '/api/v1/delegations/{id}/revoke', { path: { id }, body: { reason } }),
}

export const accountProposals = {
  list: (query: ListQuery = {}) => call<Page<AccountProposal>>('GET', '/api/v1/account-proposals', { query }),
  create: (body: object) => call<AccountProposal>('POST', '/api/v1/account-proposals', { body }),
  confirm: (id: string) => call<{ proposal: AccountProposal; initial_password?: string | null }>('POST', '/api/v1/account-proposals/{id}/confirm', { path: { id } }),
  refuse: (id: string, reason: string) => call<AccountProposal>('POST', '/api/v1/account-proposals/{id}/refuse', { path: { id }, body: { reason } }),
  withdraw: (id: string) => call<AccountProposal>('POST', '/api/v1/account-proposals/{id}/withdraw', { path: { id } }),
}
