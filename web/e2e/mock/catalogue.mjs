// The way of an entry, announcements, classes and the negative list of the played county.
import { randomUUID } from 'node:crypto'
import * as data from './data.mjs'

const DAY = 86_400_000
const now = Date.now()
const announcements = data.resources.slice(0, 6).map((one, i) => ({
  id: `an${i}`, kind: ['published', 'revised', 'going_offline', 'kept', 'offline', 'published'][i], resource_id: one.id, code: one.code, name: one.name, version: i + 1, organisation_id: one.organisation_id,
  organisation_name: one.organisation_name, text: i === 1 ? '修改信息项“婚姻状况”的说明' : null, offline_ms: i === 2 ? now + 10 * DAY : null, time_ms: now - i * DAY,
}))
const negative = [
  { id: 'ne1', name: '涉及国家秘密的数据', pattern: '*涉密*', element: null, basis: '《中华人民共和国保守国家秘密法》第二十八条', scope: 'publish', note: null, active: true, updated_ms: now - 9 * DAY },
  { id: 'ne2', name: '传染病病人个人信息', pattern: '*传染病*', element: null, basis: '《中华人民共和国传染病防治法》第十二条', scope: 'share', note: '统计数据除外', active: true, updated_ms: now - 3 * DAY },
]
const classes = [
  { classification: 'base', code: '01', zh: '人口', leaves: [{ code: '001', zh: '基本信息' }, { code: '002', zh: '婚姻家庭' }] },
  { classification: 'base', code: '02', zh: '法人', leaves: [{ code: '001', zh: '登记信息' }] },
  { classification: 'theme', code: '03', zh: '社会保障', leaves: [{ code: '001', zh: '综合' }] },
  { classification: 'department', code: '03', zh: '政府部门', leaves: [{ code: '006', zh: '公安' }, { code: '007', zh: '民政' }] },
]
const versions = [3, 2, 1].map((version) => ({ version, name: `第 ${version} 版`, items: 4 + version, changes: version === 1 ? 0 : 2, created_ms: now - (4 - version) * 40 * DAY, created_by: '钱运营' }))
const changes = [
  { kind: 'changed', path: 'share_condition', zh: '共享条件', en: 'Share condition', old: '限办理社会救助时使用', new: '限办理社会救助、社会保险等事项时使用' },
  { kind: 'added', path: 'items.address', zh: '信息项“户籍地址”', en: 'Item registered address', old: null, new: '户籍地址' },
]

const KNOWN = { GMSFHM: ['person.id', 'resident_id', '公民身份号码', 'sure'], XM: ['person.name', 'name', '姓名', 'sure'], XB: ['person.sex', 'sex', '性别', 'sure'], CSRQ: ['person.birth_date', 'birth_date', '出生日期', 'likely'], HJDZ: ['household.register_address', 'address', '户籍地址', 'unsure'] }
function proposal(table) {
  return {
    table: table.name,
    resource: { name: table.comment ?? table.name, keys: ['resident_id'], as_of_column: 'GXSJ', share_type: 'conditional', share_condition: '县级部门办理政务服务事项时使用', grade: 4, reason_zh: '含敏感个人信息，按有条件共享起草。', reason_en: 'It holds sensitive personal data.' },
    columns: table.columns.map(({ name, comment }) => {
      const [element, item, zh, confidence] = KNOWN[name] ?? [null, null, null, 'sure']
      return {
        column: name, comment, lesson_key: name, role: element ? 'item' : 'technical', confidence, element, item, zh, en: item, subject: null, kind: null, is_key: item === 'resident_id', grade: 3, share_type: 'conditional', share_basis: null,
        code_map: name === 'XB' ? [{ value: '男', rows: 501, standard: '1', label: '男性' }, { value: '女', rows: 487, standard: '2', label: '女性' }, { value: '不详', rows: 3, standard: null, label: null }] : [],
        reason_zh: element ? `字段注释“${comment ?? ''}”与数据元名称相符，内容也符合。` : '更新时间一类的技术字段，不作为信息项。', reason_en: element ? 'Comment and contents agree.' : 'A technical column.',
        alternatives: confidence === 'unsure' ? [{ element: 'person.name', zh: '姓名', en: 'Name', score: 0.2 }] : [],
      }
    }),
  }
}

