// A small fictional county for developing the console without a server.
const DAY = 86_400_000
const now = Date.now()

export const organisations = [
  ['o-gov', '青溪县人民政府', '县政府', '11330199MB0000011A', null, 'government'],
  ['o-data', '青溪县数据局', '数据局', '11330199MB0000022B', 'o-gov', 'data_authority'],
  ['o-police', '青溪县公安局', '公安局', '11330199002500018X', 'o-gov', 'department'],
  ['o-civil', '青溪县民政局', '民政局', '113301990025000261', 'o-gov', 'department'],
  ['o-health', '青溪县卫生健康局', '卫健局', '11330199002500034Q', 'o-gov', 'department'],
  ['o-market', '青溪县市场监督管理局', '市监局', '11330199002500042K', 'o-gov', 'department'],
].map(([id, name, short_name, credit_code, parent_id, kind]) => ({ id, name, short_name, short_code: 'GA', credit_code, parent_id, kind, region: '330199', disabled: false }))
export const organisation = (id) => organisations.find((one) => one.id === id)

const user = (id, username, display_name, role, org) => ({ id, username, display_name, role, organisation_id: org, organisation: { id: org, name: organisation(org).name, credit_code: organisation(org).credit_code }, disabled: false, second_factor: ['u3', 'u5'].includes(id), must_change_password: id === 'u8', created_ms: now - 90 * DAY })
export const PASSWORD = 'Mock-pass-2026'
export const users = [
  user('u1', 'platform', '赵运维', 'platform_operator', 'o-data'),
  user('u2', 'business', '钱运营', 'business_operator', 'o-data'),
  user('u3', 'auditor', '孙审计', 'security_auditor', 'o-data'),
  user('u4', 'police.head', '李建国', 'department_head', 'o-police'),
  user('u5', 'police.operator', '周敏', 'department_operator', 'o-police'),
  user('u6', 'civil.head', '吴秀英', 'department_head', 'o-civil'),
  user('u7', 'civil.operator', '郑桂兰', 'department_operator', 'o-civil'),
  user('u8', 'civil.developer', '王磊', 'department_developer', 'o-civil'),
]

export const elements = [
  ['person.id', '公民身份号码', 'Resident identity number', { type: 'resident_id' }, 'GB 11643-1999', 4],
  ['person.name', '姓名', 'Name', { type: 'person_name' }, '', 3],
  ['person.sex', '性别', 'Sex', { type: 'code', set: 'sex' }, 'GB/T 2261.1-2003', 2],
  ['person.birth_date', '出生日期', 'Date of birth', { type: 'date' }, 'GB/T 7408.1-2023', 3],
  ['person.marriage', '婚姻状况', 'Marital status', { type: 'code', set: 'marriage' }, 'GB/T 2261.2-2003', 3],
  ['household.register_address', '户籍地址', 'Registered address', { type: 'address' }, '', 3],
  ['enterprise.name', '企业名称', 'Enterprise name', { type: 'enterprise_name' }, '', 1],
  ['enterprise.credit_code', '统一社会信用代码', 'Unified social credit code', { type: 'credit_code' }, 'GB 32100-2015', 1],
].map(([code, zh, en, kind, standard, grade]) => ({ code, zh, en, kind, standard, grade }))

export const codeSets = [
  { id: 'sex', zh: '性别', en: 'Sex', standard: 'GB/T 2261.1-2003', codes: [['0', '未知的性别', 'unknown'], ['1', '男性', 'male'], ['2', '女性', 'female'], ['9', '未说明的性别', 'not stated']] },
  { id: 'marriage', zh: '婚姻状况', en: 'Marital status', standard: 'GB/T 2261.2-2003', codes: [['10', '未婚', 'unmarried'], ['20', '已婚', 'married'], ['30', '丧偶', 'widowed'], ['40', '离婚', 'divorced']] },
].map((set) => ({ ...set, codes: set.codes.map(([code, zh, en]) => ({ code, zh, en, from: null, to: null, current: true })) }))

