// What is asked, and whether it may be sent. Pure.
import type { Askable, AskFrom, CallRequest, Shape } from '@/api'
import { t } from '@/i18n'
import { checkByKind, plain, type Slip } from '@/lib/identity'
import { kindName } from '@/lib/kind'

export interface AskForm {
  shape: Shape
  key: string
  value: string
  items: string[]
  claims: Record<string, string>
  /** Place of the purpose in the grant's list. */
  purpose: number
  caseNo: string
  /** Where a query may be answered from. */
  from: AskFrom
}

export function blankAsk(grant?: Askable): AskForm {
  const shape: Shape = grant && !grant.shapes.includes('query') ? 'verify' : 'query'
  return {
    shape,
    key: grant?.keys[0]?.item ?? '',
    value: '',
    items: grant ? deliverable(grant).map((item) => item.item) : [],
    claims: {},
    purpose: grant?.purposes.length === 1 ? 0 : -1,
    caseNo: '',
    from: 'live',
  }
}

/** What can be asked of one subject here; whole tables are delivered by subscriptions, documents are handed over. */
export const askedShapes = (grant: Pick<Askable, 'shapes'>) => grant.shapes.filter((shape) => shape === 'query' || shape === 'verify')

/** Items that may leave; those for checking only cannot be asked for. */
export function deliverable(grant: Askable) {
  return grant.items.filter((item) => !item.verify_only)
}

/** Items to ask for: of the copy, only those that it holds. */
export const itemsOf = (form: Pick<AskForm, 'from' | 'items'>, grant: Askable) => (form.from === 'copy' && grant.copy ? form.items.filter((item) => grant.copy?.items.includes(item)) : form.items)

/** What a slip of the finger means, in a sentence. */
export function slipWords(slip: Slip, kind: string): string {
  if (slip === null) return ''
  return t(kind === 'credit_code' ? `slip.credit.${slip}` : `slip.resident.${slip}`)
}

export function keyKind(grant: Askable, key: string): string {
  const found = grant.keys.find((one) => one.item === key)
  return kindName(found?.kind) || kindName(grant.items.find((one) => one.item === key)?.kind) || key
}

/** What is wrong, by field. */
export function problems(form: AskForm, grant: Askable | undefined): Record<string, string> {
  if (!grant) return { grant: t('ask.needGrant') }
  const found: Record<string, string> = {}
  const kind = keyKind(grant, form.key)
  const slip = checkByKind(kind, form.value)
  if (!form.value.trim()) found.value = t('ask.needValue')
  else if (slip) found.value = slipWords(slip, kind)
  if (form.shape === 'query' && itemsOf(form, grant).length === 0) found.items = t('ask.needItems')
  if (form.shape === 'verify' && !Object.values(form.claims).some((claim) => claim.trim())) found.claims = t('ask.needClaims')
  if (form.shape === 'verify') {
    for (const item of grant.items) {
      const wrongClaim = slipWords(checkByKind(kindName(item.kind), form.claims[item.item] ?? ''), kindName(item.kind))
      if (wrongClaim) found[`claim.${item.item}`] = wrongClaim
    }
  }
  if (!grant.purposes[form.purpose]) found.purpose = t('ask.needPurpose')
  if (!form.caseNo.trim()) found.caseNo = t('ask.needCase')
  return found
}

export function toRequest(form: AskForm, grant: Askable): CallRequest {
  const kind = keyKind(grant, form.key)
  const value = kind === 'resident_id' || kind === 'credit_code' ? plain(form.value) : form.value.trim()
  const purpose = grant.purposes[form.purpose] ?? { matter: '', basis: '' }
  const request: CallRequest = { resource: grant.resource.code, subject: { [form.key]: value }, purpose, case_no: form.caseNo.trim(), grant: grant.grant }
  if (form.shape === 'query') {
    if (form.from !== 'live') request.source = form.from
    request.items = itemsOf(form, grant)
  }
  if (form.shape === 'verify') request.claims = Object.fromEntries(Object.entries(form.claims).map(([item, claim]) => [item, claim.trim()]).filter(([, claim]) => claim))
  return request
}
