// The legal checks of an entry while it is written, so that nothing is refused by surprise. The server checks again, with the
// bureau's own lists. Pure.
import type { ResourceForm } from './resourceForm'

export interface Check {
  key: 'basis' | 'condition' | 'invented' | 'kinds' | 'items' | 'key' | 'assessments' | 'openness'
  state: 'good' | 'bad' | 'later'
  /** The phrase that is not admissible. */
  phrase?: string
}

/** What the law does not know as a condition: money, favours in return, the consent of one's own leaders, paper. */
const INVENTED = ['收费', '付费', '有偿', '缴纳', '对等', '互换', '交换数据', '领导同意', '领导批准', '领导审批', '局长', '本局同意', '我局同意', '我单位同意', '现场办理', '纸质申请']
const EMPTY = ['视情况', '视情况而定', '另行协商', '协商确定', '面议', '领导同意', '经领导同意', '内部使用', '有条件']

/** True when a text cites, in 《》, a law, an administrative regulation or a State Council decision. */
export function citesLaw(text: string): boolean {
  return [...text.matchAll(/《([^》]+)》/g)].some(([, title]) => {
    const bare = (title ?? '').trim().split(/[（(]/)[0]?.trim() ?? ''
    if ([...bare].length < 3 || /^.{2,}?(省|县|自治区|(?<![城都上股夜])市)/.test(bare.slice(0, 9))) return false
    return (bare.endsWith('法') && !bare.endsWith('办法')) || bare.endsWith('法典') || bare.endsWith('条例') || (text.includes('国务院') && /(决定|规定|办法|细则)$/.test(bare))
  })
}

export function statesCondition(text: string): boolean {
  const bare = text.trim().replace(/[。.，,]+$/, '')
  return [...bare].length >= 4 && !EMPTY.includes(bare)
}

export function invented(text: string): string | undefined {
  return INVENTED.find((phrase) => text.includes(phrase))
}

/** The checks that matter for the entry as it stands. */
export function checks(form: ResourceForm): Check[] {
  const made: Check[] = []
  const good = (ok: boolean): Check['state'] => (ok ? 'good' : 'bad')
  if (form.share_type === 'none') made.push({ key: 'basis', state: good(citesLaw(form.no_share_basis)) })
  if (form.share_type === 'conditional') {
    made.push({ key: 'condition', state: good(statesCondition(form.share_condition)) })
    const phrase = invented(form.share_condition)
    made.push({ key: 'invented', state: good(!phrase), phrase })
    made.push({ key: 'kinds', state: form.share_condition_kinds.length ? 'good' : 'later' })
  }
  if (form.open_to_society) made.push({ key: 'openness', state: good(form.share_type !== 'none') })
  made.push({ key: 'items', state: good(form.items.length > 0 && form.items.every((item) => !!item.element && !!item.zh.trim())) })
  made.push({ key: 'key', state: good(form.items.some((item) => item.is_key)) })
  made.push({ key: 'assessments', state: form.secrecy_assessment.trim() && form.privacy_assessment.trim() ? 'good' : 'later' })
  return made
}