const item = (name, zh, en, element, more = {}) => {
  const found = elements.find((one) => one.code === element)
  return { item: name, zh, en, element, kind: found.kind, grade: found.grade, required: false, is_key: false, sensitive: found.grade === 4, share_type: null, no_share_basis: null, note: null, ...more }
}
const person = [
  item('resident_id', '公民身份号码', 'Resident id', 'person.id', { is_key: true, required: true }),
  item('name', '姓名', 'Name', 'person.name', { required: true }),
  item('sex', '性别', 'Sex', 'person.sex'),
  item('birth_date', '出生日期', 'Date of birth', 'person.birth_date'),
  item('address', '户籍地址', 'Registered address', 'household.register_address'),
]
const resource = (id, code, name, org, items, more = {}) => ({
  id, code, name, abstract: `${name}，由${organisation(org).name}在日常业务中采集，供办理政务服务事项时查询和核验。`, organisation_id: org, organisation_name: organisation(org).name,
  system_id: 's1', system_name: '人口管理信息系统', classification: 'base', category: null, subcategory: null, detail: null, regional_code: null, format: '数据库',
  share_type: 'conditional', share_condition: '限办理社会救助、社会保险等事项时使用', no_share_basis: null, share_method: 'interface', use_conditions: null, open_to_society: false, open_condition: null,
  update_cycle: 'daily', related_codes: [], grade: 4, secrecy_assessment: null, privacy_assessment: null, state: 'published', state_reason: null, signed_off_by: '李建国', version: 1,
  mount_state: 'mounted', items, mount: null, published_ms: now - 30 * DAY, updated_ms: now - 3 * DAY, ...more,
})
const mount = { agent_id: 'a1', agent_name: '公安局前置机', source: 'hukou', table: 'T_CZRK', keys: ['resident_id'], as_of_column: 'GXSJ', columns: person.map((one, i) => ({ item: one.item, column: ['GMSFHM', 'XM', 'XB', 'CSRQ', 'HJDZ'][i], code_map: {} })) }
export const resources = [
  resource('r1', 'GA-HKRK-001', '常住人口基本信息', 'o-police', person, { mount }),
  resource('r2', 'MZ-HYDJ-001', '婚姻登记信息', 'o-civil', [person[0], person[1], item('marriage', '婚姻状况', 'Marital status', 'person.marriage')], { classification: 'department', system_name: '婚姻登记系统' }),
  resource('r3', 'SJ-QYXX-001', '企业登记信息', 'o-market', [item('credit_code', '统一社会信用代码', 'Credit code', 'enterprise.credit_code', { is_key: true }), item('name', '企业名称', 'Enterprise name', 'enterprise.name')], { share_type: 'unconditional', share_condition: null, open_to_society: true }),
  resource('r4', 'GA-JZZ-001', '居住证信息（含 =HYPERLINK("x") 测试名称）', 'o-police', person.slice(0, 2), { state: 'draft', mount_state: 'unmounted', published_ms: null }),
  ...Array.from({ length: 22 }, (_, i) => resource(`x${i}`, `WJ-${String(i + 1).padStart(3, '0')}`, `卫生健康资源 ${i + 1} 号`, 'o-health', person.slice(0, 3), { mount_state: i % 3 ? 'mounted' : 'changed', share_type: i % 5 ? 'conditional' : 'none', no_share_basis: '中华人民共和国传染病防治法 第十二条' })),
]

export const systems = [
  ['s1', 'o-police', '人口管理信息系统', '户籍、居住证办理', 'running', 2012, '治安大队'],
  ['s2', 'o-civil', '婚姻登记系统', '结婚、离婚登记', 'running', 2009, '婚姻登记处'],
  ['s3', 'o-civil', '社会救助系统', '低保、特困、临时救助', 'running', 2016, '社会救助科'],
].map(([id, org, name, purpose, state, built_year, owner]) => ({ id, organisation_id: org, organisation_name: organisation(org).name, name, purpose, users: '', cost_yuan: null, built_year, state, replaced_by: null, owner }))

export const agents = [
  { id: 'a1', name: '公安局前置机', org: 'o-police', connected: true, sources: [{ name: 'hukou', kind: 'postgresql', up: true, since_ms: now - 2 * DAY, reason: '' }, { name: 'juzhu', kind: 'files', up: true, since_ms: now - 5 * DAY, reason: '' }] },
  { id: 'a2', name: '民政局前置机', org: 'o-civil', connected: true, sources: [{ name: 'hunyin', kind: 'mysql', up: true, since_ms: now - DAY, reason: '' }] },
  { id: 'a3', name: '卫健局前置机', org: 'o-health', connected: false, sources: [{ name: 'his', kind: 'sqlite', up: false, since_ms: now - 7_200_000, reason: '数据库文件不存在' }] },
].map(({ org, ...one }) => ({ ...one, organisation_id: org, organisation_name: organisation(org).name, disabled: false, joined_ms: now - 20 * DAY, join_expires_ms: null, connected_since_ms: now - DAY, version: '0.1.0', certificate_until_ms: now + 300 * DAY, evidence_key: `agent/${one.id}+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k`, pins: [] }))