const group = (all, field) => all.reduce((made, one) => ((made[String(one[field])] ??= []).push(one), made), {})
/** What is proposed for the one resource whose table was changed. */
function changedSource(resource) {
  if (resource.id !== 'r1' || !resource.mount) return null
  const lines = resource.mount.columns.map((column, i) => {
    const item = resource.items.find((each) => each.item === column.item)
    const line = { item: item.item, zh: item.zh, en: item.en, before: column.column, state: 'kept', after: column.column, confidence: 'sure', reason_zh: '未变。', reason_en: 'Unchanged.', others: [] }
    if (i === 1) return { ...line, state: 'gone', after: 'XINGMING', reason_zh: '列名、注释读作“姓名”；98% 的取值符合。', reason_en: 'name and comment read as "Name"; 98% of its values fit.', others: [{ column: 'CZYXM', score: 0.4, reason_zh: '与原列名“XM”相近。', reason_en: 'its name is like "XM".' }] }
    if (i === 3) return { ...line, state: 'doubtful', confidence: 'unsure', reason_zh: '列还在，但取值已不是“出生日期”（仅 2% 符合），请核对。', reason_en: 'The column is there, but its values no longer are "Date of birth" (2% fit); check it.' }
    return line
  })
  return {
    since_ms: Date.now() - 7_200_000, found: { code: 'plan.column_gone', zh: '数据源未返回已挂接的列“XM”；请检查该表结构是否变更，并重新挂接', en: 'The source did not return the mounted column "XM"; see whether the table was changed and mount it again' }, stage: 'proposed', waiting: 2, looked_ms: Date.now(), failure: null,
    proposal: { table_before: resource.mount.table, table: resource.mount.table, table_reason_zh: '', table_reason_en: '', tables: [resource.mount.table, 'T_CZRK_LOG'], as_of_before: resource.mount.as_of_column, columns: ['GMSFHM', 'XINGMING', 'CZYXM', 'XB', 'CSRQ', 'HJDZ', 'GXSJ'].map((name) => ({ name, declared: 'varchar(60)', comment: null })), items: lines, mount: { ...resource.mount, agent_name: undefined, columns: lines.map((line) => ({ item: line.item, column: line.after, code_map: {} })) } },
  }
}
const hit = (one) => ({ ...one, items: undefined, mount: undefined, item_count: one.items.length, found_items: one.items.slice(0, 2), score: 1 })

const EXAMPLES = { person_name: ['张**', '李*'], date: ['1990-**-**'], mobile: ['139****2233'], code: ['汉'], address: ['汉汉汉汉汉汉9汉'] }
const qualityOf = (of) => ({
  resource_id: of.id, taken_ms: now - 2 * DAY, rows: 20134, rows_exact: false, sampled_rows: 1000,
  items: of.items.map(({ item, kind }, i) => ({ item, missing: i / 100, invalid: ['person_name', 'address', 'text'].includes(kind.type) ? null : i / 50, repaired: ['person_name', 'address', 'text'].includes(kind.type) ? null : 0.02, examples: EXAMPLES[kind.type] ?? [], withheld: kind.type === 'resident_id' })),
})

