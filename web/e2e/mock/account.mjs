// Second factor, sessions, delegation and account proposals of the played county.
import { users } from './data.mjs'

const DAY = 86_400_000
const now = Date.now()
let enrolled = null
const open = [
  { id: 'se1', created_ms: now - 3_600_000, last_seen_ms: now, expires_ms: now + DAY, address: '10.20.1.8', user_agent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Edg/120.0', door: 'password+code', current: true },
  { id: 'se2', created_ms: now - 2 * DAY, last_seen_ms: now - DAY, expires_ms: now + DAY, address: '10.20.1.77', user_agent: 'Mozilla/5.0 (X11; Linux) Firefox/128.0', door: 'oidc:province', current: false },
]
const delegations = [{ id: 'd1', principal_id: 'u4', principal_name: '李建国', delegate_id: 'u5', delegate_name: '周敏', organisation_name: '青溪县公安局', from_ms: now - DAY, until_ms: now + 3 * DAY, reason: '外出培训', state: 'active', end_reason: null }]
const proposals = [{ id: 'p1', kind: 'create', state: 'pending', user_id: null, username: 'audit2', display_name: '沈兰', person: 'SJ-0102', role: 'security_auditor', organisation: { id: 'o-data', name: '青溪县数据局' }, reason: '新到岗', proposed_by: '赵运维', proposed_ms: now - DAY, decided_by: null, decided_ms: null, decision_reason: null, may_decide: true }]
const bound = new Map([['u4', [{ provider: 'province', subject: '330199-004512', bound_ms: now - 40 * DAY }]]])
const boundTo = (user) => ({ items: bound.get(user) ?? [] })
const acting = new Map()
const away = { delegation: 'd1', user_id: 'u4', display_name: '李建国', role: 'department_head', until_ms: now + 3 * DAY }

/** A session as its user sees it. */
export function view(user) {
  const on = acting.get(user.id)
  return { user: on ? { ...user, role: 'department_head' } : user, acting_for: on ? away : null, delegations: user.id === 'u5' ? [away] : [], due: null }
}

export function account({ page }) {
  return [
    ['PUT', 'session/acting-for', ({ user, body }) => (body.delegation ? acting.set(user.id, true) : acting.delete(user.id), view(user))],
    ['GET', 'session/second-factor', () => ({ enrolled_ms: enrolled, recovery_codes_left: enrolled ? 10 : 0, required: false })],
    ['POST', 'session/second-factor/enrol', () => ({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', otpauth_uri: 'otpauth://totp/x', qr_svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h1v1H0zM2 1h1v2H2z"/></svg>' })],
    ['POST', 'session/second-factor/confirm', () => ((enrolled = Date.now()), { recovery_codes: ['AAAA-BBBB-CCCC-DDDD', 'EEEE-FFFF-GGGG-HHHH'] })],
    ['POST', 'session/second-factor/recovery-codes', () => ({ recovery_codes: ['AAAA-BBBB-CCCC-DDDD'] })],
    ['POST', 'session/second-factor/remove', () => ((enrolled = null), null)],
    ['GET', 'session/all', ({ query }) => page(open, query)],
    ['DELETE', 'session/all/(.+)', ({ params }) => (open.splice(open.findIndex((one) => one.id === params[0]), 1), { ended: 1 })],
    ['POST', 'session/end-others', () => (open.splice(1), { ended: 1 })],
    ['GET', 'users/([^/]+)/sessions', ({ query }) => page(open, query)],
    ['DELETE', 'users/([^/]+)/sessions', () => ({ ended: 2 })],
    ['GET', 'users/([^/]+)/identities', ({ params }) => boundTo(params[0])],
    ['PUT', 'users/([^/]+)/identities/(.+)', ({ params: [user, provider], body }) => (bound.set(user, [{ provider, subject: body.subject, bound_ms: Date.now() }]), boundTo(user))],
    ['DELETE', 'users/([^/]+)/identities/(.+)', ({ params }) => (bound.delete(params[0]), boundTo(params[0]))],
    ['POST', 'users/([^/]+)/second-factor/reset', ({ params }) => Object.assign(users.find((one) => one.id === params[0]), { second_factor: false })],
    ['GET', 'delegations', ({ query }) => page(delegations, query)],
    ['GET', 'delegates', ({ query }) => page([{ id: 'u5', display_name: '周敏', username: 'police.operator', role: 'department_operator' }], query)],
    ['POST', 'delegations', ({ body }) => (delegations.push({ ...delegations[0], ...body, id: `d${delegations.length + 1}`, state: 'planned' }), delegations.at(-1))],
    ['POST', 'delegations/(.+)/revoke', ({ params }) => Object.assign(delegations.find((one) => one.id === params[0]), { state: 'revoked' })],
    ['GET', 'account-proposals', ({ query, user }) => {
      const found = page(proposals, query, ['username', 'display_name'])
      return { ...found, items: found.items.map((one) => ({ ...one, may_decide: one.state === 'pending' && user.role === 'security_auditor' })) }
    }],
    ['POST', 'account-proposals', ({ body, user }) => {
      const { id: user_id, username, display_name, person, role, organisation } = users.find((one) => one.id === body.user_id) ?? {}
      const about = user_id ? { user_id, username, display_name, person, role, organisation } : {}
      proposals.unshift({ ...proposals.at(-1), ...about, ...body, state: 'pending', proposed_by: user.display_name, proposed_ms: Date.now(), decided_by: null, decided_ms: null, id: `p${proposals.length + 1}` })
      return proposals[0]
    }],
    ['POST', 'account-proposals/(.+)/confirm', ({ params, user }) => {
      const proposal = Object.assign(proposals.find((one) => one.id === params[0]), { state: 'confirmed', decided_by: user.display_name, decided_ms: Date.now() })
      if (proposal.kind === 'enable') users.find((one) => one.id === proposal.user_id).disabled = false
      return { proposal, initial_password: ['create', 'reset_password'].includes(proposal.kind) ? 'Kx7-first-Pw' : null }
    }],
    ['POST', 'account-proposals/(.+)/refuse', ({ params }) => Object.assign(proposals.find((one) => one.id === params[0]), { state: 'refused', may_decide: false })],
    ['POST', 'account-proposals/(.+)/withdraw', ({ params }) => Object.assign(proposals.find((one) => one.id === params[0]), { state: 'withdrawn', may_decide: false })],
  ]
}
