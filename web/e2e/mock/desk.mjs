// To-dos, messages and settings of the played county.
const DAY = 86_400_000
const now = Date.now()

const todos = [
  { kind: 'catalog.sign', zh: '签批资源', en: 'Sign a resource', title: '居住证信息', link: '/catalogue/r4', organisation: '青溪县公安局', since_ms: now - 3 * DAY, due_ms: now - DAY, overdue: true, working_days_left: -1 },
  { kind: 'catalog.review', zh: '审核资源', en: 'Review a resource', title: '婚姻登记信息', link: '/catalogue/r2', organisation: '青溪县民政局', since_ms: now - DAY, due_ms: now + 3_600_000, overdue: false, working_days_left: 0 },
  { kind: 'sharing.request', zh: '答复共享申请', en: 'Answer a request', title: '县民政局申请使用“常住人口基本信息”，用于社会救助对象认定和动态管理', link: '/grants/g1', organisation: '青溪县民政局', since_ms: now - 2 * DAY, due_ms: now + 12 * DAY, overdue: false, working_days_left: 8 },
  { kind: 'catalog.draft', zh: '补充草稿', en: 'Complete a draft', title: '卫生健康资源 1 号', link: '/catalogue/x0', organisation: null, since_ms: now - 40 * DAY, due_ms: null, overdue: false, working_days_left: null },
]
const notices = Array.from({ length: 7 }, (_, i) => ({
  id: `n${i}`, kind: 'catalog.published', zh: `资源“卫生健康资源 ${i + 1} 号”已发布。`, en: `The resource Health ${i + 1} was published.`, link: `/catalogue/x${i}`, created_ms: now - i * 7_000_000, read_ms: i > 2 ? now : null,
}))
const settings = [
  { key: 'sharing.reply_days', zh: '有条件共享答复时限', en: 'Reply to a conditional request', kind: 'days', min: 1, max: 10, default: 10, value: 8, changed_ms: now - 9 * DAY, changed_by: '钱运营' },
  { key: 'catalog.review_days', zh: '资源审核发布时限', en: 'Review of a resource', kind: 'days', min: 1, max: 2, default: 2, value: 2, changed_ms: null, changed_by: null },
  { key: 'identity.require_totp', zh: '全平台岗位必须用动态口令', en: 'Platform roles need a one-time code', kind: 'flag', min: null, max: null, default: true, value: true, changed_ms: null, changed_by: null },
  { key: 'catalog.return_reasons', zh: '目录与挂接退回原因', en: 'Reasons for returning', kind: 'choices', min: null, max: null, default: [], value: [{ code: 'incomplete', zh: '要素不全', en: 'incomplete' }, { code: 'unclear', zh: '名称或摘要不清楚', en: 'unclear' }], changed_ms: null, changed_by: null },
  { key: 'catalog.offline_causes', zh: '资源下线原因', en: 'Causes for going offline', kind: 'choices', min: null, max: null, default: [], value: [{ code: 'law_changed', zh: '法律法规调整', en: 'law changed' }, { code: 'other', zh: '其他', en: 'other' }], changed_ms: null, changed_by: null },
  { key: 'catalog.share_conditions', zh: '可以列明的共享条件', en: 'Admissible conditions', kind: 'choices', min: null, max: null, default: [{ code: 'purpose', zh: '限定用途', en: 'purpose' }], value: [{ code: 'purpose', zh: '限定用途', en: 'purpose' }, { code: 'users', zh: '限定使用部门', en: 'users' }], changed_ms: null, changed_by: null },
]

/** Routes of the desk; `page` cuts a list. */
export function desk(page) {
  const read = (some) => some.forEach((one) => (one.read_ms ??= Date.now()))
  return [
    ['GET', 'todos', ({ query }) => page(todos, query, ['title'])],
    ['GET', 'notices', ({ query }) => {
      const unread = notices.filter((one) => !one.read_ms)
      const wanted = new URLSearchParams(query)
      wanted.delete('unread')
      return { ...page(query.get('unread') === 'true' ? unread : notices, wanted, ['zh', 'en']), unread: unread.length }
    }],
    ['POST', 'notices/read-all', () => (read(notices), { marked: 0 })],
    ['POST', 'notices/([^/]+)/read', ({ params }) => (read(notices.filter((one) => one.id === params[0])), { marked: 1 })],
    ['GET', 'settings', () => ({ items: settings })],
    ['PUT', 'settings/(.+)', ({ params, body }) => Object.assign(settings.find((one) => one.key === params[0]), { value: body.value, changed_ms: Date.now() })],
  ]
}