export function catalogue({ page, one, act, created }) {
  const flow = (state, more = () => ({})) => act(data.resources, (body) => ({ state, state_reason: null, flow: { ...more(body) } }))
  const due = (days) => Date.now() + days * DAY
  return [
    ['POST', 'resources/([^/]+)/submit', flow('signing', () => ({ submitted_by: '周敏', submitted_ms: Date.now(), due_ms: due(3) }))],
    ['POST', 'resources/([^/]+)/sign', flow('under_review', () => ({ submitted_by: '周敏', submitted_ms: Date.now(), signed_by: '李建国', signed_ms: Date.now(), due_ms: due(2) }))],
    ['POST', 'resources/([^/]+)/return', flow('returned', (body) => ({ reasons: body.reasons, text: body.text, returned_by: '钱运营', since_ms: Date.now() }))],
    ['POST', 'resources/([^/]+)/approve', flow('awaiting_publication', () => ({ reviewed_by: '钱运营', reviewed_ms: Date.now(), due_ms: due(2) }))],
    ['POST', 'resources/([^/]+)/publish', flow('published')],
    ['POST', 'resources/([^/]+)/withdraw', flow('going_offline', (body) => ({ offline_cause: body.cause, text: body.reason, offline_ms: due(14) }))],
    ['POST', 'resources/([^/]+)/keep', flow('published')],
    ['GET', 'resources/([^/]+)/mount/proposal', ({ params }) => changedSource(one(data.resources, params[0]))],
    ['POST', 'resources/([^/]+)/mount/proposal', ({ params }) => changedSource(one(data.resources, params[0]))],
    ['POST', 'resources/([^/]+)/mount/approve', act(data.resources, () => ({ mount_state: 'mounted', mount: { ...data.resources[0].mount }, mount_change: null }))],
    ['POST', 'resources/([^/]+)/mount/return', act(data.resources, () => ({ mount_state: 'returned' }))],
    ['GET', 'resources/([^/]+)/quality', ({ params }) => qualityOf(one(data.resources, params[0]))],
    ['POST', 'resources/([^/]+)/quality', ({ params }) => qualityOf(one(data.resources, params[0]))],
    ['GET', 'resources/([^/]+)/versions', ({ query }) => page(versions, query)],
    ['GET', 'resources/([^/]+)/versions/(\\d+)/diff/(\\d+)', ({ params }) => ({ from: Number(params[1]), to: Number(params[2]), changes })],
    ['POST', 'proposals', ({ body }) => proposal(body.table)],
    ['POST', 'proposals/decisions', ({ body }) => ({ kept: body.decisions.length, confirmed: 0, corrected: 0 })],
    ['GET', 'catalogue/search', ({ query }) => {
      const found = page(data.resources, query, ['name', 'code', 'abstract'])
      const facet = (field) => Object.entries(group(data.resources, field)).map(([value, all]) => ({ value, name: field === 'organisation_id' ? all[0].organisation_name : null, count: all.length }))
      const facets = Object.fromEntries(['organisation_id', 'share_type', 'classification', 'state', 'mount_state', 'update_cycle', 'open_to_society'].map((field) => [field, facet(field)]))
      return { ...found, items: found.items.map(hit), facets, elements: query.get('q') ? ['person.name'] : [], loosened: false }
    }],
    ['GET', 'catalogue/holders', ({ query }) => {
      const holders = data.resources.map((one) => ({ element: 'person.name', resource: hit(one), items: [{ item: 'name', zh: '姓名', element: 'person.name', is_key: false }] }))
      return { ...page(holders, new URLSearchParams({ page: query.get('page') ?? '1' })), elements: [{ code: 'person.name', zh: '姓名', en: 'Name', grade: 3, resources: 26, organisations: 4 }] }
    }],
    ['POST', 'catalogue/import', ({ body }) => {
      const fault = (sheet, row, column, header, value, zh, en) => ({ sheet, row, column, header, value, code: 'sheet.value', zh, en })
      const faults = [fault('资源', 3, 'H', '共享类型', '部分共享', '共享类型只能是无条件共享、有条件共享或不予共享，请从列表中选择。', 'Choose one of the three share types.'), fault('信息项', 7, 'C', '数据元', '身份正号', '没有这个数据元，您是不是要填“公民身份号码”？', 'No such element; did you mean the resident number?')]
      const taken = body.includes('name="accept"')
      return { token: 't', resources: 4, items: 19, faults, more_faults: 0, faultless_rows: [2, 4, 5], imported: taken ? data.resources.slice(0, 2).map((one, i) => ({ row: i + 2, id: one.id, code: one.code, name: one.name })) : [] }
    }],
    ['GET', 'announcements', ({ query }) => page(announcements, query, ['name', 'code'])],
    ['GET', 'resource-classes', ({ query }) => page(classes, query, ['zh'])],
    ['GET', 'negative-list', ({ query }) => page(negative, query, ['name', 'basis'])],
    ['POST', 'negative-list', created(negative, (body) => ({ ...body, id: randomUUID(), updated_ms: Date.now() }))],
    ['PATCH', 'negative-list/(.+)', act(negative, (body) => body)],
  ]
}