export const grants = [
  { id: 'g1', resource_id: 'r1', consumer_id: 'o-civil', pin_state: 'accepted', used_today: 37 },
  { id: 'g2', resource_id: 'r3', consumer_id: 'o-civil', pin_state: 'pending', used_today: 0 },
  { id: 'g3', resource_id: 'r2', consumer_id: 'o-police', pin_state: 'offline', used_today: 0 },
].map((one) => {
  const of = resources.find((r) => r.id === one.resource_id)
  return {
    state: 'active', version: 1, consumer_name: organisation(one.consumer_id).name, provider_id: of.organisation_id, provider_name: of.organisation_name, resource_code: of.code, resource_name: of.name, client_ids: [], clients: [],
    items: of.items.map((i) => ({ item: i.item, zh: i.zh, masked: i.item === 'address', verify_only: i.item === 'birth_date' })), row_filter: { all: [] },
    purposes: [{ matter: 'MZ-SHJZ-001', basis: '社会救助暂行办法 第十一条' }, { matter: 'MZ-DB-002', basis: '城市居民最低生活保障条例 第七条' }], shapes: ['query', 'verify'],
    valid_from_ms: now - 30 * DAY, valid_until_ms: now + 20 * DAY, quota_per_day: 1000, quota_per_second: 10, condition: null, pin_reason: '', created_ms: now - 30 * DAY, reason: null, ...one,
  }
})

export const clients = [{ id: 'c1', client_id: 'mz-shehuijiuzhu', name: '社会救助系统', system_id: 's3', organisation_id: 'o-civil', organisation_name: '青溪县民政局', disabled: false, public_key_pem: null, created_ms: now - 9 * DAY }]

export const people = [
  { resident_id: '33010619900101123X', name: ['张三丰', 'valid', []], sex: ['1', 'repaired', ['code.from_label']], birth_date: ['1990-01-01', 'valid', []], address: ['浙江省青溪县***', 'valid', []] },
  { resident_id: '330106198502281428', name: [null, 'invalid', ['name.digits'], '王2五'], sex: [null, 'missing', []], birth_date: ['1985-02-28', 'repaired', ['date.serial']], address: ['浙江省青溪县***', 'repaired', ['address.rewritten']] },
]

export const tables = [
  { name: 'T_CZRK', form: 'table', comment: '常住人口', rows: { rows: 20134, exact: false }, notes: [], columns: [['GMSFHM', '公民身份号码', true], ['XM', '姓名'], ['XB', '性别'], ['CSRQ', '出生日期'], ['HJDZ', '户籍地址'], ['GXSJ', '更新时间']].map(([name, comment, key = false]) => ({ name, declared: 'varchar(50)', data_type: 'Utf8', nullable: !key, comment, key, indexed: key })) },
  { name: 'T_HH', form: 'table', comment: '户', rows: { rows: 6120, exact: true }, notes: [], columns: [{ name: 'HH', declared: 'varchar(20)', comment: '户号', key: true, indexed: true, nullable: false, data_type: 'Utf8' }] },
]
export const profile = {
  table: 'T_CZRK', rows: { rows: 20134, exact: false }, sampled_rows: 1000, sampling: 'spread', notes: [],
  columns: [
    ['GMSFHM', 0, { type: 'resident_id' }, 0.992, ['330106********123X']],
    ['XM', 3, { type: 'person_name' }, 0.998, ['张*丰']],
    ['XB', 12, { type: 'code', set: 'sex' }, 1, [], [['男', 501], ['女', 487]]],
    ['CSRQ', 20, { type: 'date' }, 0.97, ['1990-**-**']],
    ['HJDZ', 40, { type: 'address' }, 1, ['浙江省***']],
    ['GXSJ', 0, { type: 'date_time' }, 1, []],
  ].map(([name, nulls, kind, share, examples, codes = []]) => ({ name, nulls, distinct: { values: 900, exact: false }, min_length: 1, max_length: 18, patterns: [], kinds: [{ kind, share, repaired: 0.02 }], examples, codes: codes.map(([value, rows]) => ({ value, rows })) })),
}
