import { describe, expect, it } from 'vitest'
import type { Documents, Grant } from '@/api'
import { askedShapes } from '@/pages/ask/askForm'
import { atFields, blankHandover, placesOf, problems, rowsOf, sideOf, stepOfRefusal, toInput, underGrant } from '@/pages/handovers/form'
import { remainingOf, scansOf, shareOf, stageOf, statesOf } from '@/pages/handovers/words'
import { waysOf } from '@/pages/requests/requestForm'
import { tableTargets } from '@/pages/subscriptions/form'

const NOW = Date.parse('2026-11-26T10:00:00+08:00')
const grant = {
  id: 'g1', state: 'active', shapes: ['file'], consumer_id: 'civil', provider_id: 'land', client_ids: [], valid_until_ms: Date.parse('2027-01-01T00:00:00+08:00'), purposes: [{ matter: 'MZ-1', basis: '条例' }],
} as unknown as Grant
const is = (mine: string) => (organisation: string) => organisation === mine
const agents = [
  { id: 'a1', name: '前置机', connected: true, targets: [{ name: 'hall', kind: 'postgres' }, { name: 'inbox', kind: 'documents' }] },
  { id: 'a2', name: '备机', connected: false, targets: [{ name: 'inbox', kind: 'documents' }] },
]
const places = placesOf(agents)

describe('a new handover', () => {
  it('is asked for by the consumer and offered by the provider of a grant for documents', () => {
    expect(sideOf(grant, is('civil'))).toBe('ask')
    expect(sideOf(grant, is('land'))).toBe('offer')
    expect(sideOf(grant, is('police'))).toBeNull()
    expect(sideOf({ ...grant, shapes: ['query', 'batch'] }, is('civil'))).toBeNull()
    expect(sideOf({ ...grant, state: 'suspended' }, is('civil'))).toBeNull()
    expect(sideOf({ ...grant, client_ids: ['c1'] }, is('civil'))).toBeNull()
  })
  it('goes into a folder for documents, tables do not', () => {
    expect(places.map((one) => [one.agent_id, one.target, one.connected])).toEqual([['a1', 'inbox', true], ['a2', 'inbox', false]])
    expect(tableTargets(agents[0]).map((one) => one.name)).toEqual(['hall'])
  })
  it('wants a document, a place of the consumer only, the case and a day within the grant', () => {
    const form = underGrant(blankHandover(), grant)
    expect(form).toMatchObject({ purpose: 0, until: '2026-12-31' })
    expect(Object.keys(problems(form, 'document', grant, 'ask', NOW))).toEqual(['document'])
    expect(Object.keys(problems(form, 'matter', grant, 'ask', NOW))).toEqual(['to', 'case_no'])
    expect(Object.keys(problems(form, 'matter', grant, 'offer', NOW))).toEqual(['case_no'])
    const filled = { ...form, case_no: '1', place: 'a1 inbox' }
    expect(problems(filled, 'matter', grant, 'ask', NOW)).toEqual({})
    for (const until of ['', '2026-11-25', '2027-01-01']) expect(Object.keys(problems({ ...filled, until }, 'matter', grant, 'ask', NOW)), until).toEqual(['until'])
  })
  it('sends what the server takes', () => {
    const form = { ...underGrant(blankHandover(), grant), document: '2026/0001.pdf', place: 'a2 inbox', case_no: ' 7 ', note: ' x ' }
    expect(toInput(form, grant, 'ask', places)).toEqual({ grant_id: 'g1', document: '2026/0001.pdf', to: { agent_id: 'a2', target: 'inbox' }, purpose: grant.purposes[0], case_no: '7', note: 'x', expires_ms: null })
    expect(toInput({ ...form, until: '2026-11-30' }, grant, 'offer', places)).toMatchObject({ to: null, expires_ms: Date.parse('2026-12-01T00:00:00+08:00') })
  })
  it('leads a refusal to the step in which it is mended', () => {
    expect(stepOfRefusal({ code: 'document.unknown', fields: [] })).toBe('document')
    expect(stepOfRefusal({ code: 'authorise.quota', fields: [] })).toBe('grant')
    expect(stepOfRefusal({ code: 'input.invalid', fields: [{ path: 'to' }] })).toBe('matter')
    expect(atFields([{ path: 'expires_ms', text: '过' }])).toEqual({ until: '过' })
  })
})

describe('the list of documents', () => {
  it('says sizes and times in words and leaves out what has no name in clear', () => {
    const label = (item: string, zh: string, type: string) => ({ item, zh, en: item, kind: { type } })
    const documents: Documents = { items: [label('bytes', '电子文件大小', 'integer'), label('name', '名称', 'text'), label('modified', '时间', 'date_time')], name_item: 'name', rows: [['2097152', 'a/1.pdf', '2026-01-02T03:04:05'], [null, null, null]], more: false }
    expect(rowsOf(documents)).toEqual([{ name: 'a/1.pdf', cells: { bytes: '2.0 MB', name: 'a/1.pdf', modified: '2026-01-02 03:04:05' } }])
  })
})

describe('a handover in words', () => {
  it('tells how far it is and how long it still takes', () => {
    const one = { bytes: 200, moved: 50, bytes_per_second: 50 }
    expect([shareOf(one), remainingOf(one), stageOf(one)]).toEqual([25, 3_000, 'carry'])
    expect([shareOf({ bytes: null, moved: 0 }), stageOf({ bytes: null, moved: 0 })]).toEqual([null, 'prepare'])
    expect([shareOf({ bytes: 0, moved: 0 }), stageOf({ ...one, moved: 200 }), remainingOf({ ...one, moved: 200 })]).toEqual([100, 'check', null])
  })
  it('points to the reason at the side at which a scan did not pass', () => {
    const notice = { code: 'document.infected', zh: '', en: '' }
    expect(scansOf({ state: 'failed', notice, provider_clean: null, receiver_clean: null })).toMatchObject({ provider: '没有通过，原因见上面', receiver: '还没有扫描' })
    expect(scansOf({ state: 'failed', notice, provider_clean: false, receiver_clean: null })).toMatchObject({ provider: '未配置扫描', receiver: '没有通过，原因见上面' })
    expect(scansOf({ state: 'received', provider_clean: true, receiver_clean: true }).receiver).toBe('扫描未发现病毒')
  })
  it('asks the server for groups of states', () => {
    expect(statesOf('done')).toBe('received,removed')
    expect(statesOf('')).toBe('')
  })
})

describe('the shape of documents', () => {
  it('is a way of sharing of its own and never asked as a question', () => {
    expect(waysOf(['query', 'verify', 'file'])).toBe('服务接口、文件下载')
    expect(askedShapes({ shapes: ['file', 'verify', 'batch'] })).toEqual(['verify'])
  })
})
