import type { ShareType } from '@/api'

/** In the order of the law: sharing is the rule. */
export const SHARE_TYPES: ShareType[] = ['unconditional', 'conditional', 'none']
