// Copies that the played hub holds: one with a state before, and one with the same keys to compare it with.
import * as data from './data.mjs'

const now = Date.now()
const HOUR = 3_600_000
const grant = data.grants.find((one) => one.id === 'g1')
grant.shapes = [...grant.shapes, 'hold']
const resource = data.resources.find((one) => one.id === grant.resource_id)
const state = (hours, rows) => ({ run_id: `run-${hours}`, as_of_ms: now - hours * HOUR, taken_ms: now - hours * HOUR + 9_000, rows, bytes: rows * 61, digest: 'b1'.repeat(32) })
const copy = (id, name, previous) => ({
  subscription_id: id, name, grant_id: grant.id, resource_id: resource.id, resource_code: resource.code, resource_name: resource.name, provider_id: grant.provider_id, provider_name: grant.provider_name, consumer_id: grant.consumer_id, consumer_name: grant.consumer_name,
  labels: resource.items.map(({ item, zh, en, kind }) => ({ item, zh, en, kind })), columns: grant.items.filter((one) => !one.verify_only).map((one) => ({ item: one.item, masked: one.masked })), keys: ['resident_id'], narrowed: false, current: state(7, 20_134), previous: previous ? state(31, 20_120) : null, next_due_ms: now + 17 * HOUR,
})
const all = [copy('sub1', '常住人口留存', true), copy('sub2', '常住人口留存（比对用）', false)]
const proof = { index: 3, checkpoint_size: 9, digest: 'c2'.repeat(32) }

/** The copy that may answer queries under a grant. */
export const answering = (id) => (id === grant.id ? { as_of_ms: all[0].current.as_of_ms, items: all[0].columns.map((one) => one.item) } : null)

export function copies({ page, Refusal }) {
  const seen = (user) => all.filter((one) => !user.role.startsWith('department') || [one.consumer_id, one.provider_id].includes(user.organisation.id)).map((one) => ({ ...one, may_use: user.role.startsWith('department') && user.organisation.id === one.consumer_id }))
  const found = ({ params, user }) => {
    const one = seen(user).find((each) => each.subscription_id === params[0])
    if (!one) throw new Refusal(404, 'subscription.not_found', '没有这个订阅。', 'There is no such subscription.')
    return one
  }
  return [
    ['GET', 'copies', ({ query, user }) => page(seen(user), query)],
    ['GET', 'copies/([^/]+)', found],
    ['POST', 'copies/([^/]+)/count', (request) => {
      const one = found(request)
      const { by } = request.body
      const values = by[0] === 'sex' ? ['1', '2'] : ['330106', '330105', '330108', null]
      const groups = by.length > 1 ? values.flatMap((a, i) => ['1', '2'].map((b, j) => ({ values: [a, b], rows: 5_000 - 900 * i - 300 * j }))) : values.map((a, i) => ({ values: [a], rows: 10_022 - 2_400 * i }))
      return { by, groups, hidden_groups: by[0] === 'sex' ? 0 : 2, rows: 20_134, least: 5, as_of_ms: one.current.as_of_ms, evidence: proof }
    }],
    ['POST', 'copies/([^/]+)/compare', (request) => {
      const one = found(request)
      return { items: ['name', 'sex', 'birth_date'], same: 20_110, only_left: 16, only_right: 2, different: 8, not_compared: 0, differences: [{ item: 'name', rows: 6 }, { item: 'birth_date', rows: 2 }], keys: ['+330106199001011233', '-330106197001010019', '~330106196512120025'], left_as_of_ms: one.current.as_of_ms, right_as_of_ms: now - 31 * HOUR, evidence: proof }
    }],
  ]
}
