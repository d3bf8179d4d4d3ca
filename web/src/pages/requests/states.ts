// The states of a request, and whose turn it is in each.
import type { RequestState, SharingRequest } from '@/api'
import { t } from '@/i18n'

export const STATES: RequestState[] = ['draft', 'signing', 'checking', 'incomplete', 'deciding', 'provider_signing', 'approved', 'delivering', 'delivered', 'refused', 'withdrawn']

/** Whose turn it is, in words. */
export function turnOf(request: SharingRequest): string {
  return t(`requestTurn.${request.state}`, { consumer: request.consumer_name, provider: request.provider_name })
}
